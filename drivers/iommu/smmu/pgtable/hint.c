// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contiguous hint (Arm ARM D8.7.1): a set of leaves side by side, which would be
 * one leaf if there was a level for it, may be one entry in a TLB.
 *
 * The hint is set only where a whole set is written by one call, and only if the
 * walkers allow leaves to lose it while they are in use (BBML 1 or 2) and have no
 * erratum about it. Then a part of a set is unmapped so:
 *
 *	all leaves of the set lose the hint
 *	barrier, or cleaning
 *	those that go are cleared
 *	dma_wmb(), at the end of unmap
 *	the caller invalidates the whole set
 *
 * A walker that finds a leaf cleared must not find the hint on another one of its set:
 * what the walker makes of that is up to it, and those that stay are in use. With the
 * hint on some and not on others, all of them valid, it is what BBML 1 and 2 allow: a TLB
 * entry for the set leads to where each of its leaves does. After the invalidation none
 * can come back, as no leaf has the hint. (A set that goes as a whole goes as it is:
 * nobody uses it any more.)
 *
 * Leaves of one set may have several owners, who unmap them at the same time. So it
 * is not enough that one's own leaf has lost the hint to another owner, who may not
 * be through with the rest: from one of those, the TLB could get an entry for the set
 * after one's own invalidation. A bit of ours, SMMU_LEAF_WAS_CONT, which the hardware
 * ignores, tells for as long as a leaf is mapped that it was written with the hint.
 * Whoever unmaps such a leaf removes the hint from all of the set.
 */
#include <linux/minmax.h>

#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "pgtable/hint.h"

/**
 * smmu_hint_fill_some() - Write leaves of which not all are in whole sets
 * @pt: the page table
 * @slot: the first slot
 * @slots: how many
 * @slot_lg2: log2 of the bytes of a leaf
 * @iova: what the first leaf translates
 * @desc: the first leaf
 *
 * Context: any.
 */
void smmu_hint_fill_some(const struct smmu_pgtable *pt, __le64 *slot, u32 slots,
			 unsigned int slot_lg2, u64 iova, u64 desc)
{
	u32 mask = smmu_contig_slots(pt, slot_lg2) - 1;
	bool hint = !(((iova ^ desc) >> slot_lg2) & mask);
	u32 before = min_t(u32, slots, -(iova >> slot_lg2) & mask);
	u32 hinted = (slots - before) & ~mask;
	u32 behind = slots - before - hinted;
	u64 step = BIT_ULL(slot_lg2);

	smmu_run_fill(slot, before, desc, step);
	slot += before;
	desc += before * step;
	smmu_run_fill(slot, hinted,
		      hint ? desc | SMMU_LEAF_CONT | SMMU_LEAF_WAS_CONT : desc,
		      step);
	slot += hinted;
	desc += hinted * step;
	smmu_run_fill(slot, behind, desc, step);
}

/**
 * smmu_hint_before_change() - The moment between reading a leaf and changing it
 * @slot: where it is
 *
 * Does nothing. A test can be another CPU here.
 *
 * Context: any.
 */
void smmu_hint_before_change(__le64 *slot)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_hint_before_change, slot);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_hint_before_change);

/**
 * smmu_hint_before_clear() - Between taking the hint off a set and clearing leaves of it
 *
 * The accesses to all leaves of the set before the stores that clear some. The peer is
 * the walker. Not only stores are ordered: a hint that another owner took off was only
 * read here. A test can be the walker here.
 *
 * Context: any.
 */
void smmu_hint_before_clear(void)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_hint_before_clear);
	dma_mb();
}
EXPORT_SYMBOL_IF_KUNIT(smmu_hint_before_clear);

/*
 * Takes the hint off the set that a leaf is in. Other owners of leaves of the set may
 * be clearing theirs, or doing the same as we do: a leaf that changed meanwhile is left
 * as it is now.
 */
static void remove_hints(struct smmu_pgtable *pt, __le64 *slot, u32 slots)
{
	u32 i;

	for (i = 0; i < slots; i++) {
		u64 desc = smmu_desc_read(&slot[i]);

		if (!(desc & SMMU_LEAF_CONT))
			continue;
		smmu_hint_before_change(&slot[i]);
		smmu_desc_change(&slot[i], desc, desc & ~SMMU_LEAF_CONT);
	}
	smmu_table_clean(pt, slot, slots);
}

/**
 * smmu_hint_remove_some() - Take the hint off sets of which a part is to be cleared
 * @pt: the page table
 * @slot: the first of the leaves that are about to be cleared, not all of them in
 *	whole sets
 * @slots: how many
 * @slot_lg2: log2 of the bytes of a leaf
 * @start: what the first leaf translates; on return the start of its set, if it
 *	ever had the hint
 * @last: the last address of the last leaf; on return the last one of its set, if
 *	it ever had the hint
 *
 * Context: any.
 */
void smmu_hint_remove_some(struct smmu_pgtable *pt, __le64 *slot, u32 slots,
			   unsigned int slot_lg2, u64 *start, u64 *last)
{
	u32 contig = smmu_contig_slots(pt, slot_lg2);
	u32 before, after;
	bool head, tail;

	if (contig == SMMU_NO_CONTIG)
		return;
	before = (*start >> slot_lg2) & (contig - 1);
	after = ~(*last >> slot_lg2) & (contig - 1);
	head = before && (smmu_desc_read(slot) & SMMU_LEAF_WAS_CONT);
	tail = after && (smmu_desc_read(slot + slots - 1) & SMMU_LEAF_WAS_CONT);
	if (head) {
		remove_hints(pt, slot - before, contig);
		*start -= (u64)before << slot_lg2;
	}
	if (tail) {
		/* Both ends may be in one set. */
		if (!head || before + slots > contig)
			remove_hints(pt, slot + slots + after - contig, contig);
		*last += (u64)after << slot_lg2;
	}
	if (head || tail)
		smmu_hint_before_clear();
}
