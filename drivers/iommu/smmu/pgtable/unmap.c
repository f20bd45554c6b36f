// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmap: clear descriptors, a run at a time, and take out tables.
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include <kunit/visibility.h>

#include "pgtable/hint.h"
#include "pgtable/run.h"
#include "pgtable/shortcut.h"
#include "pgtable/table.h"

/**
 * struct unmap_job - what is left to unmap
 * @iova: next address
 * @left: bytes
 * @c: what the caller has to invalidate
 */
struct unmap_job {
	u64 iova;
	u64 left;
	struct smmu_pgtable_cleared *c;
};

static void advance(struct unmap_job *job, u64 bytes)
{
	job->iova += bytes;
	job->left -= bytes;
}

/*
 * The cleared descriptors before the invalidation commands, which may be published
 * by another CPU. The peer is the walker: a walk after the invalidation must not
 * find the old descriptors. Once for a whole call: until it returns, nobody sends
 * commands for it.
 */
static void unmap_done(void)
{
	dma_wmb();
}

/* Clears leaves from @slot on, up to the first slot that has none. */
static u32 clear_leaves(struct smmu_pgtable *pt, struct unmap_job *job,
			__le64 *slot, u32 slots, unsigned int slot_lg2)
{
	u64 start = job->iova, last;
	u32 n;

	n = slot_lg2 == pt->granule_lg2 ? smmu_run_pages(slot, slots) :
					  smmu_run_blocks(slot, slots);
	if (!n)
		return 0;
	last = start + ((u64)n << slot_lg2) - 1;
	smmu_hint_remove(pt, slot, n, slot_lg2, &start, &last);
	smmu_run_clear(slot, n);
	smmu_table_clean(pt, slot, n);
	smmu_pgtable_cleared_add(job->c, start, last, BIT_ULL(slot_lg2));
	advance(job, (u64)n << slot_lg2);
	return n;
}

/*
 * Takes out tables from @slot on that the job covers as a whole, up to the first
 * slot that has none. Nobody else owns an address in them.
 */
static u32 unlink_tables(struct smmu_pgtable *pt, struct unmap_job *job,
			 __le64 *slot, u32 slots, unsigned int slot_lg2)
{
	u64 start = job->iova, desc;
	u32 n;

	for (n = 0; n < slots; n++) {
		desc = smmu_desc_read(&slot[n]);
		if (!smmu_desc_is_table(desc))
			break;
		smmu_desc_write(&slot[n], 0);
		smmu_table_collect(pt, smmu_desc_table(pt, desc),
				   slot_lg2 - pt->index_lg2, job->c);
	}
	if (!n)
		return 0;
	smmu_table_clean(pt, slot, n);
	advance(job, (u64)n << slot_lg2);
	/* A table of a higher level may have had nothing in it. */
	smmu_pgtable_cleared_add(job->c, start, job->iova - 1,
				 job->c->leaf_sizes ? 0 : BIT_ULL(slot_lg2));
	return n;
}

static bool unmap_table(struct smmu_pgtable *pt, struct unmap_job *job,
			__le64 *slot, unsigned int slot_lg2);

/*
 * A block of which the job covers only a part: it goes as a whole. What the job covers
 * is out of reach afterwards, whoever asked for less than he had mapped. What lies
 * before the job cannot be told by the bytes unmapped. Returns false if the slot changed
 * meanwhile.
 */
static bool clear_block(struct smmu_pgtable *pt, struct unmap_job *job, __le64 *slot,
			unsigned int slot_lg2)
{
	u64 bytes = BIT_ULL(slot_lg2), start = job->iova & ~(bytes - 1);
	u64 last = start + bytes - 1, gone = last - job->iova + 1, desc;

	if (start != job->iova)
		pr_warn_once("smmu: unmapping from %#llx on, within a block of %#llx bytes: all of it goes\n",
			     job->iova, bytes);
	smmu_hint_remove(pt, slot, 1, slot_lg2, &start, &last);
	desc = smmu_desc_read(slot);
	/* The owner of another part may have been faster, and have a table there by now. */
	if (!desc || smmu_desc_is_table(desc) || smmu_desc_change(slot, desc, 0) != desc)
		return false;
	smmu_table_clean(pt, slot, 1);
	smmu_pgtable_cleared_add(job->c, start, last, bytes);
	job->iova += gone;
	job->left -= min(job->left, gone);
	return true;
}

