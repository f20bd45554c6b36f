// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map: a shortcut to the last-level table for most calls, a walk down from the
 * root for the others.
 */
#include <linux/align.h>
#include <linux/gfp.h>

#include <kunit/visibility.h>

#include "pgtable/exchange.h"
#include "pgtable/hint.h"
#include "pgtable/run.h"
#include "pgtable/shortcut.h"
#include "pgtable/table.h"

/**
 * struct map_job - what is left to map
 * @iova: next input address
 * @pa: next output address, bits 47 to 0
 * @left: bytes
 * @attr: everything else of a page
 * @gfp: for tables
 * @tally: tables made
 */
struct map_job {
	u64 iova;
	u64 pa;
	u64 left;
	u64 attr;
	gfp_t gfp;
	struct smmu_table_tally tally;
};

static u64 leaf_desc(const struct smmu_pgtable *pt, const struct map_job *job,
		     unsigned int slot_lg2)
{
	u64 desc = job->pa | job->attr;

	if (slot_lg2 == pt->granule_lg2)
		return desc;
	return (desc & ~SMMU_DESC_TYPE) | SMMU_DESC_BLOCK;
}

static void advance(struct map_job *job, u64 bytes)
{
	job->iova += bytes;
	job->pa += bytes;
	job->left -= bytes;
}

/* How many leaves of a level, @slots at most, suit the addresses and what is left */
static u32 suitable(const struct smmu_pgtable *pt, const struct map_job *job,
		    unsigned int slot_lg2, u32 slots)
{
	if (slot_lg2 > pt->block_lg2 || !IS_ALIGNED(job->iova | job->pa, BIT_ULL(slot_lg2)))
		return 0;
	return min_t(u64, slots, job->left >> slot_lg2);
}

static int map_table(struct smmu_pgtable *pt, struct map_job *job,
		     __le64 *slot, unsigned int slot_lg2);

/*
 * A new table of the last level is filled before anybody else can see it. One that is
 * filled as a whole is not zeroed first, which saves 282 instructions (make bench).
 */
static __le64 *make_pages(struct smmu_pgtable *pt, const struct map_job *job,
			  u32 *pages)
{
	unsigned int slot_lg2 = pt->granule_lg2;
	u32 n = suitable(pt, job, slot_lg2, smmu_slots_from(pt, slot_lg2, job->iova));
	gfp_t gfp = n > pt->index_mask ? job->gfp : job->gfp | __GFP_ZERO;
	__le64 *table = smmu_table_alloc(pt, BIT(slot_lg2), gfp);

	if (table)
		smmu_hint_fill(pt, smmu_slot(pt, table, slot_lg2, job->iova), n,
			       slot_lg2, job->iova, leaf_desc(pt, job, slot_lg2));
	*pages = n;
	return table;
}

/* The slot is empty, and it takes a table of the last level. */
static int map_new_pages(struct smmu_pgtable *pt, struct map_job *job,
			 __le64 *slot)
{
	__le64 *table;
	u32 pages;
	int ret;

	table = make_pages(pt, job, &pages);
	if (!table)
		return -ENOMEM;
	ret = smmu_table_link(pt, slot, table);
	if (ret)
		return ret;
	smmu_table_tally_add(&job->tally, table);
	/* What is mapped as a whole will be unmapped so, without a shortcut. */
	if (pages <= pt->index_mask)
		smmu_shortcut_keep(pt, job->iova,
				   smmu_slot(pt, table, pt->granule_lg2, job->iova));
	advance(job, (u64)pages << pt->granule_lg2);
	return 0;
}

/* The slot is empty, and it takes a table above the last level. */
static int map_new_table(struct smmu_pgtable *pt, struct map_job *job,
			 __le64 *slot, unsigned int slot_lg2)
{
	__le64 *table = smmu_table_alloc(pt, BIT(pt->granule_lg2),
					 job->gfp | __GFP_ZERO);
	int ret;

	if (!table)
		return -ENOMEM;
	ret = smmu_table_link(pt, slot, table);
	if (ret)
		return ret;
	smmu_table_tally_add(&job->tally, table);
	return map_table(pt, job, smmu_slot(pt, table, slot_lg2, job->iova), slot_lg2);
}

/*
 * A slot that takes no leaf: as much as it covers, in tables below. -EAGAIN means
 * that another CPU, in the same table, was faster to link one.
 */
