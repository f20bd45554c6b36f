// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables when things go wrong, or happen at the wrong moment: no memory,
 * memory the walker cannot reach, another CPU in the middle of a map.
 */
#include <linux/iommu.h>

#include "pgtable/internal.h"
#include "tests/pgtable_ref.h"

#define RW	(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)
#define PA	0x40000000ULL

/* Across the end of a leaf table where there is more than one */
static u64 across(const struct pgt_env *env)
{
	if (env->param.ias <= ilog2(pgt_block(env)))
		return 0;
	return pgt_block(env) - 3 * pgt_granule(env);
}

static void fail_from_now(struct pgt_env *env, int nth)
{
	atomic_set(&env->gets, 0);
	env->fail_at = nth;
}

/* The n-th table of a map is not to be had, for each n */
static void pgtable_no_memory(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), iova = across(env);
	size_t mapped;
	int nth, ret = -ENOMEM;

	for (nth = 1; ret && nth < 8; nth++) {
		mapped = 0;
		fail_from_now(env, nth);
		ret = pgt_map(env, iova, PA + g, 6 * g, RW, &mapped);
		if (!ret)
			break;
		KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
		KUNIT_EXPECT_TRUE(test, mapped == 0 || mapped == 3 * g);
		if (mapped)
			pgt_expect_range(env, iova, PA + g, mapped, RW);
		KUNIT_EXPECT_EQ(test, mapped, pgt_unmap(env, iova, mapped));
		pgt_expect_empty(env);
	}
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, mapped, 6 * g);
	pgt_expect_range(env, iova, PA + g, 6 * g, RW);
	/* on the way to two leaf tables, each table was refused once */
	if (iova)
		KUNIT_EXPECT_GE(test, nth, 4 - env->walk->start_level);
}

static void pgtable_no_root(struct kunit *test)
{
	struct pgt_env *env = pgt_env_make(test, test->param_value);

	env->fail_at = 1;
	KUNIT_EXPECT_EQ(test, PTR_ERR(pgt_alloc(env)), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, env->last_gfp & __GFP_ACCOUNT);
	env->fail_at = 0;
	env->map_fails = true;
	if (!env->param.coherent)
		KUNIT_EXPECT_EQ(test, PTR_ERR(pgt_alloc(env)), -ENOMEM);
}

/* A table that the device cannot be shown, or that lies beyond its reach */
static void pgtable_unreachable(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u8 oas_bits = env->walk->oas_bits;
	u64 g = pgt_granule(env);
	size_t before = pgt_held(env);

	KUNIT_ASSERT_LT(test, env->walk->start_level, 3);
	env->map_fails = true;
	if (!env->param.coherent)
		KUNIT_EXPECT_EQ(test, -ENOMEM, pgt_map(env, 0, PA, g, RW,
						       NULL));
	env->map_fails = false;
	env->pt->walk.oas_bits = 20;
	KUNIT_EXPECT_EQ(test, -ENOMEM, pgt_map(env, 0, 2 * g, g, RW, NULL));
	env->pt->walk.oas_bits = oas_bits;
	KUNIT_EXPECT_EQ(test, before, pgt_held(env));
	pgt_expect_empty(env);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, PA, g, RW, NULL));
}

static void pgtable_gfp(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	size_t mapped = 0;

	KUNIT_EXPECT_TRUE(test, env->last_gfp & __GFP_ACCOUNT);
	KUNIT_ASSERT_LT(test, env->walk->start_level, 3);
	KUNIT_EXPECT_EQ(test, 0, smmu_pgtable_map(env->pt, 0, PA,
						  pgt_granule(env), RW,
						  GFP_ATOMIC, &mapped));
	KUNIT_EXPECT_EQ(test, (__force u32)env->last_gfp,
			(__force u32)(GFP_ATOMIC | __GFP_ZERO));
}

/* Another CPU maps the neighbouring page while this one gets its table */

static void map_neighbour(struct pgt_env *env)
{
	u64 g = pgt_granule(env);

	KUNIT_EXPECT_EQ(env->test, 0, pgt_map(env, g, PA + 8 * g, g, RW, NULL));
}

