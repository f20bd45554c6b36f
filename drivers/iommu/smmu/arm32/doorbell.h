/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a device's MSIs go.
 */
#ifndef SMMU_DOORBELL_H
#define SMMU_DOORBELL_H

#include <linux/types.h>

struct device;

bool smmu_doorbell_find(struct device *dev, u64 *addr);

#endif /* SMMU_DOORBELL_H */
