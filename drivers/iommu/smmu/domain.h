/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains: a page table, and the SMMUs that use it.
 */
#ifndef SMMU_DOMAIN_H
#define SMMU_DOMAIN_H

#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include "window.h"

struct smmu_device;
struct smmu_inval_target;
struct smmu_master;
struct smmu_pgtable;
struct smmu_pgtable_cfg;

/**
 * struct smmu_domain - a paging domain
 * @core: the IOMMU core's part
 * @pt: page tables; has its own rules for concurrency
 * @stage: 1 or 2; never changes
 * @fwb: the table was built for STE.S2FWB; never changes
 * @window: addresses that may be mapped; never changes
 * @api: it serves the DMA API of 32-bit Arm; never changes once it is attached
 * @more_prot: what every mapping gets beside what was asked for; only grows
 * @lock: guards what follows; readers of @targets may use RCU instead
 * @targets: SMMUs that use this domain or have used it
 * @uncached_masters: attached masters whose accesses may miss the caches
 * @enforce_coherency: every mapping is cacheable, and only masters that cannot
 *	get round that may attach
 */
struct smmu_domain {
	struct iommu_domain core;
	struct smmu_pgtable *pt;
	u8 stage;
	bool fwb;
	struct smmu_window window;
	bool api;
	int more_prot;

	struct mutex lock; /* see above */
	struct list_head targets;
	unsigned int uncached_masters;
	bool enforce_coherency;
};

static inline struct smmu_domain *smmu_domain_from(struct iommu_domain *core)
{
	return container_of(core, struct smmu_domain, core);
}

int smmu_domain_describe(const struct smmu_master *master, struct smmu_pgtable_cfg *cfg);
int smmu_domain_narrow(struct smmu_pgtable_cfg *cfg, struct smmu_window *window);

struct iommu_domain *smmu_domain_alloc(const struct smmu_master *master,
				       const struct iommu_domain_ops *ops);
struct smmu_inval_target *smmu_domain_join(struct smmu_domain *domain,
					   const struct smmu_master *master,
					   struct smmu_device *smmu);
void smmu_domain_leave(struct smmu_domain *domain, const struct smmu_master *master,
		       struct smmu_inval_target *target);

void smmu_domain_serve_api(struct smmu_domain *domain, const struct smmu_master *master);

int smmu_domain_map(struct iommu_domain *core, unsigned long iova, phys_addr_t pa,
		    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped);
int smmu_domain_map_region(struct smmu_domain *domain, u64 start, phys_addr_t pa, u64 bytes,
			   int prot);
int smmu_domain_map_doorbell(struct smmu_domain *domain, u64 addr);
size_t smmu_domain_unmap(struct iommu_domain *core, unsigned long iova, size_t pgsize,
			 size_t pgcount, struct iommu_iotlb_gather *gather);
void smmu_domain_iotlb_sync(struct iommu_domain *core, struct iommu_iotlb_gather *gather);
void smmu_domain_flush_all(struct iommu_domain *core);
phys_addr_t smmu_domain_iova_to_phys(struct iommu_domain *core, dma_addr_t iova);
bool smmu_domain_enforce_coherency(struct iommu_domain *core);
void smmu_domain_free(struct iommu_domain *core);

#endif /* SMMU_DOMAIN_H */
