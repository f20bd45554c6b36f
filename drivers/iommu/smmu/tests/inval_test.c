// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner of invalidations, against the architecture's own reading of each
 * command: which addresses does it cover, and may it be encoded so?
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "inval_plan.h"

struct inval_case {
	const char *name;
	u64 start;
	u64 bytes;
	u8 granule_lg2;
	u8 leaf_lg2;
	bool leaf_only;
	bool ranges;
	bool all;	/* dropping everything is the plan */
	unsigned int commands;
};

static const struct inval_case inval_cases[] = {
	{ "4K page, by page", 0x1000, 0x1000, 12, 12, true, false, false, 1 },
	{ "4K page, by range", 0x1000, 0x1000, 12, 12, true, true, false, 1 },
	{ "4K page with a table, by range", 0x1000, 0x1000, 12, 12, false,
	  true, false, 1 },
	{ "64K of 4K pages, by page", 0x10000, 0x10000, 12, 12, true, false, false,
	  16 },
	{ "64K of 4K pages, by range", 0x10000, 0x10000, 12, 12, true, true, false,
	  1 },
	{ "2M block, by page", 0x200000, 0x200000, 12, 21, true, false, false, 1 },
	{ "2M block, by range", 0x200000, 0x200000, 12, 21, true, true, false, 1 },
	{ "1G block, by range", 0x40000000, 0x40000000, 12, 30, true, true, false, 1 },
	{ "31 pages", 0x1000, 31 * 0x1000, 12, 12, true, true, false, 1 },
	{ "32 pages", 0x1000, 32 * 0x1000, 12, 12, true, true, false, 1 },
	{ "33 pages with a table", 0x1000, 33 * 0x1000, 12, 12, false, true, false,
	  1 },
	{ "65 pages with a table, from an even one", 0x2000, 65 * 0x1000, 12, 12, false,
	  true, false, 2 },
	{ "first page with a table", 0, 0x1000, 12, 12, false, true, false, 1 },
	{ "last page of 48 bits with a table", (1ULL << 48) - 0x1000, 0x1000, 12, 12, false,
	  true, false, 1 },
	{ "last page of 52 bits with a table", (1ULL << 52) - 0x10000, 0x10000, 16, 16, false,
	  true, false, 1 },
	{ "33 pages up to 48 bits with a table", (1ULL << 48) - 33 * 0x4000, 33 * 0x4000, 14,
	  14, false, true, false, 1 },
	{ "33 pages", 0x1000, 33 * 0x1000, 12, 12, true, true, false, 2 },
	{ "1023 pages", 0x1000, 1023 * 0x1000, 12, 12, true, true, false, 2 },
	{ "256 pages one by one", 0, 256 * 0x1000, 12, 12, true, false, false, 256 },
	{ "257 pages are too many one by one", 0, 257 * 0x1000, 12, 12, true,
	  false, true, 0 },
	{ "16K granule, 32M block", 0x2000000, 0x2000000, 14, 25, true, true, false,
	  1 },
	{ "64K granule, 512M block", 0x20000000, 0x20000000, 16, 29, true, true,
	  false, 1 },
	{ "all 48 bits", 0, 1ULL << 48, 12, 12, false, true, false, 1 },
};