static int map_below(struct smmu_pgtable *pt, struct map_job *job, __le64 *slot,
		     unsigned int slot_lg2)
{
	unsigned int below_lg2 = slot_lg2 - pt->index_lg2;
	u64 desc;
	int ret;

	do {
		desc = smmu_desc_read(slot);
		if (desc)
			break;
		if (below_lg2 == pt->granule_lg2)
			ret = map_new_pages(pt, job, slot);
		else
			ret = map_new_table(pt, job, slot, below_lg2);
	} while (ret == -EAGAIN);
	if (!desc)
		return ret;
	if (!smmu_desc_is_table(desc))
		return -EEXIST;
	if (suitable(pt, job, slot_lg2, 1) &&
	    smmu_exchange_for_block(pt, slot, desc, slot_lg2, job->iova,
				    leaf_desc(pt, job, slot_lg2))) {
		advance(job, BIT_ULL(slot_lg2));
		return 0;
	}
	slot = smmu_slot(pt, smmu_table_below(pt, slot, desc), below_lg2, job->iova);
	return map_table(pt, job, slot, below_lg2);
}

/* Fills empty slots from @slot on. Nobody else writes to them: all are the caller's. */
static u32 map_leaves(struct smmu_pgtable *pt, struct map_job *job,
		      __le64 *slot, u32 slots, unsigned int slot_lg2)
{
	u32 n = suitable(pt, job, slot_lg2, slots);

	if (n)
		n = smmu_run_empty(slot, n);
	if (!n)
		return 0;
	smmu_hint_fill(pt, slot, n, slot_lg2, job->iova, leaf_desc(pt, job, slot_lg2));
	smmu_table_clean(pt, slot, n);
	advance(job, (u64)n << slot_lg2);
	return n;
}

/*
 * The part of the job that lies in one table, from @slot on, slot by slot. Where a
 * table is in the place of a block and cannot be exchanged for it, the job goes on in
 * that table. Calls itself by way of map_below(), three times deep at most.
 */
static int map_table(struct smmu_pgtable *pt, struct map_job *job,
		     __le64 *slot, unsigned int slot_lg2)
{
	u32 slots = smmu_slots_from(pt, slot_lg2, job->iova), n;
	int ret;

	if (slot_lg2 == pt->granule_lg2)
		smmu_shortcut_keep(pt, job->iova, slot);
	for (; job->left && slots; slot += n, slots -= n) {
		n = map_leaves(pt, job, slot, slots, slot_lg2);
		if (n)
			continue;
		if (slot_lg2 == pt->granule_lg2)
			return -EEXIST;
		ret = map_below(pt, job, slot, slot_lg2);
		if (ret)
			return ret;
		n = 1;
	}
	return 0;
}

/* From the root to the table in which the job is more than a part of one slot */
static int map_walk(struct smmu_pgtable *pt, struct map_job *job)
{
	unsigned int slot_lg2 = pt->root_lg2;
	__le64 *slot = pt->root + (job->iova >> slot_lg2);

	/* If not, map_below() goes the same way and sees to each descriptor. */
	if (pt->coherent)
		smmu_pgtable_descend(pt, job->iova, smmu_range_reach(job->iova, job->left),
				     &slot, &slot_lg2);
	return map_table(pt, job, slot, slot_lg2);
}

static int check_range(const struct smmu_pgtable *pt, u64 iova, u64 pa,
		       u64 bytes, int prot)
{
	int ret;

	if ((pa & pt->page_mask) || !smmu_attr_page(pt, prot))
		return -EINVAL;
	ret = smmu_range_check(pt, iova, bytes);
	if (ret)
		return ret;
	/* The bytes mapped are told in a size_t, which has 32 bits on 32-bit CPUs. */
	if (bytes > SIZE_MAX)
		return -ERANGE;
	return smmu_fits(pa, bytes, pt->walk.oas_bits) ? 0 : -ERANGE;
}

/*
 * The descriptors before whatever store tells a device to use the range (a
 * doorbell, or a work item in memory). The peer is the walker that serves the
 * device. It takes part in the same coherency as the store, so order is enough,
 * as it is for writel(); nobody waits for completion. Once for a whole call: until
 * it returns, no device is told. Invalid descriptors are never cached, so there is
 * nothing to invalidate.
 */
static void map_done(void)
{
	dma_wmb();
}

/* All that is not a part of a table to which there is a shortcut */
static noinline int map_slowly(struct smmu_pgtable *pt, u64 iova, u64 pa,
			       u64 bytes, int prot, gfp_t gfp, size_t *mapped)
{
	struct map_job job = { .iova = iova, .gfp = gfp };
	int ret = check_range(pt, iova, pa, bytes, prot);

	while (!ret && bytes) {
		/* Bits from 48 on have a place of their own in a descriptor. */
		u64 high = pa & ~GENMASK_ULL(SMMU_OAS_MAX - 1, 0);
		u64 part = min(bytes, high + BIT_ULL(SMMU_OAS_MAX) - pa);

		job.pa = pa - high;
		job.left = part;
		job.attr = smmu_attr_page(pt, prot) |
			   smmu_desc_from_addr(pt, high);
		ret = map_walk(pt, &job);
		part -= job.left;
		*mapped += part;
		pa += part;
		bytes -= part;
	}
	smmu_table_tally_account(&job.tally);
	map_done();
	return ret;
}

