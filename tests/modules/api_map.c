// SPDX-License-Identifier: GPL-2.0-only
/* Cases of smmu_api: what a mapping reaches, and what is refused as a mapping. */

#include <linux/bitops.h>
#include <linux/scatterlist.h>

#include "api.h"

/*
 * A leaf of @bytes, wherever its memory begins: the page @buf lies inside it, and
 * the device touches nothing else of it.
 */
static void api_one_size(struct api_run *run, struct iommu_domain *domain, size_t bytes, void *buf)
{
	phys_addr_t page = virt_to_phys(buf), phys = ALIGN_DOWN(page, bytes);
	unsigned long base = ALIGN(API_IOVA, bytes), iova;

	/* Without the core's DMA API, the MSI doorbell is mapped where it is: too low. */
	if (!api_fits((u64)base + bytes) && IS_ENABLED(CONFIG_IOMMU_DMA))
		base = 0;
	iova = base + (page - phys);
	if (api_map(run, domain, base, phys, bytes) ||
	    api_phys_is(run, domain, base, phys) ||
	    api_phys_is(run, domain, base + bytes / 2 + 5, phys + bytes / 2 + 5) ||
	    api_phys_is(run, domain, base + bytes - 1, phys + bytes - 1) ||
	    api_phys_is(run, domain, base + bytes, 0) ||
	    (base && api_phys_is(run, domain, base - 1, 0)))
		return;
	if (api_fits(iova) && api_reaches(run, 0, iova, buf))
		return;
	if (api_unmap(run, domain, base, bytes) || api_phys_is(run, domain, iova, 0))
		return;
	if (api_fits(iova))
		api_refused(run, 0, iova, buf);
}

static void api_sizes(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	unsigned long sizes;
	unsigned int bit;

	if (!domain || !buf || api_attach(run, 0, domain))
		return;
	sizes = domain->pgsize_bitmap;
	for_each_set_bit(bit, &sizes, BITS_PER_LONG)
		if (!run->wrong)
			api_one_size(run, domain, BIT(bit), buf);
}

/* Head and tail of pages around blocks, as address bits of both sides allow. */
static void api_mixed(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	size_t page, block, bytes, at;
	unsigned long iova;
	phys_addr_t phys;

	if (!domain || !buf || api_attach(run, 0, domain))
		return;
	page = api_page_bytes(domain);
	block = api_block_bytes(domain);
	if (api_skip(run, block > SZ_32M, "no block is small enough"))
		return;
	phys = ALIGN_DOWN(virt_to_phys(buf), block) - 3 * page;
	iova = ALIGN(API_IOVA, block) + block - 3 * page;
	bytes = 2 * block + 8 * page;
	if (api_map(run, domain, iova, phys, bytes))
		return;
	for (at = 0; at < bytes; at += page)
		if (api_phys_is(run, domain, iova + at, phys + at))
			return;
	at = virt_to_phys(buf) - phys;
	if (api_phys_is(run, domain, iova - 1, 0) || api_phys_is(run, domain, iova + bytes, 0) ||
	    api_reaches(run, 0, iova + at, buf) || api_unmap(run, domain, iova, bytes))
		return;
	for (at = 0; at < bytes; at += page)
		if (api_phys_is(run, domain, iova + at, 0))
			return;
	at = virt_to_phys(buf) - phys;
	api_refused(run, 0, iova + at, buf);
}

#define API_SG	24

static void api_sg(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	struct scatterlist sg[API_SG], *one;
	size_t at = 0, bytes = 0;
	ssize_t done;
	void *buf;
	int i;

	if (!domain || api_attach(run, 0, domain))
		return;
	sg_init_table(sg, API_SG);
	for_each_sg(sg, one, API_SG, i) {
		buf = api_buf(run, i % 3);
		if (!buf)
			return;
		sg_set_buf(one, buf, PAGE_SIZE << (i % 3));
		bytes += one->length;
	}
	done = iommu_map_sg(domain, API_IOVA, sg, API_SG, API_RW, GFP_KERNEL);
	if (api_wrong(run, done != bytes, "map_sg of 0x%zx bytes: %zd", bytes, done))
		return;
	for_each_sg(sg, one, API_SG, i) {
		if (api_phys_is(run, domain, API_IOVA + at, sg_phys(one)) ||
		    api_phys_is(run, domain, API_IOVA + at + one->length - 1,
				sg_phys(one) + one->length - 1))
			return;
		if (i % 8 == 2 && api_reaches(run, 0, API_IOVA + at, sg_virt(one)))
			return;
		at += one->length;
	}
	if (api_phys_is(run, domain, API_IOVA + bytes, 0) ||
	    api_unmap(run, domain, API_IOVA, bytes))
		return;
	at = 0;
	for_each_sg(sg, one, API_SG, i) {
		if (api_phys_is(run, domain, API_IOVA + at, 0))
			return;
		if (i % 8 == 2 && api_refused(run, 0, API_IOVA + at, sg_virt(one)))
			return;
		at += one->length;
	}
}

