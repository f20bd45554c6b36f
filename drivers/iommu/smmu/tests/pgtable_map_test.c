// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map, unmap, look up and visit: what each is to do, for every kind of table.
 */
#include <linux/iommu.h>

#include "tests/pgtable_ref.h"

#define RW	(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)
#define PA	0x40000000ULL

static u64 input_size(const struct pgt_env *env)
{
	return 1ULL << env->param.ias;
}

static u64 output_size(const struct pgt_env *env)
{
	return 1ULL << env->walk->oas_bits;
}

static bool has_blocks(const struct pgt_env *env)
{
	return env->walk->start_level < 3;
}

/* Bytes that a whole leaf table covers; the root if that is all there is */
static u64 leaf_table(const struct pgt_env *env)
{
	return has_blocks(env) ? pgt_block(env) : input_size(env);
}

/* An output address that no block may go to, at a page of some block */
static u64 odd_pa(const struct pgt_env *env)
{
	return PA + pgt_granule(env);
}

static void pgtable_one_page(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 granule = pgt_granule(env);
	u64 places[] = { 0, granule, leaf_table(env) - granule,
			 input_size(env) / 2, input_size(env) - granule };
	int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		size_t mapped = 7;

		KUNIT_EXPECT_EQ(test, 0, pgt_map(env, places[i], PA, granule,
						 RW, &mapped));
		KUNIT_EXPECT_EQ(test, mapped, 7 + granule);
		pgt_expect(env, places[i], PA, granule, RW);
		pgt_expect_range(env, places[i], PA, granule, RW);
		KUNIT_EXPECT_EQ(test, pgt_unmap(env, places[i], granule),
				granule);
		pgt_expect_hole(env, places[i]);
	}
	pgt_expect_empty(env);
}

static void pgtable_prot(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 granule = pgt_granule(env);
	int prot;

	for (prot = 0; prot < 64; prot++) {
		int ret = pgt_map(env, prot * granule, PA, granule, prot, NULL);

		if (!(prot & (IOMMU_READ | IOMMU_WRITE))) {
			KUNIT_EXPECT_EQ(test, ret, -EINVAL);
			pgt_expect_hole(env, prot * granule);
			continue;
		}
		KUNIT_EXPECT_EQ(test, ret, 0);
		pgt_expect(env, prot * granule, PA, granule, prot);
	}
}

static void pgtable_prot_blocks(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 block = pgt_block(env);
	int prot;

	for (prot = 1; prot < 64; prot++) {
		if (!(prot & (IOMMU_READ | IOMMU_WRITE)))
			continue;
		KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block, block, block, prot,
						 NULL));
		pgt_expect(env, block, block, block, prot);
		KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, block, block));
	}
}

/* Each leaf size, at its natural place, in one descriptor */
static void pgtable_leaf_sizes(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 sizes = smmu_pgtable_sizes(env->pt), size;
	struct smmu_pgtable_cleared c;
	int size_lg2;

	for (size_lg2 = 12; size_lg2 < 40; size_lg2++) {
		size = 1ULL << size_lg2;
		if (!(sizes & size) || 2 * size > input_size(env) ||
		    2 * size > output_size(env))
			continue;
		KUNIT_EXPECT_EQ(test, 0, pgt_map(env, size, size, size, RW,
						 NULL));
		pgt_expect(env, size, size, size, RW);
		pgt_expect(env, 2 * size - 1, 2 * size - 1, size, RW);
		pgt_expect_range(env, size, size, size, RW);

		smmu_pgtable_cleared_init(&c);
		KUNIT_EXPECT_EQ(test, size, smmu_pgtable_unmap(env->pt, size,
							       size, &c));
		KUNIT_EXPECT_EQ(test, c.leaf_sizes, BIT_ULL(size_lg2));
		smmu_pgtable_put_tables(&c.tables);
	}
	pgt_expect_empty(env);
}

/* Pages up to a block's boundary, two blocks, pages behind them */
static void pgtable_unaligned_range(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 granule = pgt_granule(env), block = pgt_block(env);
	u64 iova = block - 3 * granule;
	u64 pa = (PA & ~(block - 1)) + 2 * block - 3 * granule;
	u64 bytes = 2 * block + 5 * granule;

	KUNIT_ASSERT_LE(test, iova + bytes, input_size(env));
	KUNIT_ASSERT_LE(test, pa + bytes, output_size(env));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, iova, pa, bytes, RW, NULL));
	pgt_expect_range(env, iova, pa, bytes, RW);
	pgt_expect(env, iova, pa, granule, RW);
	pgt_expect(env, block, pa + 3 * granule, block, RW);
	pgt_expect(env, 2 * block, pa + 3 * granule + block, block, RW);
	pgt_expect(env, 3 * block, pa + 3 * granule + 2 * block, granule, RW);
	KUNIT_EXPECT_EQ(test, bytes, pgt_unmap(env, iova, bytes));
	pgt_expect_empty(env);
}

