// SPDX-License-Identifier: GPL-2.0-only
/*
 * What TLBs may hold as one, by the test's own record: a set of leaves that had the
 * contiguous hint (Arm ARM D8.7.1) may be one entry for as long as a leaf of it is
 * mapped. The descriptors are asked for the hardware's bit alone.
 */
#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/log2.h>

#include "tests/pgtable_ref.h"

/* The most leaves of a set: pages of 16K */
#define MOST_LEAVES	128

/* A set of which a part was unmapped while it had the hint; @left: not the others */
struct pgt_set {
	struct list_head node;
	u64 start;
	unsigned int leaf_lg2;
	unsigned int leaves;
	DECLARE_BITMAP(left, MOST_LEAVES);
};

static u64 set_bytes(const struct pgt_set *set)
{
	return (u64)set->leaves << set->leaf_lg2;
}

/* The one that the leaf for @iova was in when it was mapped, if that is known */
static struct pgt_set *set_of(struct pgt_env *env, u64 iova)
{
	struct pgt_set *set;

	list_for_each_entry(set, &env->sets, node) {
		if (iova - set->start < set_bytes(set) &&
		    test_bit((iova - set->start) >> set->leaf_lg2, set->left))
			return set;
	}
	return NULL;
}

/* The addresses that TLBs may hold as one with @iova, which may be a hole */
static void extent(struct pgt_env *env, u64 iova, u64 *start, u64 *last)
{
	struct pgt_ref ref = { };
	u64 bytes;

	*start = iova;
	*last = iova;
	if (!pgt_ref_translate(env, iova, &ref))
		return;
	bytes = ref.leaf_bytes;
	if (pgt_ref_hinted(env, iova) || set_of(env, iova))
		bytes *= pgt_param_contig(&env->param, ref.level);
	*start = iova & ~(bytes - 1);
	*last = *start + bytes - 1;
}

static void remember(struct pgt_env *env, u64 iova)
{
	struct pgt_ref ref = { };
	struct pgt_set *set;

	if (!pgt_ref_hinted(env, iova) || set_of(env, iova))
		return;
	pgt_ref_translate(env, iova, &ref);
	set = kunit_kzalloc(env->test, sizeof(*set), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(env->test, set);
	set->leaf_lg2 = ilog2(ref.leaf_bytes);
	set->leaves = pgt_param_contig(&env->param, ref.level);
	KUNIT_ASSERT_LE(env->test, set->leaves, MOST_LEAVES);
	set->start = iova & ~(set_bytes(set) - 1);
	bitmap_fill(set->left, set->leaves);
	list_add(&set->node, &env->sets);
}

static void drop(struct pgt_env *env, struct pgt_set *set, u64 start, u64 end)
{
	unsigned int i;

	for (i = 0; i < set->leaves; i++) {
		u64 leaf = set->start + ((u64)i << set->leaf_lg2);

		if (leaf >= start && leaf < end)
			clear_bit(i, set->left);
	}
	if (bitmap_empty(set->left, set->leaves)) {
		list_del(&set->node);
		kunit_kfree(env->test, set);
	}
}

/* What is to be invalidated for @bytes from @iova on, which the next call unmaps */
void pgt_ref_unmap(struct pgt_env *env, u64 iova, u64 bytes, u64 *start, u64 *last)
{
	u64 end = iova + bytes, ignored;
	struct pgt_set *set, *next;

	extent(env, iova, start, &ignored);
	extent(env, end - 1, &ignored, last);
	remember(env, iova);
	remember(env, end - 1);
	list_for_each_entry_safe(set, next, &env->sets, node)
		drop(env, set, iova - pgt_ref_front(env, iova), end);
}
