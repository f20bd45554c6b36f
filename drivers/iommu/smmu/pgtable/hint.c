// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contiguous hint (Arm ARM D8.7.1): a group of leaves side by side, which
 * would be one leaf if there was a level for it, may be one entry in a TLB. So
 * the group has to be complete and of one kind for as long as one of its leaves
 * has the hint.
 *
 * It is set only where a whole group is written by one call, and only if the
 * walkers allow leaves to lose it while they are in use (BBML 1 or 2). Then a
 * part of a group is unmapped in this order:
 *
 *	the leaves that stay lose the hint
 *	the leaves that go are cleared
 *	the caller invalidates the whole group
 *
 * Until the invalidation, a TLB entry for the group may be there or come back,
 * which leads to where all of the group led, and which the architecture lets the
 * hardware mix with those for single leaves. Afterwards it cannot: no leaf with
 * the hint is left.
 *
 * Leaves of one group may have several owners, who unmap them at the same time. So
 * it is not enough that one's own leaf has lost the hint to somebody else, who may
 * not be through with the others: from one of those, the TLB could get an entry for
 * the group after one's own invalidation. A bit of ours, which the hardware ignores,
 * tells for as long as a leaf is mapped that it was written with the hint, and
 * whoever unmaps such a leaf goes through the whole group himself.
 */
#include <linux/minmax.h>

#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "pgtable/hint.h"

/**
 * smmu_hint_fill_some - write leaves of which not all are in whole groups
 * @pt: the page table
 * @slot: the first slot
 * @slots: how many
 * @lg2: log2 of the bytes of a leaf
 * @iova: what the first leaf translates
 * @desc: the first leaf
 */
void smmu_hint_fill_some(const struct smmu_pgtable *pt, __le64 *slot, u32 slots,
			 unsigned int lg2, u64 iova, u64 desc)
{
	u32 mask = smmu_group(pt, lg2) - 1;
	bool hint = !(((iova ^ desc) >> lg2) & mask);
	u32 before = min_t(u32, slots, -(iova >> lg2) & mask);
	u32 grouped = (slots - before) & ~mask;
	u32 behind = slots - before - grouped;
	u64 step = BIT_ULL(lg2);

	smmu_run_fill(slot, before, desc, step);
	slot += before;
	desc += before * step;
	smmu_run_fill(slot, grouped,
		      hint ? desc | SMMU_LEAF_CONT | SMMU_LEAF_GROUPED : desc,
		      step);
	slot += grouped;
	desc += grouped * step;
	smmu_run_fill(slot, behind, desc, step);
}

/**
 * smmu_hint_meet - the moment between reading a leaf and changing it
 * @slot: where it is
 *
 * Does nothing. A test can be another CPU here.
 */
void smmu_hint_meet(__le64 *slot)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_hint_meet, slot);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_hint_meet);

/*
 * Other owners of leaves of the group may be clearing theirs, or doing the same
 * as we do: a leaf that changed meanwhile is left as it is now.
 */
static void take(struct smmu_pgtable *pt, __le64 *slot, u32 slots)
{
	u32 i;

	for (i = 0; i < slots; i++) {
		u64 desc = smmu_desc_read(&slot[i]);

		if (!(desc & SMMU_LEAF_CONT))
			continue;
		smmu_hint_meet(&slot[i]);
		smmu_desc_change(&slot[i], desc, desc & ~SMMU_LEAF_CONT);
	}
	smmu_table_clean(pt, slot, slots);
}

/**
 * smmu_hint_take_some - take the hint off what stays of groups
 * @pt: the page table
 * @slot: the first of the leaves that are about to be cleared, not all of them in
 *	whole groups
 * @slots: how many
 * @lg2: log2 of the bytes of a leaf
 * @start: what the first leaf translates; on return the start of its group, if it
 *	ever had the hint
 * @last: the last address of the last leaf; on return the last one of its group,
 *	if it ever had the hint
 */
void smmu_hint_take_some(struct smmu_pgtable *pt, __le64 *slot, u32 slots,
			 unsigned int lg2, u64 *start, u64 *last)
{
	u32 group = smmu_group(pt, lg2);
	u32 before, after;

	if (group == SMMU_NO_GROUP)
		return;
	before = (*start >> lg2) & (group - 1);
	after = ~(*last >> lg2) & (group - 1);
	if (before && (smmu_desc_read(slot) & SMMU_LEAF_GROUPED)) {
		take(pt, slot - before, before);
		*start -= (u64)before << lg2;
	}
	if (after && (smmu_desc_read(slot + slots - 1) & SMMU_LEAF_GROUPED)) {
		take(pt, slot + slots, after);
		*last += (u64)after << lg2;
	}
}
