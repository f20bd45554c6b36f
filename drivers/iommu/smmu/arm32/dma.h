/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA API of 32-bit Arm.
 */
#ifndef SMMU_ARMDMA_H
#define SMMU_ARMDMA_H

#include <linux/kconfig.h>

struct smmu_master;

#if IS_ENABLED(CONFIG_ARM_DMA_USE_IOMMU)

void smmu_armdma_join(struct smmu_master *master);
void smmu_armdma_leave(struct smmu_master *master);
int smmu_armdma_init(void);
void smmu_armdma_exit(void);

#else

static inline void smmu_armdma_join(struct smmu_master *master) { }
static inline void smmu_armdma_leave(struct smmu_master *master) { }
static inline int smmu_armdma_init(void) { return 0; }
static inline void smmu_armdma_exit(void) { }

#endif

#endif /* SMMU_ARMDMA_H */