/*
 * More pages than one of a table that is there, or one to be cleaned. Not inlined,
 * nor are map_leaf() and map_slowly(): on the shortest ways there are no registers to
 * save then, which saves 16 instructions of a map of 4K (make bench).
 */
static noinline int map_some(struct smmu_pgtable *pt, __le64 *slot, u32 pages,
			     u64 iova, u64 desc, size_t *mapped)
{
	u32 n = smmu_run_empty(slot, pages);

	if (!n)
		return pages ? -EEXIST : 0;
	smmu_hint_fill(pt, slot, n, pt->granule_lg2, iova, desc);
	smmu_table_clean(pt, slot, n);
	*mapped += (u64)n << pt->granule_lg2;
	map_done();
	return n == pages ? 0 : -EEXIST;
}

/*
 * One page or block, aligned as such, whose slot is there and empty: a walk with
 * nothing else in it, which saves 184 instructions of a map of 2M and 182 of 1G (make
 * bench). All that is not so goes slowly.
 */
static noinline int map_leaf(struct smmu_pgtable *pt, u64 iova, u64 pa,
			     u64 bytes, int prot, gfp_t gfp, size_t *mapped)
{
	unsigned int slot_lg2;
	u64 desc, attr;
	__le64 *slot;

	/*
	 * The size of a leaf, and both addresses aligned to it, so that what begins in a
	 * range ends in it.
	 */
	if (((iova | pa | bytes) & (bytes - 1)) | (bytes & pt->size_bad) |
	    (iova + bytes - 1) >> pt->ias_bits | ((pa | bytes) & pt->leaf_bad))
		goto slowly;
	desc = smmu_pgtable_descend(pt, iova, bytes, &slot, &slot_lg2);
	/* The slot of such a leaf, not one above it, and empty */
	if (desc || !(bytes >> slot_lg2))
		goto slowly;
	attr = smmu_attr_page(pt, prot);
	if (!attr)
		goto slowly;
	if (slot_lg2 == pt->granule_lg2)
		smmu_shortcut_keep(pt, iova, slot);
	else
		attr += SMMU_DESC_BLOCK - SMMU_DESC_PAGE;
	smmu_desc_write(slot, pa | attr);
	*mapped += bytes;
	map_done();
	return 0;

slowly:
	return map_slowly(pt, iova, pa, bytes, prot, gfp, mapped);
}

/**
 * smmu_pgtable_map() - Map a range
 * @pt: the page table
 * @iova: first input address; nobody else maps or unmaps in the range meanwhile
 * @pa: first output address
 * @bytes: size of the range, SIZE_MAX at most. All three are multiples of the
 *	granule; blocks are used where the addresses allow it.
 * @prot: IOMMU_READ, WRITE, CACHE, NOEXEC, MMIO, PRIV
 * @gfp: for table memory; atomic is fine
 * @mapped: the bytes mapped are added to it, also when an error is returned:
 *	that much, from @iova on, is for the caller to unmap
 *
 * What is mapped already is left alone: the range is mapped up to there. On
 * return, a device that is told of the range afterwards finds it mapped.
 *
 * Context: any that suits @gfp.
 *
 * Return: 0; -EINVAL for a range that is not aligned or neither readable nor
 * writable; -ERANGE if the range, or input or output addresses, are too large
 * (nothing is mapped then); -EEXIST; -ENOMEM.
 */
int smmu_pgtable_map(struct smmu_pgtable *pt, u64 iova, phys_addr_t pa,
		     u64 bytes, int prot, gfp_t gfp, size_t *mapped)
{
	u64 attr, pages;
	__le64 *slot;

	/* A shortcut is good for a part of one table. */
	pages = bytes >> pt->granule_lg2;
	if (pages > pt->index_mask || (iova ^ (iova + bytes - 1)) >> pt->table_lg2)
		goto otherwise;
	attr = smmu_attr_page(pt, prot);
	/*
	 * Addresses that are not aligned; output addresses that are too large, or
	 * not simply a part of the descriptor; protection that allows nothing.
	 * The input address is in range if there is a shortcut for it.
	 */
	if (((pa | (pa + bytes)) & pt->plain_bad) | (iova & pt->page_mask))
		goto otherwise;
	if (!attr)
		goto otherwise;
	if (!smmu_shortcut_find(pt, iova, &slot))
		goto otherwise;
	if (pages != 1 || !pt->coherent)
		return map_some(pt, slot, pages, iova, pa | attr, mapped);

	/* One page without map_some() saves 64 instructions (make bench). */
	if (smmu_desc_read(slot))
		return -EEXIST;
	smmu_desc_write(slot, pa | attr);
	*mapped += bytes;
	map_done();
	return 0;

otherwise:
	return map_leaf(pt, iova, pa, bytes, prot, gfp, mapped);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_map);
