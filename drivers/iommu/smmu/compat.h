/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernels that smmu builds against.
 *
 * This is the only file that may look at LINUX_VERSION_CODE.  The rooms are
 * written towards the newest kernel; what an older one lacks is supplied here.
 */
#ifndef SMMU_COMPAT_H
#define SMMU_COMPAT_H

#include <linux/module.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "smmu needs Linux 6.12 or newer"
#endif

/* Namespaces became string literals in 6.13. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define SMMU_IMPORT_KUNIT_NS() MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING)
#else
#define SMMU_IMPORT_KUNIT_NS() MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING")
#endif

#ifdef CONFIG_ARM_DMA_USE_IOMMU
#include <linux/dma-map-ops.h>

/* Maps a piece of memory of a device that snoops the caches, both ways. */
static inline dma_addr_t smmu_compat_dma_map(const struct dma_map_ops *ops, struct device *dev,
					     struct page *page, size_t bytes)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	return ops->map_page(dev, page, 0, bytes, DMA_BIDIRECTIONAL, 0);
#else
	return ops->map_phys(dev, page_to_phys(page), bytes, DMA_BIDIRECTIONAL, 0);
#endif
}
#endif

#endif /* SMMU_COMPAT_H */
