// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a master's streams lead to: prepare (may fail), install, commit (cannot).
 *
 * The IOMMU core holds the mutex of the master's group in every call here.
 */
#include <linux/iommu.h>

#include "attach.h"
#include "domain.h"
#include "entry.h"
#include "hw/cd.h"
#include "hw/cmd.h"
#include "hw/ste.h"
#include "inval.h"
#include "master.h"
#include "pgtable/pgtable.h"
#include "smmu.h"

/**
 * struct smmu_attach_plan - what a master is to become
 * @kind: blocked, identity or paging
 * @ste: what the STEs of its streams shall say
 * @cd: what its CD shall say; invalid unless @ste leads to it
 * @uses_cd: @ste leads to the CD
 * @domain: the paging domain, if that is what it is
 * @target: how that domain reaches the SMMU
 */
struct smmu_attach_plan {
	enum smmu_master_kind kind;
	struct smmu_ste ste;
	struct smmu_cd cd;
	bool uses_cd;
	struct smmu_domain *domain;
	struct smmu_inval_target *target;
};

static void smmu_attach_sync_ste(void *ctx)
{
	struct smmu_master_stream *tie = ctx;
	struct smmu_cmd cmd = smmu_cmd_cfgi_ste(tie->stream->sid, true);

	smmu_inval_config(&tie->master->smmu->cmdq, &cmd, 1);
}

static const struct smmu_entry_ops smmu_attach_ste_ops = {
	.used = smmu_ste_used,
	.sync = smmu_attach_sync_ste,
	.v_bit = cpu_to_le64(SMMU_STE_V),
};

static void smmu_attach_sync_cd(void *ctx)
{
	const struct smmu_cmd all = smmu_cmd_cfgi_all();
	struct smmu_master *master = ctx;
	struct smmu_cmdq_batch batch;
	unsigned int i;

	smmu_cmdq_batch_init(&batch, &master->smmu->cmdq);
	for (i = 0; i < master->nr_streams; i++)
		smmu_cmdq_batch_add(&batch,
				    smmu_cmd_cfgi_cd(master->streams[i].stream->sid, 0, true));
	if (smmu_cmdq_batch_sync(&batch) == -EIO)
		smmu_inval_config(&master->smmu->cmdq, &all, 1);
}

static const struct smmu_entry_ops smmu_attach_cd_ops = {
	.used = smmu_cd_used,
	.sync = smmu_attach_sync_cd,
	.v_bit = cpu_to_le64(SMMU_CD_V),
};

/*
 * The STE of a stream that several masters send is the one of the master that
 * was attached last; while any of them is attached, blocking another one leaves
 * it alone.
 */
static const struct smmu_ste *smmu_attach_choose_ste(const struct smmu_stream *stream)
{
	const struct smmu_master_stream *tie;

	list_for_each_entry(tie, &stream->masters, node)
		if (tie->master->kind != SMMU_MASTER_BLOCKED)
			return &tie->master->ste;
	tie = list_first_entry(&stream->masters, struct smmu_master_stream, node);
	return &tie->master->ste;
}

static void smmu_attach_write_streams(struct smmu_master *master)
{
	struct smmu_device *smmu = master->smmu;
	unsigned int i;

	for (i = 0; i < master->nr_streams; i++) {
		struct smmu_master_stream *tie = &master->streams[i];
		struct smmu_ste *live = smmu_strtab_entry(&smmu->strtab, tie->stream->sid);

		if (master->kind != SMMU_MASTER_BLOCKED)
			list_move(&tie->node, &tie->stream->masters);
		smmu_entry_write(live->w, smmu_attach_choose_ste(tie->stream)->w,
				 &smmu_attach_ste_ops, tie);
	}
}

static void smmu_attach_write_cd(struct smmu_master *master, const struct smmu_cd *cd)
{
	if (master->cdtab.cd)
		smmu_entry_write(master->cdtab.cd->w, cd->w, &smmu_attach_cd_ops, master);
}

/*
 * The CD is valid for as long as an STE leads to it: written before the STEs that
 * need it, removed after those that needed it.
 */
