// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contiguous hint: where it is set, and what happens to it when a part of its
 * set is unmapped. pgt_unmap() compares what is to be invalidated with the
 * reference, and pgt_expect_sound() looks after each set.
 */
#include <kunit/static_stub.h>
#include <linux/iommu.h>

#include "pgtable/hint.h"
#include "tests/pgtable_ref.h"

#define RW	(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)

static u64 contig_bytes(const struct pgt_env *env, int level)
{
	u64 leaf = level == 3 ? pgt_granule(env) : pgt_block(env);

	return leaf * pgt_param_contig(&env->param, level);
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
	u64 g = pgt_granule(env), set = contig_bytes(env, 3);

	/* one set; one page less; one of which the output is out of step */
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, set, 4 * set, set, RW, NULL));
	expect_hint(env, set, set, true);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 2 * set, 4 * set, set - g, RW,
					 NULL));
	expect_hint(env, 2 * set, set - g, false);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 3 * set, 4 * set + g, set, RW,
					 NULL));
	expect_hint(env, 3 * set, set, false);
	pgt_expect_range(env, 3 * set, 4 * set + g, set, RW);

	KUNIT_EXPECT_EQ(test, set, pgt_unmap(env, set, set));
	KUNIT_EXPECT_EQ(test, set - g, pgt_unmap(env, 2 * set, set - g));
	KUNIT_EXPECT_EQ(test, set, pgt_unmap(env, 3 * set, set));
	pgt_expect_empty(env);
}

/* Two sets with pages on both sides; a set by two calls; a set with a guest */
static void pgtable_hint_some(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), set = contig_bytes(env, 3);
	size_t mapped = 0;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, set - 2 * g, 5 * set - 2 * g,
					 2 * set + 5 * g, RW, NULL));
	expect_hint(env, set - 2 * g, 2 * g, false);
	expect_hint(env, set, 2 * set, true);
	expect_hint(env, 3 * set, 3 * g, false);
	pgt_expect_range(env, set - 2 * g, 5 * set - 2 * g,
			 2 * set + 5 * g, RW);
	KUNIT_EXPECT_EQ(test, 2 * set + 5 * g,
			pgt_unmap(env, set - 2 * g, 2 * set + 5 * g));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, 4 * set, set / 2, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, set / 2, 4 * set + set / 2,
					 set / 2, RW, NULL));
	expect_hint(env, 0, set, false);
	KUNIT_EXPECT_EQ(test, set, pgt_unmap(env, 0, set));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 2 * set - g, 0, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, 0, 4 * set, 2 * set, RW,
					       &mapped));
	KUNIT_EXPECT_EQ(test, mapped, 2 * set - g);
	expect_hint(env, 0, set, true);
	expect_hint(env, set, set, false);
}

/* A whole new table, and a set that ends where the table does */
static void pgtable_hint_table(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), set = contig_bytes(env, 3);
	u64 block = pgt_block(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, set, block, RW, NULL));
	pgt_expect_range(env, 0, set, block, RW);
	expect_hint(env, 0, block, true);
	KUNIT_EXPECT_EQ(test, block - g, pgt_unmap(env, g, block - g));
	expect_hint(env, 0, g, false);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block - set, set, set, RW,
					 NULL));
	expect_hint(env, block - set, set, true);
}

/* Some pages of two sets: the others stay, without the hint */
static void unmap_some(struct pgt_env *env, u32 from, u32 pages)
{
	u64 g = pgt_granule(env), set = contig_bytes(env, 3);
	u64 base = set, pa = 4 * set, hole = base + from * g, rest;
	u32 per = pgt_param_contig(&env->param, 3);

	KUNIT_EXPECT_EQ(env->test, 0, pgt_map(env, base, pa, 2 * set, RW, NULL));
	expect_hint(env, base, 2 * set, true);
	KUNIT_EXPECT_EQ(env->test, pages * g, pgt_unmap(env, hole, pages * g));
	if (from)
		pgt_expect_range(env, base, pa, from * g, RW);
	rest = 2 * set - (from + pages) * g;
	if (rest)
		pgt_expect_range(env, hole + pages * g,
				 pa + (from + pages) * g, rest, RW);
	/* a set of which nothing went is as it was */
	if (from >= per)
		expect_hint(env, base, set, true);
	else if (from)
		expect_hint(env, base, from * g, false);
	if (from + pages <= per)
		expect_hint(env, base + set, set, true);
	pgt_expect_sound(env);

	KUNIT_EXPECT_EQ(env->test, from * g, pgt_unmap(env, base, from * g));
	KUNIT_EXPECT_EQ(env->test, rest, pgt_unmap(env, hole + pages * g, rest));
}