/* A slot above the last level of which the job covers only a part */
static bool unmap_part(struct smmu_pgtable *pt, struct unmap_job *job,
		       __le64 *slot, unsigned int slot_lg2)
{
	unsigned int below_lg2 = slot_lg2 - pt->index_lg2;
	u64 desc;

	do {
		desc = smmu_desc_read(slot);
		if (smmu_desc_is_table(desc))
			return unmap_table(pt, job,
					   smmu_slot(pt, smmu_desc_table(pt, desc), below_lg2,
						     job->iova),
					   below_lg2);
		if (!desc)
			return false;
	} while (!clear_block(pt, job, slot, slot_lg2));
	return true;
}

/*
 * The part of the job that lies in one table, from @slot on, slot by slot. Calls
 * itself by way of unmap_part(), three times deep at most. Returns false where it
 * stopped for good.
 */
static bool unmap_table(struct smmu_pgtable *pt, struct unmap_job *job,
			__le64 *slot, unsigned int slot_lg2)
{
	u32 slots = smmu_slots_from(pt, slot_lg2, job->iova), n;

	for (; job->left && slots; slot += n, slots -= n) {
		u32 whole = 0;

		if (IS_ALIGNED(job->iova, BIT_ULL(slot_lg2)))
			whole = min_t(u64, slots, job->left >> slot_lg2);
		if (!whole) {
			if (!unmap_part(pt, job, slot, slot_lg2))
				return false;
			n = 1;
			continue;
		}
		n = clear_leaves(pt, job, slot, whole, slot_lg2);
		if (!n && slot_lg2 != pt->granule_lg2)
			n = unlink_tables(pt, job, slot, whole, slot_lg2);
		if (!n)
			return false;
	}
	return true;
}

/*
 * All that is not a part of a table to which there is a shortcut. Not inlined, nor are
 * unmap_some() and unmap_tables(): on the shortest way there are no registers to save
 * then, which saves 10 instructions of an unmap of 4K (make bench).
 */
static noinline u64 unmap_slowly(struct smmu_pgtable *pt, u64 iova, u64 bytes,
				 struct smmu_pgtable_cleared *c)
{
	struct unmap_job job = { .iova = iova, .left = bytes, .c = c };
	unsigned int slot_lg2;
	__le64 *slot;

	if (!bytes || smmu_range_check(pt, iova, bytes))
		return 0;
	/* To the table in which the range is more than a part of one slot */
	smmu_pgtable_descend(pt, iova, smmu_range_reach(iova, bytes), &slot, &slot_lg2);
	unmap_table(pt, &job, slot, slot_lg2);
	if (!list_empty(&c->tables) && job.iova != iova)
		smmu_shortcut_drop(pt, iova, job.iova - 1);
	unmap_done();
	return job.iova - iova;
}

/* More pages than one of a table, or one of a contiguous set, or to be cleaned */
static noinline u64 unmap_some(struct smmu_pgtable *pt, __le64 *slot, u32 pages,
			       u64 iova, struct smmu_pgtable_cleared *c)
{
	u32 n = smmu_run_pages(slot, pages);
	u64 start = iova, bytes = (u64)n << pt->granule_lg2;
	u64 last = iova + bytes - 1;

	if (!n)
		return 0;
	smmu_hint_remove(pt, slot, n, pt->granule_lg2, &start, &last);
	smmu_run_clear(slot, n);
	smmu_table_clean(pt, slot, n);
	smmu_pgtable_cleared_add(c, start, last, pt->page_mask + 1);
	unmap_done();
	return bytes;
}

/* One table as a whole: saves 107 instructions where it has pages (make bench). */
static noinline u64 unmap_tables(struct smmu_pgtable *pt, __le64 *slot,
				 unsigned int slot_lg2, u64 iova,
				 struct smmu_pgtable_cleared *c)
{
	struct unmap_job job = { .iova = iova, .c = c };