/* One way of protection: -1 where the two stages differ. */
struct api_prot {
	int prot, reads, writes;
};

static void api_one_prot(struct api_run *run, struct iommu_domain *domain, unsigned long iova,
			 const struct api_prot *want, void *buf, void *scratch)
{
	size_t page = api_page_bytes(domain);
	bool reads, writes;
	int ret;

	ret = iommu_map(domain, iova, virt_to_phys(buf), page, want->prot, GFP_KERNEL);
	/* A mapping that allows nothing may be refused as a whole. */
	if (api_wrong(run, ret && (want->prot & (IOMMU_READ | IOMMU_WRITE)),
		      "map with prot 0x%x: %d", want->prot, ret))
		return;
	if (api_reads(run, 0, iova, buf, scratch, &reads) ||
	    api_changed(run, 0, iova, buf, &writes))
		return;
	if (api_wrong(run, want->reads >= 0 && reads != want->reads,
		      "prot 0x%x: the device %s read", want->prot, reads ? "can" : "cannot") ||
	    api_wrong(run, want->writes >= 0 && writes != want->writes,
		      "prot 0x%x: the device %s write", want->prot, writes ? "can" : "cannot"))
		return;
	if (!ret)
		api_unmap(run, domain, iova, page);
}

static void api_prots(struct api_run *run)
{
	static const struct api_prot prots[] = {
		{ IOMMU_READ | IOMMU_WRITE, 1, 1 },
		{ IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE, 1, 1 },
		{ IOMMU_READ, 1, 0 },
		{ IOMMU_READ | IOMMU_CACHE, 1, 0 },
		{ IOMMU_READ | IOMMU_NOEXEC, 1, 0 },
		/* Stage 1 knows no write-only page. */
		{ IOMMU_WRITE, -1, 1 },
		{ IOMMU_READ | IOMMU_WRITE | IOMMU_NOEXEC, 1, 1 },
		{ IOMMU_READ | IOMMU_WRITE | IOMMU_MMIO, 1, 1 },
		{ 0, 0, 0 },
	};
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0), *scratch = api_buf(run, 0);
	size_t i;

	if (!domain || !buf || !scratch || api_attach(run, 0, domain) ||
	    api_map(run, domain, API_SCRATCH_IOVA, virt_to_phys(scratch), api_page_bytes(domain)))
		return;
	/* The same address each time: what the TLB kept from the last one shows. */
	for (i = 0; i < ARRAY_SIZE(prots) && !run->wrong; i++)
		api_one_prot(run, domain, API_IOVA, &prots[i], buf, scratch);
}

static void api_unaligned(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 1);
	size_t page, half;
	phys_addr_t phys;

	if (!domain || !buf)
		return;
	page = api_page_bytes(domain);
	half = page / 2;
	phys = virt_to_phys(buf);
	if (api_wrong(run, !iommu_map(domain, API_IOVA + half, phys, page, API_RW, GFP_KERNEL),
		      "an address inside a page was mapped") ||
	    api_wrong(run, !iommu_map(domain, API_IOVA, phys + half, page, API_RW, GFP_KERNEL),
		      "memory inside a page was mapped") ||
	    api_wrong(run, !iommu_map(domain, API_IOVA, phys, half, API_RW, GFP_KERNEL),
		      "half a page was mapped") ||
	    api_phys_is(run, domain, API_IOVA, 0) || api_map(run, domain, API_IOVA, phys, page))
		return;
	if (api_wrong(run, iommu_unmap(domain, API_IOVA, half), "half a page was unmapped") ||
	    api_wrong(run, iommu_unmap(domain, API_IOVA + half, page), "a page and a half went"))
		return;
	api_phys_is(run, domain, API_IOVA, phys);
}

