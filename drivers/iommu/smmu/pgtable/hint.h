/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leaves, and the contiguous hint on them.
 */
#ifndef SMMU_PGTABLE_HINT_H
#define SMMU_PGTABLE_HINT_H

#include "pgtable/internal.h"
#include "pgtable/run.h"
#include "pgtable/table.h"

void smmu_hint_fill_some(const struct smmu_pgtable *pt, __le64 *slot, u32 slots,
			 unsigned int slot_lg2, u64 iova, u64 desc);
void smmu_hint_remove_some(struct smmu_pgtable *pt, __le64 *slot, u32 slots,
			   unsigned int slot_lg2, u64 *start, u64 *last);

/* A set that is written or cleared as a whole is whole turns of run.h. */
static_assert((SMMU_CONT_PAGES_4K | SMMU_CONT_PAGES_16K | SMMU_CONT_PAGES_64K |
	       SMMU_CONT_BLOCKS_4K | SMMU_CONT_BLOCKS) % SMMU_RUN_TURN == 0);

/* Seams for tests: another CPU is met there; the walker is there */
void smmu_hint_before_change(__le64 *slot);
void smmu_hint_before_clear(void);

/*
 * Writes leaves, with the hint where it may be. All of @slots are empty; the first
 * leaf is @desc and translates @iova. The others follow it in memory.
 */
static inline void smmu_hint_fill(const struct smmu_pgtable *pt, __le64 *slot,
				  u32 slots, unsigned int slot_lg2, u64 iova,
				  u64 desc)
{
	u32 contig = smmu_contig_slots(pt, slot_lg2);

	if (slots >= contig) {
		u64 odd = slots | iova >> slot_lg2 | desc >> slot_lg2;

		if (odd & (contig - 1)) {
			smmu_hint_fill_some(pt, slot, slots, slot_lg2, iova, desc);
			return;
		}
		desc |= SMMU_LEAF_CONT | SMMU_LEAF_WAS_CONT;
	}
	smmu_run_fill(slot, slots, desc, BIT_ULL(slot_lg2));
}

/*
 * Before leaves are cleared: takes the hint off the sets of which others stay.
 * @start and @last are the addresses that @slots from @slot on translate, and on
 * return those that TLBs may hold together with them.
 */
static inline void smmu_hint_remove(struct smmu_pgtable *pt, __le64 *slot,
				    u32 slots, unsigned int slot_lg2, u64 *start,
				    u64 *last)
{
	if (pt->contig && ((slots | *start >> slot_lg2) & (smmu_contig_slots(pt, slot_lg2) - 1)))
		smmu_hint_remove_some(pt, slot, slots, slot_lg2, start, last);
}

#endif /* SMMU_PGTABLE_HINT_H */
