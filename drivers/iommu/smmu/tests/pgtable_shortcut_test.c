// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shortcuts: what is done by way of one is what a walk would have done, also after
 * the table that it led to is gone. The reference walks.
 */
#include <linux/iommu.h>

#include "pgtable/internal.h"
#include "tests/pgtable_ref.h"

#define RW	(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)
#define PA	0x40000000ULL

static int shortcuts(struct pgt_env *env)
{
	int i, n = 0;

	for (i = 0; i < SMMU_SHORTCUTS; i++)
		n += !!atomic64_read(&env->pt->shortcut[i]);
	return n;
}

/* Into a table by a walk and by a shortcut, with all that can be done there */
static void use(struct pgt_env *env, u64 iova)
{
	struct kunit *test = env->test;
	u64 g = pgt_granule(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, iova, PA, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, iova + g, PA + 4 * g, 3 * g, RW,
					 NULL));
	pgt_expect(env, iova, PA, g, RW);
	pgt_expect(env, iova + g, PA + 4 * g, g, RW);
	pgt_expect(env, iova + 3 * g, PA + 6 * g, g, RW);
	pgt_expect_hole(env, iova + 4 * g);
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, iova + 3 * g, PA, 2 * g, RW,
					       NULL));
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, iova + g, 2 * g));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, iova + g, g));
	pgt_expect_hole(env, iova + g);
	pgt_expect(env, iova, PA, g, RW);
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, iova + 3 * g, 2 * g));
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, iova, g));
	pgt_expect_hole(env, iova);
}

static void pgtable_shortcut(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 end = 1ULL << env->param.ias;
	u64 table = min(pgt_block(env), end);

	use(env, 0);
	use(env, 8 * pgt_granule(env));
	use(env, table - 8 * pgt_granule(env));
	use(env, end - 8 * pgt_granule(env));
	pgt_expect_empty(env);
}

/* The table is taken out as a whole, alone or with others, and made again */
static void pgtable_shortcut_stale(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 block = pgt_block(env), g = pgt_granule(env);
	const u64 from[] = { block, 0, 0 }, to[] = { 2 * block, 2 * block,
						     3 * block };
	const int tables[] = { 1, 2, 3 };
	int i;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		u64 at;

		for (at = from[i]; at < to[i]; at += block)
			use(env, at);
		KUNIT_EXPECT_EQ(test, shortcuts(env), tables[i]);
		KUNIT_EXPECT_EQ(test, to[i] - from[i],
				pgt_unmap(env, from[i], to[i] - from[i]));
		KUNIT_EXPECT_EQ(test, shortcuts(env), 0);
		KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, block, g));
		pgt_expect_hole(env, block);
		use(env, block);
		KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, block, block));
	}
	pgt_expect_empty(env);
}

/* It goes with the table above */
static void pgtable_shortcut_stale_high(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), high = pgt_block(env) * (g / 8);
	u64 iova = high + 7 * pgt_block(env);

	use(env, iova);
	KUNIT_EXPECT_EQ(test, high, pgt_unmap(env, high, high));
	KUNIT_EXPECT_EQ(test, shortcuts(env), 0);
	use(env, iova);
	KUNIT_EXPECT_EQ(test, high, pgt_unmap(env, high, high));
	pgt_expect_empty(env);
}

/* Another span that shares the word keeps its shortcut */
static void pgtable_shortcut_others(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 block = pgt_block(env), g = pgt_granule(env);

	use(env, block);
	use(env, (SMMU_SHORTCUTS + 1) * block);
	KUNIT_EXPECT_EQ(test, shortcuts(env), 1);
	KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, block, block));
	KUNIT_EXPECT_EQ(test, shortcuts(env), 1);
	use(env, (SMMU_SHORTCUTS + 1) * block);
	use(env, block);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block, PA + g, g, RW, NULL));
	pgt_expect(env, block, PA + g, g, RW);
	pgt_expect_hole(env, (SMMU_SHORTCUTS + 1) * block);
}

/* More tables than there are words, in two orders */
static void pgtable_shortcut_many(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 block = pgt_block(env), g = pgt_granule(env);
	const int tables = 3 * SMMU_SHORTCUTS;
	int round, i;

	for (round = 0; round < 4; round++) {
		for (i = 0; i < tables; i++)
			KUNIT_EXPECT_EQ(test, 0,
					pgt_map(env, i * block + round * g,
						PA + i * g, g, RW, NULL));
	}
	KUNIT_EXPECT_EQ(test, shortcuts(env), SMMU_SHORTCUTS);
	for (i = tables - 1; i >= 0; i--) {
		pgt_expect(env, i * block + g, PA + i * g, g, RW);
		KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, i * block + g, g));
		pgt_expect_hole(env, i * block + g);
		KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, i * block, g));
	}
	KUNIT_EXPECT_EQ(test, tables * block, pgt_unmap(env, 0, tables * block));
	KUNIT_EXPECT_EQ(test, shortcuts(env), 0);
	pgt_expect_empty(env);
}

