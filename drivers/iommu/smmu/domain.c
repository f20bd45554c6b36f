// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paging domains: their life, and the SMMUs that use them.
 */
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "arm32/arm32.h"
#include "compat.h"
#include "domain.h"
#include "inval.h"
#include "master.h"
#include "pgtable/pgtable.h"
#include "report.h"
#include "smmu.h"

static u8 smmu_domain_input_bits(const struct smmu_device *smmu, u8 stage, u8 granule_lg2)
{
	if (stage == 1)
		return smmu_caps_va_bits(&smmu->caps, granule_lg2);
	return smmu_caps_oas_bits(&smmu->caps, granule_lg2);
}

static u8 smmu_domain_common_stage(const struct smmu_master *master)
{
	bool s1 = true, s2 = true;
	unsigned int i;

	for (i = 0; i < master->nr_ports; i++) {
		s1 &= master->ports[i].smmu->caps.s1;
		s2 &= master->ports[i].smmu->caps.s2;
	}
	return s1 ? 1 : s2 ? 2 : 0;
}

/**
 * smmu_domain_describe() - The page table that all SMMUs of a master can walk
 * @master: the master
 * @cfg: what the table may be like at most
 *
 * Stage 1 where all have it, since it costs one memory access less to reach and
 * leaves stage 2 to a hypervisor; stage 2 otherwise.
 *
 * Context: any.
 * Return: 0, or -EOPNOTSUPP if they have no stage in common.
 */
int smmu_domain_describe(const struct smmu_master *master, struct smmu_pgtable_cfg *cfg)
{
	unsigned int i;

	*cfg = (struct smmu_pgtable_cfg){
		.stage = smmu_domain_common_stage(master),
		.granule_lg2 = master->granule_lg2,
		.ias_bits = 64,
		.oas_bits = 64,
		.coherent = true,
		.fwb = true,
		.bbml = 2,
		.contig = true,
		.dev = master->ports[0].smmu->dev,
		.nid = dev_to_node(master->ports[0].smmu->dev),
	};
	if (!cfg->stage)
		return -EOPNOTSUPP;

	for (i = 0; i < master->nr_ports; i++) {
		const struct smmu_device *smmu = master->ports[i].smmu;

		cfg->ias_bits = min(cfg->ias_bits,
				    smmu_domain_input_bits(smmu, cfg->stage, cfg->granule_lg2));
		cfg->oas_bits = min(cfg->oas_bits,
				    smmu_caps_oas_bits(&smmu->caps, cfg->granule_lg2));
		cfg->fwb &= cfg->stage == 2 && smmu->caps.fwb;
		cfg->bbml = min(cfg->bbml, smmu->caps.bbml);
		cfg->contig &= smmu->caps.contig;
		/* The table is cleaned for the one that does not snoop. */
		if (!smmu->caps.coherent) {
			cfg->coherent = false;
			cfg->dev = smmu->dev;
		}
	}
	return 0;
}

/**
 * smmu_domain_narrow() - Make a page table no larger than a window needs
 * @cfg: the table as smmu_domain_describe() gives it; gets fewer input bits
 * @window: a window; what lies beyond the input bits is cut off
 *
 * Context: any.
 * Return: 0, or -ERANGE if nothing of the window is left.
 */
int smmu_domain_narrow(struct smmu_pgtable_cfg *cfg, struct smmu_window *window)
{
	const struct smmu_window input = {
		.nr = 1,
		.range = { { .start = 0, .last = GENMASK_ULL(cfg->ias_bits - 1, 0) } },
	};

	if (smmu_window_intersect(window, &input))
		return -ERANGE;
	cfg->ias_bits = max_t(u8, fls64(smmu_window_last(window)), SMMU_PGTABLE_IAS_MIN);
	return 0;
}

/*
 * The last address of a window that the IOMMU core can name, as an unsigned long; if
 * there is none, the last one.
 */
static u64 smmu_domain_last(const struct smmu_window *window)
{
	if (smmu_window_start(window) > ULONG_MAX)
		return smmu_window_last(window);
	return min_t(u64, smmu_window_last(window), ULONG_MAX);
}

