/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the IOMMU core calls.
 */
#ifndef SMMU_OPS_H
#define SMMU_OPS_H

#include <linux/iommu.h>

extern const struct iommu_ops smmu_ops;

#endif /* SMMU_OPS_H */
