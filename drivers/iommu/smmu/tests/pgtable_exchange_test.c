// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks that are mapped where an empty table is.
 */
#include <linux/iommu.h>

#include "tests/pgtable_ref.h"

#define RW	(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)

/* What is to be there in the middle of the flush */
static u64 made_iova, made_pa;

/* Break before make: neither the old nor the new may be there */
static void expect_broken(struct pgt_env *env)
{
	struct pgt_ref ref = { };

	KUNIT_EXPECT_FALSE(env->test,
			   pgt_ref_translate(env, env->flush_start, &ref));
	KUNIT_EXPECT_FALSE(env->test,
			   pgt_ref_translate(env, env->flush_last, &ref));
}

/* BBML 2: the new one is there already */
static void expect_made(struct pgt_env *env)
{
	struct pgt_ref ref = { };

	KUNIT_EXPECT_TRUE(env->test, pgt_ref_translate(env, made_iova, &ref));
	KUNIT_EXPECT_EQ(env->test, ref.pa, made_pa);
}

static void expect_flush(struct pgt_env *env, int times, u64 start, u64 last)
{
	KUNIT_EXPECT_EQ(env->test, env->flushes, times);
	if (times) {
		KUNIT_EXPECT_EQ(env->test, env->flush_start, start);
		KUNIT_EXPECT_EQ(env->test, env->flush_last, last);
	}
	env->flushes = 0;
}

/* A table that is there, and empty, is exchanged for the block */
static void pgtable_merge(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	size_t before = pgt_held(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block + 3 * g, g, 2 * g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, block + 3 * g, 2 * g));
	KUNIT_EXPECT_GT(test, pgt_held(env), before);

	made_iova = block + 3 * g;
	made_pa = 2 * block + 3 * g;
	env->on_flush = env->param.bbml == 2 ? expect_made : expect_broken;
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block, 2 * block, block, RW, NULL));
	env->on_flush = NULL;
	expect_flush(env, 1, block, 2 * block - 1);
	pgt_expect_range(env, block, 2 * block, block, RW);
	pgt_expect(env, block, 2 * block, block, RW);
	pgt_expect_sound(env);

	/* nothing remembers the table */
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, block + 3 * g, g, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, block, block));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block + 3 * g, g, g, RW, NULL));
	pgt_expect(env, block + 3 * g, g, g, RW);
	KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, block, block));
	pgt_expect_empty(env);
}

static void pgtable_merge_in_use(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	size_t mapped = 0;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 2 * block - g, g, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, block, 2 * block, block, RW,
					       &mapped));
	KUNIT_EXPECT_EQ(test, mapped, block - g);
	expect_flush(env, 0, 0, 0);
	pgt_expect(env, 2 * block - g, g, g, RW);
	pgt_expect(env, block, 2 * block, g, RW);
	pgt_expect_sound(env);
}

/* A tree of empty tables */
static void pgtable_merge_high(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env), high = block * (g / 8);
	u64 at = high + 5 * block;
	size_t mapped = 0;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, at, g, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, at + 9 * block, g, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, at, g));
	/* one page is left; blocks go as far as it */
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, high, 2 * high, high, RW,
					       &mapped));
	KUNIT_EXPECT_EQ(test, mapped, 14 * block);
	KUNIT_EXPECT_EQ(test, mapped, pgt_unmap(env, high, mapped));
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, at + 9 * block, g));

	env->flushes = 0;
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, high, 2 * high, high, RW, NULL));
	expect_flush(env, 1, high, 2 * high - 1);
	pgt_expect(env, high, 2 * high, high, RW);
	pgt_expect_sound(env);
	KUNIT_EXPECT_EQ(test, high, pgt_unmap(env, high, high));
	pgt_expect_empty(env);
}

static bool merges(const struct pgt_param *p)
{
	return p->flush && pgt_param_levels(p) > 1 && 6 * pgt_param_block(p) <= pgt_param_in(p) &&
	       6 * pgt_param_block(p) <= pgt_param_out(p);
}

static bool merges_high(const struct pgt_param *p)
{
	u64 high = pgt_param_block(p) << (p->granule_lg2 - 3);

	return merges(p) && p->granule_lg2 == 12 && pgt_param_levels(p) > 2 &&
	       4 * high <= pgt_param_in(p) && 4 * high <= pgt_param_out(p);
}

PGT_PARAMS_IF(merges, merges)
PGT_PARAMS_IF(merges_high, merges_high)

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pgtable_merge, merges_gen_params),
	KUNIT_CASE_PARAM(pgtable_merge_in_use, merges_gen_params),
	KUNIT_CASE_PARAM(pgtable_merge_high, merges_high_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-exchange",
	.init = pgt_init,
	.exit = pgt_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);