/* Output addresses out of step with blocks: pages only */
static void pgtable_pages_only(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 bytes = leaf_table(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, odd_pa(env), bytes, RW, NULL));
	pgt_expect(env, 0, odd_pa(env), pgt_granule(env), RW);
	pgt_expect_range(env, 0, odd_pa(env), bytes, RW);
	KUNIT_EXPECT_EQ(test, bytes, pgt_unmap(env, 0, bytes));
	pgt_expect_empty(env);
}

/* The whole input range and the last bytes of the output range */
static void pgtable_edges(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 granule = pgt_granule(env);
	u64 last = output_size(env) - granule;
	u64 bytes = leaf_table(env);
	u64 iova = input_size(env) - bytes;

	if (last == (phys_addr_t)last) {
		KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, last, granule, RW,
						 NULL));
		pgt_expect(env, 0, last, granule, RW);
		KUNIT_EXPECT_EQ(test, granule, pgt_unmap(env, 0, granule));
	}
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, iova, odd_pa(env), bytes, RW,
					 NULL));
	pgt_expect_range(env, iova, odd_pa(env), bytes, RW);
	KUNIT_EXPECT_EQ(test, bytes, pgt_unmap(env, iova, bytes));
	pgt_expect_empty(env);
}

static void pgtable_whole_input(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 bytes = input_size(env);

	KUNIT_ASSERT_LE(test, bytes, output_size(env));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, 0, bytes, RW, NULL));
	pgt_expect(env, bytes - 1, bytes - 1, 0, RW);
	pgt_expect_hole(env, bytes);
	KUNIT_EXPECT_EQ(test, bytes, pgt_unmap(env, 0, bytes));
	pgt_expect_empty(env);
}

static void refused(struct pgt_env *env, int ret, u64 iova, u64 pa, u64 bytes)
{
	size_t before = pgt_held(env);
	size_t mapped = 0;

	KUNIT_EXPECT_EQ_MSG(env->test, ret,
			    pgt_map(env, iova, pa, bytes, RW, &mapped),
			    "%llx to %llx, %llx bytes", iova, pa, bytes);
	KUNIT_EXPECT_EQ(env->test, mapped, 0);
	KUNIT_EXPECT_EQ(env->test, before, pgt_held(env));
}

static void pgtable_bad_ranges(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), in = input_size(env), out = output_size(env);
	size_t mapped = 0;

	refused(env, -EINVAL, g / 2, PA, g);
	refused(env, -EINVAL, 0, PA + g / 2, g);
	refused(env, -EINVAL, 0, PA, g + g / 2);
	refused(env, -EINVAL, 0, PA, 1);
	refused(env, -ERANGE, in, PA, g);
	refused(env, -ERANGE, in - g, PA, 2 * g);
	refused(env, -ERANGE, -g, PA, g);
	refused(env, -ERANGE, -g, PA, 2 * g);
	refused(env, -ERANGE, 0, PA, in + g);
	refused(env, -ERANGE, 0, PA, -g);
	if (out == (phys_addr_t)out) {
		refused(env, -ERANGE, 0, out, g);
		refused(env, -ERANGE, 0, out - g, 2 * g);
		refused(env, -ERANGE, 0, (phys_addr_t)-g, g);
	}
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, PA, 0, RW, &mapped));
	KUNIT_EXPECT_EQ(test, mapped, 0);

	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, g / 2, g));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, 0, g / 2));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, in, g));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, in - g, 2 * g));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, -g, g));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, -g, 2 * g));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, 0, 0));
	KUNIT_EXPECT_EQ(test, 0, smmu_pgtable_iova_to_phys(env->pt, in));
	KUNIT_EXPECT_EQ(test, 0, smmu_pgtable_iova_to_phys(env->pt, U64_MAX));
	pgt_expect_empty(env);
}

