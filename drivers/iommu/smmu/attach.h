/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only writer of a live STE.
 */
#ifndef SMMU_ATTACH_H
#define SMMU_ATTACH_H

#include <linux/kconfig.h>

struct device;
struct iommu_domain;
struct smmu_domain;
struct smmu_master;

extern struct iommu_domain smmu_attach_identity_domain;
extern struct iommu_domain smmu_attach_blocked_domain;
extern struct iommu_domain smmu_attach_release_domain;

int smmu_attach_paging(struct iommu_domain *domain, struct device *dev, struct iommu_domain *old);
int smmu_attach_domain(struct smmu_master *master, struct smmu_domain *smmu_domain);
void smmu_attach_block_master(struct smmu_master *master);

#if IS_ENABLED(CONFIG_KUNIT)
int smmu_attach_identity(struct iommu_domain *domain, struct device *dev,
			 struct iommu_domain *old);
int smmu_attach_blocked(struct iommu_domain *domain, struct device *dev,
			struct iommu_domain *old);
#endif

#endif /* SMMU_ATTACH_H */