static int smmu_domain_build_table(struct smmu_domain *smmu_domain,
				   const struct smmu_master *master)
{
	struct smmu_pgtable_cfg cfg;
	u8 full_bits;
	int ret;

	ret = smmu_domain_describe(master, &cfg);
	if (ret)
		return ret;
	full_bits = cfg.ias_bits;
	smmu_domain->window = master->window;
	ret = smmu_domain_narrow(&cfg, &smmu_domain->window);
	if (ret)
		return ret;
	/* The table reaches MSI doorbells, too, where those are mapped outside the window. */
	if (smmu_arm32.last_msi)
		cfg.ias_bits = clamp_t(u8, fls64(smmu_arm32.last_msi(master)), cfg.ias_bits,
				       full_bits);
	cfg.flush = smmu_domain_flush_range;
	cfg.flush_ctx = smmu_domain;
	smmu_domain->pt = smmu_pgtable_alloc(&cfg);
	if (IS_ERR(smmu_domain->pt))
		return PTR_ERR(smmu_domain->pt);

	smmu_domain->stage = cfg.stage;
	smmu_domain->fwb = cfg.fwb;
	smmu_domain->domain.pgsize_bitmap = smmu_pgtable_sizes(smmu_domain->pt);
	smmu_domain->domain.geometry.aperture_start = smmu_window_start(&smmu_domain->window);
	smmu_domain->domain.geometry.aperture_end = smmu_domain_last(&smmu_domain->window);
	smmu_domain->domain.geometry.force_aperture = true;
	return 0;
}

/**
 * smmu_domain_enforce_coherency() - iommu_domain_ops.enforce_cache_coherency
 * @domain: the domain
 *
 * Context: may sleep.
 * Return: true if from now on no access through the domain can miss the caches.
 */
bool smmu_domain_enforce_coherency(struct iommu_domain *domain)
{
	struct smmu_domain *smmu_domain = to_smmu_domain(domain);
	bool ok;

	mutex_lock(&smmu_domain->lock);
	ok = !smmu_domain->uncached_ports;
	if (ok) {
		smmu_domain->enforce_coherency = true;
		WRITE_ONCE(smmu_domain->more_prot, IOMMU_CACHE);
	}
	mutex_unlock(&smmu_domain->lock);
	return ok;
}

/**
 * smmu_domain_free() - iommu_domain_ops.free
 * @domain: the domain, attached to nothing
 *
 * When it returns, no fault handler of the domain runs, but for the one that calls it.
 *
 * Context: may sleep.
 */
void smmu_domain_free(struct iommu_domain *domain)
{
	struct smmu_domain *smmu_domain = to_smmu_domain(domain);
	struct smmu_inval_target *target, *next;

	smmu_report_wait(domain);
	list_for_each_entry_safe(target, next, &smmu_domain->targets, node) {
		/* An SMMU that still walks the table must not lose it. */
		if (WARN_ON(target->users))
			return;
		list_del(&target->node);
		smmu_ids_put(target->ids, target->stage, target->id);
		kfree(target);
	}
	smmu_pgtable_free(smmu_domain->pt);
	mutex_destroy(&smmu_domain->lock);
	kfree(smmu_domain);
}

/* Whether an SMMU can walk a table. */
static bool smmu_domain_walks(const struct smmu_device *smmu, const struct smmu_pgtable_cfg *cfg)
{
	const struct smmu_caps *caps = &smmu->caps;

	if (cfg->stage == 1 ? !caps->s1 : !caps->s2)
		return false;
	if (!(caps->granules & BIT(cfg->granule_lg2)))
		return false;
	if (cfg->oas_bits > smmu_caps_oas_bits(caps, cfg->granule_lg2))
		return false;
	if (cfg->ias_bits > smmu_domain_input_bits(smmu, cfg->stage, cfg->granule_lg2))
		return false;
	if (cfg->bbml > caps->bbml || (cfg->bbml && cfg->contig && !caps->contig))
		return false;
	/* A table that is cleaned for one walker serves one that snoops as well. */
	return (!cfg->coherent || caps->coherent) && (!cfg->fwb || caps->fwb);
}

/* Whether an SMMU can walk the table of a domain. */
static bool smmu_domain_fits(const struct smmu_domain *smmu_domain, const struct smmu_device *smmu)
{
	const struct smmu_walk *walk = smmu_pgtable_walk(smmu_domain->pt);
	const struct smmu_pgtable_cfg cfg = {
		.stage = smmu_domain->stage,
		.granule_lg2 = walk->granule_lg2,
		.ias_bits = 64 - walk->t0sz,
		.oas_bits = walk->oas_bits,
		.coherent = walk->coherent,
		.fwb = smmu_domain->fwb,
		.bbml = smmu_pgtable_bbml(smmu_domain->pt),
		.contig = smmu_pgtable_contig(smmu_domain->pt),
	};

	return smmu_domain_walks(smmu, &cfg);
}