static void pgtable_map_over_page(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env);
	size_t mapped = 0;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 5 * g, PA, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, 5 * g, PA + g, g,
					       IOMMU_READ, &mapped));
	KUNIT_EXPECT_EQ(test, 0, mapped);
	/* the same mapping once more is no better */
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, 5 * g, PA, g, RW, &mapped));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, 2 * g, odd_pa(env), 8 * g,
					       IOMMU_READ, &mapped));
	KUNIT_EXPECT_EQ(test, 3 * g, mapped);
	pgt_expect(env, 2 * g, odd_pa(env), g, IOMMU_READ);
	pgt_expect(env, 4 * g, odd_pa(env) + 2 * g, g, IOMMU_READ);
	pgt_expect(env, 5 * g, PA, g, RW);
	pgt_expect_hole(env, 6 * g);
	KUNIT_EXPECT_EQ(test, mapped, pgt_unmap(env, 2 * g, mapped));
	pgt_expect_range(env, 5 * g, PA, g, RW);
}

/* With no way to exchange it for a block, a table is filled with pages */
static void pgtable_block_over_table(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	size_t mapped = 0;
	u64 pa = 2 * block;

	KUNIT_ASSERT_TRUE(test, has_blocks(env));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 5 * g, PA, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, 0, pa, block, RW, &mapped));
	KUNIT_EXPECT_EQ(test, 5 * g, mapped);
	pgt_expect(env, 5 * g, PA, g, RW);
	KUNIT_EXPECT_EQ(test, 6 * g, pgt_unmap(env, 0, 6 * g));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, pa, block, RW, NULL));
	pgt_expect(env, 0, pa, g, RW);
	pgt_expect_range(env, 0, pa, block, RW);
	KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, 0, block));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, pa, block, RW, NULL));
	pgt_expect(env, 0, pa, block, RW);
}

static void pgtable_map_over_block(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	size_t mapped = 0;

	KUNIT_ASSERT_TRUE(test, has_blocks(env));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block, block, block, RW, NULL));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, block, 2 * block, block,
					       RW, &mapped));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, block + g, PA, g, RW,
					       &mapped));
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, 2 * block - g, PA, g, RW,
					       &mapped));
	KUNIT_EXPECT_EQ(test, mapped, 0);
	pgt_expect_range(env, block, block, block, RW);
	KUNIT_EXPECT_EQ(test, -EEXIST, pgt_map(env, block - 2 * g, PA, 4 * g,
					       RW, &mapped));
	KUNIT_EXPECT_EQ(test, mapped, 2 * g);
	pgt_expect(env, block, block, block, RW);
}

static void pgtable_unmap_holes(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), whole = leaf_table(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, 0, g));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, 0, input_size(env)));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, PA, 2 * g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 3 * g, PA, 2 * g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, 2 * g, 2 * g));
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, 0, whole - g));
	pgt_expect_range(env, 3 * g, PA, 2 * g, RW);
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, 3 * g, 3 * g));
	pgt_expect_empty(env);
}

/* A table that goes as a whole takes its holes along, and empty ones go, too */
static void pgtable_unmap_holes_of_table(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	size_t root = pgt_held(env);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 3 * g, PA, 2 * g, RW, NULL));
	KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, 0, block));
	pgt_expect_hole(env, 3 * g);
	KUNIT_EXPECT_EQ(test, 0, pgt_unmap(env, 0, block));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 3 * g, PA, 2 * g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 2 * g, pgt_unmap(env, 3 * g, 2 * g));
	KUNIT_EXPECT_GT(test, pgt_held(env), root);
	/* up to the first hole that no table covers */
	KUNIT_EXPECT_EQ(test, block, pgt_unmap(env, 0, block + g));
	pgt_expect_empty(env);
}

static int list_length(const struct list_head *list)
{
	const struct list_head *at;
	int n = 0;

	list_for_each(at, list)
		n++;
	return n;
}

/* A leaf table goes with its last page, if one call unmaps all of it */
static void pgtable_table_freed(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), whole = leaf_table(env);
	size_t root = pgt_held(env), full;
	int tables = has_blocks(env) ? 1 : 0;
	struct smmu_pgtable_cleared c;

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, odd_pa(env), whole, RW, NULL));
	full = pgt_held(env);
	if (tables)
		KUNIT_EXPECT_GT(test, full, root);

	smmu_pgtable_cleared_init(&c);
	KUNIT_EXPECT_EQ(test, g, smmu_pgtable_unmap(env->pt, 0, g, &c));
	KUNIT_EXPECT_EQ(test, whole - g, smmu_pgtable_unmap(env->pt, g,
							    whole - g, &c));
	KUNIT_EXPECT_TRUE(test, list_empty(&c.tables));

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, odd_pa(env), whole, RW, NULL));
	KUNIT_EXPECT_EQ(test, full, pgt_held(env));
	KUNIT_EXPECT_EQ(test, whole, smmu_pgtable_unmap(env->pt, 0, whole, &c));
	KUNIT_EXPECT_EQ(test, list_length(&c.tables), tables);
	KUNIT_EXPECT_EQ(test, full, pgt_held(env));
	smmu_pgtable_put_tables(&c.tables);
	KUNIT_EXPECT_EQ(test, full - tables * max_t(u64, g, PAGE_SIZE),
			pgt_held(env));
	pgt_expect_empty(env);
}

