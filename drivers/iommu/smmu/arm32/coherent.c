// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent memory in the DMA API of 32-bit Arm.
 *
 * For a device that snoops the caches, and for whoever may not sleep, the
 * architecture takes one piece of memory but maps it (__iommu_create_mapping() in
 * arch/arm/mm/dma-mapping.c) as a list of pages that has only the first: the rest
 * is what happens to be on the stack.  The device would miss its memory, and reach
 * some that is not its own.  So those requests are served here, out of the same
 * operations that map a piece for streaming; the architecture can free it.
 */
#include <linux/align.h>
#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "arm32/internal.h"
#include "compat.h"

/* The architecture's own.  Written once. */
static const struct dma_map_ops *smmu_arm32_arch_ops;

/* Whether the architecture would map a list of one page. */
static bool smmu_arm32_is_piece(struct device *dev, gfp_t gfp)
{
	return dev_is_dma_coherent(dev) || !gfpflags_allow_blocking(gfp);
}

static void *smmu_arm32_coherent_alloc(struct device *dev, size_t size, dma_addr_t *handle,
				       gfp_t gfp, unsigned long attrs)
{
	void *addr;

	size = PAGE_ALIGN(size);
	if (size <= PAGE_SIZE || !smmu_arm32_is_piece(dev, gfp))
		return smmu_arm32_arch_ops->alloc(dev, size, handle, gfp, attrs);

	*handle = DMA_MAPPING_ERROR;
	/* That takes memory with another attribute, set up long before. */
	if (!dev_is_dma_coherent(dev))
		return NULL;
	gfp &= ~(__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_COMP);
	addr = alloc_pages_exact(size, gfp | __GFP_ZERO);
	if (!addr)
		return NULL;
	*handle = smmu_compat_dma_map(smmu_arm32_arch_ops, dev, virt_to_page(addr), size);
	if (*handle != DMA_MAPPING_ERROR)
		return addr;
	free_pages_exact(addr, size);
	return NULL;
}

static int smmu_arm32_coherent_mmap(struct device *dev, struct vm_area_struct *vma, void *addr,
				    dma_addr_t handle, size_t size, unsigned long attrs)
{
	unsigned long pages = PAGE_ALIGN(size) >> PAGE_SHIFT;

	if (!dev_is_dma_coherent(dev))
		return smmu_arm32_arch_ops->mmap(dev, vma, addr, handle, size, attrs);
	if (vma->vm_pgoff >= pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -ENXIO;
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(virt_to_page(addr)) + vma->vm_pgoff,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static int smmu_arm32_coherent_get_sgtable(struct device *dev, struct sg_table *table, void *addr,
					   dma_addr_t handle, size_t size, unsigned long attrs)
{
	int ret;

	if (!dev_is_dma_coherent(dev))
		return smmu_arm32_arch_ops->get_sgtable(dev, table, addr, handle, size, attrs);
	ret = sg_alloc_table(table, 1, GFP_KERNEL);
	if (!ret)
		sg_set_page(table->sgl, virt_to_page(addr), PAGE_ALIGN(size), 0);
	return ret;
}

/**
 * smmu_arm32_coherent_ops() - Operations that map all of a coherent buffer
 * @arch: the architecture's operations for devices behind an IOMMU
 *
 * Context: may sleep; serialised by the caller.
 * Return: the same with what had to be replaced, for kfree(), or %NULL.
 */
const struct dma_map_ops *smmu_arm32_coherent_ops(const struct dma_map_ops *arch)
{
	struct dma_map_ops *const ops = kmemdup(arch, sizeof(*arch), GFP_KERNEL);

	if (!ops)
		return NULL;
	smmu_arm32_arch_ops = arch;
	ops->alloc = smmu_arm32_coherent_alloc;
	ops->mmap = smmu_arm32_coherent_mmap;
	ops->get_sgtable = smmu_arm32_coherent_get_sgtable;
	return ops;
}
