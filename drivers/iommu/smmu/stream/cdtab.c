// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context descriptors of a master (IHI 0070, 5.4).
 *
 * A CD is written only while no STE points to it and the SMMU holds nothing of it: it was
 * never in use, or CMD_CFGI_STE, which drops the CDs of its stream as well (4.3.1), was
 * completed after the last STE was pointed elsewhere.  So it takes no command to write one.
 */
#include <linux/dmapool.h>
#include <linux/string.h>

#include "stream/cdtab.h"

/**
 * smmu_cdtab_alloc() - Allocate CDs, all invalid
 * @tab: where they go
 * @pool: coherent memory in pieces of %SMMU_CDTAB_CDS CDs, aligned to their size
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int smmu_cdtab_alloc(struct smmu_cdtab *tab, struct dma_pool *pool)
{
	tab->used = 0;
	tab->cds = dma_pool_zalloc(pool, GFP_KERNEL, &tab->dma);
	return tab->cds ? 0 : -ENOMEM;
}

/**
 * smmu_cdtab_free() - Free CDs that no STE points to
 * @tab: the CDs; nothing happens if they were never allocated
 * @pool: where they came from
 *
 * Context: any. The SMMU caches nothing of them any more.
 */
void smmu_cdtab_free(struct smmu_cdtab *tab, struct dma_pool *pool)
{
	if (tab->cds)
		dma_pool_free(pool, tab->cds, tab->dma);
	tab->cds = NULL;
}

/**
 * smmu_cdtab_use_spare() - Fill the spare CD; the other becomes the spare one
 * @tab: the CDs
 * @cd: what it shall say
 *
 * The caller then has STEs point to it instead of the other one, and clears that.
 *
 * Context: any; the caller keeps others out.
 */
void smmu_cdtab_use_spare(struct smmu_cdtab *tab, const struct smmu_cd *cd)
{
	tab->used ^= 1;
	tab->cds[tab->used] = *cd;
	/*
	 * The CD before the store that lets an STE point to it.  Peer: the SMMU, which
	 * may fetch both at any time from then on.
	 */
	dma_wmb();
}

/**
 * smmu_cdtab_clear_spare() - Make the spare CD invalid
 * @tab: the CDs
 *
 * It points to a page table that may go.
 *
 * Context: any; no STE points to it, and the SMMU holds nothing of it.
 */
void smmu_cdtab_clear_spare(struct smmu_cdtab *tab)
{
	tab->cds[tab->used ^ 1] = smmu_cd_invalid();
}

/**
 * smmu_cdtab_clear() - Make all CDs invalid
 * @tab: the CDs; nothing happens if there are none
 *
 * Context: any; no STE points to them, and the SMMU holds nothing of them.
 */
void smmu_cdtab_clear(struct smmu_cdtab *tab)
{
	if (tab->cds)
		memset(tab->cds, 0, SMMU_CDTAB_CDS * sizeof(*tab->cds));
}
