// SPDX-License-Identifier: GPL-2.0-only
/* What the cases of smmu_api take, and the transfers that check them. */

#include <linux/gfp.h>
#include <linux/string.h>

#include "api.h"

/* Little: the model makes an event of every four bytes that it refuses. */
#define API_DMA_BYTES	64

struct iommu_domain *api_domain(struct api_run *run)
{
	struct iommu_domain *domain;
	unsigned int i;

	domain = iommu_paging_domain_alloc(run->dev[0]->dev);
	if (api_wrong(run, IS_ERR(domain), "no paging domain: %ld", PTR_ERR(domain)))
		return NULL;
	for (i = 0; i < API_DOMAINS; i++) {
		if (!run->domain[i]) {
			run->domain[i] = domain;
			return domain;
		}
	}
	iommu_domain_free(domain);
	api_wrong(run, true, "the case takes too many domains");
	return NULL;
}

void api_domain_free(struct api_run *run, struct iommu_domain *domain)
{
	unsigned int i;

	for (i = 0; i < API_DOMAINS; i++)
		if (run->domain[i] == domain)
			run->domain[i] = NULL;
	iommu_domain_free(domain);
}

void *api_buf(struct api_run *run, unsigned int order)
{
	unsigned int i;
	void *buf;

	for (i = 0; i < API_BUFS && run->buf[i]; i++)
		;
	if (api_wrong(run, i == API_BUFS, "the case takes too many buffers"))
		return NULL;
	buf = (void *)__get_free_pages(GFP_KERNEL, order);
	if (api_wrong(run, !buf, "no memory for a buffer of order %u", order))
		return NULL;
	run->buf[i] = buf;
	run->buf_order[i] = order;
	return buf;
}

bool api_attach(struct api_run *run, unsigned int dev, struct iommu_domain *domain)
{
	int ret = iommu_attach_device(domain, run->dev[dev]->dev);

	if (!ret)
		run->attached[dev] = domain;
	return api_wrong(run, ret, "attach of %s: %d", dev_name(run->dev[dev]->dev), ret);
}

void api_detach(struct api_run *run, unsigned int dev)
{
	iommu_detach_device(run->attached[dev], run->dev[dev]->dev);
	run->attached[dev] = NULL;
}

/* Domains are freed with what is still mapped in them: that has to work. */
void api_release(struct api_run *run)
{
	unsigned int i;

	for (i = 0; i < API_DEVS; i++)
		if (run->attached[i])
			api_detach(run, i);
	for (i = 0; i < API_DOMAINS; i++)
		if (run->domain[i])
			iommu_domain_free(run->domain[i]);
	for (i = 0; i < API_BUFS; i++)
		if (run->buf[i])
			free_pages((unsigned long)run->buf[i], run->buf_order[i]);
}

bool api_map(struct api_run *run, struct iommu_domain *domain, unsigned long iova,
	     phys_addr_t phys, size_t bytes)
{
	int ret = iommu_map(domain, iova, phys, bytes, API_RW, GFP_KERNEL);

	return api_wrong(run, ret, "map of 0x%zx bytes at 0x%lx to %pap: %d", bytes, iova, &phys,
			 ret);
}

bool api_unmap(struct api_run *run, struct iommu_domain *domain, unsigned long iova, size_t bytes)
{
	size_t done = iommu_unmap(domain, iova, bytes);

	return api_wrong(run, done != bytes, "unmap of 0x%zx bytes at 0x%lx did 0x%zx", bytes,
			 iova, done);
}

bool api_phys_is(struct api_run *run, struct iommu_domain *domain, unsigned long iova,
		 phys_addr_t phys)
{
	phys_addr_t is = iommu_iova_to_phys(domain, iova);

	return api_wrong(run, is != phys, "0x%lx translates to %pap instead of %pap", iova, &is,
			 &phys);
}

void api_fill(struct api_run *run, void *where, size_t bytes)
{
	prandom_bytes_state(&run->rnd, where, bytes);
}

static bool api_transfer(struct api_run *run, unsigned int dev, unsigned long iova, bool to_mem)
{
	int ret = edu_dma(run->dev[dev]->regs, iova, API_DMA_BYTES, to_mem);

	/* What the device did comes before what the CPU looks at now. */
	dma_rmb();
	return api_wrong(run, ret, "%s did not end its transfer: %d",
			 dev_name(run->dev[dev]->dev), ret);
}

/*
 * Lets the device write to @iova and says whether the memory at @where changed,
 * which holds random bytes before.
 */
bool api_changed(struct api_run *run, unsigned int dev, unsigned long iova, void *where,
		 bool *changed)
{
	u8 before[API_DMA_BYTES];

	api_fill(run, before, sizeof(before));
	memcpy(where, before, sizeof(before));
	/* The bytes are there before the device is told to write over them. */
	dma_wmb();
	if (api_transfer(run, dev, iova, true))
		return true;
	*changed = memcmp(where, before, sizeof(before));
	return false;
}

bool api_reaches(struct api_run *run, unsigned int dev, unsigned long iova, void *where)
{
	bool changed;

	if (api_changed(run, dev, iova, where, &changed))
		return true;
	return api_wrong(run, !changed, "a write of %s to 0x%lx did not arrive",
			 dev_name(run->dev[dev]->dev), iova);
}

bool api_refused(struct api_run *run, unsigned int dev, unsigned long iova, void *where)
{
	bool changed;

	if (api_changed(run, dev, iova, where, &changed))
		return true;
	return api_wrong(run, changed, "a write of %s to 0x%lx got through",
			 dev_name(run->dev[dev]->dev), iova);
}

/*
 * Lets the device read at @iova and says whether it got the bytes at @where. It
 * hands them over through API_SCRATCH_IOVA, mapped to @scratch.
 */
bool api_reads(struct api_run *run, unsigned int dev, unsigned long iova, void *where,
	       void *scratch, bool *reads)
{
	api_fill(run, where, API_DMA_BYTES);
	memset(scratch, 0, API_DMA_BYTES);
	/* The bytes are there before the device is told to read them. */
	dma_wmb();
	if (api_transfer(run, dev, iova, false) ||
	    api_transfer(run, dev, API_SCRATCH_IOVA, true))
		return true;
	*reads = !memcmp(where, scratch, API_DMA_BYTES);
	return false;
}
