// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB invalidation (IHI 0070, 3.17 and 4.4).
 *
 * A race with attach, drawn here once.  Unmap on one CPU, attach of the same
 * domain to an SMMU that does not use it yet on another:
 *
 *	unmap				attach
 *	clear descriptor		count a user of the target
 *	smp_mb()			smp_mb()
 *	look for targets with users	write CD and STE
 *
 * If unmap does not see the user, then attach's barrier comes after unmap's in
 * their common order, the descriptor is clear before the STE is written, and the
 * SMMU can never load the old translation.  So nothing is missed.
 */
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/rculist.h>
#include <linux/sizes.h>

#include <kunit/visibility.h>

#include "cmdq.h"
#include "ids.h"
#include "inval.h"

/*
 * One by one, more commands than this cost more than refilling the TLB after
 * everything under the tag was dropped.
 */
#define SMMU_INVAL_SINGLES_MAX	256

/* What one range command can cover at a given scale. */
#define SMMU_INVAL_RANGE_UNITS	(SMMU_TLBI_NUM_MAX + 1)

/* TG counts the granules: 12, 14 and 16 bits are 1, 2 and 3 (4.4.1.1). */
static u8 smmu_inval_tg(u8 granule_lg2)
{
	static_assert(SMMU_TLBI_TG_4K == 1 && SMMU_TLBI_TG_16K == 2 && SMMU_TLBI_TG_64K == 3);

	return (granule_lg2 - 10) / 2;
}

/* The level of a leaf of this size: 3 is the last level. */
static u8 smmu_inval_level(u8 leaf_lg2, u8 granule_lg2)
{
	return 3 - (leaf_lg2 - granule_lg2) / (granule_lg2 - 3);
}

/*
 * The level hint says that there is nothing to drop at any other level.  It may be
 * given when one kind of leaf was removed and nothing else, and the range begins
 * and ends on it.
 */
static u8 smmu_inval_ttl(const struct smmu_inval_range *range)
{
	u64 mask = range->leaf_sizes - 1;

	if (!range->leaf_only || !is_power_of_2(range->leaf_sizes))
		return 0;
	if ((range->start & mask) || ((range->last + 1) & mask))
		return 0;
	return smmu_inval_level(__ffs64(range->leaf_sizes), range->granule_lg2);
}

/**
 * smmu_inval_plan_start() - Plan the invalidation of a range
 * @plan: the plan
 * @range: what was unmapped; not empty
 * @ranges: whether the SMMU takes range invalidations
 *
 * Context: any; pure.
 * Return: false if dropping all that is under the tag is cheaper.
 * IHI 0070, 4.4.1.1 (range invalidation).
 */
bool smmu_inval_plan_start(struct smmu_inval_plan *plan, const struct smmu_inval_range *range,
			   bool ranges)
{
	u8 unit_lg2 = ranges ? range->granule_lg2 : __ffs64(range->leaf_sizes);
	u64 start = range->start & ~(BIT_ULL(unit_lg2) - 1);
	u64 units = ((range->last - start) >> unit_lg2) + 1;

	plan->tlbi = (struct smmu_tlbi){ .addr = start, .leaf = range->leaf_only };
	plan->unit_lg2 = unit_lg2;
	plan->left = units;
	if (!ranges)
		return units <= SMMU_INVAL_SINGLES_MAX;

	plan->tlbi.tg = smmu_inval_tg(range->granule_lg2);
	plan->tlbi.ttl = smmu_inval_ttl(range);
	return units <= (u64)SMMU_INVAL_RANGE_UNITS << SMMU_TLBI_SCALE_MAX;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_inval_plan_start);

/*
 * Sizes of a range command are 1 to 32 units at any power of two.  The odd bits
 * go first, so that what is left is a multiple of a larger power each time: at
 * most one command for each five bits of the count.
 *
 * One unit without a hint would be all zeros, which is reserved as a range: that
 * one is a plain command.
 */
static u64 smmu_inval_take_range(const struct smmu_inval_plan *plan, struct smmu_tlbi *tlbi)
{
	u8 scale = min_t(u8, __ffs64(plan->left), SMMU_TLBI_SCALE_MAX);
	u64 units = plan->left >> scale;

	if (units > SMMU_INVAL_RANGE_UNITS)
		units &= SMMU_INVAL_RANGE_UNITS - 1;
	tlbi->scale = scale;
	tlbi->num = units - 1;
	if (!tlbi->scale && !tlbi->num && !tlbi->ttl)
		tlbi->tg = SMMU_TLBI_TG_NONE;
	return units << scale;
}

/**
 * smmu_inval_plan_next() - Operands of the next command of a plan
 * @plan: the plan
 * @tlbi: where they go; ASID and VMID are left zero
 *
 * Context: any; pure.
 * Return: false when the range is covered.
 */
bool smmu_inval_plan_next(struct smmu_inval_plan *plan, struct smmu_tlbi *tlbi)
{
	u64 units = 1;

	if (!plan->left)
		return false;
	*tlbi = plan->tlbi;
	if (tlbi->tg != SMMU_TLBI_TG_NONE)
		units = smmu_inval_take_range(plan, tlbi);
	plan->left -= units;
	plan->tlbi.addr += units << plan->unit_lg2;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_inval_plan_next);

