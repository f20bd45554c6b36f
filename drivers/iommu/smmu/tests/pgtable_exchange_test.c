// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of which a part is unmapped, and blocks that are mapped where an empty
 * table is. pgt_unmap() compares what is unmapped, and what is to be invalidated,
 * with the reference.
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

/* Three blocks; a part of the middle one goes, and perhaps of its neighbours */
static void split_part(struct pgt_env *env, u64 offset, u64 bytes)
{
	u64 block = pgt_block(env), iova = block, pa = 2 * block;
	u64 first = offset & ~(block - 1), rest = 3 * block - offset - bytes;
	bool one = offset - first + bytes < block;

	KUNIT_EXPECT_EQ(env->test, 0, pgt_map(env, iova, pa, 3 * block, RW, NULL));
	env->on_flush = expect_broken;
	KUNIT_EXPECT_EQ(env->test, bytes, pgt_unmap(env, iova + offset, bytes));
	env->on_flush = NULL;
	if (env->param.bbml == 2)
		expect_flush(env, 0, 0, 0);
	else if (one)
		expect_flush(env, 1, iova + first, iova + first + block - 1);
	env->flushes = 0;

	pgt_expect_range(env, iova, pa, offset, RW);
	pgt_expect_hole(env, iova + offset);
	pgt_expect_hole(env, iova + offset + bytes - 1);
	pgt_expect_range(env, iova + offset + bytes, pa + offset + bytes, rest, RW);
	pgt_expect_sound(env);
	/* the hole can be filled, the rest unmapped */
	KUNIT_EXPECT_EQ(env->test, 0, pgt_map(env, iova + offset, pa + offset,
					      bytes, RW, NULL));
	pgt_expect_range(env, iova, pa, 3 * block, RW);
	KUNIT_EXPECT_EQ(env->test, 3 * block, pgt_unmap(env, iova, 3 * block));
	env->flushes = 0;
}

static void pgtable_split(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);

	split_part(env, block, g);
	split_part(env, block + g, g);
	split_part(env, block + 5 * g, 9 * g);
	split_part(env, block + block / 2, block / 2);
	split_part(env, 2 * block - g, g);
	split_part(env, block, block - g);
	split_part(env, block - g, 2 * g);
	split_part(env, block - g, block + 2 * g);
	split_part(env, block + g, block);
	split_part(env, g, 3 * block - 2 * g);
	pgt_expect_empty(env);
}

/* A block two levels above the last: tables below tables */
static void pgtable_split_high(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env), high = block * (g / 8);
	const u64 parts[][2] = {
		{ 0, g }, { 7 * block + 3 * g, g }, { high - g, g },
		{ 7 * block, block }, { 7 * block + g, block },
		{ 7 * block - g, 2 * block + 2 * g }, { g, high - 2 * g },
		{ 0, high - g }, { high / 2, high / 2 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		u64 at = high + parts[i][0], bytes = parts[i][1];

		KUNIT_EXPECT_EQ(test, 0, pgt_map(env, high, 2 * high, high, RW,
						 NULL));
		pgt_expect(env, high, 2 * high, high, RW);
		KUNIT_EXPECT_EQ(test, bytes, pgt_unmap(env, at, bytes));
		if (at > high)
			pgt_expect_range(env, high, 2 * high, at - high, RW);
		if (at + bytes < 2 * high)
			pgt_expect_range(env, at + bytes, at + bytes + high,
					 2 * high - at - bytes, RW);
		pgt_expect_sound(env);
		KUNIT_EXPECT_EQ(test, high, pgt_unmap(env, high, high));
	}
	pgt_expect_empty(env);
}

