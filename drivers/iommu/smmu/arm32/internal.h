/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of arm32/ share.
 */
#ifndef SMMU_ARM32_INTERNAL_H
#define SMMU_ARM32_INTERNAL_H

#include <linux/dma-map-ops.h>
#include <linux/iommu.h>
#include <linux/mm_types.h>

#include <asm/dma-iommu.h>

struct smmu_domain;
struct smmu_master;

/* One bitmap of a mapping is at most a page; a larger mapping has several of them. */
#define SMMU_ARM32_BITMAP_BYTES		((u64)PAGE_SIZE * BITS_PER_BYTE * PAGE_SIZE)

int smmu_arm32_learn(const struct dma_map_ops **ops);

const struct dma_map_ops *smmu_arm32_mend_coherent(const struct dma_map_ops *arch);

int smmu_arm32_reserve(struct dma_iommu_mapping *mapping, u64 start, u64 last);
void smmu_arm32_install(struct device *dev, struct dma_iommu_mapping *mapping,
			const struct dma_map_ops *ops);

void smmu_arm32_read_msi(struct smmu_master *master);
u64 smmu_arm32_last_msi(const struct smmu_master *master);
void smmu_arm32_list_msi(const struct smmu_master *master, struct list_head *head);
int smmu_arm32_map_msi(struct smmu_domain *smmu_domain, const struct smmu_master *master);

#endif /* SMMU_ARM32_INTERNAL_H */