/**
 * smmu_domain_suits() - Whether a domain that is made for one master serves another
 * @made_for: the one, with its window
 * @master: the other, with the same window
 *
 * Context: any.
 * Return: true if all SMMUs of @master can walk its table.
 */
bool smmu_domain_suits(const struct smmu_master *made_for, const struct smmu_master *master)
{
	struct smmu_window window = made_for->window;
	struct smmu_pgtable_cfg cfg;
	unsigned int i;

	if (smmu_domain_describe(made_for, &cfg) || smmu_domain_narrow(&cfg, &window))
		return false;
	for (i = 0; i < master->nr_ports; i++)
		if (!smmu_domain_walks(master->ports[i].smmu, &cfg))
			return false;
	return true;
}

static struct smmu_inval_target *smmu_domain_find_target(struct smmu_domain *smmu_domain,
							 struct smmu_device *smmu)
{
	struct smmu_inval_target *target;

	list_for_each_entry(target, &smmu_domain->targets, node)
		if (target->q == &smmu->cmdq)
			return target;
	return NULL;
}

static struct smmu_inval_target *smmu_domain_new_target(struct smmu_domain *smmu_domain,
							struct smmu_device *smmu)
{
	struct smmu_inval_target *target = kzalloc_obj(*target, GFP_KERNEL);
	int id;

	if (!target)
		return ERR_PTR(-ENOMEM);
	id = smmu_ids_get(&smmu->ids, smmu_domain->stage);
	if (id < 0) {
		if (id == -ENOSPC)
			dev_err_ratelimited(smmu->dev, "all %ss are in use: too many domains\n",
					    smmu_domain->stage == 1 ? "ASID" : "VMID");
		kfree(target);
		return ERR_PTR(id);
	}
	target->q = &smmu->cmdq;
	target->ids = &smmu->ids;
	target->stage = smmu_domain->stage;
	target->ranges = smmu->caps.range_inval;
	target->id = id;
	return target;
}

/**
 * smmu_domain_id() - The tag of a domain on one SMMU
 * @smmu_domain: the domain
 * @port: a port that joined it
 *
 * Context: may sleep.
 * Return: the ASID of a stage-1 domain, the VMID of a stage-2 domain; it does not
 * change as long as the domain lives.
 */
u16 smmu_domain_id(struct smmu_domain *smmu_domain, const struct smmu_port *port)
{
	u16 id;

	mutex_lock(&smmu_domain->lock);
	id = smmu_domain_find_target(smmu_domain, port->smmu)->id;
	mutex_unlock(&smmu_domain->lock);
	return id;
}

/* The SMMU's target, made if this is the first time that the two meet. */
static struct smmu_inval_target *smmu_domain_get_target(struct smmu_domain *smmu_domain,
							struct smmu_device *smmu)
{
	struct smmu_inval_target *target;

	lockdep_assert_held(&smmu_domain->lock);
	target = smmu_domain_find_target(smmu_domain, smmu);
	if (target)
		return target;
	target = smmu_domain_new_target(smmu_domain, smmu);
	if (!IS_ERR(target))
		list_add_rcu(&target->node, &smmu_domain->targets);
	return target;
}

static int smmu_domain_get_targets(struct smmu_domain *smmu_domain,
				   const struct smmu_master *master)
{
	struct smmu_inval_target *target = NULL;
	unsigned int i;

	mutex_lock(&smmu_domain->lock);
	for (i = 0; i < master->nr_ports && !IS_ERR(target); i++)
		target = smmu_domain_get_target(smmu_domain, master->ports[i].smmu);
	mutex_unlock(&smmu_domain->lock);
	return PTR_ERR_OR_ZERO(target);
}

/**
 * smmu_domain_alloc() - Make an empty paging domain
 * @master: the master whose window it has, and whose SMMUs can walk it
 * @ops: its operations: those of this file and attach's
 *
 * Context: may sleep.
 * Return: the domain or an ERR_PTR(): -ENOMEM; -ENOSPC if all ASIDs or VMIDs are
 * in use; -EOPNOTSUPP if the SMMUs have nothing in common; -ERANGE if they cannot
 * reach the window.
 */
