/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that the SMMU reads by itself: queues and stream tables.
 */
#ifndef SMMU_MEM_H
#define SMMU_MEM_H

#include <linux/types.h>

struct device;

void *smmu_mem_alloc(struct device *dev, size_t bytes, dma_addr_t *dma, const char *what);

#endif /* SMMU_MEM_H */
