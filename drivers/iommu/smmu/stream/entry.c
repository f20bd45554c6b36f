// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing a live STE or CD in steps between which the hardware forgets what it
 * held (IHI 0070 section 3.21.3).
 *
 * Where the words that matter before and after differ in one word only, that word
 * is the switch: what the old entry ignores is prepared first, the switch is one
 * store, and what the new entry ignores is tidied afterwards. Otherwise the entry
 * is invalid in between.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/string.h>
#include <kunit/visibility.h>

#include "hw/walk.h"
#include "stream/entry.h"

/* Entries that hold the same and change together */
struct smmu_entry_row {
	__le64 *live;
	u32 nr;
};

/*
 * The hardware reads whole 64-bit words at any time. atomic64_set() is the store
 * that cannot tear on 32-bit Arm either.
 */
static void smmu_entry_store(__le64 *word, __le64 value)
{
	atomic64_set((atomic64_t *)word, (__force s64)value);
}

static bool smmu_entry_bring(__le64 *live, const __le64 *to, const struct smmu_entry_ops *ops,
			     void *ctx)
{
	bool stored = false;
	int i;

	for (i = 0; i < SMMU_ENTRY_WORDS; i++) {
		if (live[i] == to[i])
			continue;
		if (ops->store)
			ops->store(ctx, &live[i], to[i]);
		else
			smmu_entry_store(&live[i], to[i]);
		stored = true;
	}
	return stored;
}

/*
 * Bring all entries to @to and let the hardware see it. The last step syncs as
 * well, though it changes ignored bits only: a later change may make them count,
 * and must not find an older value of them in a cache.
 */
static unsigned int smmu_entry_step(const struct smmu_entry_row *row, const __le64 *to,
				    const struct smmu_entry_ops *ops, void *ctx)
{
	bool stored = false;
	u32 n;

	for (n = 0; n < row->nr; n++)
		stored |= smmu_entry_bring(row->live + n * SMMU_ENTRY_WORDS, to, ops, ctx);
	if (!stored)
		return 0;
	ops->sync(ctx);
	return 1;
}

/* Words that change at all, one bit for each */
static unsigned long smmu_entry_changes(const __le64 *live, const __le64 *target)
{
	unsigned long words = 0;
	int i;

	for (i = 0; i < SMMU_ENTRY_WORDS; i++)
		if (live[i] != target[i])
			words |= BIT(i);
	return words;
}

/* Words with a bit that counts before and after and changes, one bit for each */
static unsigned long smmu_entry_switches(const __le64 *live, const __le64 *live_used,
					 const __le64 *target, const __le64 *target_used)
{
	unsigned long words = 0;
	int i;

	for (i = 0; i < SMMU_ENTRY_WORDS; i++)
		if ((live[i] ^ target[i]) & live_used[i] & target_used[i])
			words |= BIT(i);
	return words;
}

/*
 * The entry with everything written that it ignores, except in the words that
 * switch. Nothing is written if the new entry does not ask for it: what counts in
 * neither can then go with what the new one ignores.
 */
static void smmu_entry_prepare(__le64 *step, const __le64 *live, const __le64 *live_used,
			       const __le64 *target, const __le64 *target_used,
			       unsigned long switches)
{
	bool needed = false;
	int i;

	memcpy(step, live, SMMU_ENTRY_WORDS * sizeof(*step));
	for (i = 0; i < SMMU_ENTRY_WORDS; i++) {
		if (switches & BIT(i))
			continue;
		needed |= !!((live[i] ^ target[i]) & target_used[i] & ~live_used[i]);
		step[i] = (live[i] & live_used[i]) | (target[i] & ~live_used[i]);
	}
	if (!needed)
		memcpy(step, live, SMMU_ENTRY_WORDS * sizeof(*step));
}

/* Prepare, switch, tidy */
static unsigned int smmu_entry_hitless(const struct smmu_entry_row *row, __le64 *step,
				       const __le64 *target, unsigned long switches,
				       const struct smmu_entry_ops *ops, void *ctx)
{
	unsigned int syncs;
	int i;

	syncs = smmu_entry_step(row, step, ops, ctx);
	for_each_set_bit(i, &switches, SMMU_ENTRY_WORDS)
		step[i] = target[i];
	syncs += smmu_entry_step(row, step, ops, ctx);

	return syncs + smmu_entry_step(row, target, ops, ctx);
}

static unsigned int smmu_entry_through_invalid(const struct smmu_entry_row *row,
					       const __le64 *target,
					       const struct smmu_entry_ops *ops, void *ctx)
{
	__le64 step[SMMU_ENTRY_WORDS];
	unsigned int syncs;

	memcpy(step, row->live, sizeof(step));
	step[0] &= ~ops->v_bit;
	syncs = smmu_entry_step(row, step, ops, ctx);

	memcpy(step, target, sizeof(step));
	step[0] &= ~ops->v_bit;
	syncs += smmu_entry_step(row, step, ops, ctx);

	return syncs + smmu_entry_step(row, target, ops, ctx);
}

/**
 * smmu_entry_write_row() - Change entries that the hardware may be reading, alike
 * @live: the first of them; all hold the same
 * @nr: how many, one after the other
 * @target: what they shall become
 * @ops: the kind of entry
 * @ctx: handed to @ops
 *
 * As smmu_entry_write(), in step with each other: a sync is for all of them.
 *
 * Context: The caller keeps other writers out. Sleeps if @ops->sync does.
 * Return: The number of syncs, 0 if there was nothing to change.
 */
unsigned int smmu_entry_write_row(__le64 *live, u32 nr, const __le64 *target,
				  const struct smmu_entry_ops *ops, void *ctx)
{
	const struct smmu_entry_row row = { .live = live, .nr = nr };
	__le64 live_used[SMMU_ENTRY_WORDS];
	__le64 target_used[SMMU_ENTRY_WORDS];
	__le64 step[SMMU_ENTRY_WORDS];
	unsigned long switches, changes = smmu_entry_changes(live, target);

	/* One store, whatever its bits mean: another table or CD, mostly. */
	if (!(changes & (changes - 1)))
		return smmu_entry_step(&row, target, ops, ctx);
	ops->used(live, live_used);
	ops->used(target, target_used);
	switches = smmu_entry_switches(live, live_used, target, target_used);

	if (hweight_long(switches) > 1)
		return smmu_entry_through_invalid(&row, target, ops, ctx);
	smmu_entry_prepare(step, live, live_used, target, target_used, switches);
	return smmu_entry_hitless(&row, step, target, switches, ops, ctx);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_entry_write_row);

/**
 * smmu_entry_write() - Change an entry that the hardware may be reading
 * @live: the entry in memory, SMMU_ENTRY_WORDS words, aligned to 8 bytes
 * @target: what it shall become
 * @ops: the kind of entry
 * @ctx: handed to @ops
 *
 * At every moment the hardware acts on the old entry, on the new one or, if no
 * single store leads from one to the other, on an invalid one. On return @live
 * equals @target and the hardware holds nothing older.
 *
 * Context: The caller keeps other writers of @live out. Sleeps if @ops->sync does.
 * Return: The number of syncs, 0 if there was nothing to change.
 */
unsigned int smmu_entry_write(__le64 *live, const __le64 *target,
			      const struct smmu_entry_ops *ops, void *ctx)
{
	return smmu_entry_write_row(live, 1, target, ops, ctx);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_entry_write);
