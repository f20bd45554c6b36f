// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sequences of map and unmap beside a list of what is mapped. The seed
 * is printed; smmu_kunit.pgtable_seed=N runs that sequence again.
 */
#include <linux/iommu.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/random.h>

#include "tests/pgtable_ref.h"

#define STEPS		150
#define EXTENTS_MAX	256
#define SWEEP_EVERY	25

static unsigned int pgtable_seed;
module_param(pgtable_seed, uint, 0444);
MODULE_PARM_DESC(pgtable_seed, "Seed of the random page-table tests (0: any)");

struct extent {
	u64 iova, pa, bytes;
	int prot;
};

/* What is mapped, in no order */
struct shadow {
	struct pgt_env *env;
	struct extent extents[EXTENTS_MAX];
	int count;
};

static const struct extent *shadow_find(const struct shadow *s, u64 iova)
{
	int i;

	for (i = 0; i < s->count; i++)
		if (iova >= s->extents[i].iova &&
		    iova - s->extents[i].iova < s->extents[i].bytes)
			return &s->extents[i];
	return NULL;
}

static void shadow_add(struct shadow *s, struct extent e)
{
	if (!e.bytes)
		return;
	KUNIT_ASSERT_LT(s->env->test, s->count, EXTENTS_MAX);
	s->extents[s->count++] = e;
}

/* Bytes from @iova on that are not mapped, up to @bytes */
static u64 shadow_free(const struct shadow *s, u64 iova, u64 bytes)
{
	int i;

	for (i = 0; i < s->count; i++) {
		const struct extent *e = &s->extents[i];

		if (e->iova < iova + bytes && e->iova + e->bytes > iova)
			bytes = e->iova > iova ? e->iova - iova : 0;
	}
	return bytes;
}

/* Bytes from @iova on that are mapped without a hole, up to @bytes */
static u64 shadow_used(const struct shadow *s, u64 iova, u64 bytes)
{
	u64 at = iova;
	const struct extent *e;

	while (at < iova + bytes) {
		e = shadow_find(s, at);
		if (!e)
			break;
		at = e->iova + e->bytes;
	}
	return min(at - iova, bytes);
}

static void shadow_remove(struct shadow *s, u64 iova, u64 bytes)
{
	u64 end = iova + bytes;
	int i;

	if (!bytes)
		return;
	for (i = s->count - 1; i >= 0; i--) {
		struct extent e = s->extents[i], head = e, tail = e;
		u64 e_end = e.iova + e.bytes;

		if (e.iova >= end || e_end <= iova)
			continue;
		s->extents[i] = s->extents[--s->count];
		head.bytes = e.iova < iova ? iova - e.iova : 0;
		tail.bytes = e_end > end ? e_end - end : 0;
		tail.iova = end;
		tail.pa = e.pa + (end - e.iova);
		shadow_add(s, head);
		shadow_add(s, tail);
	}
}

/* Where things happen: three places at the edges of tables */
static u64 random_iova(struct pgt_env *env)
{
	u64 size = 1ULL << env->param.ias, block = pgt_block(env);
	u64 near = min(4 * block, size / 2);
	u64 base[] = { 0, size / 2 - near / 2, size - near };
	u64 iova = base[pgt_rnd(env, 3)];

	iova += (u64)pgt_rnd(env, 4) * near / 4;
	if (pgt_rnd(env, 2))
		iova += pgt_rnd(env, 24) * pgt_granule(env);
	return min(iova, size - pgt_granule(env));
}

static u64 random_bytes(struct pgt_env *env, u64 iova)
{
	u64 left = (1ULL << env->param.ias) - iova;
	u64 bytes = pgt_rnd(env, 20) * pgt_granule(env);

	if (!pgt_rnd(env, 3))
		bytes += pgt_rnd(env, 3) * pgt_block(env);
	bytes = clamp(bytes, pgt_granule(env), left);
	return bytes;
}

/* In step with blocks half of the time */
static u64 random_pa(struct pgt_env *env, u64 iova, u64 bytes)
{
	u64 size = 1ULL << min_t(int, env->walk->oas_bits,
				 8 * sizeof(phys_addr_t));
	u64 block = pgt_block(env), pa;

	pa = (u64)pgt_rnd(env, U32_MAX) << 20 | pgt_rnd(env, 1 << 20);
	pa &= (size - 1) & ~(pgt_granule(env) - 1);
	if (pgt_rnd(env, 2))
		pa = (pa & ~(block - 1)) | (iova & (block - 1));
	if (pa + bytes > size)
		pa = size - bytes;
	return pa ?: pgt_granule(env);
}

