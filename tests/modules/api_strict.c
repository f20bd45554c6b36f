// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases of smmu_api: for each kind of leaf and of range, the device has the translation
 * in its TLB when it is unmapped, and cannot use it when the unmapping returns.
 *
 * What the machine's SMMU keeps shows which invalidation was sent: a page that was
 * forgotten is still reached.
 */

#include <linux/align.h>

#include "api.h"

/**
 * struct api_strict - a range under test
 * @domain: where it is mapped; the device is attached to it
 * @buf: a page of memory that is inside the range
 * @iova: first address of the range
 * @phys: what that leads to; only @buf is ever touched
 * @bytes: size of the range
 */
struct api_strict {
	struct iommu_domain *domain;
	void *buf;
	unsigned long iova;
	phys_addr_t phys;
	size_t bytes;
};

static unsigned long api_strict_at(const struct api_strict *s)
{
	return s->iova + (virt_to_phys(s->buf) - s->phys);
}

static bool api_strict_begin(struct api_run *run, struct api_strict *s)
{
	s->domain = api_domain(run);
	s->buf = api_buf(run, 0);
	return !s->domain || !s->buf || api_attach(run, 0, s->domain);
}

/* Map, use, unmap by one call, and try again. */
static bool api_strict_once(struct api_run *run, const struct api_strict *s)
{
	return api_map(run, s->domain, s->iova, s->phys, s->bytes) ||
	       api_reaches(run, 0, api_strict_at(s), s->buf) ||
	       api_unmap(run, s->domain, s->iova, s->bytes) ||
	       api_phys_is(run, s->domain, api_strict_at(s), 0) ||
	       api_refused(run, 0, api_strict_at(s), s->buf);
}

/* @n pages of which @buf is the first, one in the middle, or the last. */
static bool api_strict_run_of_pages(struct api_run *run, struct api_strict *s, size_t n)
{
	size_t page = api_page_bytes(s->domain);
	size_t at[] = { 0, n / 2, n - 1 };
	size_t i;

	for (i = 0; i < min(n, ARRAY_SIZE(at)); i++) {
		s->iova = API_IOVA + 3 * page;
		s->phys = virt_to_phys(s->buf) - at[i] * page;
		s->bytes = n * page;
		if (api_strict_once(run, s))
			return true;
	}
	return false;
}

/* Odd, even, more than a command can take at once, more than a table holds */
static void api_strict_pages(struct api_run *run)
{
	static const size_t counts[] = { 1, 2, 15, 33, 300 };
	struct api_strict s;
	size_t i;

	if (api_strict_begin(run, &s))
		return;
	for (i = 0; i < ARRAY_SIZE(counts); i++)
		if (api_strict_run_of_pages(run, &s, counts[i]))
			return;
}

/* Each size of leaf, alone and as a pair with the page in the first and in the last */
static void api_strict_leaves(struct api_run *run)
{
	struct api_strict s;
	unsigned long sizes;
	unsigned int bit, i;

	if (api_strict_begin(run, &s))
		return;
	sizes = s.domain->pgsize_bitmap;
	for_each_set_bit(bit, &sizes, BITS_PER_LONG) {
		u64 leaf = BIT_ULL(bit);

		/* The script for wide devices gets to these. */
		if (ALIGN(API_IOVA, leaf) + 2 * leaf > BIT_ULL(min(api_bits, 62U)) ||
		    ALIGN(API_IOVA, leaf) + 2 * leaf - 1 > ULONG_MAX)
			break;
		for (i = 0; i < 3; i++) {
			s.iova = ALIGN(API_IOVA, leaf);
			s.phys = ALIGN_DOWN(virt_to_phys(s.buf), leaf);
			s.bytes = i ? 2 * leaf : leaf;
			/* What is below address 0 cannot be the other one. */
			if (i == 2 && s.phys < leaf)
				continue;
			s.phys -= i == 2 ? leaf : 0;
			if (api_strict_once(run, &s))
				return;
		}
	}
}

