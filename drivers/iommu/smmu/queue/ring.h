/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Positions in a queue of 2^entries_lg2 entries, 2 to 2^19 (IHI 0070 section 3.5.1).
 *
 * Software counts every entry ever passed in a u32 that wraps at 2^32. A register
 * holds the low entries_lg2 + 1 bits of the same count: the index and, above it, the
 * wrap bit. No two positions that are compared are 2^31 or more apart; those of a
 * queue are as far apart as it has entries, at most.
 */
#ifndef SMMU_RING_H
#define SMMU_RING_H

#include <linux/bits.h>
#include <linux/types.h>

#include "hw/regs.h"

/* Index of the entry in memory */
static inline u32 smmu_ring_slot(u32 pos, u8 entries_lg2)
{
	return pos & (BIT(entries_lg2) - 1);
}

/* PROD or CONS without the flags and codes above the index */
static inline u32 smmu_ring_hw(u32 pos, u8 entries_lg2)
{
	return pos & (BIT(entries_lg2 + 1) - 1);
}

/* Entries written and not yet consumed; more than 2^entries_lg2 is a broken queue */
static inline u32 smmu_ring_used(u32 prod, u32 cons)
{
	return prod - cons;
}

/* Entries that can still be written; a broken queue has no room */
static inline u32 smmu_ring_space(u32 prod, u32 cons, u8 entries_lg2)
{
	u32 used = smmu_ring_used(prod, cons);

	return used < BIT(entries_lg2) ? BIT(entries_lg2) - used : 0;
}

/* The first position from @known on that a register shows as @hw */
static inline u32 smmu_ring_extend(u32 known, u32 hw, u8 entries_lg2)
{
	return known + smmu_ring_hw(hw - known, entries_lg2);
}

/* Is the entry at @pos consumed? */
static inline bool smmu_ring_passed(u32 cons, u32 pos)
{
	return (s32)(cons - pos) > 0;
}

/* Is @pos at @other or behind it? */
static inline bool smmu_ring_reaches(u32 pos, u32 other)
{
	return (s32)(pos - other) >= 0;
}

/*
 * Event and PRI queue (7.4): records were lost since software last copied OVFLG
 * of PROD to OVACKFLG of CONS.
 */
static inline bool smmu_ring_overflowed(u32 prod_reg, u32 cons_reg)
{
	return (prod_reg ^ cons_reg) & SMMU_Q_OVFLG;
}

#endif /* SMMU_RING_H */
