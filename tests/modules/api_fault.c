// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of smmu_api: what the owner of a domain is told of faults, and may do about them.
 */

#include <linux/completion.h>
#include <linux/delay.h>

#include "api.h"

/**
 * struct api_fault - a fault handler and what it saw
 * @run: the case
 * @told: it has run, and is about to return
 * @begun: it runs
 * @lingered: it has slept
 * @act: what it does; NULL for nothing
 * @iova: address that it was told
 * @dev: device that it was told
 */
struct api_fault {
	struct api_run *run;
	struct completion told;
	struct completion begun;
	struct completion lingered;
	void (*act)(struct api_fault *fault, struct iommu_domain *domain);
	unsigned long iova;
	struct device *dev;
};

/* One case runs at a time; what a handler sees must outlive the case. */
static struct api_fault api_fault;

static int api_fault_handler(struct iommu_domain *domain, struct device *dev, unsigned long iova,
			     int flags, void *token)
{
	struct api_fault *fault = token;

	if (completion_done(&fault->told))
		return 0;
	fault->iova = iova;
	fault->dev = dev;
	if (fault->act)
		fault->act(fault, domain);
	complete_all(&fault->told);
	return 0;
}

/* A domain with a handler, the device attached, and a transfer to where nothing is. */
static struct iommu_domain *api_fault_begin(struct api_run *run,
					    void (*act)(struct api_fault *, struct iommu_domain *))
{
	struct iommu_domain *domain = api_domain(run);
	int ret;

	api_fault = (struct api_fault){ .run = run, .act = act };
	init_completion(&api_fault.told);
	init_completion(&api_fault.begun);
	init_completion(&api_fault.lingered);
	if (!domain)
		return NULL;
	iommu_set_fault_handler(domain, api_fault_handler, &api_fault);
	if (api_attach(run, 0, domain))
		return NULL;
	ret = edu_dma(run->dev[0]->regs, API_IOVA, 4, true);
	return api_wrong(run, ret, "no transfer: %d", ret) ? NULL : domain;
}

static bool api_fault_told(struct api_run *run)
{
	unsigned long left = wait_for_completion_timeout(&api_fault.told, 5 * HZ);

	return api_wrong(run, !left, "the handler did not come to its end") ||
	       api_wrong(run, api_fault.iova != API_IOVA, "address %#lx", api_fault.iova) ||
	       api_wrong(run, api_fault.dev != run->dev[0]->dev, "another device");
}

/* The DMA API's domain is back, and works. */
static void api_fault_end(struct api_run *run)
{
	void *buf = api_buf(run, 0);
	struct iommu_domain *domain = api_domain(run);

	if (!domain || !buf || api_attach(run, 0, domain) ||
	    api_map(run, domain, API_IOVA, virt_to_phys(buf), api_page_bytes(domain)))
		return;
	api_reaches(run, 0, API_IOVA, buf);
}

static void api_fault_detach(struct api_fault *fault, struct iommu_domain *domain)
{
	api_detach(fault->run, 0);
}

static void api_fault_free(struct api_fault *fault, struct iommu_domain *domain)
{
	api_detach(fault->run, 0);
	api_domain_free(fault->run, domain);
}

static void api_fault_linger(struct api_fault *fault, struct iommu_domain *domain)
{
	complete(&fault->begun);
	msleep(1000);
	complete(&fault->lingered);
}

static void api_handler_told(struct api_run *run)
{
	if (api_fault_begin(run, NULL))
		api_fault_told(run);
}

/* The handler detaches the device: nobody may hold what that needs. */
static void api_handler_detaches(struct api_run *run)
{
	if (api_fault_begin(run, api_fault_detach) && !api_fault_told(run))
		api_fault_end(run);
}

/* It frees the domain as well. */
static void api_handler_frees(struct api_run *run)
{
	if (api_fault_begin(run, api_fault_free) && !api_fault_told(run))
		api_fault_end(run);
}

/*
 * Somebody else detaches and frees: the first waits for no handler, which may be about to
 * do it as well, the second until it has come to its end.
 */
static void api_handler_outlived(struct api_run *run)
{
	struct iommu_domain *domain = api_fault_begin(run, api_fault_linger);
	unsigned long left;

	if (!domain)
		return;
	left = wait_for_completion_timeout(&api_fault.begun, 5 * HZ);
	if (api_wrong(run, !left, "no handler ran"))
		return;
	api_detach(run, 0);
	if (api_wrong(run, completion_done(&api_fault.lingered), "detaching waited for it"))
		return;
	api_domain_free(run, domain);
	if (!api_wrong(run, !completion_done(&api_fault.lingered), "freed under it"))
		api_fault_end(run);
}

const struct api_case api_fault_cases[] = {
	{ "handler_told", api_handler_told },
	{ "handler_detaches", api_handler_detaches },
	{ "handler_frees", api_handler_frees },
	{ "handler_outlived", api_handler_outlived },
	{ }
};
