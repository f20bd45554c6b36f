// SPDX-License-Identifier: GPL-2.0-only
/*
 * A block for an empty table, whose range is mapped as a whole. A TLB that held both at
 * once might do anything (Arm ARM D8.16.1), so there are two ways, and the walkers say
 * which:
 *
 *	BBML 2			break before make
 *	write the block		clear the table's descriptor
 *	invalidate		invalidate
 *				write the block
 *
 * With BBML 2 the hardware keeps the two apart. Nobody uses the range yet, so nothing
 * is refused between break and make. A block never becomes a table: a part of it is
 * unmapped with all of it.
 */
#include "pgtable/exchange.h"
#include "pgtable/run.h"
#include "pgtable/shortcut.h"
#include "pgtable/table.h"

/* Everything written so far before the invalidation; the peer is the walker. */
static void flush(struct smmu_pgtable *pt, u64 start, u64 last)
{
	dma_wmb();
	pt->flush(pt->flush_ctx, start, last);
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
