// SPDX-License-Identifier: GPL-2.0-only
/*
 * The case of smmu_api that is about a device's DMA window. The module's parameter
 * "window" says where it has to be.
 */

#include <linux/limits.h>

#include "api.h"

struct api_range {
	u64 start, last;
};

/* A map has to fail, and no page of it may be there afterwards. */
static bool api_outside(struct api_run *run, struct iommu_domain *domain, u64 iova, void *buf,
			size_t bytes)
{
	size_t page = api_page_bytes(domain), at;
	int ret;

	ret = iommu_map(domain, iova, virt_to_phys(buf), bytes, API_RW, GFP_KERNEL);
	if (api_wrong(run, !ret, "0x%zx bytes at 0x%llx were mapped", bytes, iova))
		return true;
	for (at = 0; at < bytes; at += page)
		if (api_phys_is(run, domain, iova + at, 0))
			return true;
	return api_refused(run, 0, iova, buf);
}

/* The device's transfers reach one page, and a page that was unmapped no more. */
static bool api_inside(struct api_run *run, struct iommu_domain *domain, u64 iova, void *buf)
{
	size_t page = api_page_bytes(domain);

	return api_map(run, domain, iova, virt_to_phys(buf), page) ||
	       api_phys_is(run, domain, iova, virt_to_phys(buf)) ||
	       api_reaches(run, 0, iova, buf) ||
	       api_unmap(run, domain, iova, page) ||
	       api_refused(run, 0, iova, buf);
}

static bool api_edges(struct api_run *run, struct iommu_domain *domain,
		      const struct api_range *range, void *buf)
{
	size_t page = api_page_bytes(domain);

	if (api_inside(run, domain, range->start, buf) ||
	    api_inside(run, domain, range->last + 1 - page, buf))
		return true;
	if (range->start && (api_outside(run, domain, range->start - page, buf, page) ||
			     api_outside(run, domain, range->start - page, buf, 2 * page)))
		return true;
	/* Below the addresses' end: at it the next page is the first one. */
	if (range->last + 1 > ULONG_MAX - 2 * page)
		return false;
	return api_outside(run, domain, range->last + 1, buf, page) ||
	       api_outside(run, domain, range->last + 1 - page, buf, 2 * page);
}

/* A page that is mapped stays so when a map beside it was refused. */
static bool api_kept(struct api_run *run, struct iommu_domain *domain,
		     const struct api_range *range, void *buf, void *other)
{
	size_t page = api_page_bytes(domain);
	u64 iova = range->last + 1 - page;

	return api_map(run, domain, iova, virt_to_phys(other), page) ||
	       api_wrong(run, !iommu_map(domain, iova, virt_to_phys(buf), 2 * page, API_RW,
					 GFP_KERNEL), "a mapping over another was taken") ||
	       api_phys_is(run, domain, iova, virt_to_phys(other)) ||
	       api_reaches(run, 0, iova, other) ||
	       api_unmap(run, domain, iova, page);
}

static void api_windows(struct api_run *run)
{
	const struct api_range *range = (const struct api_range *)api_window;
	struct iommu_domain *domain = api_domain(run);
	unsigned int nr = api_window_nr / 2, i;
	void *buf = api_buf(run, 1), *other = api_buf(run, 0);
	u64 start, last;

	if (api_skip(run, !nr, "the parameter \"window\" is empty") ||
	    !domain || !buf || !other || api_attach(run, 0, domain))
		return;
	start = domain->geometry.aperture_start;
	last = domain->geometry.aperture_end;
	if (api_wrong(run, !domain->geometry.force_aperture, "the aperture is not binding") ||
	    api_wrong(run, start != range[0].start || last != range[nr - 1].last,
		      "the aperture is 0x%llx-0x%llx", start, last))
		return;
	for (i = 0; i < nr; i++)
		if (api_edges(run, domain, &range[i], buf) ||
		    api_kept(run, domain, &range[i], buf, other))
			return;
}

const struct api_case api_window_cases[] = {
	{ "window", api_windows },
	{ }
};
