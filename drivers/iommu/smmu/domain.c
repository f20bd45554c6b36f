// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paging domains: map, unmap, look up, and which SMMUs have to hear of it.
 */
#include <linux/slab.h>

#include "domain.h"
#include "inval.h"
#include "master.h"
#include "pgtable/pgtable.h"
#include "smmu.h"

static u8 smmu_domain_input_bits(const struct smmu_device *smmu, u8 stage)
{
	if (stage == 1)
		return smmu_caps_va_bits(&smmu->caps, smmu->granule_lg2);
	return smmu_caps_oas_bits(&smmu->caps, smmu->granule_lg2);
}

static int smmu_domain_build_table(struct smmu_domain *domain, struct smmu_device *smmu)
{
	struct smmu_pgtable_cfg cfg = {
		.stage = domain->stage,
		.granule_lg2 = smmu->granule_lg2,
		.ias_bits = smmu_domain_input_bits(smmu, domain->stage),
		.oas_bits = smmu_caps_oas_bits(&smmu->caps, smmu->granule_lg2),
		.coherent = domain->coherent,
		.fwb = domain->fwb,
		.dev = smmu->dev,
		.nid = dev_to_node(smmu->dev),
	};

	domain->pt = smmu_pgtable_alloc(&cfg);
	if (IS_ERR(domain->pt))
		return PTR_ERR(domain->pt);

	domain->core.pgsize_bitmap = smmu_pgtable_sizes(domain->pt);
	domain->core.geometry.aperture_start = 0;
	domain->core.geometry.aperture_end = BIT_ULL(cfg.ias_bits) - 1;
	domain->core.geometry.force_aperture = true;
	return 0;
}

/**
 * smmu_domain_map() - iommu_domain_ops.map_pages
 * @core: the domain
 * @iova: first address, aligned to @pgsize
 * @pa: what it leads to, aligned to @pgsize
 * @pgsize: one of the domain's page sizes, in bytes
 * @pgcount: how many pages
 * @prot: IOMMU_READ, IOMMU_WRITE and so on
 * @gfp: how tables are allocated
 * @mapped: grows by the bytes mapped, also on failure
 *
 * Context: any that @gfp allows; callers work on disjoint ranges.
 * Return: 0, -EEXIST, -ERANGE or -ENOMEM, as smmu_pgtable_map().
 */
int smmu_domain_map(struct iommu_domain *core, unsigned long iova, phys_addr_t pa,
		    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct smmu_domain *domain = smmu_domain_from(core);
	u64 done = 0;
	int ret;

	if (READ_ONCE(domain->enforce_coherency))
		prot |= IOMMU_CACHE;
	ret = smmu_pgtable_map(domain->pt, iova, pa, (u64)pgsize * pgcount, prot, gfp, &done);
	*mapped += done;
	return ret;
}

/**
 * smmu_domain_unmap() - iommu_domain_ops.unmap_pages
 * @core: the domain
 * @iova: first address, aligned to @pgsize
 * @pgsize: one of the domain's page sizes, in bytes
 * @pgcount: how many pages
 * @gather: grows by what was unmapped
 *
 * Everything that one gather collects becomes one range.  Removed tables wait in
 * its freelist until the range is invalidated; a freelist with something in it
 * is also what tells that the invalidation must not be leaf-only.  In lazy mode
 * they do not wait: the core's queue would free them without a thought for
 * lookups that are still inside.
 *
 * Context: any; callers work on disjoint ranges.
 * Return: bytes unmapped.
 */
size_t smmu_domain_unmap(struct iommu_domain *core, unsigned long iova, size_t pgsize,
			 size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct smmu_domain *domain = smmu_domain_from(core);
	struct smmu_pgtable_cleared cleared;
	u64 bytes;

	smmu_pgtable_cleared_init(&cleared);
	bytes = smmu_pgtable_unmap(domain->pt, iova, (u64)pgsize * pgcount, &cleared);
	if (!bytes)
		return 0;

	/* Nobody but smmu_domain_iotlb_sync() reads it: all sizes, not one. */
	gather->pgsize |= cleared.leaf_sizes;
	iommu_iotlb_gather_add_range(gather, iova, bytes);
	if (list_empty(&cleared.tables))
		return bytes;
	list_splice_tail(&cleared.tables, &gather->freelist);
	if (iommu_iotlb_gather_queued(gather))
		smmu_domain_iotlb_sync(core, gather);
	return bytes;
}

