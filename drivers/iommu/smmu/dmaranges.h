/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "dma-ranges" of the buses that masters and SMMUs are on.
 */
#ifndef SMMU_DMARANGES_H
#define SMMU_DMARANGES_H

struct iommu_ops;
struct smmu_device;
struct smmu_master;

int smmu_dmaranges_check(struct smmu_device *smmu);
void smmu_dmaranges_apply(struct smmu_master *master);
int smmu_dmaranges_watch(const struct iommu_ops *ops);
void smmu_dmaranges_unwatch(void);

#endif /* SMMU_DMARANGES_H */
