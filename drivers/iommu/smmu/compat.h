/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernels that smmu builds against.
 *
 * This is the only file that may look at LINUX_VERSION_CODE.  The others are
 * written towards the newest kernel; what an older one lacks is supplied here.
 */
#ifndef SMMU_COMPAT_H
#define SMMU_COMPAT_H

#include <linux/build_bug.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/slab.h>
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

/* Since 7.0, memory is asked for by the object that it is for. */
#ifndef kzalloc_obj
#define kzalloc_obj(object, gfp)	kzalloc(sizeof(object), gfp)
#endif

/* Operations of the DMA API map physical addresses instead of pages since 6.19. */
static inline dma_addr_t smmu_compat_dma_map(const struct dma_map_ops *ops, struct device *dev,
					     struct page *page, size_t bytes)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	return ops->map_page(dev, page, 0, bytes, DMA_BIDIRECTIONAL, 0);
#else
	return ops->map_phys(dev, page_to_phys(page), bytes, DMA_BIDIRECTIONAL, 0);
#endif
}

/*
 * The domain that the core has a device in, for who holds the mutex of its group: since
 * 7.0, drivers of IOMMUs have a call of their own for that.
 */
static inline struct iommu_domain *smmu_compat_domain_of(struct device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	return iommu_get_domain_for_dev(dev);
#else
	return iommu_driver_get_domain_for_dev(dev);
#endif
}

/*
 * The IOMMU that "iommu-map" of @np names for @id, with a reference, %NULL if it names
 * none: since 7.2, entries have as many cells as that IOMMU wants.
 */
static inline struct device_node *smmu_compat_of_map_iommu(const struct device_node *np, u32 id)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
	struct device_node *target = NULL;

	return of_map_id((struct device_node *)np, id, "iommu-map", "iommu-map-mask", &target,
			 NULL) ? NULL : target;
#else
	struct of_phandle_args args = { };

	return of_map_iommu_id(np, id, &args) ? NULL : args.np;
#endif
}

/* How many cells an entry of "iommu-map" has for the IOMMU with this phandle, see above. */
static inline u32 smmu_compat_of_map_cells(u32 phandle)
{
	u32 cells = 1;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
	struct device_node *target = of_find_node_by_phandle(phandle);

	of_property_read_u32(target, "#iommu-cells", &cells);
	of_node_put(target);
#endif
	return cells;
}

/*
 * Whether it is for a driver that a device is introduced to its IOMMU, which can be told to
 * wait: since 6.15, the core also does so for devices that have none.
 */
static inline bool smmu_compat_is_for_driver(const struct device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
	return true;
#else
	return READ_ONCE(dev->driver);
#endif
}

/* The head of a generator of KUnit parameters, which is told the test since 6.18. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define SMMU_COMPAT_GEN_PARAMS(name)	name(const void *prev, char *desc)
#else
#define SMMU_COMPAT_GEN_PARAMS(name)	name(struct kunit *test, const void *prev, char *desc)
#endif

/*
 * What iommu_iotlb_gather.freelist keeps its pages in. Since 6.16 the core's own
 * page allocator owns that list; nobody but the driver looks into it before
 * iotlb_sync, which leaves it empty.
 */
static inline struct list_head *smmu_compat_freelist(struct iommu_iotlb_gather *gather)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	return &gather->freelist;
#else
	return &gather->freelist.pages;
#endif
}

/*
 * attach_dev is told what it replaces since 6.19. SMMU_COMPAT_DEFINE_ATTACH() makes what
 * SMMU_COMPAT_ATTACH() puts into a table of operations.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)

#define SMMU_COMPAT_ATTACH(attach)	attach##_alone
#define SMMU_COMPAT_DEFINE_ATTACH(attach)					\
static int attach##_alone(struct iommu_domain *domain, struct device *dev)	\
{										\
	return attach(domain, dev, iommu_get_domain_for_dev(dev));		\
}										\
static int attach##_alone(struct iommu_domain *domain, struct device *dev)

#else

#define SMMU_COMPAT_ATTACH(attach)	attach
#define SMMU_COMPAT_DEFINE_ATTACH(attach)					\
static_assert(__same_type(&(attach), ((struct iommu_domain_ops *)0)->attach_dev))

#endif

#endif /* SMMU_COMPAT_H */
