/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the page-table room share among themselves.
 */
#ifndef SMMU_PGTABLE_INTERNAL_H
#define SMMU_PGTABLE_INTERNAL_H

#include <linux/atomic.h>
#include <linux/io.h>

#include "pgtable/format.h"
#include "pgtable/pgtable.h"

/**
 * struct smmu_pgtable - one page table
 * @walk: how the hardware walks it
 * @root: the first table, or the concatenated first tables
 * @dev: cleans table memory; unused if the walker is coherent
 * @nid: node for table memory
 * @ias_bits: bits of an input address
 * @fwb: STE.S2FWB is set
 * @bytes: table memory held, tables waiting for invalidation included
 *
 * Nothing but @bytes and the tables change after smmu_pgtable_alloc().
 */
struct smmu_pgtable {
	struct smmu_walk walk;
	__le64 *root;
	struct device *dev;
	int nid;
	u8 ias_bits;
	bool fwb;
	atomic_long_t bytes;
};

/* log2 of the bytes that one descriptor of @level covers */
static inline unsigned int smmu_level_lg2(const struct smmu_pgtable *pt,
					  unsigned int level)
{
	unsigned int granule_lg2 = pt->walk.granule_lg2;

	return granule_lg2 +
	       (SMMU_LEVEL_LAST - level) * (granule_lg2 - SMMU_DESC_BYTES_LG2);
}

static inline u64 smmu_level_bytes(const struct smmu_pgtable *pt,
				   unsigned int level)
{
	return BIT_ULL(smmu_level_lg2(pt, level));
}

/* Descriptors of a table of @level; all concatenated tables for the root */
static inline u32 smmu_level_slots(const struct smmu_pgtable *pt,
				   unsigned int level)
{
	if (level == pt->walk.start_level)
		return BIT(pt->ias_bits - smmu_level_lg2(pt, level));
	return BIT(pt->walk.granule_lg2 - SMMU_DESC_BYTES_LG2);
}

/* @iova is within the input range, so the root needs no care. */
static inline u32 smmu_level_index(const struct smmu_pgtable *pt,
				   unsigned int level, u64 iova)
{
	return (iova >> smmu_level_lg2(pt, level)) &
	       (smmu_level_slots(pt, level) - 1);
}

/* The topmost level with blocks: 1G with 4K; 32M with 16K; 512M with 64K */
static inline unsigned int smmu_level_top_leaf(const struct smmu_pgtable *pt)
{
	unsigned int level = pt->walk.granule_lg2 == 12 ? 1 : 2;

	return max_t(unsigned int, level, pt->walk.start_level);
}

/*
 * A walker reads descriptors at any moment, so each access to one is a single
 * 64-bit access. On 32-bit CPUs only the atomic64 accessors promise that.
 */
static inline u64 smmu_desc_read(const __le64 *slot)
{
	return le64_to_cpu((__force __le64)
			   atomic64_read((const atomic64_t *)slot));
}

static inline void smmu_desc_write(__le64 *slot, u64 desc)
{
	atomic64_set((atomic64_t *)slot, (__force s64)cpu_to_le64(desc));
}

/*
 * Returns what was there. All stores before it, such as those that filled the
 * new table, are seen by a CPU that finds the descriptor and looks behind it:
 * the other side is the address dependency in smmu_desc_table().
 */
static inline u64 smmu_desc_install(__le64 *slot, u64 desc)
{
	s64 old = atomic64_cmpxchg_release((atomic64_t *)slot, 0,
					   (__force s64)cpu_to_le64(desc));

	return le64_to_cpu((__force __le64)old);
}

static inline bool smmu_desc_is_table(u64 desc, unsigned int level)
{
	return level < SMMU_LEVEL_LAST &&
	       FIELD_GET(SMMU_DESC_TYPE, desc) == SMMU_DESC_TABLE;
}

/* Neither invalid nor a table: a page or a block */
static inline bool smmu_desc_is_leaf(u64 desc, unsigned int level)
{
	return (desc & SMMU_DESC_VALID) && !smmu_desc_is_table(desc, level);
}

static inline u64 smmu_desc_from_addr(const struct smmu_pgtable *pt, u64 addr)
{
	if (pt->walk.granule_lg2 != 16)
		return addr & SMMU_DESC_ADDR;
	return (addr & SMMU_DESC_ADDR_64K) |
	       FIELD_PREP(SMMU_DESC_ADDR_64K_HIGH,
			  FIELD_GET(SMMU_ADDR_64K_HIGH, addr));
}

static inline u64 smmu_desc_addr(const struct smmu_pgtable *pt, u64 desc)
{
	if (pt->walk.granule_lg2 != 16)
		return desc & SMMU_DESC_ADDR;
	return (desc & SMMU_DESC_ADDR_64K) |
	       FIELD_PREP(SMMU_ADDR_64K_HIGH,
			  FIELD_GET(SMMU_DESC_ADDR_64K_HIGH, desc));
}

static inline __le64 *smmu_desc_table(const struct smmu_pgtable *pt, u64 desc)
{
	return phys_to_virt(smmu_desc_addr(pt, desc));
}

/* attr.c */
u64 smmu_attr_encode(const struct smmu_pgtable *pt, int prot);
int smmu_attr_decode(const struct smmu_pgtable *pt, u64 desc);
u64 smmu_attr_mair(void);

/* table.c */
__le64 *smmu_table_alloc(struct smmu_pgtable *pt, size_t bytes, gfp_t gfp);
void smmu_table_free(struct smmu_pgtable *pt, __le64 *table);
void smmu_table_clean(struct smmu_pgtable *pt, __le64 *slot, u32 slots);
__le64 *smmu_table_below(struct smmu_pgtable *pt, __le64 *slot, u64 desc);
int smmu_table_extend(struct smmu_pgtable *pt, __le64 *slot, gfp_t gfp,
		      __le64 **table);

/* The seams for tests: memory, and the device's view of it */
struct page *smmu_table_get_page(int nid, gfp_t gfp, unsigned int order);
bool smmu_table_map_dma(struct device *dev, void *table, size_t bytes);
void smmu_table_sync_dma(struct device *dev, void *part, size_t bytes);

#endif /* SMMU_PGTABLE_INTERNAL_H */