/* A range that meets a mapping is refused, and leaves everything as it was. */
static void api_overlap(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *old = api_buf(run, 0), *new = api_buf(run, 3);
	unsigned long iova = API_IOVA + SZ_64K;
	phys_addr_t phys;
	size_t page, i;
	int ret;

	if (!domain || !old || !new || api_attach(run, 0, domain))
		return;
	page = api_page_bytes(domain);
	phys = virt_to_phys(old);
	if (api_map(run, domain, iova, phys, page) || api_reaches(run, 0, iova, old))
		return;
	ret = iommu_map(domain, iova - 2 * page, virt_to_phys(new), 5 * page, API_RW, GFP_KERNEL);
	if (api_wrong(run, !ret, "a second mapping was put over the first"))
		return;
	for (i = 0; i < 5; i++)
		if (api_phys_is(run, domain, iova + i * page - 2 * page, i == 2 ? phys : 0))
			return;
	if (api_refused(run, 0, iova - page, new + page) || api_reaches(run, 0, iova, old) ||
	    api_unmap(run, domain, iova, page) ||
	    api_map(run, domain, iova - 2 * page, virt_to_phys(new), 5 * page))
		return;
	if (!api_reaches(run, 0, iova, new + 2 * page))
		api_refused(run, 0, iova, old);
}

/* The same between leaves of two levels. */
static void api_overlap_block(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	unsigned long iova;
	size_t page, block;
	phys_addr_t phys;

	if (!domain || !buf)
		return;
	page = api_page_bytes(domain);
	block = api_block_bytes(domain);
	iova = ALIGN(API_IOVA, block);
	phys = ALIGN_DOWN(virt_to_phys(buf), block);
	if (api_map(run, domain, iova, phys, block) ||
	    api_wrong(run, !iommu_map(domain, iova + page, virt_to_phys(buf), page, API_RW,
				      GFP_KERNEL), "a page was put over a block") ||
	    api_phys_is(run, domain, iova + page, phys + page) ||
	    api_unmap(run, domain, iova, block) ||
	    api_map(run, domain, iova + page, virt_to_phys(buf), page) ||
	    api_wrong(run, !iommu_map(domain, iova, phys, block, API_RW, GFP_KERNEL),
		      "a block was put over a page"))
		return;
	if (!api_phys_is(run, domain, iova + page, virt_to_phys(buf)) &&
	    !api_phys_is(run, domain, iova, 0))
		api_unmap(run, domain, iova + page, page);
}

static void api_aperture(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 1);
	unsigned long last;
	phys_addr_t phys;
	size_t page;

	if (!domain || !buf || api_attach(run, 0, domain))
		return;
	page = api_page_bytes(domain);
	phys = virt_to_phys(buf);
	if (api_skip(run, !domain->geometry.force_aperture ||
		     domain->geometry.aperture_end >= ULONG_MAX,
		     "the aperture is as wide as an address"))
		return;
	last = domain->geometry.aperture_end;
	if (api_wrong(run, !iommu_map(domain, last + 1, phys, page, API_RW, GFP_KERNEL),
		      "a page above the aperture was mapped") ||
	    api_wrong(run, !iommu_map(domain, last + 1 - page, phys, 2 * page, API_RW, GFP_KERNEL),
		      "a range across the aperture's end was mapped") ||
	    api_phys_is(run, domain, last + 1 - page, 0) ||
	    api_phys_is(run, domain, last + 1, 0) ||
	    api_map(run, domain, last + 1 - page, phys, page) ||
	    api_phys_is(run, domain, last, phys + page - 1))
		return;
	if (api_fits(last + 1 - SZ_4K) &&
	    api_reaches(run, 0, last + 1 - SZ_4K, buf + page - SZ_4K))
		return;
	api_unmap(run, domain, last + 1 - page, page);
}

const struct api_case api_map_cases[] = {
	{ "sizes", api_sizes },
	{ "mixed", api_mixed },
	{ "map_sg", api_sg },
	{ "prot", api_prots },
	{ "unaligned", api_unaligned },
	{ "overlap", api_overlap },
	{ "overlap_block", api_overlap_block },
	{ "aperture", api_aperture },
	{ }
};
