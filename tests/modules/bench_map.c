// SPDX-License-Identifier: GPL-2.0-only
/* smmu_bench: ranges that are mapped and unmapped. */

#include "bench.h"

/* Multiples of the largest block that 4K pages know, within 32 bits of address. */
#define IOVA		((unsigned long)SZ_1G)
#define PHYS		((phys_addr_t)SZ_1G * 8)

static int bench_map_round(struct bench *b, const struct bench_case *one)
{
	struct iommu_domain *domain = b->domain;
	size_t done;
	int ret;

	bench_start(b);
	ret = iommu_map(domain, one->iova, one->phys, one->bytes, BENCH_RW, GFP_KERNEL);
	bench_stop(b, BENCH_MAP);
	if (ret)
		return ret;
	bench_start(b);
	done = iommu_unmap(domain, one->iova, one->bytes);
	bench_stop(b, BENCH_UNMAP);
	return done == one->bytes ? 0 : -EIO;
}

static int bench_sg_round(struct bench *b, const struct bench_case *one)
{
	struct iommu_domain *domain = b->domain;
	ssize_t done;

	bench_start(b);
	done = iommu_map_sg(domain, one->iova, b->sg, BENCH_SG, BENCH_RW, GFP_KERNEL);
	bench_stop(b, BENCH_MAP);
	if (done != one->bytes)
		return done < 0 ? done : -EIO;
	bench_start(b);
	done = iommu_unmap(domain, one->iova, one->bytes);
	bench_stop(b, BENCH_UNMAP);
	return done == one->bytes ? 0 : -EIO;
}

/*
 * What the kernel's flush queue does in place of iommu_unmap(): the translations may
 * live on until somebody flushes all of them, which is not part of the figure.
 */
static int bench_lazy_round(struct bench *b, const struct bench_case *one)
{
	struct iommu_domain *domain = b->domain;
	struct iommu_iotlb_gather gather;
	size_t done;
	int ret;

	bench_start(b);
	ret = iommu_map(domain, one->iova, one->phys, one->bytes, BENCH_RW, GFP_KERNEL);
	bench_stop(b, BENCH_MAP);
	if (ret)
		return ret;
	iommu_iotlb_gather_init(&gather);
	gather.queued = true;
	bench_start(b);
	done = iommu_unmap_fast(domain, one->iova, one->bytes, &gather);
	bench_stop(b, BENCH_UNMAP);
	domain->ops->flush_iotlb_all(domain);
	return done == one->bytes ? 0 : -EIO;
}

#define MAP_UNMAP	.part = { "map", "unmap" }, .iova = IOVA, .phys = PHYS

const struct bench_case bench_map_cases[] = {
	{ "4K", MAP_UNMAP, .round = bench_map_round, .bytes = SZ_4K },
	{ "4K_beside", MAP_UNMAP, .round = bench_map_round, .bytes = SZ_4K, .beside = SZ_1M },
	{ "64K", MAP_UNMAP, .round = bench_map_round, .bytes = SZ_64K },
	{ "64K_beside", MAP_UNMAP, .round = bench_map_round, .bytes = SZ_64K, .beside = SZ_1M },
	/* No 64 KiB of it that the contiguous hint could be for. */
	{ "64K_odd", .part = { "map", "unmap" }, .iova = IOVA + SZ_4K, .phys = PHYS + SZ_4K,
	  .round = bench_map_round, .bytes = SZ_64K },
	{ "1M", MAP_UNMAP, .round = bench_map_round, .bytes = SZ_1M },
	{ "2M", MAP_UNMAP, .round = bench_map_round, .bytes = SZ_2M },
	{ "2M_beside", MAP_UNMAP, .round = bench_map_round, .bytes = SZ_2M, .beside = SZ_4M },
	{ "1G", MAP_UNMAP, .round = bench_map_round, .bytes = SZ_1G },
	/* Memory lies a page beside where a block would want it. */
	{ "2M_pages", .part = { "map", "unmap" }, .iova = IOVA, .phys = PHYS + SZ_4K,
	  .round = bench_map_round, .bytes = SZ_2M },
	{ "64M_pages", .part = { "map", "unmap" }, .iova = IOVA, .phys = PHYS + SZ_4K,
	  .round = bench_map_round, .bytes = SZ_64M },
	/* From the middle of one table into the next one. */
	{ "2M+4K_middle", .part = { "map", "unmap" }, .iova = IOVA + SZ_1M, .phys = PHYS + SZ_1M,
	  .round = bench_map_round, .bytes = SZ_2M + SZ_4K },
	/* Pages, two blocks, pages. */
	{ "6M_middle", .part = { "map", "unmap" }, .iova = IOVA + SZ_1M, .phys = PHYS + SZ_1M,
	  .round = bench_map_round, .bytes = 3 * SZ_2M },
	{ "sg_256", MAP_UNMAP, .round = bench_sg_round, .bytes = BENCH_SG * SZ_4K },
	{ "4K_lazy", MAP_UNMAP, .round = bench_lazy_round, .bytes = SZ_4K },
	{ "64K_lazy", MAP_UNMAP, .round = bench_lazy_round, .bytes = SZ_64K },
	{ "2M_pages_lazy", .part = { "map", "unmap" }, .iova = IOVA, .phys = PHYS + SZ_4K,
	  .round = bench_lazy_round, .bytes = SZ_2M },
	{ }
};
