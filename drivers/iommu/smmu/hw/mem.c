// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the SMMU reads by itself: queues and stream tables.
 */
#include <linux/align.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/log2.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "hw/mmio.h"

/**
 * smmu_mem_try_alloc() - smmu_mem_alloc() of what there is a smaller replacement for
 * @dev: the SMMU
 * @bytes: size
 * @dma: where its address as the SMMU sees it goes
 *
 * Context: may sleep. The memory goes with the binding of @dev.
 * Return: as smmu_mem_alloc(), but nothing is logged.
 */
void *smmu_mem_try_alloc(struct device *dev, size_t bytes, dma_addr_t *dma)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	size_t align = roundup_pow_of_two(bytes);
	dma_addr_t base;
	void *mem;

	KUNIT_STATIC_STUB_REDIRECT(smmu_mem_try_alloc, dev, bytes, dma);
	mem = dmam_alloc_coherent(dev, bytes, &base, gfp);
	if (mem && !IS_ALIGNED(base, align)) {
		dmam_free_coherent(dev, bytes, mem, base);
		mem = dmam_alloc_coherent(dev, bytes + align, &base, gfp);
	}
	if (!mem)
		return NULL;
	*dma = ALIGN(base, align);
	return mem + (*dma - base);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_mem_try_alloc);

/**
 * smmu_mem_alloc() - Allocate a queue or a table, aligned to its size
 * @dev: the SMMU
 * @bytes: size
 * @dma: where its address as the SMMU sees it goes
 * @what: what it is, for the message
 *
 * The SMMU takes the address bits below the size of a queue or a table as zero
 * (IHI 0070, STRTAB_BASE and the queue bases).  The DMA API promises no such
 * alignment for large pieces, so those may be allocated twice as large.
 *
 * Context: may sleep. The memory goes with the binding of @dev.
 * Return: zeroed memory, coherent in the DMA API's sense, or %NULL; the failure
 * has been logged.
 */
void *smmu_mem_alloc(struct device *dev, size_t bytes, dma_addr_t *dma, const char *what)
{
	void *mem = smmu_mem_try_alloc(dev, bytes, dma);

	if (!mem)
		dev_err(dev, "no memory for the %s, %zu bytes\n", what, bytes);
	return mem;
}