/* Leaves side by side that the tables may mark as one: pages, then blocks */
static void api_strict_groups(struct api_run *run)
{
	struct api_strict s;
	size_t block;

	if (api_strict_begin(run, &s))
		return;
	block = api_block_bytes(s.domain);
	/* With 4 KiB, 16 of each: 64 KiB and 32 MiB. Others have more pages in a group. */
	for (s.bytes = SZ_64K; s.bytes <= SZ_64M; s.bytes *= 2) {
		s.iova = ALIGN(API_IOVA, s.bytes);
		s.phys = ALIGN_DOWN(virt_to_phys(s.buf), s.bytes);
		if (s.bytes > block && s.bytes != 16 * block && s.bytes != 2 * block)
			continue;
		if (api_strict_once(run, &s))
			return;
	}
}

/* The two pages beside one that went. */
static bool api_strict_beside(struct api_run *run, struct api_strict *s, size_t gone, bool there)
{
	size_t page = api_page_bytes(s->domain);
	size_t i;

	for (i = gone - 1; i <= gone + 1; i += 2) {
		unsigned long iova = s->iova + i * page;
		void *where = s->buf + i * page;

		if (api_phys_is(run, s->domain, iova, there ? s->phys + i * page : 0))
			return true;
		if (there ? api_reaches(run, 0, iova, where) : api_refused(run, 0, iova, where))
			return true;
	}
	return false;
}

/*
 * One page of @bytes goes, which are less than a block: that one is out of reach, its
 * neighbours are not, whether or not they were in a group.
 */
static void api_strict_part(struct api_run *run, struct iommu_domain *domain, size_t bytes)
{
	struct api_strict s = { .domain = domain, .bytes = bytes };
	size_t page, gone;

	s.buf = api_buf(run, get_order(SZ_2M));
	if (!s.buf || api_attach(run, 0, s.domain))
		return;
	page = api_page_bytes(s.domain);
	s.iova = ALIGN(API_IOVA, SZ_2M);
	s.phys = virt_to_phys(s.buf);
	gone = s.bytes / page / 2 + 5;
	if (api_map(run, s.domain, s.iova, s.phys, s.bytes) ||
	    api_reaches(run, 0, s.iova + gone * page, s.buf + gone * page) ||
	    api_strict_beside(run, &s, gone, true))
		return;
	if (api_unmap(run, s.domain, s.iova + gone * page, page) ||
	    api_refused(run, 0, s.iova + gone * page, s.buf + gone * page) ||
	    api_strict_beside(run, &s, gone, true))
		return;
	if (api_unmap(run, s.domain, s.iova, gone * page) ||
	    api_unmap(run, s.domain, s.iova + (gone + 1) * page, s.bytes - (gone + 1) * page))
		return;
	api_strict_beside(run, &s, gone, false);
}

/* No block, but groups: of 64 KiB with pages of 4 KiB, of 2 MiB with others */
static void api_strict_part_of_group(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);

	if (domain)
		api_strict_part(run, domain, min_t(size_t, SZ_2M, api_block_bytes(domain) / 2));
}

/* Whether the device finds the first and the last page of a block, and page @at of it */
static bool api_strict_block(struct api_run *run, struct api_strict *s, size_t at, bool there)
{
	size_t page = api_page_bytes(s->domain), i;
	const size_t offset[] = { 0, at, s->bytes - page };

	for (i = 0; i < ARRAY_SIZE(offset); i++) {
		unsigned long iova = s->iova + offset[i];
		void *where = s->buf + offset[i];

		if (api_phys_is(run, s->domain, iova, there ? s->phys + offset[i] : 0))
			return true;
		if (there ? api_reaches(run, 0, iova, where) : api_refused(run, 0, iova, where))
			return true;
	}
	return false;
}

/* One page of the first of two blocks goes: that block is out of reach, the other is not. */
static bool api_strict_block_once(struct api_run *run, struct api_strict *s, size_t at)
{
	size_t page = api_page_bytes(s->domain), block = s->bytes, done;
	struct api_strict other = *s;

	other.iova += block;
	other.phys += block;
	other.buf += block;
	if (api_map(run, s->domain, s->iova, s->phys, 2 * block) ||
	    api_strict_block(run, s, at, true) || api_strict_block(run, &other, 0, true))
		return true;
	done = iommu_unmap(s->domain, s->iova + at, page);
	return api_wrong(run, done != block - at, "unmap of a page at 0x%zx of a block did 0x%zx",
			 at, done) ||
	       api_strict_block(run, s, at, false) || api_strict_block(run, &other, 0, true) ||
	       api_unmap(run, s->domain, other.iova, block);
}

