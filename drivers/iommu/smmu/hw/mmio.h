/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the CPU and one SMMU share: register frames, and memory that the SMMU reads.
 *
 * Registers are named by their offset from the start of page 0; page 1 begins
 * at offset 0x10000 (IHI 0070, 6.1).  One implementation keeps the page-1
 * registers in page 0, hence the second pointer.
 *
 * The plain accessors are relaxed.  An accessor whose name ends in _ordered
 * orders memory: a write makes earlier stores to coherent memory visible to the
 * SMMU first, a read keeps later loads behind it.
 */
#ifndef SMMU_MMIO_H
#define SMMU_MMIO_H

#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/iopoll.h>
#include <linux/sizes.h>

/* How long a register may take to acknowledge a change. */
#define SMMU_MMIO_ACK_TIMEOUT_US	1000000

struct device;

struct smmu_mmio {
	void __iomem *page0;
	void __iomem *page1;
	phys_addr_t phys;	/* of page 0, for messages */
};

static inline void __iomem *smmu_mmio_addr(const struct smmu_mmio *mmio, u32 reg)
{
	if (reg >= SZ_64K)
		return mmio->page1 + (reg - SZ_64K);
	return mmio->page0 + reg;
}

static inline u32 smmu_mmio_read(const struct smmu_mmio *mmio, u32 reg)
{
	return readl_relaxed(smmu_mmio_addr(mmio, reg));
}

static inline u32 smmu_mmio_read_ordered(const struct smmu_mmio *mmio, u32 reg)
{
	return readl(smmu_mmio_addr(mmio, reg));
}

static inline void smmu_mmio_write(const struct smmu_mmio *mmio, u32 reg, u32 val)
{
	writel_relaxed(val, smmu_mmio_addr(mmio, reg));
}

static inline void smmu_mmio_write_ordered(const struct smmu_mmio *mmio, u32 reg, u32 val)
{
	writel(val, smmu_mmio_addr(mmio, reg));
}

static inline void smmu_mmio_write64(const struct smmu_mmio *mmio, u32 reg, u64 val)
{
	writeq_relaxed(val, smmu_mmio_addr(mmio, reg));
}

/**
 * smmu_mmio_wait_ack() - Wait until the SMMU acts on what was written
 * @mmio: the register frames
 * @ack: the register that repeats a value once it is in force
 * @mask: the bits to look at
 * @val: what they are to be
 *
 * Context: any; spins for at most %SMMU_MMIO_ACK_TIMEOUT_US.
 * Return: 0, or -ETIMEDOUT. IHI 0070, 6.3.9 (CR0) and 6.3.17 (IRQ_CTRL).
 */
static inline int smmu_mmio_wait_ack(const struct smmu_mmio *mmio, u32 ack, u32 mask, u32 val)
{
	u32 seen;

	return readl_relaxed_poll_timeout_atomic(smmu_mmio_addr(mmio, ack), seen,
						 (seen & mask) == val, 1,
						 SMMU_MMIO_ACK_TIMEOUT_US);
}

/**
 * smmu_mmio_write_ack() - Write a register and wait until the SMMU acts on it
 * @mmio: the register frames
 * @reg: the register to write
 * @ack: the register that repeats the value once it is in force
 * @val: the value
 *
 * Context: any; spins for at most %SMMU_MMIO_ACK_TIMEOUT_US.
 * Return: 0, or -ETIMEDOUT. IHI 0070, 6.3.9 (CR0) and 6.3.17 (IRQ_CTRL).
 */
static inline int smmu_mmio_write_ack(const struct smmu_mmio *mmio, u32 reg, u32 ack, u32 val)
{
	smmu_mmio_write_ordered(mmio, reg, val);
	return smmu_mmio_wait_ack(mmio, ack, U32_MAX, val);
}

void *smmu_mem_try_alloc(struct device *dev, size_t bytes, dma_addr_t *dma);
void *smmu_mem_alloc(struct device *dev, size_t bytes, dma_addr_t *dma, const char *what);

#endif /* SMMU_MMIO_H */
