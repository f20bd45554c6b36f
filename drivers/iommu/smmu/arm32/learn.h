/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The operations of 32-bit Arm for devices behind an IOMMU.
 */
#ifndef SMMU_ARMLEARN_H
#define SMMU_ARMLEARN_H

#include <linux/dma-map-ops.h>

const struct dma_map_ops *smmu_armlearn_ops(void);

#endif /* SMMU_ARMLEARN_H */