/* No memory for one of the tables: the block stays, and translates */
static void pgtable_split_no_memory(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	struct smmu_pgtable_cleared c;
	int nth;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block, 2 * block, 2 * block, RW,
					 NULL));
	smmu_pgtable_cleared_init(&c);
	for (nth = 1; nth <= 2; nth++) {
		/* the first of two blocks, then only the second */
		atomic_set(&env->gets, 0);
		env->fail_at = nth;
		KUNIT_EXPECT_EQ(test, nth == 1 ? 0 : block - g,
				smmu_pgtable_unmap(env->pt, block + g, block, &c));
		env->fail_at = 0;
		pgt_expect(env, 2 * block, 3 * block, block, RW);
		pgt_expect(env, 3 * block - 1, 4 * block - 1, block, RW);
		pgt_expect(env, block, 2 * block, 0, RW);
		pgt_expect_sound(env);
	}
	env->map_fails = true;
	if (!env->param.coherent) {
		KUNIT_EXPECT_EQ(test, 0, smmu_pgtable_unmap(env->pt, 2 * block, g,
							    &c));
		pgt_expect_range(env, 2 * block, 3 * block, block, RW);
	}
	env->map_fails = false;
	pgt_expect_sound(env);
}

static void pgtable_split_high_no_memory(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env), high = block * (g / 8);
	struct smmu_pgtable_cleared c;
	int nth;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, high, 2 * high, high, RW, NULL));
	smmu_pgtable_cleared_init(&c);
	for (nth = 1; nth <= 3; nth++) {
		atomic_set(&env->gets, 0);
		env->fail_at = nth;
		KUNIT_EXPECT_EQ(test, 0,
				smmu_pgtable_unmap(env->pt, high + g, 2 * block,
						   &c));
		pgt_expect(env, high, 2 * high, high, RW);
		pgt_expect_sound(env);
	}
	/* a table with blocks, and one for each end */
	env->fail_at = 4;
	atomic_set(&env->gets, 0);
	KUNIT_EXPECT_EQ(test, 2 * block, pgt_unmap(env, high + g, 2 * block));
	env->fail_at = 0;
	pgt_expect_sound(env);
}

/* One block of a set: all of them lose the hint */
static void pgtable_split_contig(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	u64 set = block * pgt_param_contig(&env->param, 2);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, set, set, set, RW, NULL));
	KUNIT_EXPECT_TRUE(test, pgt_ref_hinted(env, set));
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, set + 5 * block + 7 * g, g));
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, set));
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, 2 * set - g));
	if (env->param.bbml < 2)
		expect_flush(env, 1, set, 2 * set - 1);
	pgt_expect_range(env, set, set, 5 * block + 7 * g, RW);
	pgt_expect_sound(env);
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
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, block + 3 * g, g));
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

static bool flexible(const struct pgt_param *p)
{
	return (p->flush || p->bbml == 2) && pgt_param_levels(p) > 1 &&
	       6 * pgt_param_block(p) <= pgt_param_in(p) &&
	       6 * pgt_param_block(p) <= pgt_param_out(p);
}

static bool high_room(const struct pgt_param *p)
{
	u64 high = pgt_param_block(p) << (p->granule_lg2 - 3);

	return p->granule_lg2 == 12 && pgt_param_levels(p) > 2 &&
	       4 * high <= pgt_param_in(p) && 4 * high <= pgt_param_out(p);
}

static bool flexible_high(const struct pgt_param *p)
{
	return flexible(p) && high_room(p);
}

static bool flexible_contig(const struct pgt_param *p)
{
	u64 set = pgt_param_block(p) * pgt_param_contig(p, 2);

	return flexible(p) && pgt_param_hints(p) && 2 * set <= pgt_param_in(p) &&
	       2 * set <= pgt_param_out(p);
}

static bool merges(const struct pgt_param *p)
{
	return flexible(p) && p->flush;
}

static bool merges_high(const struct pgt_param *p)
{
	return merges(p) && high_room(p);
}

PGT_PARAMS_IF(flexible, flexible)
PGT_PARAMS_IF(high, flexible_high)
PGT_PARAMS_IF(contig, flexible_contig)
PGT_PARAMS_IF(merges, merges)
PGT_PARAMS_IF(merges_high, merges_high)

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pgtable_split, flexible_gen_params),
	KUNIT_CASE_PARAM(pgtable_split_high, high_gen_params),
	KUNIT_CASE_PARAM(pgtable_split_no_memory, flexible_gen_params),
	KUNIT_CASE_PARAM(pgtable_split_high_no_memory, high_gen_params),
	KUNIT_CASE_PARAM(pgtable_split_contig, contig_gen_params),
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