/**
 * smmu_domain_iotlb_sync() - iommu_domain_ops.iotlb_sync
 * @core: the domain
 * @gather: what was unmapped since it was started
 *
 * When it returns, no access can use what was unmapped, and removed tables are
 * on their way back to the page allocator.
 *
 * Context: any; spins.
 */
void smmu_domain_iotlb_sync(struct iommu_domain *core, struct iommu_iotlb_gather *gather)
{
	struct smmu_domain *domain = smmu_domain_from(core);
	struct smmu_inval_range range = {
		.start = gather->start,
		.last = gather->end,
		.leaf_sizes = gather->pgsize,
		.granule_lg2 = smmu_pgtable_walk(domain->pt)->granule_lg2,
		.leaf_only = list_empty(&gather->freelist),
	};

	if (!gather->pgsize)
		return;
	smmu_inval_clear_range(&domain->targets, &range);
	smmu_pgtable_put_tables(&gather->freelist);
}

/**
 * smmu_domain_flush_all() - iommu_domain_ops.flush_iotlb_all
 * @core: the domain
 *
 * Context: any; spins.
 */
void smmu_domain_flush_all(struct iommu_domain *core)
{
	smmu_inval_clear_all(&smmu_domain_from(core)->targets);
}

/**
 * smmu_domain_iova_to_phys() - iommu_domain_ops.iova_to_phys
 * @core: the domain
 * @iova: an address
 *
 * Context: any.
 * Return: what it leads to, 0 if it is not mapped.
 */
phys_addr_t smmu_domain_iova_to_phys(struct iommu_domain *core, dma_addr_t iova)
{
	return smmu_pgtable_iova_to_phys(smmu_domain_from(core)->pt, iova);
}

/**
 * smmu_domain_enforce_coherency() - iommu_domain_ops.enforce_cache_coherency
 * @core: the domain
 *
 * Context: may sleep.
 * Return: true if from now on no access through the domain can miss the caches.
 */
bool smmu_domain_enforce_coherency(struct iommu_domain *core)
{
	struct smmu_domain *domain = smmu_domain_from(core);
	bool ok;

	mutex_lock(&domain->lock);
	ok = !domain->uncached_masters;
	if (ok)
		WRITE_ONCE(domain->enforce_coherency, true);
	mutex_unlock(&domain->lock);
	return ok;
}

/**
 * smmu_domain_free() - iommu_domain_ops.free
 * @core: the domain, attached to nothing
 *
 * Context: may sleep.
 */
void smmu_domain_free(struct iommu_domain *core)
{
	struct smmu_domain *domain = smmu_domain_from(core);
	struct smmu_inval_target *target, *next;

	list_for_each_entry_safe(target, next, &domain->targets, node) {
		/* An SMMU that still walks the table must not lose it. */
		if (WARN_ON(target->users))
			return;
		list_del(&target->node);
		smmu_ids_put(target->ids, target->stage, target->id);
		kfree(target);
	}
	smmu_pgtable_free(domain->pt);
	mutex_destroy(&domain->lock);
	kfree(domain);
}

/* Whether an SMMU can walk the table of a domain. */
static bool smmu_domain_fits(const struct smmu_domain *domain, const struct smmu_device *smmu)
{
	const struct smmu_walk *walk = smmu_pgtable_walk(domain->pt);
	const struct smmu_caps *caps = &smmu->caps;

	if (domain->stage == 1 ? !caps->s1 : !caps->s2)
		return false;
	if (!(caps->granules & BIT(walk->granule_lg2)))
		return false;
	if (walk->oas_bits > smmu_caps_oas_bits(caps, walk->granule_lg2))
		return false;
	if (64 - walk->t0sz > smmu_domain_input_bits(smmu, domain->stage))
		return false;
	return walk->coherent == caps->coherent && (!domain->fwb || caps->fwb);
}

static struct smmu_inval_target *smmu_domain_find_target(struct smmu_domain *domain,
							 struct smmu_device *smmu)
{
	struct smmu_inval_target *target;

	list_for_each_entry(target, &domain->targets, node)
		if (target->q == &smmu->cmdq)
			return target;
	return NULL;
}

static struct smmu_inval_target *smmu_domain_new_target(struct smmu_domain *domain,
							struct smmu_device *smmu)
{
	struct smmu_inval_target *target = kzalloc(sizeof(*target), GFP_KERNEL);
	int id;

