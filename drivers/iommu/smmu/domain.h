/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains: a page table, and the SMMUs that use it.
 */
#ifndef SMMU_DOMAIN_H
#define SMMU_DOMAIN_H

#include <linux/iommu.h>
#include <linux/minmax.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include "window.h"

struct smmu_device;
struct smmu_master;
struct smmu_pgtable;
struct smmu_pgtable_cfg;
struct smmu_port;

/**
 * struct smmu_domain - a paging domain
 * @domain: the IOMMU core's part
 * @pt: page tables; has its own rules for concurrency
 * @stage: 1 or 2; never changes
 * @fwb: the table was built for STE.S2FWB; never changes
 * @window: addresses that may be mapped; never changes
 * @more_prot: what every mapping gets beside what was asked for; only grows
 * @lock: guards what follows; readers of @targets may use RCU instead
 * @targets: SMMUs that use this domain or have used it
 * @uncached_ports: ports attached whose masters' accesses may miss the caches; a
 *	master on several SMMUs counts once for each
 * @enforce_coherency: mappings made from now on are cacheable, and only masters that
 *	cannot get round that may attach; what was mapped before stays as it was
 */
struct smmu_domain {
	struct iommu_domain domain;
	struct smmu_pgtable *pt;
	u8 stage;
	bool fwb;
	struct smmu_window window;
	int more_prot;

	struct mutex lock; /* see above */
	struct list_head targets;
	unsigned int uncached_ports;
	bool enforce_coherency;
};

/*
 * What the core is told of an unmap of @bytes from @iova on, of which it asked for @asked: all
 * of it.  Its sum for one call is a size_t, up to @most, and could come to one more than that
 * if the last block ends there, which would be 0.
 */
static inline u64 smmu_domain_unmapped(u64 iova, u64 asked, u64 bytes, u64 most)
{
	return iova + bytes - 1 < most ? bytes : min(bytes, asked);
}

static inline struct smmu_domain *to_smmu_domain(struct iommu_domain *domain)
{
	return container_of(domain, struct smmu_domain, domain);
}

int smmu_domain_describe(const struct smmu_master *master, struct smmu_pgtable_cfg *cfg);
int smmu_domain_narrow(struct smmu_pgtable_cfg *cfg, struct smmu_window *window);
bool smmu_domain_suits(const struct smmu_master *made_for, const struct smmu_master *master);

struct iommu_domain *smmu_domain_alloc(const struct smmu_master *master,
				       const struct iommu_domain_ops *ops);
bool smmu_domain_admits(struct smmu_domain *smmu_domain, const struct smmu_master *master);
int smmu_domain_join(struct smmu_domain *smmu_domain, const struct smmu_port *port);
u16 smmu_domain_id(struct smmu_domain *smmu_domain, const struct smmu_port *port);
void smmu_domain_leave(struct smmu_domain *smmu_domain, const struct smmu_port *port);

int smmu_domain_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
		    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped);
int smmu_domain_map_region(struct smmu_domain *smmu_domain, u64 start, phys_addr_t pa, u64 bytes,
			   int prot);
int smmu_domain_map_anywhere(struct smmu_domain *smmu_domain, u64 start, phys_addr_t pa,
			     u64 bytes, int prot);
size_t smmu_domain_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			 size_t pgcount, struct iommu_iotlb_gather *gather);
void smmu_domain_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather);
void smmu_domain_flush_all(struct iommu_domain *domain);
void smmu_domain_flush_range(void *ctx, u64 start, u64 last);
phys_addr_t smmu_domain_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova);
bool smmu_domain_enforce_coherency(struct iommu_domain *domain);
void smmu_domain_free(struct iommu_domain *domain);

#endif /* SMMU_DOMAIN_H */
