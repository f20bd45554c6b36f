// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of live entries, checked by hardware that caches as much as the
 * architecture lets it (IHI 0070 section 3.21.3).
 *
 * The fake hardware remembers, for each word, every value the word had since the
 * last sync, and after each store and each sync looks at every mix of them. What a
 * mix means to it is written here from section 5.2, apart from the driver's own idea
 * of it.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <kunit/test-bug.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/string.h>

#include "hw/ste.h"
#include "stream/entry.h"

#define ENTRY_VALUES_MAX	4	/* values of one word between two syncs */
#define ENTRY_RANDOM_STEPS	2000

/* One state of an entry in CPU order */
struct entry_words {
	u64 w[SMMU_ENTRY_WORDS];
};

/* Bits [hi:lo] of a word */
static u64 entry_bits(int hi, int lo)
{
	return (~0ULL >> (63 - hi)) & (~0ULL << lo);
}

/* Masks of the bits that count in a state */
static void ste_counts(const struct entry_words *e, struct entry_words *mask)
{
	int config = e->w[0] >> 1 & 7;

	memset(mask, 0, sizeof(*mask));
	mask->w[0] = 1;
	if (!(e->w[0] & 1))
		return;
	mask->w[0] |= entry_bits(3, 1);
	if (config < 4)
		return;

	/* MEV, PRIVCFG, INSTCFG; EATS unless both stages bypass */
	mask->w[1] |= entry_bits(19, 19) | entry_bits(51, 48);
	if (config != 4)
		mask->w[1] |= entry_bits(29, 28);
	/* MemAttr, MTCFG, ALLOCCFG, SHCFG, unless stage 1 replaces the attributes */
	if (!(config & 1) || e->w[0] >> 59)
		mask->w[1] |= entry_bits(40, 32) | entry_bits(45, 44);
	if (config & 1) {
		/* S1ContextPtr, S1CDMax; S1Fmt and S1DSS only with substreams */
		mask->w[0] |= entry_bits(51, 6) | entry_bits(63, 59);
		if (e->w[0] >> 59) {
			mask->w[0] |= entry_bits(5, 4);
			mask->w[1] |= entry_bits(1, 0);
		}
		/* S1CIR, S1COR, S1CSH, S1STALLD, STRW; S2VMID tags stage 1 as well */
		mask->w[1] |= entry_bits(7, 2) | entry_bits(27, 27) | entry_bits(31, 30);
		mask->w[2] |= entry_bits(15, 0);
	}
	if (config & 2) {
		/* S2FWB; S2VMID; S2T0SZ to S2R; S2TTB */
		mask->w[1] |= entry_bits(25, 25);
		mask->w[2] |= entry_bits(15, 0) | entry_bits(58, 32);
		mask->w[3] |= entry_bits(51, 4);
	}
}

/* The state stops all traffic: invalid or aborting. */
static bool ste_silent(const struct entry_words *e)
{
	return !(e->w[0] & 1) || !(e->w[0] & 8);
}

/* Do both make the hardware do the same? */
static bool entry_same(const struct entry_words *a, const struct entry_words *b)
{
	struct entry_words ma, mb;
	int i;

	ste_counts(a, &ma);
	ste_counts(b, &mb);
	for (i = 0; i < SMMU_ENTRY_WORDS; i++)
		if (ma.w[i] != mb.w[i] || (a->w[i] ^ b->w[i]) & ma.w[i])
			return false;
	return true;
}

/* Words that must change at once: bits that count before and after, and differ */
static int entry_switches(const struct entry_words *a, const struct entry_words *b)
{
	struct entry_words ma, mb;
	int i, n = 0;

	ste_counts(a, &ma);
	ste_counts(b, &mb);
	for (i = 0; i < SMMU_ENTRY_WORDS; i++)
		n += !!((a->w[i] ^ b->w[i]) & ma.w[i] & mb.w[i]);
	return n;
}

struct fake_hw {
	struct kunit *test;
	const char *name;
	__le64 live[SMMU_ENTRY_WORDS];
	struct entry_words old;
	struct entry_words new;
	u64 seen[SMMU_ENTRY_WORDS][ENTRY_VALUES_MAX];
	int n_seen[SMMU_ENTRY_WORDS];
	int stores;
	int unsynced;
	unsigned int syncs;
	bool any_bits;		/* also bits about which driver and reference may differ */
	bool went_silent;
	bool broken;
};

static void fake_check(struct fake_hw *hw, const struct entry_words *mix)
{
	if (entry_same(mix, &hw->old) || entry_same(mix, &hw->new))
		return;
	if (ste_silent(mix)) {
		hw->went_silent = true;
		return;
	}
	if (!hw->broken)
		KUNIT_FAIL(hw->test,
			   "%s: half state %016llx %016llx %016llx %016llx, store %d, sync %u",
			   hw->name, mix->w[0], mix->w[1], mix->w[2], mix->w[3],
			   hw->stores, hw->syncs);
	hw->broken = true;
}