static void api_strict_part_of_block(struct api_run *run)
{
	struct iommu_domain *domain = api_domain(run);
	struct api_strict s = { .domain = domain };
	size_t page, block;

	if (!domain || api_skip(run, api_block_bytes(domain) > SZ_2M, "no block is small enough"))
		return;
	page = api_page_bytes(domain);
	block = api_block_bytes(domain);
	s.buf = api_buf(run, get_order(2 * block));
	if (!s.buf || api_attach(run, 0, domain))
		return;
	s.bytes = block;
	s.iova = ALIGN(API_IOVA, block);
	s.phys = virt_to_phys(s.buf);
	if (!api_strict_block_once(run, &s, 0) &&
	    !api_strict_block_once(run, &s, block / 2 + 5 * page))
		api_strict_block_once(run, &s, block - page);
}

/* A page, a block and a page in one call, with the device on each of them */
static void api_strict_mixed(struct api_run *run)
{
	struct api_strict s;
	size_t page, block;
	void *two;

	if (api_strict_begin(run, &s))
		return;
	page = api_page_bytes(s.domain);
	block = api_block_bytes(s.domain);
	if (api_skip(run, block > SZ_2M, "no block is small enough"))
		return;
	two = api_buf(run, get_order(2 * block));
	if (!two)
		return;
	s.iova = ALIGN(API_IOVA, block) + block - page;
	s.bytes = block + 2 * page;

	s.phys = virt_to_phys(two + block - page);
	s.buf = two + block - page;
	if (api_strict_once(run, &s))
		return;
	s.buf = two + block;
	if (api_strict_once(run, &s))
		return;
	s.phys = virt_to_phys(two) - page;
	api_strict_once(run, &s);
}

/* All of a last-level table and more: the table goes, the one beside it stays. */
static void api_strict_tables(struct api_run *run)
{
	struct api_strict s;
	size_t page, block;
	void *beside;

	if (api_strict_begin(run, &s))
		return;
	page = api_page_bytes(s.domain);
	block = api_block_bytes(s.domain);
	beside = api_buf(run, 0);
	if (!beside || api_skip(run, block > SZ_32M, "a table covers too much"))
		return;
	s.iova = ALIGN(API_IOVA, block);
	/* A page off, so that no block will do. */
	s.bytes = 2 * block;
	s.phys = virt_to_phys(s.buf) - block - 5 * page;
	if (IS_ALIGNED(s.phys, block))
		s.phys -= page;
	if (api_map(run, s.domain, s.iova + s.bytes, virt_to_phys(beside), page) ||
	    api_reaches(run, 0, s.iova + s.bytes, beside) || api_strict_once(run, &s) ||
	    api_reaches(run, 0, s.iova + s.bytes, beside))
		return;
	/* Other tables now stand where these were. */
	api_strict_once(run, &s);
}

/* Unmapped without an invalidation, then everything is dropped: lazy mode's way. */
static void api_strict_flush(struct api_run *run)
{
	struct iommu_iotlb_gather gather;
	struct api_strict s;
	size_t page;

	if (api_strict_begin(run, &s))
		return;
	page = api_page_bytes(s.domain);
	s.iova = API_IOVA;
	s.phys = virt_to_phys(s.buf);
	if (api_map(run, s.domain, s.iova, s.phys, page) ||
	    api_reaches(run, 0, s.iova, s.buf))
		return;
	iommu_iotlb_gather_init(&gather);
	gather.queued = true;
	if (api_wrong(run, iommu_unmap_fast(s.domain, s.iova, page, &gather) != page,
		      "unmap_fast failed"))
		return;
	iommu_flush_iotlb_all(s.domain);
	api_refused(run, 0, s.iova, s.buf);
}

const struct api_case api_strict_cases[] = {
	{ "strict_pages", api_strict_pages },
	{ "strict_leaves", api_strict_leaves },
	{ "strict_groups", api_strict_groups },
	{ "strict_part_of_group", api_strict_part_of_group },
	{ "strict_part_of_block", api_strict_part_of_block },
	{ "strict_mixed", api_strict_mixed },
	{ "strict_tables", api_strict_tables },
	{ "strict_flush", api_strict_flush },
	{ }
};
