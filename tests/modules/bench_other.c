// SPDX-License-Identifier: GPL-2.0-only
/* smmu_bench: the clock itself, looking up, attaching, making a domain. */

#include <linux/err.h>

#include "bench.h"

static int bench_clock_round(struct bench *b, const struct bench_case *one)
{
	bench_start(b);
	bench_stop(b, BENCH_MAP);
	return 0;
}

static int bench_phys_round(struct bench *b, const struct bench_case *one)
{
	struct iommu_domain *domain = b->domain;
	phys_addr_t phys;
	int ret;

	ret = iommu_map(domain, one->iova, one->phys, one->bytes, BENCH_RW, GFP_KERNEL);
	if (ret)
		return ret;
	bench_start(b);
	phys = iommu_iova_to_phys(domain, one->iova + SZ_1K);
	bench_stop(b, BENCH_MAP);
	iommu_unmap(domain, one->iova, one->bytes);
	return phys ? 0 : -EIO;
}

/* On its way out the device gets its default domain back. */
static int bench_attach_round(struct bench *b, const struct bench_case *one)
{
	struct bench_default usual = bench_enter_default(b);
	int ret;

	bench_start(b);
	ret = iommu_attach_device(b->domain, b->dev);
	bench_stop(b, BENCH_MAP);
	if (!ret) {
		bench_start(b);
		iommu_detach_device(b->domain, b->dev);
		bench_stop(b, BENCH_UNMAP);
	}
	return bench_leave_default(b, usual) ?: ret;
}

static int bench_domain_round(struct bench *b, const struct bench_case *one)
{
	struct iommu_domain *domain;

	bench_start(b);
	domain = iommu_paging_domain_alloc(b->dev);
	bench_stop(b, BENCH_MAP);
	if (IS_ERR(domain))
		return PTR_ERR(domain);
	bench_start(b);
	iommu_domain_free(domain);
	bench_stop(b, BENCH_UNMAP);
	return 0;
}

#define PHYS	((phys_addr_t)SZ_1G * 8)

const struct bench_case bench_other_cases[] = {
	{ "clock", { "clock" }, .round = bench_clock_round },
	{ "iova_to_phys", { "iova_to_phys" }, .round = bench_phys_round, .iova = SZ_1G,
	  .phys = PHYS, .bytes = SZ_4K },
	{ "iova_to_phys_2M", { "iova_to_phys" }, .round = bench_phys_round, .iova = SZ_1G,
	  .phys = PHYS, .bytes = SZ_2M },
	{ "attach", { "attach", "detach" }, .round = bench_attach_round },
	{ "domain", { "alloc", "free" }, .round = bench_domain_round },
	{ }
};