static struct smmu_cmd smmu_inval_cmd_all(const struct smmu_inval_target *target)
{
	if (target->stage == 1)
		return smmu_cmd_tlbi_nh_asid(SMMU_VMID_STAGE1, target->id);
	return smmu_cmd_tlbi_s12_vmall(target->id);
}

static struct smmu_cmd smmu_inval_cmd(const struct smmu_inval_target *target,
				      struct smmu_tlbi *tlbi)
{
	if (target->stage == 1) {
		tlbi->vmid = SMMU_VMID_STAGE1;
		tlbi->asid = target->id;
		return smmu_cmd_tlbi_nh_va(tlbi);
	}
	tlbi->vmid = target->id;
	return smmu_cmd_tlbi_s2_ipa(tlbi);
}

/*
 * A refused command had no effect, so everything is dropped with the bluntest
 * one.  If that fails as well, the queue has said so already.
 */
static noinline void smmu_inval_refused(struct smmu_cmdq *q)
{
	const struct smmu_cmd all = smmu_cmd_tlbi_nsnh_all();

	smmu_cmdq_sync(q, &all, 1);
}

static void smmu_inval_finish(struct smmu_cmdq_batch *batch)
{
	if (smmu_cmdq_batch_sync(batch) == -EIO)
		smmu_inval_refused(batch->q);
}

static void smmu_inval_send_one(struct smmu_cmdq *q, const struct smmu_cmd *cmd)
{
	if (unlikely(smmu_cmdq_sync(q, cmd, 1) == -EIO))
		smmu_inval_refused(q);
}

/**
 * smmu_inval_config() - Make an SMMU forget STEs and CDs
 * @q: its command queue
 * @cmds: CMD_CFGI_* commands
 * @n: how many, at most %SMMU_CMDQ_BATCH
 *
 * If one of them was refused, everything is forgotten.
 *
 * Context: any; spins until it is done or the SMMU is given up.
 * Return: as smmu_cmdq_sync(), for the last attempt.
 */
int smmu_inval_config(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n)
{
	const struct smmu_cmd all = smmu_cmd_cfgi_all();
	int ret = smmu_cmdq_sync(q, cmds, n);

	return ret == -EIO ? smmu_cmdq_sync(q, &all, 1) : ret;
}

/**
 * smmu_inval_clear_target() - Drop all that one SMMU holds of a domain
 * @target: the SMMU
 *
 * Context: any; spins until it is done or the SMMU is given up.
 */
void smmu_inval_clear_target(const struct smmu_inval_target *target)
{
	const struct smmu_cmd all = smmu_inval_cmd_all(target);

	smmu_inval_send_one(target->q, &all);
}

/* The rest of a plan whose first command was not all of it. */
static noinline void smmu_inval_finish_plan(const struct smmu_inval_target *target,
					    struct smmu_inval_plan *plan, struct smmu_cmd first)
{
	struct smmu_cmdq_batch batch;
	struct smmu_tlbi tlbi;

	smmu_cmdq_batch_init(&batch, target->q);
	smmu_cmdq_batch_add(&batch, first);
	while (smmu_inval_plan_next(plan, &tlbi))
		smmu_cmdq_batch_add(&batch, smmu_inval_cmd(target, &tlbi));
	smmu_inval_finish(&batch);
}

/* Nearly always one command: what the rest would need is kept out of the way. */
static void smmu_inval_clear_one(const struct smmu_inval_target *target,
				 const struct smmu_inval_range *range)
{
	struct smmu_inval_plan plan;
	struct smmu_tlbi tlbi;
	struct smmu_cmd cmd;

	if (!smmu_inval_plan_start(&plan, range, target->ranges)) {
		smmu_inval_clear_target(target);
		return;
	}
	smmu_inval_plan_next(&plan, &tlbi);
	cmd = smmu_inval_cmd(target, &tlbi);
	if (plan.left)
		smmu_inval_finish_plan(target, &plan, cmd);
	else
		smmu_inval_send_one(target->q, &cmd);
}

/**
 * smmu_inval_clear_range() - Make every SMMU forget a range of a domain
 * @targets: the domain's targets
 * @range: what was unmapped
 *
 * When it returns, no access can use the old translations: they are gone, or the
 * SMMU did not answer and lets nothing pass any more.  A domain that is attached
 * nowhere costs no command.
 *
 * Context: any; spins until it is done or an SMMU is given up.
 */
void smmu_inval_clear_range(struct list_head *targets, const struct smmu_inval_range *range)
{
	const struct smmu_inval_target *target;

	/* See the race at the top of this file. */
	smp_mb();
	rcu_read_lock();
	list_for_each_entry_rcu(target, targets, node)
		if (READ_ONCE(target->users))
			smmu_inval_clear_one(target, range);
	rcu_read_unlock();
}

/**
 * smmu_inval_clear_all() - Make every SMMU forget all of a domain
 * @targets: the domain's targets
 *
 * Context: any; spins until it is done or an SMMU is given up.
 */
void smmu_inval_clear_all(struct list_head *targets)
{
	const struct smmu_inval_target *target;

	/* See the race at the top of this file. */
	smp_mb();
	rcu_read_lock();
	list_for_each_entry_rcu(target, targets, node)
		if (READ_ONCE(target->users))
			smmu_inval_clear_target(target);
	rcu_read_unlock();
}
