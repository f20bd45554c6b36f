/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which masters cannot be told apart.
 */
#ifndef SMMU_GROUP_H
#define SMMU_GROUP_H

struct iommu_group;
struct smmu_master;

struct iommu_group *smmu_group_get(struct smmu_master *master);

#endif /* SMMU_GROUP_H */