/* Look at every mix of the values that each word had since the last sync. */
static void fake_look(struct fake_hw *hw)
{
	int pick[SMMU_ENTRY_WORDS] = { };
	struct entry_words mix;
	int i;

	do {
		for (i = 0; i < SMMU_ENTRY_WORDS; i++)
			mix.w[i] = hw->seen[i][pick[i]];
		fake_check(hw, &mix);

		for (i = 0; i < SMMU_ENTRY_WORDS && ++pick[i] == hw->n_seen[i]; i++)
			pick[i] = 0;
	} while (i < SMMU_ENTRY_WORDS);
}

static void fake_forget(struct fake_hw *hw)
{
	int i;

	for (i = 0; i < SMMU_ENTRY_WORDS; i++) {
		hw->seen[i][0] = le64_to_cpu(hw->live[i]);
		hw->n_seen[i] = 1;
	}
	hw->unsynced = 0;
}

/* In place of smmu_entry_store() */
static void fake_store(__le64 *word, __le64 value)
{
	struct fake_hw *hw = kunit_get_current_test()->priv;
	int i = word - hw->live;

	KUNIT_ASSERT_GE(hw->test, i, 0);
	KUNIT_ASSERT_LT(hw->test, i, SMMU_ENTRY_WORDS);
	KUNIT_ASSERT_LT_MSG(hw->test, hw->n_seen[i], ENTRY_VALUES_MAX,
			    "%s: word %d stored again and again without a sync", hw->name, i);
	*word = value;
	hw->seen[i][hw->n_seen[i]++] = le64_to_cpu(value);
	hw->stores++;
	hw->unsynced++;
	fake_look(hw);
}

static void fake_sync(void *ctx)
{
	struct fake_hw *hw = ctx;

	KUNIT_EXPECT_GT_MSG(hw->test, hw->unsynced, 0, "%s: a sync for nothing", hw->name);
	hw->syncs++;
	fake_forget(hw);
	fake_look(hw);
}

static const struct smmu_entry_ops fake_ops = {
	.used = smmu_ste_used,
	.sync = fake_sync,
	.v_bit = cpu_to_le64(1),
};

static void entry_from_memory(struct entry_words *e, const __le64 *memory)
{
	int i;

	for (i = 0; i < SMMU_ENTRY_WORDS; i++)
		e->w[i] = le64_to_cpu(memory[i]);
}

/* Change the live entry and check all that can be said of any change. */
static void fake_change(struct fake_hw *hw, const __le64 *target)
{
	entry_from_memory(&hw->old, hw->live);
	entry_from_memory(&hw->new, target);
	hw->stores = 0;
	hw->syncs = 0;
	hw->went_silent = false;
	fake_forget(hw);

	smmu_entry_write(hw->live, target, &fake_ops, hw);

	KUNIT_EXPECT_EQ_MSG(hw->test, hw->unsynced, 0, "%s: stores after the last sync", hw->name);
	KUNIT_EXPECT_LE_MSG(hw->test, hw->syncs, 3, "%s", hw->name);
	KUNIT_EXPECT_EQ_MSG(hw->test, memcmp(hw->live, target, sizeof(hw->live)), 0,
			    "%s: not what was asked for", hw->name);
	/* One word to switch: nobody may notice. */
	if (!hw->any_bits && entry_switches(&hw->old, &hw->new) <= 1)
		KUNIT_EXPECT_FALSE_MSG(hw->test, hw->went_silent,
				       "%s: interrupted without need", hw->name);
}

static struct fake_hw *fake_new(struct kunit *test)
{
	struct fake_hw *hw = kunit_kzalloc(test, sizeof(*hw), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, hw);
	hw->test = test;
	hw->name = "";
	test->priv = hw;
	kunit_activate_static_stub(test, smmu_entry_store, fake_store);
	return hw;
}

/* States by name. Those of a V bit of 0 but other bits set are left by nobody we know. */
struct entry_state {
	const char *name;
	__le64 w[SMMU_ENTRY_WORDS];
};

static const struct smmu_walk entry_walk_a = {
	.ttb = 0x80000000, .mair = 0x44ff, .stage = 1, .t0sz = 16, .granule_lg2 = 12,
	.start_level = 0, .oas_bits = 44, .coherent = true,
};

static const struct smmu_walk entry_walk_b = {
	.ttb = 0x90000000, .mair = 0x44ff, .stage = 1, .t0sz = 16, .granule_lg2 = 12,
	.start_level = 0, .oas_bits = 44, .coherent = true,
};

