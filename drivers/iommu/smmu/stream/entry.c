// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing a live entry in steps between which the hardware drops what it held
 * (IHI 0070 section 3.21.3).
 *
 * Where the words that matter before and after differ in one word only, that word
 * is the switch: what the old entry ignores is written first, the switch is one
 * store, and what the new entry ignores is written last. Otherwise the entry is
 * invalid in between.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/string.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "hw/walk.h"
#include "stream/entry.h"

/* Entries, one after the other, that hold the same and change together */
struct smmu_entry_set {
	__le64 *live;
	u32 nr;
};

/**
 * smmu_entry_store() - Store a word of an entry in one piece
 * @word: the word
 * @value: what it shall be
 *
 * The hardware reads whole 64-bit words at any time. atomic64_set() is the store
 * that cannot tear on 32-bit CPUs either. KUnit watches each one; a kernel without it
 * has no trace of that here.
 *
 * Context: any; the caller keeps other writers out.
 */
VISIBLE_IF_KUNIT void smmu_entry_store(__le64 *word, __le64 value)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_entry_store, word, value);
	atomic64_set((atomic64_t *)word, (__force s64)value);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_entry_store);

/* Returns whether there was anything to store. */
static bool smmu_entry_store_words(__le64 *live, const __le64 *to)
{
	bool stored = false;
	int i;

	for (i = 0; i < SMMU_ENTRY_WORDS; i++) {
		if (live[i] == to[i])
			continue;
		smmu_entry_store(&live[i], to[i]);
		stored = true;
	}
	return stored;
}

/*
 * Make all entries @to and let the hardware see it. The last store of a change is
 * synced as well, though it changes ignored bits only: a later change may make them
 * count, and must not find an older value of them in a cache.
 */
static void smmu_entry_store_and_sync(const struct smmu_entry_set *set, const __le64 *to,
				      const struct smmu_entry_ops *ops, void *ctx)
{
	bool stored = false;
	u32 n;

	for (n = 0; n < set->nr; n++)
		stored |= smmu_entry_store_words(set->live + n * SMMU_ENTRY_WORDS, to);
	if (stored)
		ops->sync(ctx);
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
 * The state before the switch: the entry with everything written that it ignores,
 * except in the words that switch. It is the entry as it is if the new one needs
 * nothing of that: what counts in neither is then written last.
 */
static void smmu_entry_before_switch(__le64 *state, const __le64 *live, const __le64 *live_used,
				     const __le64 *target, const __le64 *target_used,
				     unsigned long switches)
{
	bool needed = false;
	int i;

	memcpy(state, live, SMMU_ENTRY_WORDS * sizeof(*state));
	for (i = 0; i < SMMU_ENTRY_WORDS; i++) {
		if (switches & BIT(i))
			continue;
		needed |= !!((live[i] ^ target[i]) & target_used[i] & ~live_used[i]);
		state[i] = (live[i] & live_used[i]) | (target[i] & ~live_used[i]);
	}
	if (!needed)
		memcpy(state, live, SMMU_ENTRY_WORDS * sizeof(*state));
}

/* What the old entry ignores, the switch, what the new entry ignores */
static void smmu_entry_hitless(const struct smmu_entry_set *set, __le64 *state,
			       const __le64 *target, unsigned long switches,
			       const struct smmu_entry_ops *ops, void *ctx)
{
	int i;

	smmu_entry_store_and_sync(set, state, ops, ctx);
	for_each_set_bit(i, &switches, SMMU_ENTRY_WORDS)
		state[i] = target[i];
	smmu_entry_store_and_sync(set, state, ops, ctx);
	smmu_entry_store_and_sync(set, target, ops, ctx);
}

static void smmu_entry_through_invalid(const struct smmu_entry_set *set, const __le64 *target,
				       const struct smmu_entry_ops *ops, void *ctx)
{
	__le64 state[SMMU_ENTRY_WORDS];

	memcpy(state, set->live, sizeof(state));
	state[0] &= ~ops->v_bit;
	smmu_entry_store_and_sync(set, state, ops, ctx);

	memcpy(state, target, sizeof(state));
	state[0] &= ~ops->v_bit;
	smmu_entry_store_and_sync(set, state, ops, ctx);
	smmu_entry_store_and_sync(set, target, ops, ctx);
}

/**
 * smmu_entry_write_many() - Change entries that the hardware may be reading, alike
 * @live: the first of them; all hold the same
 * @nr: how many, one after the other
 * @target: what they shall become
 * @ops: the kind of entry
 * @ctx: handed to @ops
 *
 * As smmu_entry_write(), all together: a sync is for all of them.
 *
 * Context: The caller keeps other writers out. Sleeps if @ops->sync does.
 */
void smmu_entry_write_many(__le64 *live, u32 nr, const __le64 *target,
			   const struct smmu_entry_ops *ops, void *ctx)
{
	const struct smmu_entry_set set = { .live = live, .nr = nr };
	__le64 live_used[SMMU_ENTRY_WORDS];
	__le64 target_used[SMMU_ENTRY_WORDS];
	__le64 state[SMMU_ENTRY_WORDS];
	unsigned long switches, changes = smmu_entry_changes(live, target);

	/* One store, whatever its bits mean: another table or CD, mostly. */
	if (!(changes & (changes - 1))) {
		smmu_entry_store_and_sync(&set, target, ops, ctx);
		return;
	}
	ops->used(live, live_used);
	ops->used(target, target_used);
	switches = smmu_entry_switches(live, live_used, target, target_used);

	if (hweight_long(switches) > 1) {
		smmu_entry_through_invalid(&set, target, ops, ctx);
		return;
	}
	smmu_entry_before_switch(state, live, live_used, target, target_used, switches);
	smmu_entry_hitless(&set, state, target, switches, ops, ctx);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_entry_write_many);

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
 */
void smmu_entry_write(__le64 *live, const __le64 *target,
		      const struct smmu_entry_ops *ops, void *ctx)
{
	smmu_entry_write_many(live, 1, target, ops, ctx);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_entry_write);
