// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of context descriptors (IHI 0070, 5.4).
 */
#include <linux/dmapool.h>

#include "cdtab.h"

/**
 * smmu_cdtab_alloc() - Allocate a table whose one CD is invalid
 * @tab: the table to set up
 * @pool: coherent memory in pieces of one CD, aligned to their size
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int smmu_cdtab_alloc(struct smmu_cdtab *tab, struct dma_pool *pool)
{
	tab->cd = dma_pool_zalloc(pool, GFP_KERNEL, &tab->dma);
	return tab->cd ? 0 : -ENOMEM;
}

/**
 * smmu_cdtab_free() - Free a table that no STE points to
 * @tab: the table; nothing happens if it was never allocated
 * @pool: where it came from
 *
 * Context: any. The SMMU caches nothing of the table any more.
 */
void smmu_cdtab_free(struct smmu_cdtab *tab, struct dma_pool *pool)
{
	if (tab->cd)
		dma_pool_free(pool, tab->cd, tab->dma);
	tab->cd = NULL;
}