static const struct smmu_walk entry_walk_c = {
	.ttb = 0xa0000000, .mair = 0x00ff, .stage = 1, .t0sz = 25, .granule_lg2 = 16,
	.start_level = 2, .oas_bits = 48, .coherent = false,
};

#define ENTRY_STATES	14

static void entry_name(struct entry_state *state, const char *name, const __le64 *w)
{
	state->name = name;
	memcpy(state->w, w, sizeof(state->w));
}

/* With bits turned over that no builder of ours sets, or leaves clear */
static struct smmu_ste ste_with(struct smmu_ste ste, u64 w0, u64 w1)
{
	ste.w[0] ^= cpu_to_le64(w0);
	ste.w[1] ^= cpu_to_le64(w1);
	return ste;
}

static struct smmu_ste ste_nested(u64 cd, u16 vmid)
{
	struct smmu_ste s1 = smmu_ste_s1(&(struct smmu_ste_s1){ .cd = cd, .coherent = true });
	struct smmu_ste s2 = smmu_ste_s2(&(struct smmu_ste_s2){
		.vmid = vmid, .walk = &entry_walk_a });

	/* Config 0b101 | 0b110, S2* of one, S1* of the other */
	s1.w[0] |= cpu_to_le64(7 << 1);
	s1.w[2] = s2.w[2];
	s1.w[3] = s2.w[3];
	return s1;
}

static void ste_states(struct entry_state *s)
{
	struct smmu_ste junk = { { cpu_to_le64(0xfffffffffffffffeULL), cpu_to_le64(~0ULL),
				   cpu_to_le64(0x5555), cpu_to_le64(~0ULL), 0,
				   cpu_to_le64(0x1234) } };
	struct smmu_ste zero = { };
	struct smmu_ste other;

	entry_name(s++, "invalid", zero.w);
	entry_name(s++, "invalid with junk", junk.w);
	entry_name(s++, "abort", smmu_ste_abort().w);
	entry_name(s++, "bypass", smmu_ste_bypass().w);
	/* SHCFG */
	entry_name(s++, "bypass, other shareability",
		   ste_with(smmu_ste_bypass(), 0, 1ULL << 44).w);
	entry_name(s++, "S1", smmu_ste_s1(&(struct smmu_ste_s1){
		.cd = 0x40000000, .coherent = true }).w);
	entry_name(s++, "S1, other CD", smmu_ste_s1(&(struct smmu_ste_s1){
		.cd = 0x40000040, .coherent = true }).w);
	/* MEV */
	other = smmu_ste_s1(&(struct smmu_ste_s1){ .cd = 0x50000040 });
	entry_name(s++, "S1, other CD, not coherent, MEV", ste_with(other, 0, 1 << 19).w);
	/* S1CDMax 5, S1DSS 2 */
	other = smmu_ste_s1(&(struct smmu_ste_s1){ .cd = 0x60000000, .coherent = true });
	entry_name(s++, "S1, substreams", ste_with(other, 5ULL << 59, 2).w);
	entry_name(s++, "S2", smmu_ste_s2(&(struct smmu_ste_s2){
		.vmid = 7, .walk = &entry_walk_a }).w);
	entry_name(s++, "S2, other table", smmu_ste_s2(&(struct smmu_ste_s2){
		.vmid = 7, .walk = &entry_walk_b }).w);
	entry_name(s++, "S2, other VMID and table, FWB", smmu_ste_s2(&(struct smmu_ste_s2){
		.vmid = 8, .walk = &entry_walk_c, .fwb = true }).w);
	entry_name(s++, "nested", ste_nested(0x40000000, 7).w);
	entry_name(s++, "nested, VMID 0", ste_nested(0x70000000, 0).w);
}

static struct entry_state *entry_states_new(struct kunit *test)
{
	struct entry_state *states = kunit_kcalloc(test, ENTRY_STATES, sizeof(*states), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, states);
	ste_states(states);
	KUNIT_ASSERT_NOT_NULL(test, states[ENTRY_STATES - 1].name);
	return states;
}

static void entry_every_pair(struct kunit *test)
{
	struct entry_state *states = entry_states_new(test);
	struct fake_hw *hw = fake_new(test);
	char name[96];
	int from, to;

	hw->name = name;
	for (from = 0; from < ENTRY_STATES; from++) {
		for (to = 0; to < ENTRY_STATES; to++) {
			scnprintf(name, sizeof(name), "%s -> %s", states[from].name,
				  states[to].name);
			memcpy(hw->live, states[from].w, sizeof(hw->live));
			fake_change(hw, states[to].w);
			KUNIT_EXPECT_EQ_MSG(test, hw->stores != 0, from != to, "%s", name);
			hw->broken = false;
		}
	}
}

