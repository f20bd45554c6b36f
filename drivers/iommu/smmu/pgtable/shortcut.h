/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shortcuts: from an address to its last-level table without a walk.
 *
 * A page table keeps a few words, each naming one last-level table: the number of
 * the span of addresses that the table translates (its tag), and where the table
 * is. Spans share the words by the low bits of their tags, the one that was mapped
 * into last has it. A word changes as a whole, by one 64-bit store, and whoever
 * reads it reads all of it.
 *
 * Why a word that is found is right, without a lock:
 *
 * 1. A word with the tag of a span is stored only by somebody who is mapping in
 *    that span at the time, so owns some of its addresses, and has found the table
 *    by a walk.
 * 2. The table of a span is taken out only by a call whose range is all of the
 *    span. Then nobody else owns any of it: no store of such a word is under way
 *    or yet to come, and those of earlier owners happened before, as whatever gave
 *    the addresses from them to this caller orders their calls before this one.
 *    The call clears the word, if it has the tag, before it returns.
 * 3. Whoever owns some of the span afterwards got it after that return. The word
 *    that is found then is the cleared one, or a later one, which 1 makes one of a
 *    table that was linked after.
 * 4. A CPU that stores the word for another span meanwhile, or clears it, takes a
 *    shortcut away, nothing else.
 * 5. A lookup owns nothing, but it reads the word inside an RCU read-side section.
 *    If it finds the table, the section began before the word was cleared or saw
 *    an old value in spite of it; either way it did not begin after the grace
 *    period that starts later than the clearing, in smmu_pgtable_put_tables(), so
 *    that waits for it. It reads what a walk would have read that passed the table
 *    descriptor just before it was cleared.
 *
 * The word is stored with release: the one who stores it has seen the table's
 * first contents through the table descriptor, and so must those who come to the
 * table through the word. Their side is the address dependency.
 *
 * For a walker that does not snoop, map must know that each descriptor on the way
 * is in memory. Only map stores words, after smmu_table_below() has made sure of
 * it from the root to the table; and smmu_pgtable_alloc() that of a root which is
 * the last level, to which no descriptor leads, and which never goes.
 *
 * make bench: a shortcut saves 92 instructions of a map of 4K and 55 of its unmap,
 * 287 and 197 of 64K, 46 of 104 of a lookup.
 *
 * Why 16 words: two cache lines, and with the 4K granule enough for 32M of addresses
 * in use at a time, which the IOVA allocator gives out side by side. With fewer, the
 * buffers of a device that has some megabytes of them take words from each other: a
 * map across the ends of tables (6M from a middle) takes 578 instructions more with
 * one word, a fifth of it. With more, each unmap that takes out as many tables has
 * more words to look at: 64M cost 96 instructions more than with 8, 192 less than
 * with 64.
 */
#ifndef SMMU_PGTABLE_SHORTCUT_H
#define SMMU_PGTABLE_SHORTCUT_H

#include "pgtable/internal.h"

/*
 * A word: the tag plus one (so that zero is no word) above where the table is, in
 * granules from the start of the linear map. A table lies below 2^48, with the
 * 64K granule below 2^52. Most bits of a tag are those of the 4K granule, where a
 * table has 2^9 slots.
 */
#define SMMU_SHORTCUT_TABLE_BITS	36
#define SMMU_SHORTCUT_TAG_BITS		(64 - SMMU_SHORTCUT_TABLE_BITS)

static_assert(SMMU_OAS_MAX - 12 <= SMMU_SHORTCUT_TABLE_BITS);
static_assert(SMMU_OAS_MAX_64K - 16 <= SMMU_SHORTCUT_TABLE_BITS);
static_assert(SMMU_IAS_MAX - (12 + 12 - SMMU_DESC_BYTES_LG2) < SMMU_SHORTCUT_TAG_BITS);
static_assert(SMMU_IAS_MAX_64K - (16 + 16 - SMMU_DESC_BYTES_LG2) < SMMU_SHORTCUT_TAG_BITS);

/* The low bits of a tag choose the word. */
static_assert(!(SMMU_SHORTCUTS & (SMMU_SHORTCUTS - 1)));

static __always_inline u64 smmu_shortcut_tag(const struct smmu_pgtable *pt,
					     u64 iova)
{
	return iova >> pt->table_lg2;
}

/* Whether there is a shortcut for @iova; if so, @slot is where its page goes. */
static __always_inline bool smmu_shortcut_find(const struct smmu_pgtable *pt,
					       u64 iova, __le64 **slot)
{
	u64 tag = smmu_shortcut_tag(pt, iova);
	u64 word = atomic64_read(&pt->shortcut[tag % SMMU_SHORTCUTS]);
	u64 index = (iova >> pt->granule_lg2) & pt->index_mask;

	if (word >> SMMU_SHORTCUT_TABLE_BITS != tag + 1)
		return false;
	word &= GENMASK_ULL(SMMU_SHORTCUT_TABLE_BITS - 1, 0);
	*slot = (__le64 *)(PAGE_OFFSET +
			   (unsigned long)(word << pt->granule_lg2)) + index;
	return true;
}

/* @slot, of the last level, is where the page at @iova goes. */
static inline void smmu_shortcut_keep(struct smmu_pgtable *pt, u64 iova,
				      const __le64 *slot)
{
	u64 tag = smmu_shortcut_tag(pt, iova);
	u64 index = (iova >> pt->granule_lg2) & pt->index_mask;
	atomic64_t *word = &pt->shortcut[tag % SMMU_SHORTCUTS];
	u64 place = (unsigned long)(slot - index) - PAGE_OFFSET;
	u64 value;

	/* Not a whole table, the root of a small input range; or a tagged pointer */
	if (place & pt->page_mask)
		return;
	place >>= pt->granule_lg2;
	if (place >> SMMU_SHORTCUT_TABLE_BITS)
		return;
	value = (tag + 1) << SMMU_SHORTCUT_TABLE_BITS | place;
	/* Other CPUs read the line all the time. */
	if (atomic64_read(word) != value)
		atomic64_set_release(word, value);
}

/* All tables of a range have been taken out. */
static inline void smmu_shortcut_drop(struct smmu_pgtable *pt, u64 start,
				      u64 last)
{
	u64 first_tag = smmu_shortcut_tag(pt, start);
	u64 tags = smmu_shortcut_tag(pt, last) - first_tag + 1;
	u64 i;

	for (i = 0; i < tags && i < SMMU_SHORTCUTS; i++) {
		atomic64_t *word = &pt->shortcut[(first_tag + i) %
						 SMMU_SHORTCUTS];
		u64 tag = ((u64)atomic64_read(word) >>
			   SMMU_SHORTCUT_TABLE_BITS) - 1;

		if (tag - first_tag < tags)
			atomic64_set(word, 0);
	}
}

#endif /* SMMU_PGTABLE_SHORTCUT_H */
