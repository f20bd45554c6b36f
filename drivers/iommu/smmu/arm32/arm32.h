/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver calls where the DMA API is not the IOMMU core's but 32-bit Arm's own.
 *
 * This is all that other layers see of arm32/: a table of hooks and what is kept of a
 * master.  Everywhere else the table is empty and the compiler knows it, so a call that
 * looks first costs nothing.
 */
#ifndef SMMU_ARM32_H
#define SMMU_ARM32_H

#include <linux/kconfig.h>
#include <linux/types.h>

/* Without it, all DMA would pass untranslated, and nothing would say so. */
#if IS_ENABLED(CONFIG_ARM) && !IS_ENABLED(CONFIG_ARM_DMA_USE_IOMMU)
#error "on 32-bit Arm this driver needs a kernel with CONFIG_ARM_DMA_USE_IOMMU"
#endif

struct dma_iommu_mapping;
struct iommu_ops;
struct list_head;
struct smmu_domain;
struct smmu_master;

/**
 * struct smmu_arm32_ops - hooks of the other layers
 * @init: module init, before there is an SMMU; told what the driver registers. Not 0 (and
 *	a line that says why) where the kernel is not as arm32/dma.c assumes.
 * @exit: module exit, when no master is left
 * @probe_finalize: give a master the DMA API; without the group's mutex
 * @release_device: take it away again; with the group's mutex
 * @attach_default: the core attaches its default domain, with the group's mutex; 0 or as
 *	smmu_attach_domain()
 * @domain_of: with the group's mutex: the domain of a master's DMA API, %NULL if it has not
 *	joined
 * @refuses: whether a master must not be attached to any domain
 * @serves: whether a domain is one of the DMA API, which is to have the firmware's regions
 * @read_msi: probe_device: find out where a master's MSIs go
 * @last_msi: the last address that domains of a master have to reach for them, which may
 *	lie outside the window; 0 if there is none
 * @list_msi: get_resv_regions: what must be left to them
 * @map_msi: a domain is about to be attached: let them through; 0 or as
 *	smmu_domain_map_anywhere()
 */
struct smmu_arm32_ops {
	int (*init)(const struct iommu_ops *ops);
	void (*exit)(void);

	void (*probe_finalize)(struct smmu_master *master);
	void (*release_device)(struct smmu_master *master);
	int (*attach_default)(struct smmu_master *master);
	struct smmu_domain *(*domain_of)(const struct smmu_master *master);
	bool (*refuses)(const struct smmu_master *master);
	bool (*serves)(const struct smmu_domain *smmu_domain);

	void (*read_msi)(struct smmu_master *master);
	u64 (*last_msi)(const struct smmu_master *master);
	void (*list_msi)(const struct smmu_master *master, struct list_head *head);
	int (*map_msi)(struct smmu_domain *smmu_domain, const struct smmu_master *master);
};

#if IS_ENABLED(CONFIG_ARM_DMA_USE_IOMMU)

/**
 * struct smmu_arm32_master - what is kept of a master; nobody else looks into it
 * @mapping: the mapping of its DMA API, if it has joined, with a reference of its own;
 *	guarded by the group's mutex
 * @domain: the domain of @mapping; guarded likewise
 * @failed: it could not join; written before a driver is bound
 * @doorbell: the physical address that its MSIs are written to, 0 if it sends none;
 *	never changes
 */
struct smmu_arm32_master {
	struct dma_iommu_mapping *mapping;
	struct smmu_domain *domain;
	bool failed;
	phys_addr_t doorbell;
};

extern const struct smmu_arm32_ops smmu_arm32;

#else

struct smmu_arm32_master { };

static const struct smmu_arm32_ops smmu_arm32 __maybe_unused = { };

#endif

#endif /* SMMU_ARM32_H */
