// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a master's streams are translated by: prepare (may fail), install, commit (cannot).
 * A master on several SMMUs is prepared on all of them before it changes on any.
 *
 * The IOMMU core holds the mutex of the master's group in every call here.
 */
#include <linux/iommu.h>

#include <kunit/visibility.h>

#include "arm32/arm32.h"
#include "attach.h"
#include "compat.h"
#include "domain.h"
#include "hw/cd.h"
#include "hw/cmd.h"
#include "hw/ste.h"
#include "inval.h"
#include "master.h"
#include "pgtable/pgtable.h"
#include "resv.h"
#include "smmu.h"
#include "stream/entry.h"

/**
 * struct smmu_attach_plan - what a master is to become
 * @kind: blocked, identity or paging
 * @ste: what the STEs of its streams shall say
 * @uses_cd: @ste points to the spare CD of the port
 * @cd: what that one shall say
 * @smmu_domain: the paging domain, if that is what it is
 */
struct smmu_attach_plan {
	enum smmu_master_kind kind;
	struct smmu_ste ste;
	bool uses_cd;
	struct smmu_cd cd;
	struct smmu_domain *smmu_domain;
};

static void smmu_attach_sync_ste(void *ctx)
{
	struct smmu_stream_link *link = ctx;

	smmu_inval_config(&link->port->smmu->cmdq, smmu_cmd_cfgi_ste(link->stream->sid, true));
}

static const struct smmu_entry_ops smmu_attach_ste_ops = {
	.used = smmu_ste_used,
	.sync = smmu_attach_sync_ste,
	.v_bit = cpu_to_le64(SMMU_STE_V),
};

/* For entries that many StreamIDs share. */
static void smmu_attach_sync_all(void *ctx)
{
	struct smmu_stream_link *link = ctx;

	smmu_inval_config(&link->port->smmu->cmdq, smmu_cmd_cfgi_all());
}

static const struct smmu_entry_ops smmu_attach_all_stes_ops = {
	.used = smmu_ste_used,
	.sync = smmu_attach_sync_all,
	.v_bit = cpu_to_le64(SMMU_STE_V),
};

/*
 * The STE of a stream that several masters send is the one of the master that
 * was attached last; while any of them is attached, blocking another one leaves
 * it alone.
 */
static const struct smmu_ste *smmu_attach_choose_ste(const struct smmu_stream *stream)
{
	const struct smmu_stream_link *link;

	list_for_each_entry(link, &stream->links, node)
		if (link->port->kind != SMMU_MASTER_BLOCKED)
			return &link->port->ste;
	link = list_first_entry(&stream->links, struct smmu_stream_link, node);
	return &link->port->ste;
}

static void smmu_attach_write_stream(struct smmu_device *smmu, struct smmu_stream_link *link)
{
	const struct smmu_ste *ste = smmu_attach_choose_ste(link->stream);
	struct smmu_ste *live;
	u32 nr;

	if (smmu->one_context) {
		live = smmu_strtab_entries(&smmu->strtab, &nr);
		smmu_entry_write_many(live->w, nr, ste->w, &smmu_attach_all_stes_ops, link);
		return;
	}
	live = smmu_strtab_entry(&smmu->strtab, link->stream->sid);
	smmu_entry_write(live->w, ste->w, &smmu_attach_ste_ops, link);
}

static void smmu_attach_write_streams(struct smmu_port *port)
{
	unsigned int i;

	for (i = 0; i < port->nr_links; i++) {
		struct smmu_stream_link *link = &port->links[i];

		if (port->kind != SMMU_MASTER_BLOCKED)
			list_move(&link->node, &link->stream->links);
		smmu_attach_write_stream(port->smmu, link);
	}
}

/*
 * A CD is valid for as long as an STE points to it: written before the STEs that need it,
 * removed after those that needed it.
 */
