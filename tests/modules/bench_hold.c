// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_bench: a mapping that stays for a while, in a domain of its own, for whoever
 * counts pages of tables.
 */

#include <linux/err.h>

#include "bench.h"

int bench_hold(struct bench *b, const struct bench_case *one)
{
	struct iommu_domain *domain;
	int ret;

	bench_release(b);
	if (!one->bytes || one->dma_api)
		return -EINVAL;
	domain = iommu_paging_domain_alloc(b->dev);
	if (IS_ERR(domain))
		return PTR_ERR(domain);
	ret = iommu_map(domain, one->iova, one->phys, one->bytes, BENCH_RW, GFP_KERNEL);
	if (ret) {
		iommu_domain_free(domain);
		return ret;
	}
	b->held = one;
	b->held_in = domain;
	return 0;
}

/* The domain stays: what is left in it can be counted now. */
void bench_unmap_held(struct bench *b)
{
	if (b->held)
		iommu_unmap(b->held_in, b->held->iova, b->held->bytes);
	b->held = NULL;
}

void bench_release(struct bench *b)
{
	bench_unmap_held(b);
	if (b->held_in)
		iommu_domain_free(b->held_in);
	b->held_in = NULL;
}
