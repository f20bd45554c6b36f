// SPDX-License-Identifier: GPL-2.0-only
/* Cases of smmu_api: which domain a device sees, and when. */

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>

#ifdef CONFIG_ARM_DMA_USE_IOMMU
#include <asm/dma-iommu.h>
#endif

#include "api.h"

/* An unmanaged domain replaces the kernel's own, and detaching brings it back. */
static void api_dma_domain_returns(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	struct device *dev = run->dev[0]->dev;
	void *buf = api_buf(run, 0), *coherent;
	dma_addr_t iova;

	if (!domain || !buf)
		return;
	coherent = dma_alloc_coherent(dev, SZ_64K, &iova, GFP_KERNEL);
	if (api_wrong(run, !coherent, "no coherent memory"))
		return;
	if (!api_reaches(run, 0, iova, coherent) && !api_refused(run, 0, API_IOVA, buf) &&
	    !api_map(run, domain, API_IOVA, virt_to_phys(buf), api_page_bytes(domain)) &&
	    !api_attach(run, 0, domain) &&
	    !api_reaches(run, 0, API_IOVA, buf) && !api_refused(run, 0, iova, coherent)) {
		api_detach(run, 0);
		if (!api_reaches(run, 0, iova, coherent))
			api_refused(run, 0, API_IOVA, buf);
	}
	dma_free_coherent(dev, SZ_64K, coherent, iova);
}

#ifdef CONFIG_ARM_DMA_USE_IOMMU
/*
 * What drivers for 32-bit Arm do that manage their domains themselves: take the device out
 * of its mapping, and drop both references that it has there.  The mapping has to be good
 * for others after that.
 */
static void api_drop_mapping(struct api_run *run)
{
	struct device *dev = run->dev[0]->dev;
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(dev);
	const struct dma_map_ops *ops = get_dma_ops(dev);
	unsigned int had;

	if (api_wrong(run, !mapping, "no mapping"))
		return;
	had = kref_read(&mapping->kref);
	if (api_wrong(run, had < 3, "%u references, and two will be dropped", had))
		return;
	arm_iommu_detach_device(dev);
	arm_iommu_release_mapping(mapping);
	api_wrong(run, kref_read(&mapping->kref) != had - 2, "%u references are left of %u",
		  kref_read(&mapping->kref), had);
	kref_get(&mapping->kref);
	kref_get(&mapping->kref);
	to_dma_iommu_mapping(dev) = mapping;
	set_dma_ops(dev, ops);
}
#endif

/* Two domains, one address: each switch leads to the other memory. */
static void api_switch(struct api_run *run)
{
	struct iommu_domain *domain[2];
	void *buf[2];
	int i;

	for (i = 0; i < 2; i++) {
		domain[i] = api_domain(run);
		buf[i] = api_buf(run, 0);
		if (!domain[i] || !buf[i] ||
		    api_map(run, domain[i], API_IOVA, virt_to_phys(buf[i]),
			    api_page_bytes(domain[i])))
			return;
	}
	for (i = 0; i < 6; i++) {
		if (api_attach(run, 0, domain[i & 1]) ||
		    api_reaches(run, 0, API_IOVA, buf[i & 1]) ||
		    api_refused(run, 0, API_IOVA, buf[~i & 1]))
			return;
		api_detach(run, 0);
	}
}

/* A transfer under way goes where the domain at its time says. */
static void api_switch_in_flight(struct api_run *run)
{
	struct iommu_domain *one = api_domain(run), *two = api_domain(run);
	void *buf1 = api_buf(run, 0), *buf2 = api_buf(run, 0);
	u8 before[64];
	int ret;

	if (!one || !two || !buf1 || !buf2 ||
	    api_map(run, one, API_IOVA, virt_to_phys(buf1), api_page_bytes(one)) ||
	    api_map(run, two, API_IOVA, virt_to_phys(buf2), api_page_bytes(two)) ||
	    api_attach(run, 0, one) || api_reaches(run, 0, API_IOVA, buf1))
		return;
	api_fill(run, before, sizeof(before));
	memcpy(buf1, before, sizeof(before));
	memcpy(buf2, before, sizeof(before));
	ret = edu_start(run->dev[0]->regs, API_IOVA, sizeof(before), true);
	if (api_wrong(run, ret, "no start: %d", ret))
		return;
	api_detach(run, 0);
	if (api_attach(run, 0, two))
		return;
	ret = edu_wait(run->dev[0]->regs);
	if (api_wrong(run, ret, "no end: %d", ret) ||
	    api_wrong(run, memcmp(buf1, before, sizeof(before)), "the old domain was written"))
		return;
	api_wrong(run, !memcmp(buf2, before, sizeof(before)), "the new domain was not written");
}