static void smmu_attach_install(struct smmu_port *port, const struct smmu_attach_plan *plan)
{
	struct smmu_device *smmu = port->smmu;

	mutex_lock(&smmu->lock);
	port->kind = plan->kind;
	port->smmu_domain = plan->smmu_domain;
	port->ste = plan->ste;
	if (!smmu->caps.attr_types_ovr)
		smmu_ste_clear_overrides(&port->ste);
	if (plan->uses_cd)
		smmu_cdtab_use_spare(&port->cdtab, &plan->cd);
	smmu_attach_write_streams(port);
	if (plan->uses_cd)
		smmu_cdtab_clear_spare(&port->cdtab);
	else
		smmu_cdtab_clear(&port->cdtab);
	mutex_unlock(&smmu->lock);
}

/* Install a plan, then leave the domain that the port was attached to before. */
static void smmu_attach_commit(struct smmu_port *port, const struct smmu_attach_plan *plan)
{
	struct smmu_domain *old = port->smmu_domain;

	smmu_attach_install(port, plan);
	if (old)
		smmu_domain_leave(old, port);
}

static void smmu_attach_commit_all(struct smmu_master *master, const struct smmu_attach_plan *plan)
{
	unsigned int i;

	for (i = 0; i < master->nr_ports; i++)
		smmu_attach_commit(&master->ports[i], plan);
}

/**
 * smmu_attach_block_master() - Let nothing of a master pass
 * @master: the master
 *
 * Context: may sleep; holds the mutex of the device's group.
 */
void smmu_attach_block_master(struct smmu_master *master)
{
	const struct smmu_attach_plan plan = {
		.kind = SMMU_MASTER_BLOCKED,
		.ste = smmu_ste_abort(),
	};

	smmu_attach_commit_all(master, &plan);
}

/**
 * smmu_attach_blocked() - iommu_domain_ops.attach_dev of the domain that lets nothing pass
 * @domain: the domain
 * @dev: the device
 * @old: what it is attached to now; its ports know that better
 *
 * Context: may sleep; holds the mutex of the device's group.
 * Return: 0; it never fails.
 */
VISIBLE_IF_KUNIT int smmu_attach_blocked(struct iommu_domain *domain, struct device *dev,
					 struct iommu_domain *old)
{
	smmu_attach_block_master(dev_iommu_priv_get(dev));
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_attach_blocked);

/**
 * smmu_attach_identity() - iommu_domain_ops.attach_dev of the domain that changes no address
 * @domain: the domain
 * @dev: the device
 * @old: what it is attached to now; its ports know that better
 *
 * Context: may sleep; holds the mutex of the device's group.
 * Return: 0; -EINVAL for a device with a window; where identity stands for the DMA API, as
 * that says. Unless it is 0, the device stays attached to what it was.
 */
VISIBLE_IF_KUNIT int smmu_attach_identity(struct iommu_domain *domain, struct device *dev,
					  struct iommu_domain *old)
{
	struct smmu_master *master = dev_iommu_priv_get(dev);
	const struct smmu_attach_plan plan = {
		.kind = SMMU_MASTER_IDENTITY,
		.ste = smmu_ste_bypass(),
	};

	/* Where the core has no other default domain, it stands for the DMA API's. */
	if (smmu_arm32.attach_default)
		return smmu_arm32.attach_default(master);
	if (master->windowed) {
		dev_err(dev, "has a DMA window, which identity cannot keep\n");
		return -EINVAL;
	}
	smmu_attach_commit_all(master, &plan);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_attach_identity);

SMMU_COMPAT_DEFINE_ATTACH(smmu_attach_identity);
SMMU_COMPAT_DEFINE_ATTACH(smmu_attach_blocked);

static const struct iommu_domain_ops smmu_attach_identity_ops = {
	.attach_dev = SMMU_COMPAT_ATTACH(smmu_attach_identity),
};

static const struct iommu_domain_ops smmu_attach_blocked_ops = {
	.attach_dev = SMMU_COMPAT_ATTACH(smmu_attach_blocked),
};

/* Addresses pass unchanged.  For all masters of all SMMUs. */
struct iommu_domain smmu_attach_identity_domain = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &smmu_attach_identity_ops,
};

/* Nothing passes.  For all masters of all SMMUs. */
struct iommu_domain smmu_attach_blocked_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &smmu_attach_blocked_ops,
};