static void pgtable_hint_part(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u32 per = pgt_param_contig(&env->param, 3);

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
	u64 g = pgt_granule(env), set = contig_bytes(env, 3), at;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, set, set, RW, NULL));
	for (at = 0; at < set / 2; at += g) {
		KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, at, g));
		KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, set - g - at, g));
		pgt_expect_sound(env);
	}
	pgt_expect_empty(env);
}

/* Another owner unmaps the first page at the moment when it is to lose the hint */
static void meet_stub(__le64 *slot)
{
	struct kunit *test = kunit_get_current_test();
	struct pgt_env *env = test->priv;

	kunit_deactivate_static_stub(test, smmu_hint_before_change);
	KUNIT_EXPECT_EQ(test, pgt_granule(env),
			pgt_unmap(env, 0, pgt_granule(env)));
}

static void pgtable_hint_met(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), set = contig_bytes(env, 3);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, set, set, RW, NULL));
	kunit_activate_static_stub(test, smmu_hint_before_change, meet_stub);
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, 3 * g, g));
	pgt_expect_hole(env, 0);
	pgt_expect_range(env, g, set + g, 2 * g, RW);
	pgt_expect_range(env, 4 * g, set + 4 * g, set - 4 * g, RW);
	expect_hint(env, 0, set, false);
}

/* What the walker finds when the hint is off, and nothing is cleared yet */
static u64 whole_start, whole_bytes;
static int whole_times;

static void whole_stub(void)
{
	struct pgt_env *env = kunit_get_current_test()->priv;
	struct pgt_ref ref = { };
	u64 at;

	whole_times++;
	for (at = whole_start; at < whole_start + whole_bytes; at += pgt_granule(env)) {
		KUNIT_EXPECT_TRUE_MSG(env->test, pgt_ref_translate(env, at, &ref), "%llx", at);
		KUNIT_EXPECT_FALSE_MSG(env->test, pgt_ref_hinted(env, at), "%llx", at);
	}
}

/* Of three sets: pages from @from on, which are in a part of the first @sets sets */
static void unmap_whole(struct pgt_env *env, u64 from, u64 pages, u64 sets, int times)
{
	u64 g = pgt_granule(env), set = contig_bytes(env, 3), at = set + from * g;

	KUNIT_EXPECT_EQ(env->test, 0, pgt_map(env, set, 4 * set, 3 * set, RW, NULL));
	whole_start = set;
	whole_bytes = sets * set;
	whole_times = 0;
	KUNIT_EXPECT_EQ(env->test, pages * g, pgt_unmap(env, at, pages * g));
	KUNIT_EXPECT_EQ(env->test, whole_times, times);
	whole_bytes = 0;
	pgt_unmap(env, set, at - set);
	pgt_unmap(env, at + pages * g, 4 * set - at - pages * g);
	pgt_expect_empty(env);
}

/* No leaf is cleared before the walker can find its whole set without the hint */
static void pgtable_hint_order(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 per = pgt_param_contig(&env->param, 3);

	kunit_activate_static_stub(test, smmu_hint_before_clear, whole_stub);
	unmap_whole(env, 0, 1, 1, 1);
	unmap_whole(env, 3, 1, 1, 1);
	unmap_whole(env, 2, 5, 1, 1);
	unmap_whole(env, per - 1, 1, 1, 1);
	unmap_whole(env, per - 1, 2, 2, 1);
	/* a whole one lies between the ends */
	unmap_whole(env, 1, 2 * per, 1, 1);
	/* nothing but whole ones */
	unmap_whole(env, 0, 2 * per, 0, 0);
}

static void pgtable_hint_blocks(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 block = pgt_block(env), set = contig_bytes(env, 2);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, set - block, set - block,
					 set + 2 * block, RW, NULL));
	pgt_expect_range(env, set - block, set - block, set + 2 * block, RW);
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, set - block));
	KUNIT_EXPECT_TRUE(test, pgt_ref_hinted(env, set));
	KUNIT_EXPECT_TRUE(test, pgt_ref_hinted(env, 2 * set - block));
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, 2 * set));
	pgt_expect_sound(env);

	KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, set + 3 * block, block));
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, set));
	pgt_expect_range(env, set - block, set - block, 4 * block, RW);
	pgt_expect_sound(env);
	KUNIT_EXPECT_EQ(test, 4 * block, pgt_unmap(env, set - block,
						   4 * block));
	KUNIT_EXPECT_EQ(test, set - 3 * block,
			pgt_unmap(env, set + 4 * block, set - 3 * block));
	pgt_expect_empty(env);
}

static bool hints(const struct pgt_param *p)
{
	return pgt_param_hints(p) && pgt_param_levels(p) > 1;
}

static bool hints_blocks(const struct pgt_param *p)
{
	u64 set = pgt_param_block(p) * pgt_param_contig(p, 2);

	return hints(p) && 3 * set <= pgt_param_in(p) &&
	       3 * set <= pgt_param_out(p);
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
	KUNIT_CASE_PARAM(pgtable_hint_order, hints_gen_params),
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
