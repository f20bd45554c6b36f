// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmap: clear descriptors, a run at a time, and take out tables.
 */
#include <linux/align.h>
#include <linux/mm.h>

#include <kunit/visibility.h>

#include "pgtable/internal.h"

/**
 * struct unmap_path - the way from the root to the slot of one address
 * @table: by level, the tables on the way
 * @index: by level, the slots taken
 * @level: the last one: its slot is not a table descriptor
 */
struct unmap_path {
	__le64 *table[SMMU_LEVEL_LAST + 1];
	u32 index[SMMU_LEVEL_LAST + 1];
	unsigned int level;
};

static void find_path(const struct smmu_pgtable *pt, u64 iova,
		      struct unmap_path *path)
{
	unsigned int level = pt->walk.start_level;
	__le64 *table = pt->root;

	for (;; level++) {
		u32 index = smmu_level_index(pt, level, iova);
		u64 desc = smmu_desc_read(&table[index]);

		path->table[level] = table;
		path->index[level] = index;
		if (!smmu_desc_is_table(desc, level))
			break;
		table = smmu_desc_table(pt, desc);
	}
	path->level = level;
}

static u32 count_leaves(const __le64 *slot, u32 max, unsigned int level)
{
	u32 n;

	for (n = 0; n < max; n++)
		if (!smmu_desc_is_leaf(smmu_desc_read(&slot[n]), level))
			break;
	return n;
}

static void clear_slots(struct smmu_pgtable *pt, __le64 *slot, u32 slots)
{
	u32 i;

	for (i = 0; i < slots; i++)
		smmu_desc_write(&slot[i], 0);
	smmu_table_clean(pt, slot, slots);
}

/*
 * Clears leaves from the end of @path on, up to the end of the table, of the
 * range, or the first slot that is no leaf. A table that goes as a whole keeps
 * its leaves: unlinking it takes them away, and costs one store.
 *
 * Returns the bytes cleared: 0 for a hole and for a part of a block.
 */
static u64 clear_run(struct smmu_pgtable *pt, const struct unmap_path *path,
		     u64 iova, u64 end, struct smmu_pgtable_cleared *c)
{
	unsigned int level = path->level;
	unsigned int lg2 = smmu_level_lg2(pt, level);
	u32 slots = smmu_level_slots(pt, level);
	u32 index = path->index[level];
	__le64 *slot = path->table[level] + index;
	u32 run;

	if (!IS_ALIGNED(iova, BIT_ULL(lg2)))
		return 0;
	run = min_t(u64, slots - index, (end - iova) >> lg2);
	run = count_leaves(slot, run, level);
	if (!run)
		return 0;
	if (run < slots || level == pt->walk.start_level)
		clear_slots(pt, slot, run);
	c->leaf_sizes |= BIT_ULL(lg2);
	return (u64)run << lg2;
}

/*
 * Unlinks the tables on @path that end at @done and begin no earlier than
 * @start: all in them was mapped, or unmap would have stopped at the hole, and
 * all of it is now unmapped. Their range is the caller's, so no other CPU can
 * be adding to them.
 */
static void unlink_passed(struct smmu_pgtable *pt,
			  const struct unmap_path *path, u64 start, u64 done,
			  struct smmu_pgtable_cleared *c)
{
	unsigned int level;

	for (level = path->level; level > pt->walk.start_level; level--) {
		unsigned int above = level - 1;
		u64 span = smmu_level_bytes(pt, above);

		if (!IS_ALIGNED(done, span) || done - start < span)
			break;
		clear_slots(pt, path->table[above] + path->index[above], 1);
		list_add_tail(&virt_to_page(path->table[level])->lru,
			      &c->tables);
		c->table = true;
	}
}

static bool range_valid(const struct smmu_pgtable *pt, u64 iova, u64 bytes)
{
	u64 size = BIT_ULL(pt->ias_bits);

	return IS_ALIGNED(iova | bytes, BIT_ULL(pt->walk.granule_lg2)) &&
	       bytes <= size && iova <= size - bytes;
}

/**
 * smmu_pgtable_unmap - unmap a range
 * @pt: the page table
 * @iova: first input address; nobody else maps or unmaps in the range meanwhile
 * @bytes: size of the range; both are multiples of the granule
 * @c: what the caller has to invalidate, added to what is in it already
 *
 * Stops at the first address that is not mapped, and at a block that the range
 * covers in part only: splitting a live block takes an invalidation between
 * break and make, during which other DMA to the block would fault, and no user
 * in the kernel needs it. A range that was mapped by one call can always be
 * unmapped by one call. Tables stay until a call unmaps all of their range.
 *
 * The memory unmapped is not out of reach of a device, and none of it, nor its
 * addresses, may be used for something else, until the TLBs are invalidated.
 *
 * Context: any.
 *
 * Return: the bytes unmapped, from @iova on: @bytes, or less as said above;
 * 0 for a range that is not aligned or beyond the input size.
 */
u64 smmu_pgtable_unmap(struct smmu_pgtable *pt, u64 iova, u64 bytes,
		       struct smmu_pgtable_cleared *c)
{
	u64 done = iova, end = iova + bytes;

	if (!range_valid(pt, iova, bytes))
		return 0;
	while (done < end) {
		struct unmap_path path;
		u64 run;

		find_path(pt, done, &path);
		run = clear_run(pt, &path, done, end, c);
		if (!run)
			break;
		done += run;
		unlink_passed(pt, &path, iova, done, c);
	}
	/*
	 * The cleared descriptors before the invalidation commands, which may
	 * be published by another CPU. The peer is the walker: a walk after the
	 * invalidation must not find the old descriptors.
	 */
	dma_wmb();
	return done - iova;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_unmap);