/* What the driver promises for the changes it makes every day */
struct entry_promise {
	const char *name;
	const char *from;
	const char *to;
	bool silent;		/* goes through an invalid entry */
	unsigned int syncs;
};

static const struct entry_promise entry_promises[] = {
	{ "no change", "S1", "S1", false, 0 },
	{ "a device appears", "abort", "S1", false, 2 },
	{ "a device goes", "S1", "abort", false, 2 },
	{ "a guest takes it", "abort", "S2", false, 2 },
	{ "a guest gives it back", "S2", "abort", false, 2 },
	{ "identity to DMA", "bypass", "S1", false, 2 },
	{ "DMA to identity", "S1", "bypass", false, 2 },
	{ "identity to guest", "bypass", "S2", false, 2 },
	{ "guest to identity", "S2", "bypass", false, 2 },
	{ "other CD", "S1", "S1, other CD", false, 1 },
	{ "other stage-2 table", "S2", "S2, other table", false, 1 },
	{ "another guest", "S2", "S2, other VMID and table, FWB", true, 3 },
	{ "DMA to guest: the VMID counts in both", "S1", "S2", true, 3 },
	{ "guest to DMA", "S2", "S1", true, 3 },
};

KUNIT_ARRAY_PARAM_DESC(entry_promise, entry_promises, name);

static const struct entry_state *entry_find(struct kunit *test, const struct entry_state *states,
					    const char *name)
{
	int i;

	for (i = 0; i < ENTRY_STATES; i++)
		if (!strcmp(states[i].name, name))
			return &states[i];
	KUNIT_FAIL(test, "no state %s", name);
	return states;
}

static void entry_promise_kept(struct kunit *test)
{
	const struct entry_promise *p = test->param_value;
	struct entry_state *states = entry_states_new(test);
	struct fake_hw *hw = fake_new(test);

	memcpy(hw->live, entry_find(test, states, p->from)->w, sizeof(hw->live));
	fake_change(hw, entry_find(test, states, p->to)->w);
	KUNIT_EXPECT_EQ(test, hw->went_silent, p->silent);
	KUNIT_EXPECT_EQ(test, hw->syncs, p->syncs);
}

/*
 * A random entry: often near the one before, so that some changes are small, and
 * with bits set that no builder sets.
 */
static void entry_random(struct rnd_state *rnd, const struct entry_state *states,
			 const __le64 *before, __le64 *entry)
{
	u32 what = prandom_u32_state(rnd);
	int bits = what >> 8 & 7;

	memcpy(entry, what & 1 ? before : states[(what >> 16) % ENTRY_STATES].w,
	       SMMU_ENTRY_WORDS * sizeof(*entry));
	if (what & 2)
		return;
	while (bits--) {
		u32 bit = prandom_u32_state(rnd) % 512;

		entry[bit / 64] ^= cpu_to_le64(1ULL << (bit % 64));
	}
}

static void entry_random_sequence(struct kunit *test)
{
	struct entry_state *states = entry_states_new(test);
	struct fake_hw *hw = fake_new(test);
	u64 seed = get_random_u64();
	__le64 target[SMMU_ENTRY_WORDS];
	struct rnd_state rnd;
	int i;

	kunit_info(test, "seed %#llx\n", seed);
	prandom_seed_state(&rnd, seed);
	hw->name = "random";
	hw->any_bits = true;
	for (i = 0; i < ENTRY_RANDOM_STEPS && !hw->broken; i++) {
		entry_random(&rnd, states, hw->live, target);
		fake_change(hw, target);
	}
}

/* The store that the driver itself uses */
static void entry_plain_sync(void *ctx)
{
	(*(unsigned int *)ctx)++;
}

static void entry_plain_memory(struct kunit *test)
{
	static const struct smmu_entry_ops ops = {
		.used = smmu_ste_used,
		.sync = entry_plain_sync,
		.v_bit = cpu_to_le64(1),
	};
	struct entry_state *states = entry_states_new(test);
	struct smmu_ste live __aligned(8) = { };
	unsigned int syncs = 0;
	int i;

	for (i = 1; i < ENTRY_STATES; i++) {
		smmu_entry_write(live.w, states[i].w, &ops, &syncs);
		KUNIT_EXPECT_MEMEQ(test, live.w, states[i].w, sizeof(live.w));
	}
	KUNIT_EXPECT_GT(test, syncs, 0);
}

static struct kunit_case entry_test_cases[] = {
	KUNIT_CASE(entry_every_pair),
	KUNIT_CASE_PARAM(entry_promise_kept, entry_promise_gen_params),
	KUNIT_CASE(entry_random_sequence),
	KUNIT_CASE(entry_plain_memory),
	{}
};

static struct kunit_suite entry_test_suite = {
	.name = "smmu-entry",
	.test_cases = entry_test_cases,
};

kunit_test_suite(entry_test_suite);
