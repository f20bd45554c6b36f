/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of tables: allocate, link, collect, free. The protocol for walkers that do
 * not snoop is at the top of table.c.
 */
#ifndef SMMU_PGTABLE_TABLE_H
#define SMMU_PGTABLE_TABLE_H

#include "pgtable/internal.h"

struct page;
struct pglist_data;

/**
 * struct smmu_table_tally - tables gained or lost that are not accounted yet
 * @pgdat: the node that they are on
 * @pages: how many pages
 */
struct smmu_table_tally {
	struct pglist_data *pgdat;
	long pages;
};

__le64 *smmu_table_alloc(struct smmu_pgtable *pt, size_t bytes, gfp_t gfp);
void smmu_table_discard(__le64 *table);
bool smmu_table_dma_map(struct smmu_pgtable *pt, __le64 *table);
void smmu_table_clean_slots(struct smmu_pgtable *pt, __le64 *slot, u32 slots);
void smmu_table_publish(struct smmu_pgtable *pt, __le64 *slot, u64 desc);
int smmu_table_link(struct smmu_pgtable *pt, __le64 *slot, __le64 *table);
void smmu_table_tally_add(struct smmu_table_tally *tally, __le64 *table);
void smmu_table_tally_account(struct smmu_table_tally *tally);
void smmu_table_collect(const struct smmu_pgtable *pt, __le64 *table, unsigned int slot_lg2,
			struct smmu_pgtable_cleared *c);
void smmu_table_free_all(struct smmu_pgtable *pt, struct list_head *tables);

/* The seams for tests: memory, and the device's view of it */
struct page *smmu_table_get_page(int nid, gfp_t gfp, unsigned int order);
bool smmu_table_map_single(struct device *dev, void *table, size_t bytes);
void smmu_table_sync_single(struct device *dev, void *part, size_t bytes);

/*
 * Lets the walker see descriptors just written. Nothing to do if it snoops.
 */
static inline void smmu_table_clean(struct smmu_pgtable *pt, __le64 *slot,
				    u32 slots)
{
	if (!pt->coherent)
		smmu_table_clean_slots(pt, slot, slots);
}

static inline u64 smmu_table_desc(const struct smmu_pgtable *pt,
				  const __le64 *table)
{
	return smmu_desc_from_addr(pt, virt_to_phys((void *)table)) |
	       SMMU_DESC_TABLE;
}

/*
 * The table that the descriptor @desc, read from @slot, points to. For map, which
 * relies on the descriptor being in memory when it returns.
 */
static inline __le64 *smmu_table_below(struct smmu_pgtable *pt, __le64 *slot,
				       u64 desc)
{
	if (!pt->coherent && !(desc & SMMU_TABLE_CLEANED))
		smmu_table_publish(pt, slot, desc);
	return smmu_desc_table(pt, desc);
}

#endif /* SMMU_PGTABLE_TABLE_H */
