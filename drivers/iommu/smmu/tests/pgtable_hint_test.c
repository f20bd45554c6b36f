// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contiguous hint: where it is set, and what happens to it when a part of its
 * group is unmapped. pgt_unmap() compares what is to be invalidated with the
 * reference, and pgt_expect_sound() looks after each group.
 */
#include <kunit/static_stub.h>
#include <linux/iommu.h>

#include "pgtable/internal.h"
#include "tests/pgtable_ref.h"

#define RW	(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)

static u64 group_bytes(const struct pgt_env *env, int level)
{
	u64 leaf = level == 3 ? pgt_granule(env) : pgt_block(env);

	return leaf * pgt_param_group(&env->param, level);
}

/* Every page of a range has the hint, or none has */
static void expect_hint(struct pgt_env *env, u64 iova, u64 bytes, bool want)
{
	u64 at;

	for (at = iova; at < iova + bytes; at += pgt_granule(env))
		KUNIT_EXPECT_EQ_MSG(env->test, pgt_ref_hinted(env, at), want,
				    "at %llx of %llx", at, iova);
	pgt_expect_sound(env);
}

static void pgtable_hint_set(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), group = group_bytes(env, 3);

	/* one group; one page less; one of which the output is out of step */
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, group, 4 * group, group, RW, NULL));
	expect_hint(env, group, group, true);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 2 * group, 4 * group, group - g, RW,
					 NULL));
	expect_hint(env, 2 * group, group - g, false);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 3 * group, 4 * group + g, group, RW,
					 NULL));
	expect_hint(env, 3 * group, group, false);
	pgt_expect_range(env, 3 * group, 4 * group + g, group, RW);

	KUNIT_EXPECT_EQ(test, group, pgt_unmap(env, group, group));
	KUNIT_EXPECT_EQ(test, group - g, pgt_unmap(env, 2 * group, group - g));
	KUNIT_EXPECT_EQ(test, group, pgt_unmap(env, 3 * group, group));
	pgt_expect_empty(env);
}

/* Two groups with pages on both sides; a group by two calls; a group with a guest */
static void pgtable_hint_some(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), group = group_bytes(env, 3), mapped = 0;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, group - 2 * g, 5 * group - 2 * g,
					 2 * group + 5 * g, RW, NULL));
	expect_hint(env, group - 2 * g, 2 * g, false);
	expect_hint(env, group, 2 * group, true);
	expect_hint(env, 3 * group, 3 * g, false);
	pgt_expect_range(env, group - 2 * g, 5 * group - 2 * g,
			 2 * group + 5 * g, RW);
	KUNIT_EXPECT_EQ(test, 2 * group + 5 * g,
			pgt_unmap(env, group - 2 * g, 2 * group + 5 * g));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, 4 * group, group / 2, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, group / 2, 4 * group + group / 2,
					 group / 2, RW, NULL));
	expect_hint(env, 0, group, false);
	KUNIT_EXPECT_EQ(test, group, pgt_unmap(env, 0, group));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 2 * group - g, 0, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, 0, 4 * group, 2 * group, RW,
					       &mapped));
	KUNIT_EXPECT_EQ(test, mapped, 2 * group - g);
	expect_hint(env, 0, group, true);
	expect_hint(env, group, group, false);
}

/* A whole new table, and a group that ends where the table does */
static void pgtable_hint_table(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), group = group_bytes(env, 3);
	u64 block = pgt_block(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, group, block, RW, NULL));
	pgt_expect_range(env, 0, group, block, RW);
	expect_hint(env, 0, block, true);
	KUNIT_EXPECT_EQ(test, block - g, pgt_unmap(env, g, block - g));
	expect_hint(env, 0, g, false);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block - group, group, group, RW,
					 NULL));
	expect_hint(env, block - group, group, true);
}

/* Some pages of two groups: the others stay, without the hint */
static void unmap_some(struct pgt_env *env, u32 from, u32 pages)
{
	u64 g = pgt_granule(env), group = group_bytes(env, 3);
	u64 base = group, pa = 4 * group, hole = base + from * g, rest;
	u32 per = pgt_param_group(&env->param, 3);

	KUNIT_EXPECT_EQ(env->test, 0, pgt_map(env, base, pa, 2 * group, RW, NULL));
	expect_hint(env, base, 2 * group, true);
	KUNIT_EXPECT_EQ(env->test, pages * g, pgt_unmap(env, hole, pages * g));
	if (from)
		pgt_expect_range(env, base, pa, from * g, RW);
	rest = 2 * group - (from + pages) * g;
	if (rest)
		pgt_expect_range(env, hole + pages * g,
				 pa + (from + pages) * g, rest, RW);
	/* a group of which nothing went is as it was */
	if (from >= per)
		expect_hint(env, base, group, true);
	else if (from)
		expect_hint(env, base, from * g, false);
	if (from + pages <= per)
		expect_hint(env, base + group, group, true);
	pgt_expect_sound(env);

	KUNIT_EXPECT_EQ(env->test, from * g, pgt_unmap(env, base, from * g));
	KUNIT_EXPECT_EQ(env->test, rest, pgt_unmap(env, hole + pages * g, rest));
}

