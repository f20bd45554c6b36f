/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the folder share: struct smmu_pgtable, and what follows from it
 * and nothing else. Each file uses only those above it:
 *
 *	format.h, attr.c	what the bits of a descriptor mean; IOMMU_* flags
 *	desc.h			single accesses to a descriptor in memory
 *	internal.h
 *	run.h			runs of slots: look, fill, clear
 *	table.h, table.c	memory of tables: allocate, link, collect, free
 *	shortcut.h		from an address to its last-level table
 *	hint.h, hint.c		leaves, and the contiguous hint on them
 *	exchange.h, exchange.c	a block for an empty table
 *	map.c, unmap.c, lookup.c
 *	pgtable.c		the shape of a page table, and its life
 *
 * pgtable.h, which all of them see, is what the rest of the driver sees of them.
 */
#ifndef SMMU_PGTABLE_INTERNAL_H
#define SMMU_PGTABLE_INTERNAL_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/io.h>
#include <linux/minmax.h>

#include "pgtable/desc.h"
#include "pgtable/format.h"
#include "pgtable/pgtable.h"

/* Words in which a page table remembers last-level tables: see shortcut.h, why 16 */
#define SMMU_SHORTCUTS		16

/* What stands for the slots of a contiguous set where the hint is not used */
#define SMMU_NO_CONTIG		U32_MAX

/**
 * struct smmu_pgtable - one page table
 * @root: the first table, or the concatenated first tables
 * @attrs: by protection, a page with address 0; 0 where nothing is allowed
 * @index_mask: slots of a table below the root, minus 1
 * @addr_low: bits of a descriptor that are bits of an address, in the same place
 * @addr_high: those that are bits 51 to 48 of one
 * @page_mask: address bits within a page
 * @plain_bad: bits that neither the start nor the end of an output range may have
 *	for a shortcut: those within a page, and those from bit 48 on, which
 *	descriptors keep elsewhere, or from the output size on
 * @leaf_bad: the same for single leaves; all bits if they have to be cleaned
 * @size_bad: bits that the size of a single leaf must not have
 * @granule_lg2: log2 of the bytes that a slot of the last level covers: the granule
 * @table_lg2: log2 of the bytes that a table of the last level covers
 * @block_lg2: log2 of the bytes of the largest leaf
 * @root_lg2: log2 of the bytes that a slot of the root covers
 * @index_lg2: log2 of the slots of a table below the root
 * @ias_bits: bits of an input address
 * @coherent: as in @walk
 * @contig: leaves may have the contiguous hint
 * @page_contig: pages in a contiguous set
 * @block_contig: the same for blocks of the level above the last
 * @shortcut: last-level tables used of late, see shortcut.h
 * @walk: how the hardware walks it
 * @bbml: what may be done to a live leaf: 0 to 2, IDR3.BBML
 * @flush: invalidates a range, walk caches included; or NULL
 * @flush_ctx: for @flush
 * @dev: cleans table memory; unused if the walker is coherent
 * @nid: node for table memory
 *
 * Nothing but @shortcut and the tables change after smmu_pgtable_alloc(). All that
 * map and unmap need is at the start.
 */
struct smmu_pgtable {
	__le64 *root;
	const u64 *attrs;
	u64 index_mask;
	u64 addr_low;
	u64 addr_high;
	u64 page_mask;
	u64 plain_bad;
	u64 leaf_bad;
	u64 size_bad;
	u8 granule_lg2;
	u8 table_lg2;
	u8 block_lg2;
	u8 root_lg2;
	u8 index_lg2;
	u8 ias_bits;
	bool coherent;
	bool contig;
	u32 page_contig;
	u32 block_contig;

	atomic64_t shortcut[SMMU_SHORTCUTS] ____cacheline_aligned;

	struct smmu_walk walk;
	u8 bbml;
	void (*flush)(void *ctx, u64 start, u64 last);
	void *flush_ctx;
	struct device *dev;
	int nid;
};

/*
 * A level is told by "slot_lg2": log2 of the bytes that a slot of it covers. The
 * last level has granule_lg2, the one above index_lg2 more.
 */

/* start + bytes <= 2^bits, without overflow */
static inline bool smmu_fits(u64 start, u64 bytes, unsigned int bits)
{
	u64 size = BIT_ULL(bits);

	return bytes <= size && start <= size - bytes;
}

/* Slots of a table; all concatenated tables for the root */
static inline u32 smmu_slots(const struct smmu_pgtable *pt, unsigned int slot_lg2)
{
	if (slot_lg2 == pt->root_lg2)
		return BIT(pt->ias_bits - slot_lg2);
	return (u32)pt->index_mask + 1;
}

