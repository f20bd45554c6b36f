/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fewest commands that invalidate a range (IHI 0070, 4.4.1). Pure, and inline, since
 * each unmap plans: nearly always it comes to one command.
 */
#ifndef SMMU_INVAL_PLAN_H
#define SMMU_INVAL_PLAN_H

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "hw/cmd.h"

/*
 * Without range commands, what one by one would take more than this is dropped with
 * everything else under the tag. It is a quarter of the queue at its usual size (probe.c
 * asserts that): more would make others wait for room.
 */
#define SMMU_INVAL_SINGLES_MAX	256

/* What one range command can cover at a given scale: a field of NUM, plus one. */
#define SMMU_INVAL_RANGE_UNITS	(SMMU_TLBI_NUM_MAX + 1)

static_assert(FIELD_PREP_CONST(SMMU_CMD_TLBI_0_NUM, SMMU_TLBI_NUM_MAX) == SMMU_CMD_TLBI_0_NUM);
static_assert(FIELD_PREP_CONST(SMMU_CMD_TLBI_0_SCALE, SMMU_TLBI_SCALE_MAX) ==
	      SMMU_CMD_TLBI_0_SCALE);

/**
 * struct smmu_inval_range - what was unmapped
 * @start: first address
 * @last: last address
 * @leaf_sizes: sizes in bytes of the leaves that were removed, as a bitmap; not 0
 * @granule_lg2: log2 of the table's granule
 * @leaf_only: no table descriptor was removed
 */
struct smmu_inval_range {
	u64 start;
	u64 last;
	u64 leaf_sizes;
	u8 granule_lg2;
	bool leaf_only;
};

/**
 * struct smmu_inval_plan - progress through the commands for one range
 * @addr: the next address to cover
 * @left: units still to cover; a unit is a granule or a leaf
 * @unit_lg2: log2 of the size of a unit
 * @tg: the granule as range commands call it; %SMMU_TLBI_TG_NONE if there are none
 * @ttl: level of the leaves, 0 for unknown
 * @leaf: only leaves have to go
 */
struct smmu_inval_plan {
	u64 addr;
	u64 left;
	u8 unit_lg2;
	u8 tg;
	u8 ttl;
	bool leaf;
};

/* TG counts the granules: 12, 14 and 16 bits are 1, 2 and 3 (4.4.1.1). */
static inline u8 smmu_inval_tg(u8 granule_lg2)
{
	static_assert(SMMU_TLBI_TG_4K == 1 && SMMU_TLBI_TG_16K == 2 && SMMU_TLBI_TG_64K == 3);

	return (granule_lg2 - 10) / 2;
}

/* The level of a leaf of this size: 3 is the last level. */
static inline u8 smmu_inval_level(u64 leaf_bytes, u8 granule_lg2)
{
	if (leaf_bytes >> granule_lg2 == 1)
		return 3;
	return 3 - (__ffs64(leaf_bytes) - granule_lg2) / (granule_lg2 - 3);
}

/*
 * The level hint says that there is nothing to drop at any other level.  It may be
 * given when one kind of leaf was removed and nothing else, and the range begins
 * and ends on it.
 */
static inline u8 smmu_inval_ttl(const struct smmu_inval_range *range)
{
	u64 below = range->leaf_sizes - 1;

	if (!range->leaf_only || range->leaf_sizes & below ||
	    (range->start | (range->last + 1)) & below)
		return 0;
	return smmu_inval_level(range->leaf_sizes, range->granule_lg2);
}

/*
 * One unit without a level hint, NUM, SCALE and TTL all zero, is reserved as a range
 * (4.4.1.1), and some SMMUs have errata with the plain command that could stand for it
 * (TG zero). So where a plan would come to such a unit, which is its first one, it gets a
 * neighbour along: the other half of the aligned pair that the odd one at an end of the
 * range is in. Where the input range ends, a pair does as well, so nothing beyond is named.
 */
static inline void smmu_inval_plan_pair(struct smmu_inval_plan *plan)
{
	u64 before = plan->addr >> plan->unit_lg2 & 1;

	plan->addr -= before << plan->unit_lg2;
	plan->left++;
}

/**
 * smmu_inval_plan_start() - Plan the invalidation of a range
 * @plan: the plan
 * @range: what was unmapped; not empty
 * @ranges: whether the SMMU takes range invalidations
 *
 * Context: any; pure.
 * Return: false if dropping all that is under the tag is cheaper.
 * IHI 0070, 4.4.1.1 (range invalidation).
 */
static inline bool smmu_inval_plan_start(struct smmu_inval_plan *plan,
					 const struct smmu_inval_range *range, bool ranges)
{
	u8 unit_lg2 = ranges ? range->granule_lg2 : __ffs64(range->leaf_sizes);

	plan->unit_lg2 = unit_lg2;
	plan->addr = range->start >> unit_lg2 << unit_lg2;
	plan->left = ((range->last - plan->addr) >> unit_lg2) + 1;
	plan->leaf = range->leaf_only;
	plan->tg = SMMU_TLBI_TG_NONE;
	plan->ttl = 0;
	if (!ranges)
		return plan->left <= SMMU_INVAL_SINGLES_MAX;

	plan->tg = smmu_inval_tg(range->granule_lg2);
	plan->ttl = smmu_inval_ttl(range);
	if (!plan->ttl && plan->left % SMMU_INVAL_RANGE_UNITS == 1)
		smmu_inval_plan_pair(plan);
	return plan->left <= (u64)SMMU_INVAL_RANGE_UNITS << SMMU_TLBI_SCALE_MAX;
}

/**
 * smmu_inval_plan_next() - Operands of the next command of a plan
 * @plan: the plan, with something left to cover
 * @tlbi: where they go; ASID and VMID are left zero
 *
 * Sizes of a range command are 1 to 32 units at any power of two.  The odd bits
 * go first, so that what is left is a multiple of a larger power each time: at
 * most one command for each five bits of the count.
 *
 * Context: any; pure.
 */
static inline void smmu_inval_plan_next(struct smmu_inval_plan *plan, struct smmu_tlbi *tlbi)
{
	u64 units = 1;
	u8 scale = 0;

	if (plan->tg != SMMU_TLBI_TG_NONE) {
		scale = min_t(u8, __ffs64(plan->left), SMMU_TLBI_SCALE_MAX);
		units = plan->left >> scale;
		if (units > SMMU_INVAL_RANGE_UNITS)
			units &= SMMU_INVAL_RANGE_UNITS - 1;
	}
	*tlbi = (struct smmu_tlbi){
		.addr = plan->addr,
		.leaf = plan->leaf,
		.tg = plan->tg,
		.ttl = plan->ttl,
		.num = units - 1,
		.scale = scale,
	};
	units <<= scale;
	plan->left -= units;
	plan->addr += units << plan->unit_lg2;
}

#endif /* SMMU_INVAL_PLAN_H */
