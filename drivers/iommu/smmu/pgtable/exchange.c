// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table for a block, of which a part is unmapped; a block for an empty table,
 * whose range is mapped as a whole. A TLB that held both at once might do anything
 * (Arm ARM D8.16.1), so there are two ways, and the walkers say which:
 *
 *	BBML 2			break before make
 *	write the new one	clear the old one
 *	invalidate the old one	invalidate it
 *				write the new one
 *
 * With BBML 2 the hardware keeps the two apart. For unmap the invalidation is the
 * one that its caller does anyway, over all of the block. Between break and make,
 * accesses to the rest of the block are refused.
 *
 * The new table is complete, and without the part that goes, before it is written,
 * so lack of memory leaves the block as it was.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "pgtable/exchange.h"
#include "pgtable/hint.h"
#include "pgtable/run.h"
#include "pgtable/shortcut.h"
#include "pgtable/table.h"

/* In unmap, which may not sleep and has no flags from its caller */
#define EXCHANGE_GFP	(GFP_ATOMIC | __GFP_NOWARN | __GFP_ZERO)

/**
 * struct split - a block that is to become a table
 * @start: the first address that goes
 * @end: the first one behind it that stays
 * @tables: made for it, linked through page->lru
 */
struct split {
	u64 start;
	u64 end;
	struct list_head tables;
};

static u64 first_leaf(const struct smmu_pgtable *pt, u64 block, unsigned int slot_lg2)
{
	u64 type = slot_lg2 == pt->granule_lg2 ? SMMU_DESC_PAGE : SMMU_DESC_BLOCK;

	return (block & ~(SMMU_DESC_TYPE | SMMU_LEAF_CONT |
			 SMMU_LEAF_WAS_CONT)) | type;
}

static __le64 *split_block(struct smmu_pgtable *pt, struct split *split,
			   u64 iova, u64 block, unsigned int slot_lg2);

/* A slot of a new table stays in part only. Its leaf would be @leaf, at @iova. */
static bool split_slot(struct smmu_pgtable *pt, struct split *split,
		       __le64 *slot, u64 iova, u64 leaf, unsigned int slot_lg2)
{
	__le64 *table = split_block(pt, split, iova, leaf, slot_lg2);

	if (!table)
		return false;
	/* It reaches memory with the table that it is in. */
	smmu_desc_write(slot, smmu_table_desc(pt, table) |
			      (pt->coherent ? 0 : SMMU_TABLE_CLEANED));
	return true;
}

/*
 * Fills a new table, for the range from @iova on, with what stays. @slot_lg2 is its
 * level, @leaf what its first leaf would be.
 */
static bool fill_split(struct smmu_pgtable *pt, struct split *split,
		       __le64 *table, u64 iova, u64 leaf, unsigned int slot_lg2)
{
	u32 slots = pt->index_mask + 1;
	u64 mask = BIT_ULL(slot_lg2) - 1;
	u64 start = split->start > iova ? split->start - iova : 0;
	u64 end = min(split->end - iova, (u64)slots << slot_lg2);
	u32 head = start >> slot_lg2, tail = (end + mask) >> slot_lg2;
	u64 behind = (u64)tail << slot_lg2;

	smmu_hint_fill(pt, table, head, slot_lg2, iova, leaf);
	smmu_hint_fill(pt, table + tail, slots - tail, slot_lg2, iova + behind,
		       leaf + behind);
	if ((start & mask) &&
	    !split_slot(pt, split, table + head, iova + (start & ~mask),
			leaf + (start & ~mask), slot_lg2))
		return false;
	/* Both ends in one slot: it is split already. */
	if (!(end & mask) || ((start & mask) && head == tail - 1))
		return true;
	return split_slot(pt, split, table + tail - 1, iova + (end & ~mask),
			  leaf + (end & ~mask), slot_lg2);
}

/*
 * Makes a table that maps what @block of level @slot_lg2, at @iova, maps, but for the
 * part that goes. Calls itself by way of fill_split(), once at most.
 */
static __le64 *split_block(struct smmu_pgtable *pt, struct split *split,
			   u64 iova, u64 block, unsigned int slot_lg2)
{
	unsigned int below_lg2 = slot_lg2 - pt->index_lg2;
	__le64 *table = smmu_table_alloc(pt, BIT(pt->granule_lg2), EXCHANGE_GFP);

	if (!table)
		return NULL;
	list_add(&virt_to_page(table)->lru, &split->tables);
	if (!fill_split(pt, split, table, iova, first_leaf(pt, block, below_lg2),
			below_lg2))
		return NULL;
	return table;
}

static bool dma_map_split(struct smmu_pgtable *pt, struct split *split)
{
	struct page *page;

	list_for_each_entry(page, &split->tables, lru)
		if (!smmu_table_dma_map(pt, page_address(page)))
			return false;
	return true;
}

/* Frees what was made, and perhaps mapped for DMA, but not written anywhere. */
static void drop_split(struct smmu_pgtable *pt, struct split *split)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &split->tables, lru) {
		if (page_private(page))
			smmu_table_dma_unmap(pt, page_address(page));
		smmu_table_discard(page_address(page));
	}
}