static void step_map(struct shadow *s)
{
	struct pgt_env *env = s->env;
	int prot = IOMMU_READ + pgt_rnd(env, 63);
	u64 iova = random_iova(env);
	u64 bytes = random_bytes(env, iova);
	u64 pa = random_pa(env, iova, bytes);
	u64 free = shadow_free(s, iova, bytes);
	size_t mapped = 0;
	int ret;

	if (!(prot & (IOMMU_READ | IOMMU_WRITE)))
		prot |= IOMMU_WRITE;
	ret = pgt_map(env, iova, pa, bytes, prot, &mapped);
	KUNIT_EXPECT_EQ(env->test, ret, free == bytes ? 0 : -EEXIST);
	KUNIT_EXPECT_EQ(env->test, mapped, free);
	if (mapped)
		shadow_add(s, (struct extent){ iova, pa, mapped, prot });
}

/*
 * More than what is used goes if a whole table does, and more than was asked for if a part
 * of a block was; pgt_unmap() knows.
 */
static void step_unmap(struct shadow *s, u64 iova, u64 bytes)
{
	u64 used = shadow_used(s, iova, bytes), front = pgt_ref_front(s->env, iova);
	u64 done = pgt_unmap(s->env, iova, bytes);

	KUNIT_EXPECT_GE(s->env->test, done, used);
	if (done)
		shadow_remove(s, iova - front, front + done);
}

static void step_unmap_random(struct shadow *s)
{
	u64 iova = random_iova(s->env);

	step_unmap(s, iova, random_bytes(s->env, iova));
}

static void step_unmap_extent(struct shadow *s)
{
	const struct extent *e;

	if (!s->count)
		return;
	e = &s->extents[pgt_rnd(s->env, s->count)];
	step_unmap(s, e->iova, e->bytes);
}

static void check_address(const struct shadow *s, u64 iova)
{
	const struct extent *e = shadow_find(s, iova);

	if (e)
		pgt_expect(s->env, iova, e->pa + (iova - e->iova), 0, e->prot);
	else
		pgt_expect_hole(s->env, iova);
}

static int check_leaf(const struct smmu_pgtable_leaf *leaf, void *ctx)
{
	struct shadow *s = ctx;
	const struct extent *e = shadow_find(s, leaf->iova);

	if (!e || leaf->pa != e->pa + (leaf->iova - e->iova) ||
	    leaf->iova + leaf->bytes > e->iova + e->bytes)
		return -EBADMSG;
	return 0;
}

static void sweep(struct shadow *s)
{
	u64 bytes = 0, mapped, tables;
	int i;

	for (i = 0; i < s->count; i++) {
		const struct extent *e = &s->extents[i];

		bytes += e->bytes;
		check_address(s, e->iova);
		check_address(s, e->iova + e->bytes / 2);
		check_address(s, e->iova + e->bytes - 1);
		check_address(s, e->iova + e->bytes);
	}
	pgt_ref_sum(s->env, &mapped, &tables);
	KUNIT_EXPECT_EQ(s->env->test, mapped, bytes);
	KUNIT_EXPECT_EQ(s->env->test, tables, pgt_held(s->env));
	KUNIT_EXPECT_EQ(s->env->test, 0,
			smmu_pgtable_visit(s->env->pt, 0, U64_MAX, check_leaf,
					   s));
}

static void step(struct shadow *s)
{
	switch (pgt_rnd(s->env, 5)) {
	case 0:
		step_unmap_random(s);
		break;
	case 1:
		step_unmap_extent(s);
		break;
	default:
		step_map(s);
		break;
	}
	/* unmap makes extents, too, but no more than one a step */
	if (s->count > EXTENTS_MAX / 2)
		step_unmap_extent(s);
}

static void unmap_all(struct shadow *s)
{
	while (s->count && s->env->test->status == KUNIT_SUCCESS)
		step_unmap(s, s->extents[0].iova, s->extents[0].bytes);
}

static void pgtable_random(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	u32 seed = pgtable_seed ?: get_random_u32();
	struct shadow *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->env = env;
	prandom_seed_state(&env->rnd, seed);
	kunit_info(test, "pgtable_seed=%u\n", seed);
	for (i = 0; i < STEPS && test->status == KUNIT_SUCCESS; i++) {
		step(s);
		if (i % SWEEP_EVERY == SWEEP_EVERY - 1)
			sweep(s);
	}
	sweep(s);
	unmap_all(s);
	pgt_expect_empty(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pgtable_random, pgt_gen_params),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-random",
	.init = pgt_init,
	.exit = pgt_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);