/* A table of level 2 goes, too, with the leaf table at its end */
static void pgtable_tables_freed(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	u64 span = block * (g / 8);	/* of a whole table of level 2 */
	u64 iova = input_size(env) - span;
	struct smmu_pgtable_cleared c;

	KUNIT_ASSERT_LE(test, env->walk->start_level, 1);
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, iova, block, span - block, RW,
					 NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, iova + span - block, odd_pa(env),
					 block, RW, NULL));
	smmu_pgtable_cleared_init(&c);
	KUNIT_EXPECT_EQ(test, span, smmu_pgtable_unmap(env->pt, iova, span,
						       &c));
	KUNIT_EXPECT_EQ(test, list_length(&c.tables), 2);
	KUNIT_EXPECT_EQ(test, c.leaf_sizes & -c.leaf_sizes, g);
	smmu_pgtable_put_tables(&c.tables);
	pgt_expect_empty(env);
}

/* A reader that came before the unmap may use the table until it is through */
static void pgtable_table_outlives_readers(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 whole = leaf_table(env);
	struct smmu_pgtable_cleared c;
	struct page *page;

	KUNIT_ASSERT_TRUE(test, has_blocks(env));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 0, odd_pa(env), whole, RW, NULL));
	smmu_pgtable_cleared_init(&c);
	rcu_read_lock();
	smmu_pgtable_unmap(env->pt, 0, whole, &c);
	page = list_first_entry_or_null(&c.tables, struct page, lru);
	smmu_pgtable_put_tables(&c.tables);
	/* one reference is the test's own, see struct pgt_env */
	if (page)
		KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
}

struct visited {
	struct pgt_env *env;
	u64 next, bytes;
	int leaves, stop_at;
};

static int count_leaf(const struct smmu_pgtable_leaf *leaf, void *ctx)
{
	struct visited *v = ctx;
	struct pgt_ref ref = { };

	KUNIT_EXPECT_GE(v->env->test, leaf->iova, v->next);
	KUNIT_EXPECT_TRUE(v->env->test,
			  pgt_ref_translate(v->env, leaf->iova, &ref));
	KUNIT_EXPECT_EQ(v->env->test, leaf->pa, ref.pa);
	KUNIT_EXPECT_EQ(v->env->test, leaf->bytes, ref.leaf_bytes);
	v->next = leaf->iova + leaf->bytes;
	v->bytes += leaf->bytes;
	return ++v->leaves == v->stop_at ? -EINTR : 0;
}

static int visit(struct pgt_env *env, u64 start, u64 last, struct visited *v)
{
	v->env = env;
	v->next = 0;
	v->bytes = 0;
	v->leaves = 0;
	return smmu_pgtable_visit(env->pt, start, last, count_leaf, v);
}

static void pgtable_visit(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), end = input_size(env);
	struct visited v = { };

	KUNIT_EXPECT_EQ(test, 0, visit(env, 0, U64_MAX, &v));
	KUNIT_EXPECT_EQ(test, v.leaves, 0);

	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 2 * g, PA, 2 * g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, 7 * g, PA, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, end - g, PA, g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, visit(env, 0, U64_MAX, &v));
	KUNIT_EXPECT_EQ(test, v.leaves, 4);
	KUNIT_EXPECT_EQ(test, v.next, end);
	KUNIT_EXPECT_EQ(test, 0, visit(env, 3 * g + 1, 7 * g, &v));
	KUNIT_EXPECT_EQ(test, v.leaves, 2);
	KUNIT_EXPECT_EQ(test, 0, visit(env, 4 * g, 7 * g - 1, &v));
	KUNIT_EXPECT_EQ(test, v.leaves, 0);
	KUNIT_EXPECT_EQ(test, 0, visit(env, end, U64_MAX, &v));
	KUNIT_EXPECT_EQ(test, v.leaves, 0);
	v.stop_at = 2;
	KUNIT_EXPECT_EQ(test, -EINTR, visit(env, 0, U64_MAX, &v));
	KUNIT_EXPECT_EQ(test, v.leaves, 2);
}