struct iommu_domain *smmu_domain_alloc(const struct smmu_master *master,
				       const struct iommu_domain_ops *ops)
{
	struct smmu_domain *smmu_domain = kzalloc_obj(*smmu_domain, GFP_KERNEL);
	int ret;

	if (!smmu_domain)
		return ERR_PTR(-ENOMEM);
	mutex_init(&smmu_domain->lock);
	INIT_LIST_HEAD(&smmu_domain->targets);
	smmu_domain->domain.ops = ops;

	ret = smmu_domain_build_table(smmu_domain, master);
	if (ret) {
		mutex_destroy(&smmu_domain->lock);
		kfree(smmu_domain);
		return ERR_PTR(ret);
	}
	ret = smmu_domain_get_targets(smmu_domain, master);
	if (!ret)
		return &smmu_domain->domain;
	smmu_domain_free(&smmu_domain->domain);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_domain_alloc);

/* Whether a domain and a master go together on one SMMU. */
static bool smmu_domain_admits_port(const struct smmu_domain *smmu_domain,
				    const struct smmu_port *port)
{
	bool uncached = !smmu_master_snoops_always(port->master);

	lockdep_assert_held(&smmu_domain->lock);
	return smmu_window_within(&smmu_domain->window, &port->master->window) &&
	       smmu_domain_fits(smmu_domain, port->smmu) &&
	       !(uncached && smmu_domain->enforce_coherency);
}

/**
 * smmu_domain_admits() - Whether a master could join a domain now
 * @smmu_domain: the domain
 * @master: the master
 *
 * Context: may sleep.
 * Return: true if it goes together with all SMMUs of the master.
 */
bool smmu_domain_admits(struct smmu_domain *smmu_domain, const struct smmu_master *master)
{
	bool admits = true;
	unsigned int i;

	mutex_lock(&smmu_domain->lock);
	for (i = 0; i < master->nr_ports; i++)
		admits &= smmu_domain_admits_port(smmu_domain, &master->ports[i]);
	mutex_unlock(&smmu_domain->lock);
	return admits;
}

/**
 * smmu_domain_join() - Let a master use a domain on one SMMU, before it does
 * @smmu_domain: the domain
 * @port: the master's port on that SMMU
 *
 * From here on every unmap of the domain invalidates on the SMMU as well; the race
 * is drawn in inval.c.
 *
 * It cannot fail for an SMMU that the domain was made for or joined before: the
 * IOMMU core takes it for granted that a device can go back to where it was.
 *
 * Context: may sleep.
 * Return: 0; -EINVAL if the two do not go together, as when the domain has addresses
 * outside of the master's window; -ENOMEM; -ENOSPC if all ASIDs or VMIDs are in use.
 */
int smmu_domain_join(struct smmu_domain *smmu_domain, const struct smmu_port *port)
{
	bool uncached = !smmu_master_snoops_always(port->master);
	struct smmu_inval_target *target = ERR_PTR(-EINVAL);

	mutex_lock(&smmu_domain->lock);
	if (smmu_domain_admits_port(smmu_domain, port))
		target = smmu_domain_get_target(smmu_domain, port->smmu);
	if (!IS_ERR(target)) {
		smmu_domain->uncached_ports += uncached;
		WRITE_ONCE(target->users, target->users + 1);
		/* Pairs with smmu_inval_clear_range(). */
		smp_mb();
	}
	mutex_unlock(&smmu_domain->lock);
	return PTR_ERR_OR_ZERO(target);
}

/**
 * smmu_domain_leave() - A master uses a domain no longer
 * @smmu_domain: the domain
 * @port: a port that joined it; no STE or CD of it points to the table any more
 *
 * The tag stays the domain's until it is freed, with nothing under it in the TLB.
 *
 * Context: may sleep. Cannot fail.
 */
void smmu_domain_leave(struct smmu_domain *smmu_domain, const struct smmu_port *port)
{
	struct smmu_inval_target *target;

	mutex_lock(&smmu_domain->lock);
	target = smmu_domain_find_target(smmu_domain, port->smmu);
	smmu_domain->uncached_ports -= !smmu_master_snoops_always(port->master);
	if (target->users == 1)
		smmu_inval_clear_target(target);
	/*
	 * Earlier: the read of CMDQ_CONS by which everything was dropped, and is over.
	 * Later: @users.  Peer: smmu_inval_has_users(), which sends no command then.
	 */
	smp_store_release(&target->users, target->users - 1);
	mutex_unlock(&smmu_domain->lock);
}
