// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queue arithmetic against 64-bit counters that never wrap.
 */
#include <kunit/test.h>
#include <linux/math64.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "queue/ring.h"

#define RING_STEPS	3000

/* The queue as it really is: counters that never wrap, arithmetic by division */
struct ring_ref {
	u64 prod;
	u64 cons;
	u64 entries;
};

static u64 ring_rem(u64 n, u64 d)
{
	u64 rem;

	div64_u64_rem(n, d, &rem);
	return rem;
}

static void ring_check_position(struct kunit *test, const struct ring_ref *ref, u64 pos, u8 lg2)
{
	u64 register_values = 2 * ref->entries;

	KUNIT_ASSERT_EQ(test, smmu_ring_slot((u32)pos, lg2), ring_rem(pos, ref->entries));
	KUNIT_ASSERT_EQ(test, smmu_ring_hw((u32)pos, lg2), ring_rem(pos, register_values));
	KUNIT_ASSERT_EQ(test, smmu_ring_passed((u32)ref->cons, (u32)pos), ref->cons > pos);
}

/* From anything known within one turn of the register, the register leads to @pos */
static void ring_check_extend(struct kunit *test, const struct ring_ref *ref, u64 pos,
			      u64 behind, u8 lg2)
{
	u32 hw = ring_rem(pos, 2 * ref->entries);

	KUNIT_ASSERT_EQ(test, smmu_ring_extend((u32)(pos - behind), hw, lg2), (u32)pos);
	/* Flags above the index are no part of the position. */
	KUNIT_ASSERT_EQ(test, smmu_ring_extend((u32)(pos - behind), hw | BIT(31), lg2),
			(u32)pos);
}

static void ring_check(struct kunit *test, const struct ring_ref *ref, struct rnd_state *rnd,
		       u8 lg2)
{
	u64 used = ref->prod - ref->cons;
	u64 turn = 2 * ref->entries;

	KUNIT_ASSERT_EQ(test, smmu_ring_used((u32)ref->prod, (u32)ref->cons), used);
	KUNIT_ASSERT_EQ(test, smmu_ring_space((u32)ref->prod, (u32)ref->cons, lg2),
			ref->entries - used);

	ring_check_position(test, ref, ref->prod, lg2);
	ring_check_position(test, ref, ref->cons, lg2);
	ring_check_position(test, ref, ref->cons - 1, lg2);
	ring_check_position(test, ref, ref->cons + used, lg2);

	ring_check_extend(test, ref, ref->cons, 0, lg2);
	ring_check_extend(test, ref, ref->prod, used, lg2);
	ring_check_extend(test, ref, ref->prod, turn - 1, lg2);
	ring_check_extend(test, ref, ref->prod, ring_rem(prandom_u32_state(rnd), turn), lg2);
}

struct ring_case {
	const char *name;
	u8 lg2;
};

static const struct ring_case ring_cases[] = {
	{ "2 entries", 1 }, { "4 entries", 2 }, { "8 entries", 3 }, { "16 entries", 4 },
	{ "32 entries", 5 }, { "64 entries", 6 }, { "128 entries", 7 }, { "256 entries", 8 },
	{ "2^9 entries", 9 }, { "2^10 entries", 10 }, { "2^11 entries", 11 },
	{ "2^12 entries", 12 }, { "2^13 entries", 13 }, { "2^14 entries", 14 },
	{ "2^15 entries", 15 }, { "2^16 entries", 16 }, { "2^17 entries", 17 },
	{ "2^18 entries", 18 }, { "2^19 entries", 19 },
};

KUNIT_ARRAY_PARAM_DESC(ring, ring_cases, name);

/* Random producing and consuming across the point where the u32 counters wrap */
static void ring_random(struct kunit *test)
{
	const struct ring_case *c = test->param_value;
	struct ring_ref ref = { .entries = 1ULL << c->lg2 };
	u64 seed = get_random_u64();
	struct rnd_state rnd;
	int i;

	kunit_info(test, "seed %#llx\n", seed);
	prandom_seed_state(&rnd, seed);
	ref.cons = (1ULL << 32) - ring_rem(prandom_u32_state(&rnd), 8 * ref.entries) - 1;
	ref.prod = ref.cons;

	for (i = 0; i < RING_STEPS; i++) {
		u64 space = ref.entries - (ref.prod - ref.cons);

		/* Every fourth step goes all the way to full or empty. */
		if (prandom_u32_state(&rnd) & 1)
			ref.prod += i % 4 ? ring_rem(prandom_u32_state(&rnd), space + 1) : space;
		else
			ref.cons += i % 4 ? ring_rem(prandom_u32_state(&rnd),
						     ref.prod - ref.cons + 1) :
					    ref.prod - ref.cons;
		ring_check(test, &ref, &rnd, c->lg2);
	}
	KUNIT_EXPECT_GT_MSG(test, ref.cons, 1ULL << 32, "never came to the wrap");
}

/* Full and empty look the same but for the wrap bit */
static void ring_full_and_empty(struct kunit *test)
{
	const struct ring_case *c = test->param_value;
	u32 entries = 1U << c->lg2;
	u32 cons = 0xffffffffU;
	u32 prod = cons + entries;

	KUNIT_EXPECT_EQ(test, smmu_ring_space(prod, cons, c->lg2), 0U);
	KUNIT_EXPECT_EQ(test, smmu_ring_space(cons, cons, c->lg2), entries);
	KUNIT_EXPECT_EQ(test, smmu_ring_slot(prod, c->lg2), smmu_ring_slot(cons, c->lg2));
	KUNIT_EXPECT_EQ(test, smmu_ring_hw(prod, c->lg2) ^ smmu_ring_hw(cons, c->lg2), entries);
}

/* CONS beyond PROD, or more entries than fit: no room, and no huge number either */
static void ring_broken(struct kunit *test)
{
	const struct ring_case *c = test->param_value;
	u32 entries = 1U << c->lg2;

	KUNIT_EXPECT_EQ(test, smmu_ring_space(entries + 1, 0, c->lg2), 0U);
	KUNIT_EXPECT_EQ(test, smmu_ring_space(5, 6, c->lg2), 0U);
	KUNIT_EXPECT_EQ(test, smmu_ring_space(0, 1, c->lg2), 0U);
}

static void ring_overflow(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, smmu_ring_overflowed(0x00000005, 0x00000007));
	KUNIT_EXPECT_FALSE(test, smmu_ring_overflowed(0x80000005, 0x80000007));
	KUNIT_EXPECT_TRUE(test, smmu_ring_overflowed(0x80000005, 0x00000005));
	KUNIT_EXPECT_TRUE(test, smmu_ring_overflowed(0x00000005, 0x80000005));
}

static struct kunit_case ring_test_cases[] = {
	KUNIT_CASE_PARAM(ring_random, ring_gen_params),
	KUNIT_CASE_PARAM(ring_full_and_empty, ring_gen_params),
	KUNIT_CASE_PARAM(ring_broken, ring_gen_params),
	KUNIT_CASE(ring_overflow),
	{}
};

static struct kunit_suite ring_test_suite = {
	.name = "smmu-ring",
	.test_cases = ring_test_cases,
};

kunit_test_suite(ring_test_suite);