static void pgtable_visit_blocks(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u64 g = pgt_granule(env), block = pgt_block(env);
	struct visited v = { };

	KUNIT_ASSERT_TRUE(test, has_blocks(env));
	KUNIT_EXPECT_EQ(test, 0, pgt_map(env, block - g, block - g,
					 2 * block + 2 * g, RW, NULL));
	KUNIT_EXPECT_EQ(test, 0, visit(env, 0, U64_MAX, &v));
	KUNIT_EXPECT_EQ(test, v.leaves, 4);
	KUNIT_EXPECT_EQ(test, v.bytes, 2 * block + 2 * g);
	KUNIT_EXPECT_EQ(test, 0, visit(env, block + g, 3 * block - 1, &v));
	KUNIT_EXPECT_EQ(test, v.leaves, 2);
	KUNIT_EXPECT_EQ(test, v.bytes, 2 * block);
}

/* There are blocks, and the sizes of both sides hold @in and @out of them */
static bool holds(const struct pgt_param *p, unsigned int in, unsigned int out)
{
	return pgt_param_levels(p) > 1 && in * pgt_param_block(p) <= pgt_param_in(p) &&
	       out * pgt_param_block(p) <= pgt_param_out(p);
}

static bool holds_unaligned(const struct pgt_param *p)
{
	u64 granule = 1ULL << p->granule_lg2, block = pgt_param_block(p);

	return pgt_param_levels(p) > 1 && 3 * block + 2 * granule <= pgt_param_in(p) &&
	       (PA & ~(block - 1)) + 4 * block + 2 * granule <= pgt_param_out(p);
}

/* As blocks, so not too many of them, and no further out than in */
static bool holds_whole(const struct pgt_param *p)
{
	return pgt_param_in(p) <= pgt_param_out(p) && !(pgt_param_in(p) >> 43);
}

static bool holds_3_1(const struct pgt_param *p)
{
	return holds(p, 1, 3);
}

static bool holds_3_2(const struct pgt_param *p)
{
	return holds(p, 2, 3);
}

/* No table can be exchanged for a block */
static bool rigid_3_1(const struct pgt_param *p)
{
	return holds_3_1(p) && !p->flush;
}

static bool holds_4_4(const struct pgt_param *p)
{
	return holds(p, 4, 4);
}

static bool holds_level_2(const struct pgt_param *p)
{
	u64 slots = 1ULL << (p->granule_lg2 - 3);

	return pgt_param_levels(p) > 2 && (slots + 1) * pgt_param_block(p) <= pgt_param_out(p);
}

static bool holds_below_root(const struct pgt_param *p)
{
	return pgt_param_levels(p) > 1;
}

PGT_PARAMS_IF(unaligned, holds_unaligned)
PGT_PARAMS_IF(whole, holds_whole)
PGT_PARAMS_IF(over_table, rigid_3_1)
PGT_PARAMS_IF(over_block, holds_3_2)
PGT_PARAMS_IF(blocks, holds_4_4)
PGT_PARAMS_IF(level_2, holds_level_2)
PGT_PARAMS_IF(below_root, holds_below_root)

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pgtable_one_page, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_prot, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_prot_blocks, over_block_gen_params),
	KUNIT_CASE_PARAM(pgtable_leaf_sizes, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_unaligned_range, unaligned_gen_params),
	KUNIT_CASE_PARAM(pgtable_pages_only, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_edges, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_whole_input, whole_gen_params),
	KUNIT_CASE_PARAM(pgtable_bad_ranges, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_map_over_page, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_block_over_table, over_table_gen_params),
	KUNIT_CASE_PARAM(pgtable_map_over_block, over_block_gen_params),
	KUNIT_CASE_PARAM(pgtable_unmap_holes, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_unmap_holes_of_table, below_root_gen_params),
	KUNIT_CASE_PARAM(pgtable_table_freed, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_tables_freed, level_2_gen_params),
	KUNIT_CASE_PARAM(pgtable_table_outlives_readers, below_root_gen_params),
	KUNIT_CASE_PARAM(pgtable_visit, pgt_gen_params),
	KUNIT_CASE_PARAM(pgtable_visit_blocks, blocks_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-map",
	.init = pgt_init,
	.exit = pgt_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);
