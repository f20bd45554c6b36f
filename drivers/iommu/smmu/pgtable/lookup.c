// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers of a live page table. Each holds rcu_read_lock() from the root down,
 * so a table that unmap takes out meanwhile stays readable; what is read is
 * then the state before that unmap.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include <kunit/visibility.h>

#include "pgtable/internal.h"

/**
 * struct lookup - where a walk ended
 * @slot: not a table descriptor
 * @desc: what was read there
 * @level: of @slot
 * @slots: from @slot to the end of its table
 */
struct lookup {
	const __le64 *slot;
	u64 desc;
	unsigned int level;
	u32 slots;
};

static void look_up(const struct smmu_pgtable *pt, u64 iova, struct lookup *at)
{
	unsigned int level = pt->walk.start_level;
	const __le64 *table = pt->root;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "tables may be freed");
	for (;; level++) {
		u32 index = smmu_level_index(pt, level, iova);

		at->slot = table + index;
		at->desc = smmu_desc_read(at->slot);
		if (!smmu_desc_is_table(at->desc, level)) {
			at->level = level;
			at->slots = smmu_level_slots(pt, level) - index;
			return;
		}
		table = smmu_desc_table(pt, at->desc);
	}
}

/**
 * smmu_pgtable_iova_to_phys - look an address up
 * @pt: the page table
 * @iova: any address
 *
 * Context: any.
 *
 * Return: the output address, 0 if @iova is not mapped.
 */
phys_addr_t smmu_pgtable_iova_to_phys(struct smmu_pgtable *pt, u64 iova)
{
	struct lookup at;
	u64 offset;

	if (iova >> pt->ias_bits)
		return 0;
	rcu_read_lock();
	look_up(pt, iova, &at);
	rcu_read_unlock();
	if (!smmu_desc_is_leaf(at.desc, at.level))
		return 0;
	offset = iova & (smmu_level_bytes(pt, at.level) - 1);
	return smmu_desc_addr(pt, at.desc) | offset;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_iova_to_phys);

/**
 * struct visit - a visit under way
 * @visitor: called for each leaf
 * @ctx: for @visitor
 * @iova: next address
 * @last: last address
 */
struct visit {
	smmu_pgtable_visitor visitor;
	void *ctx;
	u64 iova;
	u64 last;
};

static int visit_leaf(const struct smmu_pgtable *pt, const struct visit *v,
		      u64 desc, unsigned int level)
{
	u64 bytes = smmu_level_bytes(pt, level);
	struct smmu_pgtable_leaf leaf = {
		.iova = v->iova & ~(bytes - 1),
		.pa = smmu_desc_addr(pt, desc),
		.bytes = bytes,
		.prot = smmu_attr_decode(pt, desc),
		.desc = desc,
		.level = level,
	};

	return v->visitor(&leaf, v->ctx);
}

/* The rest of one table, up to a slot that leads further down */
static int visit_table(const struct smmu_pgtable *pt, struct visit *v)
{
	struct lookup at;
	u64 bytes;
	u32 i;

	look_up(pt, v->iova, &at);
	bytes = smmu_level_bytes(pt, at.level);
	for (i = 0; i < at.slots && v->iova <= v->last; i++) {
		u64 desc = smmu_desc_read(&at.slot[i]);
		int ret = 0;

		if (smmu_desc_is_table(desc, at.level))
			break;
		if (smmu_desc_is_leaf(desc, at.level))
			ret = visit_leaf(pt, v, desc, at.level);
		if (ret)
			return ret;
		v->iova = (v->iova & ~(bytes - 1)) + bytes;
	}
	return 0;
}

/**
 * smmu_pgtable_visit - show every mapping in a range to a visitor
 * @pt: the page table
 * @start: first address
 * @last: last address; beyond the input size there is nothing to see
 * @visitor: called in ascending order with each page and block that has an
 *	address in the range; it must not sleep. What it returns, if not 0, ends
 *	the visit.
 * @ctx: for @visitor
 *
 * May run beside map and unmap: what they change meanwhile is seen or not.
 *
 * Context: may sleep between tables.
 *
 * Return: 0 or what @visitor returned.
 */
int smmu_pgtable_visit(struct smmu_pgtable *pt, u64 start, u64 last,
		       smmu_pgtable_visitor visitor, void *ctx)
{
	struct visit v = {
		.visitor = visitor,
		.ctx = ctx,
		.iova = start,
		.last = min(last, BIT_ULL(pt->ias_bits) - 1),
	};
	int ret = 0;

	while (!ret && v.iova <= v.last) {
		rcu_read_lock();
		ret = visit_table(pt, &v);
		rcu_read_unlock();
		cond_resched();
	}
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_visit);
