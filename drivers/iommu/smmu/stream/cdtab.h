/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The context descriptors of one master: two tables of one CD each, since there are no
 * substreams. At most one of them is in use; the next CD goes into the other, and the
 * STE, one word of which says where the CD is, is what changes under the SMMU.
 */
#ifndef SMMU_CDTAB_H
#define SMMU_CDTAB_H

#include <linux/types.h>

#include "hw/cd.h"

struct dma_pool;

#define SMMU_CDTAB_CDS	2

/**
 * struct smmu_cdtab - the CDs of one master
 * @cds: both; %NULL if the SMMU has no stage 1
 * @dma: their address as the SMMU sees it
 * @used: the one that STEs may point to
 */
struct smmu_cdtab {
	struct smmu_cd *cds;
	dma_addr_t dma;
	unsigned int used;
};

/* The CD that no STE points to, as the SMMU sees it */
static inline dma_addr_t smmu_cdtab_spare_dma(const struct smmu_cdtab *tab)
{
	return tab->dma + (tab->used ^ 1) * sizeof(*tab->cds);
}

int smmu_cdtab_alloc(struct smmu_cdtab *tab, struct dma_pool *pool);
void smmu_cdtab_free(struct smmu_cdtab *tab, struct dma_pool *pool);
void smmu_cdtab_use_spare(struct smmu_cdtab *tab, const struct smmu_cd *cd);
void smmu_cdtab_clear_spare(struct smmu_cdtab *tab);
void smmu_cdtab_clear(struct smmu_cdtab *tab);

#endif /* SMMU_CDTAB_H */
