// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of slots: the loops in which map and unmap spend their time when they are
 * given much at once. Eight pairs a turn, so that the turn itself costs little.
 */
#include "pgtable/desc.h"
#include "pgtable/run.h"

#define TURN	16

static __always_inline u64 any_of_pair(const __le64 *slot, int at)
{
	u64 a, b;

	smmu_desc_read_pair(slot, at, &a, &b);
	return a | b;
}

static __always_inline u64 all_of_pair(const __le64 *slot, int at)
{
	u64 a, b;

	smmu_desc_read_pair(slot, at, &a, &b);
	return a & b;
}

static __always_inline u64 any_of_turn(const __le64 *slot)
{
	return any_of_pair(slot, 0) | any_of_pair(slot, 2) |
	       any_of_pair(slot, 4) | any_of_pair(slot, 6) |
	       any_of_pair(slot, 8) | any_of_pair(slot, 10) |
	       any_of_pair(slot, 12) | any_of_pair(slot, 14);
}

static __always_inline u64 all_of_turn(const __le64 *slot)
{
	return all_of_pair(slot, 0) & all_of_pair(slot, 2) &
	       all_of_pair(slot, 4) & all_of_pair(slot, 6) &
	       all_of_pair(slot, 8) & all_of_pair(slot, 10) &
	       all_of_pair(slot, 12) & all_of_pair(slot, 14);
}

/**
 * smmu_run_empty - how many slots are empty
 * @slot: the first
 * @slots: how many to look at
 *
 * Return: how many there are before the first that is in use.
 */
u32 smmu_run_empty(const __le64 *slot, u32 slots)
{
	const __le64 *at = slot, *end = slot + slots;

	while (end - at >= TURN && !any_of_turn(at))
		at += TURN;
	while (at < end && !smmu_desc_read(at))
		at++;
	return at - slot;
}

/**
 * smmu_run_pages - how many slots of a last-level table hold pages
 * @slot: the first
 * @slots: how many to look at
 *
 * Return: how many there are before the first that is empty.
 */
u32 smmu_run_pages(const __le64 *slot, u32 slots)
{
	const __le64 *at = slot, *end = slot + slots;

	while (end - at >= TURN && (all_of_turn(at) & SMMU_DESC_VALID))
		at += TURN;
	while (at < end && (smmu_desc_read(at) & SMMU_DESC_VALID))
		at++;
	return at - slot;
}

/**
 * smmu_run_blocks - how many slots of a table above the last level hold blocks
 * @slot: the first
 * @slots: how many to look at
 *
 * Return: how many there are before the first that is empty or holds a table.
 */
u32 smmu_run_blocks(const __le64 *slot, u32 slots)
{
	u32 n;

	for (n = 0; n < slots; n++)
		if ((smmu_desc_read(&slot[n]) & SMMU_DESC_TYPE) !=
		    SMMU_DESC_BLOCK)
			break;
	return n;
}

static __always_inline void write_turn(__le64 *slot, u64 a, u64 b, u64 step)
{
	smmu_desc_write_pair(slot, 0, a, b);
	smmu_desc_write_pair(slot, 2, a += step, b += step);
	smmu_desc_write_pair(slot, 4, a += step, b += step);
	smmu_desc_write_pair(slot, 6, a += step, b += step);
	smmu_desc_write_pair(slot, 8, a += step, b += step);
	smmu_desc_write_pair(slot, 10, a += step, b += step);
	smmu_desc_write_pair(slot, 12, a += step, b += step);
	smmu_desc_write_pair(slot, 14, a += step, b += step);
}

/**
 * smmu_run_fill - fill slots with leaves that follow each other
 * @slot: the first; whatever is in the slots is overwritten
 * @slots: how many
 * @desc: the first leaf
 * @step: what each one is larger than the one before: the bytes of a leaf
 */
void smmu_run_fill(__le64 *slot, u32 slots, u64 desc, u64 step)
{
	__le64 *end = slot + slots;

	for (; end - slot >= TURN; slot += TURN, desc += TURN * step)
		write_turn(slot, desc, desc + step, 2 * step);
	for (; slot < end; slot++, desc += step)
		smmu_desc_write(slot, desc);
}

/**
 * smmu_run_clear - empty slots
 * @slot: the first
 * @slots: how many
 */
void smmu_run_clear(__le64 *slot, u32 slots)
{
	__le64 *end = slot + slots;

	for (; end - slot >= TURN; slot += TURN)
		write_turn(slot, 0, 0, 0);
	for (; slot < end; slot++)
		smmu_desc_write(slot, 0);
}
