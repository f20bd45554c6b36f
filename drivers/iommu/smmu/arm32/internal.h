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

/**
 * struct smmu_arm32_trial - a device that is there to learn from, behind an IOMMU that
 *	does nothing but take notes
 * @dev: the device
 * @identity: the domain of that name
 * @paging: the only other domain
 * @other_ops: operations that @paging can have instead of its own
 * @attached: which domain was attached last
 * @default_first: it was @identity when probe_finalize came
 * @iova: start of the last piece that was mapped
 * @phys: what that leads to
 * @mapped: its bytes, on both sides without a gap
 * @through_other: it was mapped through @other_ops
 * @unmapped: bytes unmapped since this was set to 0
 * @arch: what was learnt: the architecture's operations
 * @ops: the same as masters get them, for kfree()
 * @mapping: the mapping that the device was given with them
 * @kept: it still had both when it was released, after its driver was unbound
 * @said_which: a line has said which assumption does not hold
 * @result: 0, or why nothing was learnt
 */
struct smmu_arm32_trial {
	struct device *dev;
	struct iommu_domain identity;
	struct iommu_domain paging;
	const struct iommu_domain_ops *other_ops;
	const struct iommu_domain *attached;
	bool default_first;

	u64 iova;
	phys_addr_t phys;
	size_t mapped;
	bool through_other;
	size_t unmapped;

	const struct dma_map_ops *arch;
	const struct dma_map_ops *ops;
	struct dma_iommu_mapping *mapping;
	bool kept;

	bool said_which;
	int result;
};

int smmu_arm32_learn(const struct dma_map_ops **ops);
int smmu_arm32_check_bound(struct smmu_arm32_trial *trial);
int smmu_arm32_check_released(struct smmu_arm32_trial *trial);

const struct dma_map_ops *smmu_arm32_coherent_ops(const struct dma_map_ops *arch);

int smmu_arm32_reserve(struct dma_iommu_mapping *mapping, u64 start, u64 last);
void smmu_arm32_install(struct device *dev, struct dma_iommu_mapping *mapping,
			const struct dma_map_ops *ops);

void smmu_arm32_read_msi(struct smmu_master *master);
u64 smmu_arm32_last_msi(const struct smmu_master *master);
void smmu_arm32_list_msi(const struct smmu_master *master, struct list_head *head);
int smmu_arm32_map_msi(struct smmu_domain *smmu_domain, const struct smmu_master *master);

#endif /* SMMU_ARM32_INTERNAL_H */