static void smmu_attach_install(struct smmu_master *master, const struct smmu_attach_plan *plan)
{
	struct smmu_device *smmu = master->smmu;

	mutex_lock(&smmu->lock);
	master->kind = plan->kind;
	master->domain = plan->domain;
	master->ste = plan->ste;
	if (plan->uses_cd)
		smmu_attach_write_cd(master, &plan->cd);
	smmu_attach_write_streams(master);
	if (!plan->uses_cd)
		smmu_attach_write_cd(master, &plan->cd);
	mutex_unlock(&smmu->lock);
}

/* Install a plan, then let go of what the master led to before. */
static void smmu_attach_commit(struct smmu_master *master, const struct smmu_attach_plan *plan)
{
	struct smmu_inval_target *old_target = master->target;
	struct smmu_domain *old = master->domain;

	smmu_attach_install(master, plan);
	master->target = plan->target;
	if (old)
		smmu_domain_leave(old, master, old_target);
}

static int smmu_attach_identity(struct iommu_domain *core, struct device *dev)
{
	const struct smmu_attach_plan plan = {
		.kind = SMMU_MASTER_IDENTITY,
		.ste = smmu_ste_bypass(true),
		.cd = smmu_cd_invalid(),
	};

	smmu_attach_commit(dev_iommu_priv_get(dev), &plan);
	return 0;
}

static int smmu_attach_blocked(struct iommu_domain *core, struct device *dev)
{
	const struct smmu_attach_plan plan = {
		.kind = SMMU_MASTER_BLOCKED,
		.ste = smmu_ste_abort(),
		.cd = smmu_cd_invalid(),
	};

	smmu_attach_commit(dev_iommu_priv_get(dev), &plan);
	return 0;
}

static const struct iommu_domain_ops smmu_attach_identity_ops = {
	.attach_dev = smmu_attach_identity,
};

static const struct iommu_domain_ops smmu_attach_blocked_ops = {
	.attach_dev = smmu_attach_blocked,
};

/* Addresses pass unchanged.  For all masters of all SMMUs. */
struct iommu_domain smmu_attach_identity_domain = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &smmu_attach_identity_ops,
};

/* Nothing passes.  For all masters of all SMMUs; also what release leaves. */
struct iommu_domain smmu_attach_blocked_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &smmu_attach_blocked_ops,
};

static void smmu_attach_fill(struct smmu_attach_plan *plan, const struct smmu_master *master)
{
	const struct smmu_walk *walk = smmu_pgtable_walk(plan->domain->pt);

	if (plan->domain->stage == 2) {
		plan->ste = smmu_ste_s2(&(struct smmu_ste_s2){
			.vmid = plan->target->id,
			.walk = walk,
			.fwb = plan->domain->fwb,
			.stall = master->smmu->caps.stall_force,
		});
		plan->cd = smmu_cd_invalid();
		return;
	}

	plan->uses_cd = true;
	plan->ste = smmu_ste_s1(&(struct smmu_ste_s1){
		.cdtab = master->cdtab.dma,
		.stall_off = master->smmu->caps.stall_choice,
		.strw = SMMU_STRW_NSEL1,
		.coherent = master->smmu->caps.coherent,
	});
	plan->cd = smmu_cd_s1(&(struct smmu_cd_s1){
		.asid = plan->target->id,
		.walk = walk,
		.stall = master->smmu->caps.stall_force,
	});
}

/**
 * smmu_attach_paging() - iommu_domain_ops.attach_dev of a paging domain
 * @core: the domain
 * @dev: the device
 *
 * Context: may sleep; holds the mutex of the device's group.
 * Return: 0, or as smmu_domain_join(); the device then leads to what it led to
 * before. IHI 0070, 3.21 (changing a configuration that is in use).
 */
int smmu_attach_paging(struct iommu_domain *core, struct device *dev)
{
	struct smmu_master *master = dev_iommu_priv_get(dev);
	struct smmu_attach_plan plan = {
		.kind = SMMU_MASTER_PAGING,
		.domain = smmu_domain_from(core),
	};

	plan.target = smmu_domain_join(plan.domain, master);
	if (IS_ERR(plan.target))
		return PTR_ERR(plan.target);
	smmu_attach_fill(&plan, master);
	smmu_attach_commit(master, &plan);
	return 0;
}
