/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's edu device: a master that does the DMA it is told to do. It moves
 * up to 4 KiB between a buffer of its own and any bus address, 100 ms after the
 * command, and never says whether the bus took it.
 */
#ifndef SMMU_TEST_EDU_H
#define SMMU_TEST_EDU_H

#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "edu_regs.h"

#define EDU_VENDOR		0x1234
#define EDU_DEVICE		0x11e8
/* Shown as a platform device. */
#define EDU_COMPATIBLE		"qemu,edu"
#define EDU_PARTS_COMPATIBLE	"qemu,edu-parts"

/* Every command takes 100 ms; a busy host may need more. */
#define EDU_TIMEOUT_US		(10 * USEC_PER_SEC)

/*
 * A DMA register takes one access: the model drops the upper half of a pair. With
 * LPAE, STRD to such an address is one.
 */
static inline void edu_set(void __iomem *regs, unsigned int reg, u64 value)
{
#ifdef CONFIG_64BIT
	writeq(value, regs + reg);
#else
	/* As writeq() has it: memory that the transfer reads is written before. */
	wmb();
	asm volatile("strd	%0, %H0, [%1]"
		     : : "r" (value), "r" (regs + reg) : "memory");
#endif
}

static inline bool edu_is_there(void __iomem *regs)
{
	return (readl(regs + EDU_ID) & EDU_ID_MASK) == EDU_ID_VALUE;
}

/* Returns at once; the transfer happens 100 ms later. */
static inline int edu_start(void __iomem *regs, u64 iova, u32 bytes, bool to_mem)
{
	/* The model ends QEMU if a transfer leaves its buffer. */
	if (!bytes || bytes > EDU_BUF_BYTES)
		return -EINVAL;
	if (readl(regs + EDU_DMA_CMD) & EDU_DMA_CMD_RUN)
		return -EBUSY;
	edu_set(regs, EDU_DMA_SRC, to_mem ? EDU_BUF_ADDR : iova);
	edu_set(regs, EDU_DMA_DST, to_mem ? iova : EDU_BUF_ADDR);
	edu_set(regs, EDU_DMA_COUNT, bytes);
	edu_set(regs, EDU_DMA_CMD, EDU_DMA_CMD_RUN | (to_mem ? EDU_DMA_CMD_TO_MEM : 0));
	return 0;
}

static inline int edu_wait(void __iomem *regs)
{
	u32 cmd;

	return read_poll_timeout(readl, cmd, !(cmd & EDU_DMA_CMD_RUN), 2 * USEC_PER_MSEC,
				 EDU_TIMEOUT_US, false, regs + EDU_DMA_CMD);
}

static inline int edu_dma(void __iomem *regs, u64 iova, u32 bytes, bool to_mem)
{
	int ret = edu_start(regs, iova, bytes, to_mem);

	return ret ?: edu_wait(regs);
}

/* Takes over the function: BAR 0 mapped, bus master, all of it managed. */
static inline void __iomem *edu_claim_pci(struct pci_dev *pdev)
{
	void __iomem *regs;
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return IOMEM_ERR_PTR(ret);
	regs = pcim_iomap(pdev, 0, 0);
	if (!regs)
		return IOMEM_ERR_PTR(-ENOMEM);
	if (!edu_is_there(regs))
		return IOMEM_ERR_PTR(-ENODEV);
	pci_set_master(pdev);
	return regs;
}

/*
 * The same for a platform device. A tree may show one without registers, to see
 * what becomes of its "iommus": there is nothing to drive then.
 */
static inline void __iomem *edu_claim_platform(struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	void __iomem *regs;

	if (!res)
		return IOMEM_ERR_PTR(-ENODEV);
	regs = devm_ioremap_resource(&pdev->dev, res);
	if (IS_ERR(regs))
		return regs;
	return edu_is_there(regs) ? regs : IOMEM_ERR_PTR(-ENODEV);
}

#endif /* SMMU_TEST_EDU_H */
