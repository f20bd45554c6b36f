/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Coherent memory in the DMA API of 32-bit Arm.
 */
#ifndef SMMU_ARMCOHERENT_H
#define SMMU_ARMCOHERENT_H

#include <linux/dma-map-ops.h>

const struct dma_map_ops *smmu_armcoherent_ops(const struct dma_map_ops *arch);

#endif /* SMMU_ARMCOHERENT_H */