/* Slots of a table from the one for @iova on */
static inline u32 smmu_slots_from(const struct smmu_pgtable *pt, unsigned int slot_lg2,
				  u64 iova)
{
	u32 slots = smmu_slots(pt, slot_lg2);

	return slots - ((iova >> slot_lg2) & (slots - 1));
}

/* The slot for @iova of a table below the root */
static inline __le64 *smmu_slot(const struct smmu_pgtable *pt, __le64 *table,
				unsigned int slot_lg2, u64 iova)
{
	return table + ((iova >> slot_lg2) & pt->index_mask);
}

/* Leaves in a contiguous set of a level */
static inline u32 smmu_contig_slots(const struct smmu_pgtable *pt, unsigned int slot_lg2)
{
	if (slot_lg2 == pt->granule_lg2)
		return pt->page_contig;
	if (slot_lg2 == pt->granule_lg2 + pt->index_lg2)
		return pt->block_contig;
	return SMMU_NO_CONTIG;
}

/*
 * How far a range reaches: shifted right by the slot_lg2 of a level, this is zero for
 * a part of what one slot covers, and not zero for all of that or more. At the last
 * level it is never zero: a range is one page at least.
 */
static inline u64 smmu_range_reach(u64 iova, u64 bytes)
{
	return bytes | (iova ^ (iova + bytes - 1));
}

/* A range of whole pages, perhaps none, within the input size: 0, -EINVAL or -ERANGE */
static inline int smmu_range_check(const struct smmu_pgtable *pt, u64 iova, u64 bytes)
{
	if ((iova | bytes) & pt->page_mask)
		return -EINVAL;
	return smmu_fits(iova, bytes, pt->ias_bits) ? 0 : -ERANGE;
}

/*
 * The same for what a single leaf or table could be, a power of two and a multiple of
 * it: the bits that it must not have. Without branches, for the short way of unmap.
 */
static inline u64 smmu_range_slot_bad(const struct smmu_pgtable *pt, u64 iova, u64 bytes)
{
	return ((iova | bytes) & (bytes - 1)) | (bytes & pt->page_mask) |
	       (iova + bytes - 1) >> pt->ias_bits;
}

static_assert(SMMU_DESC_ADDR_64K_HIGH << SMMU_DESC_ADDR_HIGH_SHIFT == GENMASK_ULL(51, 48));

static inline u64 smmu_desc_from_addr(const struct smmu_pgtable *pt, u64 addr)
{
	return (addr & pt->addr_low) | (addr >> SMMU_DESC_ADDR_HIGH_SHIFT & pt->addr_high);
}

static inline u64 smmu_desc_addr(const struct smmu_pgtable *pt, u64 desc)
{
	return (desc & pt->addr_low) | (desc & pt->addr_high) << SMMU_DESC_ADDR_HIGH_SHIFT;
}

static inline __le64 *smmu_desc_table(const struct smmu_pgtable *pt, u64 desc)
{
	return phys_to_virt(smmu_desc_addr(pt, desc));
}

/*
 * The walk: from the root down to the level at which something that reaches as far as
 * @reach is no longer a part of one slot, or to the first descriptor above that which
 * is not one of a table. Returns the descriptor; @slot is where it was read, @slot_lg2
 * its level. @iova is within the input range.
 *
 * Map must know of each descriptor on the way that it is in memory, so for a walker
 * that does not snoop it goes by smmu_table_below().
 */
static __always_inline u64 smmu_pgtable_descend(const struct smmu_pgtable *pt, u64 iova,
						u64 reach, __le64 **slot,
						unsigned int *slot_lg2)
{
	unsigned int at_lg2 = pt->root_lg2;
	__le64 *at = pt->root + (iova >> at_lg2);
	u64 desc = smmu_desc_read(at);

	while (smmu_desc_is_table(desc) && !(reach >> at_lg2)) {
		at_lg2 -= pt->index_lg2;
		at = smmu_slot(pt, smmu_desc_table(pt, desc), at_lg2, iova);
		desc = smmu_desc_read(at);
	}
	*slot = at;
	*slot_lg2 = at_lg2;
	return desc;
}

static inline u64 smmu_attr_page(const struct smmu_pgtable *pt, int prot)
{
	return pt->attrs[prot & (SMMU_ATTRS - 1)];
}

/* Adds to what the caller of unmap has to invalidate. */
static inline void smmu_pgtable_cleared_add(struct smmu_pgtable_cleared *c, u64 start,
					    u64 last, u64 leaf_sizes)
{
	c->start = min(c->start, start);
	c->last = max(c->last, last);
	c->leaf_sizes |= leaf_sizes;
}

#endif /* SMMU_PGTABLE_INTERNAL_H */
