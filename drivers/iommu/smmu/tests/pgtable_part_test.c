// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of which a part is unmapped: all of them goes, what is told reaches to their end,
 * and their neighbours stay. pgt_unmap() compares what is unmapped, and what is to be
 * invalidated, with the reference, and sees to it that no memory is taken.
 */
#include <linux/iommu.h>

#include "tests/pgtable_ref.h"

#define RW	(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)

/* Three blocks of @block bytes; a part goes, which begins and ends in one of them */
static void unmap_part(struct pgt_env *env, u64 block, u64 offset, u64 bytes)
{
	u64 iova = block, pa = 2 * block, first = offset & ~(block - 1);
	u64 end = (offset + bytes + block - 1) & ~(block - 1);

	KUNIT_EXPECT_EQ(env->test, 0, pgt_map(env, iova, pa, 3 * block, RW, NULL));
	pgt_expect(env, iova, pa, block, RW);
	KUNIT_EXPECT_EQ(env->test, end - offset, pgt_unmap(env, iova + offset, bytes));
	pgt_expect_hole(env, iova + first);
	pgt_expect_hole(env, iova + offset);
	pgt_expect_hole(env, iova + end - 1);
	if (first)
		pgt_expect_range(env, iova, pa, first, RW);
	if (end < 3 * block)
		pgt_expect_range(env, iova + end, pa + end, 3 * block - end, RW);
	pgt_expect_sound(env);

	/* The rest can be unmapped, and once more there is nothing. */
	KUNIT_EXPECT_EQ(env->test, first, pgt_unmap(env, iova, first));
	KUNIT_EXPECT_EQ(env->test, 3 * block - end, pgt_unmap(env, iova + end, 3 * block - end));
	KUNIT_EXPECT_EQ(env->test, 0, pgt_unmap(env, iova + offset, bytes));
	pgt_expect_empty(env);
}

static void unmap_parts(struct pgt_env *env, u64 block)
{
	u64 g = pgt_granule(env);

	unmap_part(env, block, 0, g);
	unmap_part(env, block, block, g);
	unmap_part(env, block, block + g, g);
	unmap_part(env, block, block + 5 * g, 9 * g);
	unmap_part(env, block, block + block / 2, block / 2);
	unmap_part(env, block, 2 * block - g, g);
	unmap_part(env, block, block, block - g);
	unmap_part(env, block, block - g, 2 * g);
	unmap_part(env, block, block - g, block + 2 * g);
	unmap_part(env, block, block + g, block);
	unmap_part(env, block, g, 3 * block - 2 * g);
	unmap_part(env, block, 3 * block - g, g);
}

static void pgtable_part(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);

	unmap_parts(env, pgt_block(env));
}

/* Blocks two levels above the last */
static void pgtable_part_high(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 block = pgt_block(env), high = block * (pgt_granule(env) / 8);

	unmap_parts(env, high);
	unmap_part(env, high, high + 7 * block, block);
	unmap_part(env, high, 2 * high - block, 2 * block);
}

/* What is told of a block among pages, and what is not asked for beside it */
static void pgtable_part_beside_pages(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block - 3 * g, 2 * block - 3 * g, block + 6 * g, RW,
					 NULL));
	pgt_expect(env, block, 2 * block, block, RW);
	KUNIT_EXPECT_EQ(test, block + g, pgt_unmap(env, block - g, 2 * g));
	pgt_expect_range(env, block - 3 * g, 2 * block - 3 * g, 2 * g, RW);
	pgt_expect_range(env, 2 * block, 3 * block, 3 * g, RW);
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, block - 3 * g, 2 * g));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block, 2 * block, block, RW, NULL));
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, 2 * block - g, 2 * g));
	pgt_expect_hole(env, block);
	pgt_expect_range(env, 2 * block + g, 3 * block + g, 2 * g, RW);
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, 2 * block + g, 2 * g));
	pgt_expect_empty(env);
}

/* One block of a contiguous set: the others stay, without the hint */
static void pgtable_part_contig(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	u64 set = block * pgt_param_contig(&env->param, 2);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, set, set, set, RW, NULL));
	KUNIT_EXPECT_TRUE(test, pgt_ref_hinted(env, set));
	KUNIT_EXPECT_EQ(test, block - 7 * g, pgt_unmap(env, set + 5 * block + 7 * g, g));
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, set));
	KUNIT_EXPECT_FALSE(test, pgt_ref_hinted(env, 2 * set - g));
	pgt_expect_range(env, set, set, 5 * block, RW);
	pgt_expect_range(env, set + 6 * block, set + 6 * block, set - 6 * block, RW);
	pgt_expect_sound(env);
}

static bool parts(const struct pgt_param *p)
{
	return pgt_param_levels(p) > 1 && 5 * pgt_param_block(p) <= pgt_param_in(p) &&
	       5 * pgt_param_block(p) <= pgt_param_out(p);
}

static bool parts_high(const struct pgt_param *p)
{
	u64 high = pgt_param_block(p) << (p->granule_lg2 - 3);

	return p->granule_lg2 == 12 && pgt_param_levels(p) > 2 && 5 * high <= pgt_param_in(p) &&
	       5 * high <= pgt_param_out(p);
}

static bool parts_contig(const struct pgt_param *p)
{
	u64 set = pgt_param_block(p) * pgt_param_contig(p, 2);

	return parts(p) && pgt_param_hints(p) && 2 * set <= pgt_param_in(p) &&
	       2 * set <= pgt_param_out(p);
}

PGT_PARAMS_IF(parts, parts)
PGT_PARAMS_IF(parts_high, parts_high)
PGT_PARAMS_IF(parts_contig, parts_contig)

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pgtable_part, parts_gen_params),
	KUNIT_CASE_PARAM(pgtable_part_high, parts_high_gen_params),
	KUNIT_CASE_PARAM(pgtable_part_beside_pages, parts_gen_params),
	KUNIT_CASE_PARAM(pgtable_part_contig, parts_contig_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-part",
	.init = pgt_init,
	.exit = pgt_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);