	unlink_tables(pt, &job, slot, 1, slot_lg2);
	smmu_shortcut_drop(pt, iova, job.iova - 1);
	unmap_done();
	return job.iova - iova;
}

/*
 * One page or block that is not of a contiguous set, or one table as a whole: a walk
 * with nothing else in it, which saves 172 instructions of an unmap of 2M and 122 of
 * 1G (make bench). All that is not so goes slowly.
 */
static __always_inline u64 unmap_slot(struct smmu_pgtable *pt, u64 iova,
				      u64 bytes, struct smmu_pgtable_cleared *c)
{
	unsigned int slot_lg2;
	__le64 *slot;
	u64 desc;

	if (smmu_range_slot_bad(pt, iova, bytes) || !pt->coherent)
		goto slowly;
	desc = smmu_pgtable_descend(pt, iova, bytes, &slot, &slot_lg2);
	if (bytes >> slot_lg2 != 1 || !desc)
		goto slowly;
	if (slot_lg2 != pt->granule_lg2 && smmu_desc_is_table(desc))
		return unmap_tables(pt, slot, slot_lg2, iova, c);
	if (desc & SMMU_LEAF_WAS_CONT)
		goto slowly;
	smmu_desc_write(slot, 0);
	smmu_pgtable_cleared_add(c, iova, iova + bytes - 1, bytes);
	unmap_done();
	return bytes;

slowly:
	return unmap_slowly(pt, iova, bytes, c);
}

/**
 * smmu_pgtable_unmap() - Unmap a range
 * @pt: the page table
 * @iova: first input address; nobody else maps or unmaps in the range meanwhile
 * @bytes: size of the range; both are multiples of the granule
 * @c: what the caller has to invalidate, added to what is in it already
 *
 * A table that lies in the range as a whole is taken out as it is, whatever it
 * maps: holes in it count as unmapped. Other than that, unmap stops at the first
 * address that is not mapped. A range that was mapped by one call can always be
 * unmapped by one call. Tables stay until a call unmaps all of their range.
 *
 * A block of which the range is only a part is unmapped as a whole, since nobody unmaps
 * less than he mapped, and a table in its place would take memory, which may not be
 * there. The bytes unmapped then go to its end. What lies in it before @iova is not
 * counted; the log says so once. No memory is needed, so nothing stays for want of it.
 *
 * The memory unmapped is not out of reach of a device, and none of it, nor its
 * addresses, may be used for something else, until the TLBs are invalidated.
 *
 * Context: any.
 *
 * Return: the bytes unmapped, from @iova on: @bytes; less where unmap stopped, more if
 * the range ends within a block; 0 for a range that is not aligned or beyond the input
 * size. A u64, unlike what map tells: a range that was mapped by several calls, each of
 * SIZE_MAX at most, may be unmapped by one.
 */
u64 smmu_pgtable_unmap(struct smmu_pgtable *pt, u64 iova, u64 bytes,
		       struct smmu_pgtable_cleared *c)
{
	__le64 *slot;
	u32 pages;
	u64 desc;

	/* As in smmu_pgtable_map() */
	if (smmu_range_reach(iova, bytes) >> pt->table_lg2)
		goto otherwise;
	if ((iova | bytes) & pt->page_mask)
		goto otherwise;
	if (!smmu_shortcut_find(pt, iova, &slot))
		goto otherwise;
	pages = bytes >> pt->granule_lg2;
	desc = smmu_desc_read(slot);
	if (pages != 1 || (desc & SMMU_LEAF_WAS_CONT) || !pt->coherent)
		return unmap_some(pt, slot, pages, iova, c);

	/* One page without unmap_some() saves 95 instructions (make bench). */
	if (!desc)
		return 0;
	smmu_desc_write(slot, 0);
	smmu_pgtable_cleared_add(c, iova, iova + bytes - 1, bytes);
	unmap_done();
	return bytes;

otherwise:
	return unmap_slot(pt, iova, bytes, c);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_unmap);
