/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs of slots: the loops in which map and unmap spend their time when they are
 * given much at once. Eight pairs a turn, written out, so that the turn itself costs
 * little. make bench: that saves 65 instructions of a map of 64K in pages of 4K and
 * 83 of its unmap, 1385 and 1403 of 1M; of these, pairs instead of single accesses
 * are 16 and 256.
 *
 * All slots of a run belong to the caller, who alone writes to them; lookups and
 * the walker may be reading them.
 */
#ifndef SMMU_PGTABLE_RUN_H
#define SMMU_PGTABLE_RUN_H

#include "pgtable/desc.h"

#define SMMU_RUN_TURN	16	/* slots of the eight pairs */

static __always_inline u64 smmu_run_any_2(const __le64 *slot, int at)
{
	u64 a, b;

	smmu_desc_read_pair(slot, at, &a, &b);
	return a | b;
}

static __always_inline u64 smmu_run_any(const __le64 *slot)
{
	return smmu_run_any_2(slot, 0) | smmu_run_any_2(slot, 2) |
	       smmu_run_any_2(slot, 4) | smmu_run_any_2(slot, 6) |
	       smmu_run_any_2(slot, 8) | smmu_run_any_2(slot, 10) |
	       smmu_run_any_2(slot, 12) | smmu_run_any_2(slot, 14);
}

static __always_inline u64 smmu_run_all_2(const __le64 *slot, int at)
{
	u64 a, b;

	smmu_desc_read_pair(slot, at, &a, &b);
	return a & b;
}

static __always_inline u64 smmu_run_all(const __le64 *slot)
{
	return smmu_run_all_2(slot, 0) & smmu_run_all_2(slot, 2) &
	       smmu_run_all_2(slot, 4) & smmu_run_all_2(slot, 6) &
	       smmu_run_all_2(slot, 8) & smmu_run_all_2(slot, 10) &
	       smmu_run_all_2(slot, 12) & smmu_run_all_2(slot, 14);
}

/* Of so many slots, how many are empty, before the first that is in use */
static inline u32 smmu_run_empty(const __le64 *slot, u32 slots)
{
	const __le64 *at = slot, *end = slot + slots;

	while (end - at >= SMMU_RUN_TURN && !smmu_run_any(at))
		at += SMMU_RUN_TURN;
	while (at < end && !smmu_desc_read(at))
		at++;
	return at - slot;
}

/* In a table of the last level: how many hold pages, before the first that is empty */
static inline u32 smmu_run_pages(const __le64 *slot, u32 slots)
{
	const __le64 *at = slot, *end = slot + slots;

	while (end - at >= SMMU_RUN_TURN &&
	       (smmu_run_all(at) & SMMU_DESC_VALID))
		at += SMMU_RUN_TURN;
	while (at < end && (smmu_desc_read(at) & SMMU_DESC_VALID))
		at++;
	return at - slot;
}

/* Above the last level: how many hold blocks */
static inline u32 smmu_run_blocks(const __le64 *slot, u32 slots)
{
	u32 n = 0;

	while (n < slots && (smmu_desc_read(&slot[n]) & SMMU_DESC_TYPE) ==
			    SMMU_DESC_BLOCK)
		n++;
	return n;
}

static __always_inline void smmu_run_fill_2(__le64 *slot, int at, u64 *a,
					    u64 *b, u64 step)
{
	smmu_desc_write_pair(slot, at, *a, *b);
	*a += step;
	*b += step;
}

/*
 * Fills slots, whatever is in them, with leaves that follow each other: @desc, and
 * each one @step larger than the one before.
 */
static inline void smmu_run_fill(__le64 *slot, u32 slots, u64 desc, u64 step)
{
	__le64 *end = slot + slots;
	u64 next = desc + step;

	for (; end - slot >= SMMU_RUN_TURN; slot += SMMU_RUN_TURN) {
		smmu_run_fill_2(slot, 0, &desc, &next, 2 * step);
		smmu_run_fill_2(slot, 2, &desc, &next, 2 * step);
		smmu_run_fill_2(slot, 4, &desc, &next, 2 * step);
		smmu_run_fill_2(slot, 6, &desc, &next, 2 * step);
		smmu_run_fill_2(slot, 8, &desc, &next, 2 * step);
		smmu_run_fill_2(slot, 10, &desc, &next, 2 * step);
		smmu_run_fill_2(slot, 12, &desc, &next, 2 * step);
		smmu_run_fill_2(slot, 14, &desc, &next, 2 * step);
	}
	for (; slot < end; slot++, desc += step)
		smmu_desc_write(slot, desc);
}

static inline void smmu_run_clear(__le64 *slot, u32 slots)
{
	__le64 *end = slot + slots;

	for (; end - slot >= SMMU_RUN_TURN; slot += SMMU_RUN_TURN) {
		smmu_desc_write_pair(slot, 0, 0, 0);
		smmu_desc_write_pair(slot, 2, 0, 0);
		smmu_desc_write_pair(slot, 4, 0, 0);
		smmu_desc_write_pair(slot, 6, 0, 0);
		smmu_desc_write_pair(slot, 8, 0, 0);
		smmu_desc_write_pair(slot, 10, 0, 0);
		smmu_desc_write_pair(slot, 12, 0, 0);
		smmu_desc_write_pair(slot, 14, 0, 0);
	}
	for (; slot < end; slot++)
		smmu_desc_write(slot, 0);
}

#endif /* SMMU_PGTABLE_RUN_H */