/* Ranges that no shortcut is for, where there is one */
static void pgtable_shortcut_bad_ranges(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), end = 1ULL << env->param.ias;
	size_t mapped = 0;
	u64 iova = end / 2 + 4 * g, out = 1ULL << env->walk->oas_bits;
	const struct {
		u64 iova, pa, bytes;
		int ret;
	} bad[] = {
		{ iova + g / 2, PA, g, -EINVAL },
		{ iova, PA + g / 2, g, -EINVAL },
		{ iova, PA, g / 2, -EINVAL },
		{ iova, PA, g + g / 2, -EINVAL },
		{ iova, PA, 1, -EINVAL },
		{ iova, PA, -g, -ERANGE },
		{ iova, PA, -2 * g, -ERANGE },
		{ iova, PA, 1 - g, -EINVAL },
		{ iova, PA, U64_MAX, -EINVAL },
		{ iova, out, g, -ERANGE },
		{ iova, out - g, 2 * g, -ERANGE },
		{ iova, (phys_addr_t)-g, g, -ERANGE },
		{ iova, (phys_addr_t)-g, 2 * g, -ERANGE },
		{ iova + end, PA, g, -ERANGE },
		{ iova - 2 * end, PA, g, -ERANGE },
	};
	int i;

	use(env, iova);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (bad[i].pa != (phys_addr_t)bad[i].pa)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, bad[i].ret,
				    pgt_map(env, bad[i].iova, bad[i].pa,
					    bad[i].bytes, RW, &mapped), "%d", i);
	}
	KUNIT_EXPECT_EQ(test, -EINVAL, pgt_map(env, iova, PA, g, IOMMU_CACHE,
					       &mapped));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, iova, PA, 0, RW, &mapped));
	KUNIT_EXPECT_EQ(test, 0, mapped);
	pgt_expect_empty(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, iova, PA, 4 * g, RW, NULL));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (bad[i].pa == PA)
			KUNIT_EXPECT_EQ_MSG(test, 0,
					    pgt_unmap(env, bad[i].iova,
						      bad[i].bytes), "%d", i);
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, iova, 0));
	KUNIT_EXPECT_EQ(test, 0, smmu_pgtable_iova_to_phys(env->pt, iova + end));
	pgt_expect_range(env, iova, PA, 4 * g, RW);
}

/* The last page of a table, and on into the next; output beyond bit 48 */
static void pgtable_shortcut_edges(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	u64 out = 1ULL << min_t(int, env->walk->oas_bits, 8 * sizeof(phys_addr_t));
	u64 high = min(out - 4 * g, BIT_ULL(48) - 2 * g);

	use(env, 0);
	use(env, block);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block - g, PA, g, RW, NULL));
	pgt_expect(env, block - g, PA, g, RW);
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, block - g, g));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block - 2 * g, PA, 4 * g, RW, NULL));
	pgt_expect_range(env, block - 2 * g, PA, 4 * g, RW);
	KUNIT_EXPECT_EQ(test, 4 * g, pgt_unmap(env, block - 2 * g, 4 * g));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, g, high, 4 * g, RW, NULL));
	pgt_expect_range(env, g, high, 4 * g, RW);
	KUNIT_EXPECT_EQ(test, 4 * g, pgt_unmap(env, g, 4 * g));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, out - g, g, RW, NULL));
	pgt_expect(env, 0, out - g, g, RW);
	KUNIT_EXPECT_EQ(test, g, pgt_unmap(env, 0, g));
	pgt_expect_empty(env);
}

static bool tables(const struct pgt_param *p, u64 n)
{
	return pgt_param_levels(p) > 1 && n * pgt_param_block(p) <= pgt_param_in(p);
}

static bool tables_2(const struct pgt_param *p)
{
	return tables(p, 2);
}

static bool tables_4(const struct pgt_param *p)
{
	return tables(p, 4);
}

static bool tables_many(const struct pgt_param *p)
{
	return tables(p, 3 * SMMU_SHORTCUTS);
}

static bool tables_high(const struct pgt_param *p)
{
	return pgt_param_levels(p) > 2;
}

PGT_PARAMS_IF(two, tables_2)
PGT_PARAMS_IF(four, tables_4)
PGT_PARAMS_IF(many, tables_many)
PGT_PARAMS_IF(high, tables_high)

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pgtable_shortcut, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_shortcut_stale, four_gen_params),
	KUNIT_CASE_PARAM(pgtable_shortcut_stale_high, high_gen_params),
	KUNIT_CASE_PARAM(pgtable_shortcut_others, many_gen_params),
	KUNIT_CASE_PARAM(pgtable_shortcut_many, many_gen_params),
	KUNIT_CASE_PARAM(pgtable_shortcut_bad_ranges, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_shortcut_edges, two_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-shortcut",
	.init = pgt_init,
	.exit = pgt_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);
