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
 *
 * One with a detach of the last master:
 *
 *	detach				unmap
 *	STE points elsewhere, CFGI	smp_mb()
 *	TLBI, CMD_SYNC, read CONS	look for targets with users
 *	one user less (release)		(acquire) return: the memory may be read, or freed
 *
 * If unmap sees no user any more, everything was dropped, and what went through it is over.
 */
#include <linux/rculist.h>

#include <kunit/visibility.h>

#include "ids.h"
#include "inval.h"
#include "inval_plan.h"
#include "queue/cmdq.h"

/* Attempts at dropping everything: several CPUs may try, and one of theirs be refused. */
#define SMMU_INVAL_BLUNT_TRIES	8
/* SMMUs of a domain that work at the same time; their tickets are on the stack. */
#define SMMU_INVAL_AT_A_TIME	8

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
 * A refused command had no effect, so a blunter one follows.  That it was refused as well
 * is not said by -EIO, which another CPU's command may have brought about, but by the
 * count of such commands.  If it is refused each time, nothing can be dropped any more,
 * and no traffic may pass.
 */
static noinline void smmu_inval_bluntly(struct smmu_cmdq *q, struct smmu_cmd cmd)
{
	unsigned int i;
	int refused;

	for (i = 0; i < SMMU_INVAL_BLUNT_TRIES; i++) {
		refused = atomic_read_acquire(&q->rejected_all);
		if (smmu_cmdq_sync(q, cmd) != -EIO || atomic_read(&q->rejected_all) == refused)
			return;
	}
	smmu_cmdq_give_up(q, "an invalidation of everything is refused");
}

/* What a caller's commands came to; if one was refused, everything is dropped. */
static __always_inline void smmu_inval_finish(struct smmu_cmdq *q, int ret)
{
	if (unlikely(ret == -EIO))
		smmu_inval_bluntly(q, smmu_cmd_tlbi_nsnh_all());
}

static void smmu_inval_send(struct smmu_cmdq *q, struct smmu_cmd cmd)
{
	smmu_inval_finish(q, smmu_cmdq_sync(q, cmd));
}

/**
 * smmu_inval_config() - Drop STEs and CDs that an SMMU holds
 * @q: its command queue
 * @cfgi: a CMD_CFGI_* command
 *
 * If it was refused, every STE and CD is dropped.
 *
 * Context: any; spins until it is done or the SMMU is given up.
 */
void smmu_inval_config(struct smmu_cmdq *q, struct smmu_cmd cfgi)
{
	if (smmu_cmdq_sync(q, cfgi) == -EIO)
		smmu_inval_bluntly(q, smmu_cmd_cfgi_all());
}
EXPORT_SYMBOL_IF_KUNIT(smmu_inval_config);

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
EXPORT_SYMBOL_IF_KUNIT(smmu_inval_clear_target);

/* Any range: also one that takes several commands, or none but all. */
static struct smmu_cmdq_ticket smmu_inval_post(const struct smmu_inval_target *target,
					       const struct smmu_inval_range *range)
{
	struct smmu_cmdq_batch batch;
	struct smmu_inval_plan plan;

	smmu_cmdq_batch_init(&batch, target->q);
	if (!range || !smmu_inval_plan_start(&plan, range, target->ranges)) {
		smmu_cmdq_batch_add(&batch, smmu_inval_cmd_all(target));
		return smmu_cmdq_batch_post(&batch);
	}
	while (plan.left)
		smmu_cmdq_batch_add(&batch, smmu_inval_cmd(target, &plan));
	return smmu_cmdq_batch_post(&batch);
}

static noinline void smmu_inval_clear_batch(const struct smmu_inval_target *target,
					    const struct smmu_inval_range *range)
{
	const struct smmu_cmdq_ticket ticket = smmu_inval_post(target, range);

	smmu_inval_finish(target->q, smmu_cmdq_ticket_wait(&ticket));
}

static void smmu_inval_wait(const struct smmu_cmdq_ticket *tickets, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		smmu_inval_finish(tickets[i].q, smmu_cmdq_ticket_wait(&tickets[i]));
}

/*
 * Does a master use this target?  If none does, nothing of the domain is held there: the
 * races are drawn at the top of this file.
 */
static __always_inline bool smmu_inval_has_users(const struct smmu_inval_target *target)
{
	if (READ_ONCE(target->users))
		return true;
	/*
	 * Earlier: @users.  Later: what the caller reads of memory that was unmapped, or
	 * writes to it.  Peer: smmu_domain_leave().
	 */
	smp_acquire__after_ctrl_dep();
	return false;
}

/*
 * Several SMMUs: all of them are told before the first one is waited for, so that they
 * work at the same time.  @range is %NULL for everything.
 */
static noinline void smmu_inval_clear_several(struct list_head *targets,
					      const struct smmu_inval_range *range)
{
	struct smmu_cmdq_ticket tickets[SMMU_INVAL_AT_A_TIME];
	const struct smmu_inval_target *target;
	unsigned int n = 0;

	list_for_each_entry_rcu(target, targets, node, true) {
		if (!smmu_inval_has_users(target))
			continue;
		if (n == SMMU_INVAL_AT_A_TIME) {
			smmu_inval_wait(tickets, n);
			n = 0;
		}
		tickets[n++] = smmu_inval_post(target, range);
	}
	smmu_inval_wait(tickets, n);
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

/* The target of a domain that has only ever been attached to one SMMU, or NULL. */
static __always_inline const struct smmu_inval_target *
smmu_inval_only_target(const struct list_head *targets)
{
	const struct list_head *first = READ_ONCE(targets->next);

	if (unlikely(first == targets || READ_ONCE(first->next) != targets))
		return NULL;
	return list_entry(first, struct smmu_inval_target, node);
}

/**
 * smmu_inval_clear_range() - Drop a range of a domain from every SMMU
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
	target = smmu_inval_only_target(targets);
	if (unlikely(!target))
		smmu_inval_clear_several(targets, range);
	else if (smmu_inval_has_users(target))
		smmu_inval_clear_one(target, range);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_inval_clear_range);

/**
 * smmu_inval_clear_all() - Drop all of a domain from every SMMU
 * @targets: the domain's targets
 *
 * Context: any; spins until it is done or an SMMU is given up.
 */
void smmu_inval_clear_all(struct list_head *targets)
{
	/* See the race at the top of this file. */
	smp_mb();
	smmu_inval_clear_several(targets, NULL);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_inval_clear_all);
