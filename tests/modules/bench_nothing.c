// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_bench: a domain of which every call succeeds at once. What a call costs on it
 * is the IOMMU core's own share.
 */

#include <linux/slab.h>

#include "../../drivers/iommu/smmu/compat.h"
#include "bench.h"

static int bench_nothing_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t phys,
			     size_t leaf, size_t count, int prot, gfp_t gfp, size_t *mapped)
{
	*mapped = leaf * count;
	return 0;
}

static size_t bench_nothing_unmap(struct iommu_domain *domain, unsigned long iova, size_t leaf,
				  size_t count, struct iommu_iotlb_gather *gather)
{
	return leaf * count;
}

static void bench_nothing_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
}

static void bench_nothing_flush(struct iommu_domain *domain)
{
}

/* Not zero, and no memory of the machine's, bounce buffers least of all. */
static phys_addr_t bench_nothing_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	return (phys_addr_t)SZ_1G * 256;
}

static int bench_nothing_attach(struct iommu_domain *domain, struct device *dev,
				struct iommu_domain *old)
{
	return 0;
}

SMMU_COMPAT_DEFINE_ATTACH(bench_nothing_attach);

static void bench_nothing_free(struct iommu_domain *domain)
{
	kfree(domain);
}

const struct iommu_domain_ops bench_nothing_ops = {
	.attach_dev = SMMU_COMPAT_ATTACH(bench_nothing_attach),
	.map_pages = bench_nothing_map,
	.unmap_pages = bench_nothing_unmap,
	.iotlb_sync = bench_nothing_sync,
	.flush_iotlb_all = bench_nothing_flush,
	.iova_to_phys = bench_nothing_phys,
	.free = bench_nothing_free,
};

/* With the sizes and limits of a real one, so that the core does the same with it. */
struct iommu_domain *bench_nothing_new(const struct iommu_domain *like)
{
	struct iommu_domain *domain = kzalloc(sizeof(*domain), GFP_KERNEL);

	if (!domain)
		return NULL;
	domain->type = IOMMU_DOMAIN_UNMANAGED;
	domain->ops = &bench_nothing_ops;
	domain->owner = like->owner;
	domain->pgsize_bitmap = like->pgsize_bitmap;
	domain->geometry = like->geometry;
	return domain;
}
