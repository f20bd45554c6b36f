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
#include <linux/rculist.h>

#include "ids.h"
#include "inval.h"
#include "inval_plan.h"
#include "queue/cmdq.h"

static struct smmu_cmd smmu_inval_cmd_all(const struct smmu_inval_target *target)
{
	if (target->stage == 1)
		return smmu_cmd_tlbi_nh_asid(SMMU_VMID_STAGE1, target->id);
	return smmu_cmd_tlbi_s12_vmall(target->id);
}

static inline struct smmu_cmd smmu_inval_cmd(const struct smmu_inval_target *target,
					     struct smmu_inval_plan *plan)
{
	struct smmu_tlbi tlbi;

	smmu_inval_plan_next(plan, &tlbi);
	if (target->stage == 1) {
		tlbi.vmid = SMMU_VMID_STAGE1;
		tlbi.asid = target->id;
		return smmu_cmd_tlbi_nh_va(&tlbi);
	}
	tlbi.vmid = target->id;
	return smmu_cmd_tlbi_s2_ipa(&tlbi);
}

/*
 * A refused command had no effect, so everything is dropped with the bluntest
 * one.  If that fails as well, the queue has said so already.
 */
static noinline void smmu_inval_everything(struct smmu_cmdq *q)
{
	smmu_cmdq_sync(q, smmu_cmd_tlbi_nsnh_all());
}

static void smmu_inval_send(struct smmu_cmdq *q, struct smmu_cmd cmd)
{
	if (unlikely(smmu_cmdq_sync(q, cmd) == -EIO))
		smmu_inval_everything(q);
}

/**
 * smmu_inval_config() - Make an SMMU forget STEs and CDs
 * @q: its command queue
 * @cfgi: a CMD_CFGI_* command
 *
 * If it was refused, every STE and CD is forgotten.
 *
 * Context: any; spins until it is done or the SMMU is given up.
 */
void smmu_inval_config(struct smmu_cmdq *q, struct smmu_cmd cfgi)
{
	if (smmu_cmdq_sync(q, cfgi) == -EIO)
		smmu_cmdq_sync(q, smmu_cmd_cfgi_all());
}

/**
 * smmu_inval_clear_target() - Drop all that one SMMU holds of a domain
 * @target: the SMMU
 *
 * Context: any; spins until it is done or the SMMU is given up.
 */
void smmu_inval_clear_target(const struct smmu_inval_target *target)
{
	smmu_inval_send(target->q, smmu_inval_cmd_all(target));
}

/* Ranges that take several commands: by page, or with odd bits; or none but all */
static noinline void smmu_inval_clear_batch(const struct smmu_inval_target *target,
					    const struct smmu_inval_range *range)
{
	struct smmu_cmdq_batch batch;
	struct smmu_inval_plan plan;

	if (!smmu_inval_plan_start(&plan, range, target->ranges)) {
		smmu_inval_clear_target(target);
		return;
	}
	smmu_cmdq_batch_init(&batch, target->q);
	while (plan.left)
		smmu_cmdq_batch_add(&batch, smmu_inval_cmd(target, &plan));
	if (smmu_cmdq_batch_sync(&batch) == -EIO)
		smmu_inval_everything(target->q);
}

/*
 * Nearly always one command, which is then worked out without a store to the stack: by
 * "make bench" that saves 114 of the 638 instructions of a page's unmap with a batch.
 */
static inline void smmu_inval_clear_one(const struct smmu_inval_target *target,
					const struct smmu_inval_range *range)
{
	struct smmu_inval_plan plan;
	struct smmu_cmd cmd;
	bool fits;

	fits = smmu_inval_plan_start(&plan, range, target->ranges);
	cmd = smmu_inval_cmd(target, &plan);
	if (likely(fits && !plan.left))
		smmu_inval_send(target->q, cmd);
	else
		smmu_inval_clear_batch(target, range);
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
	list_for_each_entry_rcu(target, targets, node, true)
		if (READ_ONCE(target->users))
			smmu_inval_clear_one(target, range);
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
	list_for_each_entry_rcu(target, targets, node, true)
		if (READ_ONCE(target->users))
			smmu_inval_clear_target(target);
}
