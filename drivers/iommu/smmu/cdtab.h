/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of context descriptors of one master.  Without substreams it has
 * one entry.
 */
#ifndef SMMU_CDTAB_H
#define SMMU_CDTAB_H

#include <linux/types.h>

#include "hw/cd.h"

struct dma_pool;

/**
 * struct smmu_cdtab - the CDs of one master
 * @cd: the entries
 * @dma: their address as the SMMU sees it
 */
struct smmu_cdtab {
	struct smmu_cd *cd;
	dma_addr_t dma;
};

int smmu_cdtab_alloc(struct smmu_cdtab *tab, struct dma_pool *pool);
void smmu_cdtab_free(struct smmu_cdtab *tab, struct dma_pool *pool);

#endif /* SMMU_CDTAB_H */