	if (!target)
		return ERR_PTR(-ENOMEM);
	id = smmu_ids_get(&smmu->ids, domain->stage);
	if (id < 0) {
		if (id == -ENOSPC)
			dev_err_ratelimited(smmu->dev, "all %ss are in use: too many domains\n",
					    domain->stage == 1 ? "ASID" : "VMID");
		kfree(target);
		return ERR_PTR(id);
	}
	target->q = &smmu->cmdq;
	target->ids = &smmu->ids;
	target->stage = domain->stage;
	target->ranges = smmu->caps.range_inval;
	target->id = id;
	return target;
}

/* The SMMU's target, made if this is the first time that the two meet. */
static struct smmu_inval_target *smmu_domain_get_target(struct smmu_domain *domain,
							struct smmu_device *smmu)
{
	struct smmu_inval_target *target;

	lockdep_assert_held(&domain->lock);
	target = smmu_domain_find_target(domain, smmu);
	if (target)
		return target;
	target = smmu_domain_new_target(domain, smmu);
	if (!IS_ERR(target))
		list_add_rcu(&target->node, &domain->targets);
	return target;
}

/**
 * smmu_domain_alloc() - Make an empty paging domain
 * @smmu: the SMMU whose abilities it is built for
 * @ops: its operations: those of this room and attach's
 *
 * Stage 1 where there is one, since it costs one memory access less to reach and
 * leaves stage 2 to a hypervisor; stage 2 otherwise.
 *
 * Context: may sleep.
 * Return: the domain or an ERR_PTR().
 */
struct iommu_domain *smmu_domain_alloc(struct smmu_device *smmu,
				       const struct iommu_domain_ops *ops)
{
	struct smmu_domain *domain = kzalloc(sizeof(*domain), GFP_KERNEL);
	struct smmu_inval_target *target;
	int ret;

	if (!domain)
		return ERR_PTR(-ENOMEM);
	domain->stage = smmu->caps.s1 ? 1 : 2;
	domain->fwb = domain->stage == 2 && smmu->caps.fwb;
	domain->coherent = smmu->caps.coherent;
	mutex_init(&domain->lock);
	INIT_LIST_HEAD(&domain->targets);
	domain->core.ops = ops;

	ret = smmu_domain_build_table(domain, smmu);
	if (ret)
		goto err_free;
	mutex_lock(&domain->lock);
	target = smmu_domain_get_target(domain, smmu);
	mutex_unlock(&domain->lock);
	if (IS_ERR(target)) {
		ret = PTR_ERR(target);
		goto err_table;
	}
	return &domain->core;

err_table:
	smmu_pgtable_free(domain->pt);
err_free:
	kfree(domain);
	return ERR_PTR(ret);
}

/**
 * smmu_domain_join() - Let a master use a domain, before it does
 * @domain: the domain
 * @master: the master
 *
 * From here on every unmap of the domain invalidates on the master's SMMU as
 * well; the race is drawn in inval.c.
 *
 * It cannot fail for an SMMU that the domain was made for or joined before: the
 * IOMMU core takes it for granted that a device can go back to where it was.
 *
 * Context: may sleep.
 * Return: what to invalidate with, or an ERR_PTR(): -EINVAL if the two do not go
 * together, -ENOMEM, -ENOSPC if all ASIDs or VMIDs are in use.
 */
struct smmu_inval_target *smmu_domain_join(struct smmu_domain *domain,
					   struct smmu_master *master)
{
	bool uncached = !smmu_master_snoops_always(master);
	struct smmu_inval_target *target = ERR_PTR(-EINVAL);

	mutex_lock(&domain->lock);
	if (smmu_domain_fits(domain, master->smmu) && !(uncached && domain->enforce_coherency))
		target = smmu_domain_get_target(domain, master->smmu);
	if (!IS_ERR(target)) {
		domain->uncached_masters += uncached;
		WRITE_ONCE(target->users, target->users + 1);
		/* Pairs with smmu_inval_clear_range(). */
		smp_mb();
	}
	mutex_unlock(&domain->lock);
	return target;
}

/**
 * smmu_domain_leave() - A master uses a domain no longer
 * @domain: the domain
 * @master: the master
 * @target: what smmu_domain_join() returned; no STE or CD of @master leads to
 *	the table any more
 *
 * The tag stays the domain's until it is freed, with nothing under it in the TLB.
 *
 * Context: may sleep. Cannot fail.
 */
void smmu_domain_leave(struct smmu_domain *domain, struct smmu_master *master,
		       struct smmu_inval_target *target)
{
	mutex_lock(&domain->lock);
	domain->uncached_masters -= !smmu_master_snoops_always(master);
	WRITE_ONCE(target->users, target->users - 1);
	if (!target->users)
		smmu_inval_clear_target(target);
	mutex_unlock(&domain->lock);
}