/*
 * The same for a device that goes.  In place of the one above, the core would attach
 * identity to a device with a region that is mapped one to one: the streams of a master
 * that is no more would pass, and one with a window could not be released at all.
 */
struct iommu_domain smmu_attach_release_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &smmu_attach_blocked_ops,
};

static void smmu_attach_fill(struct smmu_attach_plan *plan, const struct smmu_port *port)
{
	const struct smmu_walk *walk = smmu_pgtable_walk(plan->smmu_domain->pt);
	const u16 id = smmu_domain_id(plan->smmu_domain, port);

	if (plan->smmu_domain->stage == 2) {
		plan->ste = smmu_ste_s2(&(struct smmu_ste_s2){
			.vmid = id,
			.walk = walk,
			.fwb = plan->smmu_domain->fwb,
			.stall = port->smmu->caps.stall_force,
		});
		return;
	}

	plan->uses_cd = true;
	plan->ste = smmu_ste_s1(&(struct smmu_ste_s1){
		.cd = smmu_cdtab_spare_dma(&port->cdtab),
		.stall_off = port->smmu->caps.stall_choice,
		.coherent = port->smmu->caps.coherent,
	});
	plan->cd = smmu_cd_s1(&(struct smmu_cd_s1){
		.asid = id,
		.walk = walk,
		.stall = port->smmu->caps.stall_force,
	});
}

static void smmu_attach_paging_port(struct smmu_port *port, struct smmu_domain *smmu_domain)
{
	struct smmu_attach_plan plan = {
		.kind = SMMU_MASTER_PAGING,
		.smmu_domain = smmu_domain,
	};

	smmu_attach_fill(&plan, port);
	smmu_attach_commit(port, &plan);
}

/* The first ports of a master that joined a domain leave it again. */
static void smmu_attach_unjoin(struct smmu_domain *smmu_domain, struct smmu_master *master,
			       unsigned int nr)
{
	while (nr--)
		smmu_domain_leave(smmu_domain, &master->ports[nr]);
}

/* All ports of a master join a domain, or none does. */
static int smmu_attach_join(struct smmu_domain *smmu_domain, struct smmu_master *master)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < master->nr_ports; i++) {
		ret = smmu_domain_join(smmu_domain, &master->ports[i]);
		if (ret) {
			smmu_attach_unjoin(smmu_domain, master, i);
			break;
		}
	}
	return ret;
}

/**
 * smmu_attach_domain() - Attach a paging domain to a master, or leave it where it is
 * @master: the master
 * @smmu_domain: the domain
 *
 * Context: may sleep; holds the mutex of the device's group.
 * Return: 0 or as smmu_domain_join() and smmu_resv_map().
 */
int smmu_attach_domain(struct smmu_master *master, struct smmu_domain *smmu_domain)
{
	unsigned int i;
	int ret;

	ret = smmu_attach_join(smmu_domain, master);
	if (ret)
		return ret;
	ret = smmu_resv_map(smmu_domain, master);
	if (ret) {
		smmu_attach_unjoin(smmu_domain, master, master->nr_ports);
		return ret;
	}
	for (i = 0; i < master->nr_ports; i++)
		smmu_attach_paging_port(&master->ports[i], smmu_domain);
	return 0;
}

/**
 * smmu_attach_paging() - iommu_domain_ops.attach_dev of a paging domain
 * @domain: the domain
 * @dev: the device
 * @old: what it is attached to now; its ports know that better
 *
 * Context: may sleep; holds the mutex of the device's group.
 * Return: 0; -ENODEV if the device's DMA API could not be set up; or as
 * smmu_attach_domain(). Unless it is 0, the device stays attached to what it was.
 * IHI 0070, 3.21 (changing a configuration that is in use).
 */
int smmu_attach_paging(struct iommu_domain *domain, struct device *dev, struct iommu_domain *old)
{
	struct smmu_master *master = dev_iommu_priv_get(dev);

	/* A master whose DMA API could not be set up is not to be used at all. */
	if (smmu_arm32.refuses && smmu_arm32.refuses(master))
		return -ENODEV;
	return smmu_attach_domain(master, to_smmu_domain(domain));
}
EXPORT_SYMBOL_IF_KUNIT(smmu_attach_paging);
