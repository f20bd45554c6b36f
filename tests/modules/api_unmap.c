// SPDX-License-Identifier: GPL-2.0-only
/* Cases of smmu_api: what was unmapped is out of reach, and only that. */

#include "api.h"

/*
 * Maps @pages pages so that page @at of them is @buf, whatever memory the others
 * are: the device touches only @buf, before and after the unmapping.
 */
static bool api_one_range(struct api_run *run, struct iommu_domain *domain, void *buf,
			  size_t pages, size_t at)
{
	size_t page = api_page_bytes(domain);
	unsigned long iova = API_IOVA + page;
	phys_addr_t phys = virt_to_phys(buf) - at * page;

	return api_map(run, domain, iova, phys, pages * page) ||
	       api_reaches(run, 0, iova + at * page, buf) ||
	       api_unmap(run, domain, iova, pages * page) ||
	       api_phys_is(run, domain, iova + at * page, 0) ||
	       api_refused(run, 0, iova + at * page, buf);
}

/* Sizes around what drivers and hardware treat as limits. */
static void api_unmap_counts(struct api_run *run)
{
	static const unsigned int counts[] = { 1, 2, 3, 31, 32, 33, 511, 512, 513, 1025, 8193 };
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	size_t i;

	if (!domain || !buf || api_attach(run, 0, domain))
		return;
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		if (!api_fits(API_IOVA + counts[i] * api_page_bytes(domain)))
			break;
		if (api_one_range(run, domain, buf, counts[i], counts[i] - 1) ||
		    (counts[i] > 1 && api_one_range(run, domain, buf, counts[i], 0)))
			return;
	}
}

/* Several ranges, one sync at the end. */
static void api_unmap_gathered(struct api_run *run)
{
	static const unsigned int place[] = { 0, 1, 5, 700, 40 };
	struct iommu_domain *domain = api_domain(run);
	struct iommu_iotlb_gather gather;
	unsigned long iova[ARRAY_SIZE(place)];
	void *buf[ARRAY_SIZE(place)];
	size_t page, i;

	if (!domain || api_attach(run, 0, domain))
		return;
	page = api_page_bytes(domain);
	for (i = 0; i < ARRAY_SIZE(place); i++) {
		iova[i] = API_IOVA + place[i] * page;
		buf[i] = api_buf(run, 0);
		if (!buf[i] || api_map(run, domain, iova[i], virt_to_phys(buf[i]), page) ||
		    api_reaches(run, 0, iova[i], buf[i]))
			return;
	}
	iommu_iotlb_gather_init(&gather);
	for (i = 1; i < ARRAY_SIZE(place); i++)
		if (api_wrong(run, iommu_unmap_fast(domain, iova[i], page, &gather) != page,
			      "unmap_fast at 0x%lx failed", iova[i]))
			return;
	iommu_iotlb_sync(domain, &gather);
	for (i = 1; i < ARRAY_SIZE(place); i++)
		if (api_refused(run, 0, iova[i], buf[i]))
			return;
	api_reaches(run, 0, iova[0], buf[0]);
}

/* The same address leads to new memory and no longer to the old. */
static void api_remap(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *old = api_buf(run, 0), *new = api_buf(run, 0);
	size_t page;

	if (!domain || !old || !new || api_attach(run, 0, domain))
		return;
	page = api_page_bytes(domain);
	if (api_map(run, domain, API_IOVA, virt_to_phys(old), page) ||
	    api_reaches(run, 0, API_IOVA, old) ||
	    api_unmap(run, domain, API_IOVA, page) ||
	    api_map(run, domain, API_IOVA, virt_to_phys(new), page) ||
	    api_refused(run, 0, API_IOVA, old))
		return;
	api_reaches(run, 0, API_IOVA, new);
}