static void pgtable_hint_part(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u32 per = pgt_param_group(&env->param, 3);

	unmap_some(env, 0, 1);
	unmap_some(env, 3, 1);
	unmap_some(env, per - 1, 1);
	unmap_some(env, 0, per - 1);
	unmap_some(env, 0, per);
	unmap_some(env, 0, per + 1);
	unmap_some(env, 2, per);
	unmap_some(env, 2, per - 4);
	unmap_some(env, per - 1, 2);
	unmap_some(env, per, per - 1);
	unmap_some(env, per + 1, 1);
	unmap_some(env, 2 * per - 1, 1);
	pgt_expect_empty(env);
}

/* Page by page, from both ends */
static void pgtable_hint_crumble(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), group = group_bytes(env, 3), at;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, group, group, RW, NULL));
	for (at = 0; at < group / 2; at += g) {
		KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, at, g));
		KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, group - g - at, g));
		pgt_expect_sound(env);
	}
	pgt_expect_empty(env);
}

/* Another owner unmaps the first page at the moment when it is to lose the hint */
static void meet_stub(__le64 *slot)
{
	struct kunit *test = kunit_get_current_test();
	struct pgt_env *env = test->priv;

	kunit_deactivate_static_stub(test, smmu_hint_meet);
	KUNIT_EXPECT_EQ(test, pgt_granule(env),
			pgt_unmap(env, 0, pgt_granule(env)));
}

static void pgtable_hint_met(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), group = group_bytes(env, 3);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, group, group, RW, NULL));
	kunit_activate_static_stub(test, smmu_hint_meet, meet_stub);
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, 3 * g, g));
	pgt_expect_hole(env, 0);
	pgt_expect_range(env, g, group + g, 2 * g, RW);
	pgt_expect_range(env, 4 * g, group + 4 * g, group - 4 * g, RW);
	expect_hint(env, 0, group, false);
}

static void pgtable_hint_blocks(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 block = pgt_block(env), group = group_bytes(env, 2);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, group - block, group - block,
					 group + 2 * block, RW, NULL));
	pgt_expect_range(env, group - block, group - block, group + 2 * block, RW);
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, group - block));
	KUNIT_EXPECT_TRUE(test, pgt_ref_hinted(env, group));
	KUNIT_EXPECT_TRUE(test, pgt_ref_hinted(env, 2 * group - block));
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, 2 * group));
	pgt_expect_sound(env);

	KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, group + 3 * block, block));
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, group));
	pgt_expect_range(env, group - block, group - block, 4 * block, RW);
	pgt_expect_sound(env);
	KUNIT_EXPECT_EQ(test, 4 * block, pgt_unmap(env, group - block,
						   4 * block));
	KUNIT_EXPECT_EQ(test, group - 3 * block,
			pgt_unmap(env, group + 4 * block, group - 3 * block));
	pgt_expect_empty(env);
}

static bool hints(const struct pgt_param *p)
{
	return p->bbml && pgt_param_levels(p) > 1;
}

static bool hints_blocks(const struct pgt_param *p)
{
	u64 group = pgt_param_block(p) * pgt_param_group(p, 2);

	return hints(p) && 3 * group <= pgt_param_in(p) &&
	       3 * group <= pgt_param_out(p);
}

PGT_PARAMS_IF(hints, hints)
PGT_PARAMS_IF(hints_blocks, hints_blocks)

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pgtable_hint_set, hints_gen_params),
	KUNIT_CASE_PARAM(pgtable_hint_some, hints_gen_params),
	KUNIT_CASE_PARAM(pgtable_hint_table, hints_gen_params),
	KUNIT_CASE_PARAM(pgtable_hint_part, hints_gen_params),
	KUNIT_CASE_PARAM(pgtable_hint_crumble, hints_gen_params),
	KUNIT_CASE_PARAM(pgtable_hint_met, hints_gen_params),
	KUNIT_CASE_PARAM(pgtable_hint_blocks, hints_blocks_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-hint",
	.init = pgt_init,
	.exit = pgt_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);