static void account_split(struct smmu_pgtable *pt, struct split *split)
{
	struct smmu_table_tally tally = { };
	struct page *page;

	list_for_each_entry(page, &split->tables, lru)
		smmu_table_tally_add(&tally, page_address(page));
	smmu_table_tally_account(&tally);
}

/* Everything written so far before the invalidation; the peer is the walker. */
static void flush(struct smmu_pgtable *pt, u64 start, u64 last)
{
	dma_wmb();
	pt->flush(pt->flush_ctx, start, last);
}

/*
 * Writes @table over @block. Fails if the block changed: another CPU has taken the
 * hint off it, or is unmapping another part of it.
 */
static bool replace_block(struct smmu_pgtable *pt, __le64 *slot, u64 block,
			  u64 table, u64 start, u64 last)
{
	u64 old = block;

	/* The contents of the tables before the descriptor, as in map */
	dma_wmb();
	if (pt->bbml < 2) {
		if (smmu_desc_change(slot, block, 0) != block)
			return false;
		smmu_table_clean(pt, slot, 1);
		flush(pt, start, last);
		old = 0;
	}
	if (smmu_desc_change(slot, old, table) != old)
		return false;
	if (!pt->coherent)
		smmu_table_publish(pt, slot, table);
	return true;
}

/**
 * smmu_exchange_for_table() - Unmap a part of a block
 * @pt: the page table
 * @slot: where the block is
 * @block: its descriptor
 * @slot_lg2: of its slot
 * @iova: the first address of the part
 * @bytes: its size
 * @c: what the caller of unmap has to invalidate
 *
 * Context: any, as smmu_pgtable_unmap(); spins in the flush.
 *
 * Return: false if it cannot be done: no way, or no memory; or if @slot does not
 * hold @block any more. Nothing has changed then.
 */
bool smmu_exchange_for_table(struct smmu_pgtable *pt, __le64 *slot, u64 block,
			     unsigned int slot_lg2, u64 iova, u64 bytes,
			     struct smmu_pgtable_cleared *c)
{
	u64 start = iova & ~(BIT_ULL(slot_lg2) - 1), last = start + BIT_ULL(slot_lg2) - 1;
	struct split split = { .start = iova, .end = iova + bytes };
	__le64 *table;

	if (pt->bbml < 2 && !pt->flush)
		return false;
	INIT_LIST_HEAD(&split.tables);
	table = split_block(pt, &split, start, block, slot_lg2);
	if (!table || !dma_map_split(pt, &split))
		goto err_drop;

	smmu_hint_remove(pt, slot, 1, slot_lg2, &start, &last);
	if (!replace_block(pt, slot, block, smmu_table_desc(pt, table), start,
			   last))
		goto err_drop;
	account_split(pt, &split);
	smmu_pgtable_cleared_add(c, start, last, BIT_ULL(slot_lg2));
	return true;

err_drop:
	drop_split(pt, &split);
	return false;
}

/*
 * Unlike smmu_table_collect() it has to read the last level, and stops at the first
 * leaf. Calls itself once at most: a block is two levels above the last, or one.
 */
static bool tree_empty(const struct smmu_pgtable *pt, u64 desc, unsigned int slot_lg2)
{
	const __le64 *table = smmu_desc_table(pt, desc);
	unsigned int below_lg2 = slot_lg2 - pt->index_lg2;
	u32 slots = pt->index_mask + 1, i;

	if (below_lg2 == pt->granule_lg2)
		return smmu_run_empty(table, slots) == slots;
	for (i = 0; i < slots; i++) {
		u64 entry = smmu_desc_read(&table[i]);

		if (entry && (!smmu_desc_is_table(entry) ||
			      !tree_empty(pt, entry, below_lg2)))
			return false;
	}
	return true;
}

/**
 * smmu_exchange_for_block() - Map a block where there is a table
 * @pt: the page table
 * @slot: where the table is
 * @table: its descriptor
 * @slot_lg2: of its slot, which is the caller's as a whole
 * @iova: its first address
 * @block: the block's descriptor
 *
 * Context: any, as smmu_pgtable_map(); spins in the flush.
 *
 * Return: false if it cannot be done: there is something in the table, or no way
 * to invalidate.
 */
bool smmu_exchange_for_block(struct smmu_pgtable *pt, __le64 *slot, u64 table,
			     unsigned int slot_lg2, u64 iova, u64 block)
{
	u64 last = iova + BIT_ULL(slot_lg2) - 1;
	struct smmu_pgtable_cleared c;

	if (!pt->flush || !tree_empty(pt, table, slot_lg2))
		return false;
	smmu_pgtable_cleared_init(&c);
	smmu_desc_write(slot, pt->bbml < 2 ? 0 : block);
	smmu_table_clean(pt, slot, 1);
	smmu_table_collect(pt, smmu_desc_table(pt, table), slot_lg2 - pt->index_lg2, &c);
	smmu_shortcut_drop(pt, iova, last);

	flush(pt, iova, last);
	if (pt->bbml < 2) {
		smmu_desc_write(slot, block);
		smmu_table_clean(pt, slot, 1);
	}
	smmu_pgtable_put_tables(&c.tables);
	return true;
}