static void inval_case_desc(const struct inval_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(inval, inval_cases, inval_case_desc);

/* IHI 0070, 4.4.1.1: TG 1, 2, 3 are 4K, 16K, 64K. */
static u64 inval_granule_bytes(u8 tg)
{
	return tg == 1 ? 0x1000 : tg == 2 ? 0x4000 : 0x10000;
}

/* Bytes of a leaf at the level that TTL names. */
static u64 inval_level_bytes(u8 tg, u8 ttl)
{
	u64 granule = inval_granule_bytes(tg);
	u64 bytes = granule;

	while (ttl++ < 3)
		bytes *= granule / 8;
	return bytes;
}

/* What a command covers when the range was built of leaves of @leaf bytes. */
static u64 inval_covered(const struct smmu_tlbi *t, u64 leaf)
{
	u64 n = t->num + 1;

	if (!t->tg)
		return leaf;
	return (n << t->scale) * inval_granule_bytes(t->tg);
}

static void inval_check(struct kunit *test, const struct smmu_tlbi *t,
			const struct smmu_inval_range *range, bool ranges)
{
	u64 bytes;

	KUNIT_EXPECT_EQ(test, t->leaf, range->leaf_only);
	/* An SMMU that takes ranges gets nothing else. */
	KUNIT_EXPECT_EQ(test, !!t->tg, ranges);
	if (!t->tg)
		return;
	KUNIT_EXPECT_EQ(test, inval_granule_bytes(t->tg), 1ULL << range->granule_lg2);
	KUNIT_EXPECT_LE(test, t->num, 31);
	KUNIT_EXPECT_LE(test, t->scale, 31);
	/* Reserved: a range of one granule without a hint. */
	KUNIT_EXPECT_FALSE(test, !t->num && !t->scale && !t->ttl);
	if (!t->ttl)
		return;
	KUNIT_EXPECT_TRUE(test, range->leaf_only);
	bytes = inval_level_bytes(t->tg, t->ttl);
	/* Nothing but leaves of that level may have been there. */
	KUNIT_EXPECT_EQ(test, bytes, range->leaf_sizes);
	KUNIT_EXPECT_EQ(test, t->addr & (bytes - 1), 0);
	KUNIT_EXPECT_EQ(test, inval_covered(t, 0) & (bytes - 1), 0);
}

/*
 * Runs a plan; returns its commands. All of the range is covered, in order, and a page
 * more at most, which no input range of whole tables ends before.
 */
static unsigned int inval_run(struct kunit *test, struct smmu_inval_plan *plan,
			      const struct smmu_inval_range *range, bool ranges)
{
	u64 granule = 1ULL << range->granule_lg2;
	u64 first = range->start & ~(granule - 1), next = first;
	u64 end = (range->last | (granule - 1)) + 1;
	u64 pair_first = first & ~(2 * granule - 1);
	u64 pair_end = (end + granule) & ~(2 * granule - 1);
	struct smmu_tlbi t;
	unsigned int n = 0;

	while (plan->left) {
		smmu_inval_plan_next(plan, &t);
		inval_check(test, &t, range, ranges);
		KUNIT_EXPECT_LE(test, t.addr, next);
		if (t.tg && n)
			KUNIT_EXPECT_EQ(test, t.addr, next);
		else if (t.tg)
			KUNIT_EXPECT_GE(test, t.addr, pair_first);
		next = t.addr + inval_covered(&t, 1ULL << plan->unit_lg2);
		n++;
	}
	KUNIT_EXPECT_GT(test, next, range->last);
	if (ranges)
		KUNIT_EXPECT_LE(test, next, pair_end);
	return n;
}

static void inval_test_case(struct kunit *test)
{
	const struct inval_case *c = test->param_value;
	const struct smmu_inval_range range = {
		.start = c->start, .last = c->start + c->bytes - 1,
		.granule_lg2 = c->granule_lg2, .leaf_sizes = BIT_ULL(c->leaf_lg2),
		.leaf_only = c->leaf_only,
	};
	struct smmu_inval_plan plan;

	KUNIT_ASSERT_EQ(test, smmu_inval_plan_start(&plan, &range, c->ranges), !c->all);
	if (!c->all)
		KUNIT_EXPECT_EQ(test, inval_run(test, &plan, &range, c->ranges),
				c->commands);
}

/* A level hint for the pages would leave the block in the TLB. */
static void inval_test_mixed(struct kunit *test)
{
	const struct smmu_inval_range range = {
		.start = 0x200000, .last = 0x400fff, .granule_lg2 = 12,
		.leaf_sizes = 0x200000 | 0x1000, .leaf_only = true,
	};
	struct smmu_inval_plan plan;
	struct smmu_tlbi t;

	KUNIT_ASSERT_TRUE(test, smmu_inval_plan_start(&plan, &range, true));
	while (plan.left) {
		smmu_inval_plan_next(&plan, &t);
		KUNIT_EXPECT_EQ(test, t.ttl, 0);
	}
}

static void inval_test_random(struct kunit *test)
{
	static const u8 granules[] = { 12, 14, 16 };
	u32 seed = get_random_u32();
	struct rnd_state rnd;
	unsigned int i;

	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&rnd, seed);
	for (i = 0; i < 20000; i++) {
		u8 granule = granules[prandom_u32_state(&rnd) % 3];
		u64 block = BIT_ULL(granule + granule - 3);
		u64 leaves = prandom_u32_state(&rnd) & 1 ? BIT_ULL(granule) : block;
		u64 pages = 1 + (prandom_u32_state(&rnd) >> (prandom_u32_state(&rnd) % 32));
		u64 start = (u64)prandom_u32_state(&rnd) << granule;
		struct smmu_inval_range range = {
			.start = start, .last = start + (pages << granule) - 1,
			.granule_lg2 = granule, .leaf_sizes = leaves,
			.leaf_only = prandom_u32_state(&rnd) & 1,
		};
		bool ranges = prandom_u32_state(&rnd) & 1;
		struct smmu_inval_plan plan;

		if (prandom_u32_state(&rnd) & 1)
			range.leaf_sizes |= BIT_ULL(granule) | block;
		if (!smmu_inval_plan_start(&plan, &range, ranges)) {
			KUNIT_EXPECT_FALSE(test, ranges);
			continue;
		}
		/* 32 bits of count, five a command, and one for the rest. */
		if (ranges)
			KUNIT_EXPECT_LE(test, inval_run(test, &plan, &range, true), 7);
		else
			inval_run(test, &plan, &range, false);
	}
}

static struct kunit_case inval_test_cases[] = {
	KUNIT_CASE_PARAM(inval_test_case, inval_gen_params),
	KUNIT_CASE(inval_test_mixed),
	KUNIT_CASE(inval_test_random),
	{ }
};

static struct kunit_suite inval_test_suite = {
	.name = "smmu_inval",
	.test_cases = inval_test_cases,
};

kunit_test_suites(&inval_test_suite);