/* A block where a table was, and a table where a block was. */
static void api_levels(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *one = api_buf(run, 0), *two = api_buf(run, 0);
	size_t page, block, at;
	unsigned long iova;
	phys_addr_t phys;

	if (!domain || !one || !two || api_attach(run, 0, domain))
		return;
	page = api_page_bytes(domain);
	block = api_block_bytes(domain);
	if (api_skip(run, block > SZ_32M, "no block is small enough"))
		return;
	iova = ALIGN(API_IOVA, block);
	phys = ALIGN_DOWN(virt_to_phys(one), block);
	at = virt_to_phys(one) - phys;
	if (api_map(run, domain, iova + at, virt_to_phys(two), page) ||
	    api_reaches(run, 0, iova + at, two) || api_unmap(run, domain, iova + at, page) ||
	    api_map(run, domain, iova, phys, block) ||
	    api_refused(run, 0, iova + at, two) || api_reaches(run, 0, iova + at, one) ||
	    api_unmap(run, domain, iova, block) ||
	    api_map(run, domain, iova + at, virt_to_phys(two), page) ||
	    api_refused(run, 0, iova + at, one))
		return;
	api_reaches(run, 0, iova + at, two);
}

/*
 * A page out of a block. The API promises nothing about it, but what it says it
 * did has to be what the tables and the device see: nothing; the page; or all of the
 * block, which is told from the page to the block's end.
 */
static void api_part_of_block(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	unsigned long iova;
	size_t page, block, at, done;
	phys_addr_t phys;
	bool whole;

	if (!domain || !buf || api_attach(run, 0, domain))
		return;
	page = api_page_bytes(domain);
	block = api_block_bytes(domain);
	if (api_skip(run, block > SZ_32M, "no block is small enough"))
		return;
	iova = ALIGN(API_IOVA, block);
	phys = ALIGN_DOWN(virt_to_phys(buf), block);
	at = virt_to_phys(buf) - phys;
	if (api_map(run, domain, iova, phys, block) || api_reaches(run, 0, iova + at, buf))
		return;
	done = iommu_unmap(domain, iova + at, page);
	/* What is told of the last page is the same either way. */
	whole = done > page || (at + page == block && done && !iommu_iova_to_phys(domain, iova));
	if (api_wrong(run, done && done != page && done != block - at,
		      "unmap of a page in a block did 0x%zx", done) ||
	    api_phys_is(run, domain, iova + at, done ? 0 : virt_to_phys(buf)) ||
	    api_phys_is(run, domain, at ? iova : iova + page,
			whole ? 0 : phys + (at ? 0 : page)))
		return;
	if (done)
		api_refused(run, 0, iova + at, buf);
	else
		api_reaches(run, 0, iova + at, buf);
}

static void api_unmap_nothing(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	size_t page;

	if (!domain || !buf)
		return;
	page = api_page_bytes(domain);
	if (api_wrong(run, iommu_unmap(domain, API_IOVA, page), "nothing was unmapped") ||
	    api_map(run, domain, API_IOVA, virt_to_phys(buf), page) ||
	    api_wrong(run, iommu_unmap(domain, API_IOVA + page, page),
		      "nothing was unmapped beside a page"))
		return;
	if (!api_phys_is(run, domain, API_IOVA, virt_to_phys(buf)))
		api_unmap(run, domain, API_IOVA, page);
}

/* A device's 100 ms make a use after unmap; the unmap has to be there first. */
static void api_in_flight(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	u8 before[64];
	size_t page;
	int ret;

	if (!domain || !buf || api_attach(run, 0, domain))
		return;
	page = api_page_bytes(domain);
	if (api_map(run, domain, API_IOVA, virt_to_phys(buf), page) ||
	    api_reaches(run, 0, API_IOVA, buf))
		return;
	api_fill(run, buf, sizeof(before));
	memcpy(before, buf, sizeof(before));
	ret = edu_start(run->dev[0]->regs, API_IOVA, sizeof(before), true);
	if (api_wrong(run, ret, "no start: %d", ret) || api_unmap(run, domain, API_IOVA, page))
		return;
	ret = edu_wait(run->dev[0]->regs);
	if (!api_wrong(run, ret, "no end: %d", ret))
		api_wrong(run, memcmp(buf, before, sizeof(before)),
			  "a transfer after the unmapping arrived");
}

const struct api_case api_unmap_cases[] = {
	{ "unmap_counts", api_unmap_counts },
	{ "unmap_gathered", api_unmap_gathered },
	{ "remap", api_remap },
	{ "levels", api_levels },
	{ "part_of_block", api_part_of_block },
	{ "unmap_nothing", api_unmap_nothing },
	{ "in_flight", api_in_flight },
	{ }
};