/* Identifiers are used again: nothing of the last owner may be left behind them. */
static void api_recycled(struct api_run *run)
{
	struct iommu_domain *domain;
	void *old = api_buf(run, 0), *new = api_buf(run, 0);
	size_t page;
	int i;

	if (!old || !new)
		return;
	for (i = 0; i < 4; i++) {
		domain = api_domain(run);
		if (!domain)
			return;
		page = api_page_bytes(domain);
		if (api_attach(run, 0, domain) ||
		    api_refused(run, 0, API_IOVA, old) ||
		    api_map(run, domain, API_IOVA, virt_to_phys(old), page) ||
		    api_reaches(run, 0, API_IOVA, old))
			return;
		api_detach(run, 0);
		/* Freed with the page still mapped. */
		api_domain_free(run, domain);
	}
	domain = api_domain(run);
	if (!domain || api_attach(run, 0, domain) ||
	    api_map(run, domain, API_IOVA, virt_to_phys(new), api_page_bytes(domain)) ||
	    api_refused(run, 0, API_IOVA, old))
		return;
	api_reaches(run, 0, API_IOVA, new);
}

/* Two devices share a domain: one unmapping counts for both. */
static void api_shared(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	size_t page;

	if (api_skip(run, !run->dev[1], "there is no second edu device"))
		return;
	if (!domain || !buf || api_attach(run, 0, domain) || api_attach(run, 1, domain))
		return;
	page = api_page_bytes(domain);
	if (api_map(run, domain, API_IOVA, virt_to_phys(buf), page) ||
	    api_reaches(run, 0, API_IOVA, buf) || api_reaches(run, 1, API_IOVA, buf) ||
	    api_unmap(run, domain, API_IOVA, page) ||
	    api_refused(run, 0, API_IOVA, buf) || api_refused(run, 1, API_IOVA, buf) ||
	    api_map(run, domain, API_IOVA, virt_to_phys(buf), page) ||
	    api_reaches(run, 0, API_IOVA, buf) || api_reaches(run, 1, API_IOVA, buf))
		return;
	api_detach(run, 0);
	if (api_refused(run, 0, API_IOVA, buf) || api_reaches(run, 1, API_IOVA, buf) ||
	    api_unmap(run, domain, API_IOVA, page))
		return;
	api_refused(run, 1, API_IOVA, buf);
}

/* Two devices, two domains, the same address. */
static void api_apart(struct api_run *run)
{
	struct iommu_domain *one = api_domain(run), *two = api_domain(run);
	void *buf1 = api_buf(run, 0), *buf2 = api_buf(run, 0);

	if (api_skip(run, !run->dev[1], "there is no second edu device"))
		return;
	if (!one || !two || !buf1 || !buf2 || api_attach(run, 0, one) || api_attach(run, 1, two) ||
	    api_map(run, one, API_IOVA, virt_to_phys(buf1), api_page_bytes(one)) ||
	    api_refused(run, 1, API_IOVA, buf1) ||
	    api_map(run, two, API_IOVA, virt_to_phys(buf2), api_page_bytes(two)) ||
	    api_reaches(run, 0, API_IOVA, buf1) || api_reaches(run, 1, API_IOVA, buf2) ||
	    api_refused(run, 0, API_IOVA, buf2) || api_refused(run, 1, API_IOVA, buf1) ||
	    api_unmap(run, one, API_IOVA, api_page_bytes(one)) ||
	    api_refused(run, 0, API_IOVA, buf1))
		return;
	api_reaches(run, 1, API_IOVA, buf2);
}

static void api_attach_often(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	int i;

	if (!domain || !buf ||
	    api_map(run, domain, API_IOVA, virt_to_phys(buf), api_page_bytes(domain)))
		return;
	for (i = 0; i < 300; i++) {
		if (api_attach(run, 0, domain))
			return;
		api_detach(run, 0);
	}
	if (api_refused(run, 0, API_IOVA, buf) || api_attach(run, 0, domain))
		return;
	api_reaches(run, 0, API_IOVA, buf);
}

const struct api_case api_attach_cases[] = {
	{ "dma_domain_returns", api_dma_domain_returns },
	{ "switch", api_switch },
	{ "switch_in_flight", api_switch_in_flight },
	{ "recycled", api_recycled },
	{ "shared", api_shared },
	{ "apart", api_apart },
	{ "attach_often", api_attach_often },
#ifdef CONFIG_ARM_DMA_USE_IOMMU
	{ "drop_mapping", api_drop_mapping },
#endif
	{ }
};