static void pgtable_lost_race(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env);

	KUNIT_ASSERT_LT(test, env->walk->start_level, 3);
	env->on_get = map_neighbour;
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, PA, g, RW, NULL));
	pgt_expect(env, 0, PA, g, RW);
	pgt_expect(env, g, PA + 8 * g, g, RW);
	pgt_expect_hole(env, 2 * g);
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, 0, 2 * g));
	pgt_expect_empty(env);
}

static void map_same(struct pgt_env *env)
{
	u64 block = pgt_block(env);

	KUNIT_EXPECT_EQ(env->test, 0, pgt_map(env, 0, block, block, RW, NULL));
}

/* Two callers map the same address, which is wrong but must not do harm */
static void pgtable_lost_to_block(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	size_t mapped = 0;

	/* The first table made must be a leaf table. */
	KUNIT_ASSERT_EQ(test, env->walk->start_level, 2);
	env->on_get = map_same;
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, 0, PA, g, RW, &mapped));
	KUNIT_EXPECT_EQ(test, 0, mapped);
	pgt_expect_range(env, 0, block, block, RW);
}

/* The bit of table descriptors that says "cleaned"; ignored by hardware */
#define CLEANED	BIT_ULL(55)

/*
 * The other CPU has linked its table, but has not cleaned the descriptor when
 * this CPU maps into the table: memory must hold the descriptor all the same.
 */
static void pgtable_cleaned_by_finder(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), slot, desc, *in_memory;
	struct pgt_ref ref = { };
	int before;

	KUNIT_ASSERT_LT(test, env->walk->start_level, 3);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, PA, g, RW, NULL));
	slot = pgt_ref_slot(env, 0, 2);
	desc = smmu_desc_read(phys_to_virt(slot));
	KUNIT_EXPECT_EQ(test, desc & CLEANED, CLEANED);

	/* as if the CPU that linked it had come no further */
	smmu_desc_write(phys_to_virt(slot), desc & ~CLEANED);
	in_memory = xa_load(&env->memory, slot >> PAGE_SHIFT);
	KUNIT_ASSERT_NOT_NULL(test, in_memory);
	in_memory[offset_in_page(slot) / 8] = 0;
	KUNIT_EXPECT_FALSE(test, pgt_ref_translate(env, 0, &ref));
	/* which is before it stores a shortcut, and there is none without it */
	for (before = 0; before < SMMU_SHORTCUTS; before++)
		atomic64_set(&env->pt->shortcut[before], 0);

	before = atomic_read(&env->syncs);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, g, PA + g, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, atomic_read(&env->syncs), before + 2);
	KUNIT_EXPECT_EQ(test, desc, smmu_desc_read(phys_to_virt(slot)));
	pgt_expect_range(env, 0, PA, 2 * g, RW);

	/* and once is enough */
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 2 * g, PA, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, atomic_read(&env->syncs), before + 3);
}

static bool below_root(const struct pgt_param *p)
{
	return pgt_param_levels(p) > 1;
}

static bool two_levels(const struct pgt_param *p)
{
	return pgt_param_levels(p) == 2 && 2 * pgt_param_block(p) <= pgt_param_out(p);
}

static bool cleaned_below_root(const struct pgt_param *p)
{
	return !p->coherent && below_root(p);
}

PGT_PARAMS_IF(below_root, below_root)
PGT_PARAMS_IF(two_levels, two_levels)
PGT_PARAMS_IF(cleaned, cleaned_below_root)

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pgtable_no_memory, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_no_root, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_unreachable, below_root_gen_params),
	KUNIT_CASE_PARAM(pgtable_gfp, below_root_gen_params),
	KUNIT_CASE_PARAM(pgtable_lost_race, below_root_gen_params),
	KUNIT_CASE_PARAM(pgtable_lost_to_block, two_levels_gen_params),
	KUNIT_CASE_PARAM(pgtable_cleaned_by_finder, cleaned_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-fault",
	.init = pgt_init,
	.exit = pgt_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);
