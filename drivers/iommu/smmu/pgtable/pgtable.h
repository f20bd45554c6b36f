/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMSAv8-64 page tables for stage 1 and stage 2: what the rest of the driver calls.
 *
 * Concurrency. Any number of CPUs may map, unmap, look up and visit at once,
 * without a lock, as long as no two of them map or unmap the same address: the
 * owner of an IOVA range has it for itself, the tables below are shared. A
 * range belongs to the caller of unmap until the TLB has been invalidated.
 *
 * Memory. Unmap unlinks a table when every address in it was unmapped by that
 * one call. The hardware may still walk it through a cached descriptor, and
 * lookups may be inside it, so the caller gets it on a list, invalidates the
 * TLB (non-leaf entries, too) and then calls smmu_pgtable_put_tables(), which
 * frees it after an RCU grace period. A module that links these files calls
 * rcu_barrier() when it goes.
 */
#ifndef SMMU_PGTABLE_H
#define SMMU_PGTABLE_H

#include <linux/list.h>
#include <linux/types.h>

#include "hw/walk.h"

struct device;
struct smmu_pgtable;

/* The fewest bits that an input address can have (CD.T0SZ is at most 39). */
#define SMMU_PGTABLE_IAS_MIN	25

/**
 * struct smmu_pgtable_cfg - what a page table is to be like
 * @stage: 1 or 2
 * @granule_lg2: 12, 14 or 16
 * @ias_bits: bits of an input address: 25 to 48 (52 with the 64K granule), at
 *	stage 2 no more than @oas_bits. The fewer, the shallower the walk.
 * @oas_bits: bits of an output address that the hardware has: 32, 36, 40, 42,
 *	44, 48 or 52 (52 counts as 48 unless the granule is 64K)
 * @coherent: the walker snoops the caches
 * @fwb: stage 2 only, STE.S2FWB will be set
 * @dev: cleans the tables for the walker; may be NULL if @coherent. Its DMA
 *	mask must reach all table memory.
 * @nid: NUMA node for table memory, or NUMA_NO_NODE
 * @bbml: 0 to 2, IDR3.BBML, the least of all walkers. With 2, a table may change into
 *	a block while it is in use. A walker that does less must not be given the table.
 * @contig: the contiguous hint may be used. It is from @bbml 1 on; a walker with an
 *	erratum about it must not be given the table then.
 * @flush: invalidates the TLBs for addresses from start to last, whatever may be
 *	cached there (leaves of any size, and what leads to them), and returns
 *	when it is done; called from map, in its context. If NULL, a table never
 *	becomes a block.
 * @flush_ctx: for @flush
 */
struct smmu_pgtable_cfg {
	u8 stage;
	u8 granule_lg2;
	u8 ias_bits;
	u8 oas_bits;
	bool coherent;
	bool fwb;
	struct device *dev;
	int nid;
	u8 bbml;
	bool contig;
	void (*flush)(void *ctx, u64 start, u64 last);
	void *flush_ctx;
};

/**
 * struct smmu_pgtable_cleared - what unmap took away, for the invalidation
 * @start: the first address to invalidate, U64_MAX if there is none. Before what was
 *	asked for, if that began within a block or a contiguous set, which TLBs may
 *	hold as one.
 * @last: the last one; behind it, if it ended within one
 * @leaf_sizes: sum of the sizes in bytes of the leaves cleared, each size once:
 *	a bitmap like pgsize_bitmap
 * @tables: the tables whose descriptors were cleared, linked through page->lru
 *
 * One of these may gather several calls of unmap.
 */
struct smmu_pgtable_cleared {
	u64 start;
	u64 last;
	u64 leaf_sizes;
	struct list_head tables;
};

static inline void smmu_pgtable_cleared_init(struct smmu_pgtable_cleared *c)
{
	c->start = U64_MAX;
	c->last = 0;
	c->leaf_sizes = 0;
	INIT_LIST_HEAD(&c->tables);
}

/**
 * struct smmu_pgtable_leaf - one mapping, as a visitor sees it
 * @iova: first input address
 * @pa: first output address
 * @bytes: size of the page or block
 */
struct smmu_pgtable_leaf {
	u64 iova;
	u64 pa;
	u64 bytes;
};

/* Runs inside an RCU read-side section and must not sleep; non-zero ends it. */
typedef int (*smmu_pgtable_visitor)(const struct smmu_pgtable_leaf *leaf,
				    void *ctx);

struct smmu_pgtable *smmu_pgtable_alloc(const struct smmu_pgtable_cfg *cfg);
void smmu_pgtable_free(struct smmu_pgtable *pt);
u8 smmu_pgtable_levels(const struct smmu_pgtable_cfg *cfg);
const struct smmu_walk *smmu_pgtable_walk(const struct smmu_pgtable *pt);
u8 smmu_pgtable_bbml(const struct smmu_pgtable *pt);
bool smmu_pgtable_contig(const struct smmu_pgtable *pt);
u64 smmu_pgtable_sizes(const struct smmu_pgtable *pt);

int smmu_pgtable_map(struct smmu_pgtable *pt, u64 iova, phys_addr_t pa,
		     u64 bytes, int prot, gfp_t gfp, size_t *mapped);
u64 smmu_pgtable_unmap(struct smmu_pgtable *pt, u64 iova, u64 bytes,
		       struct smmu_pgtable_cleared *c);
void smmu_pgtable_put_tables(struct list_head *tables);

phys_addr_t smmu_pgtable_iova_to_phys(struct smmu_pgtable *pt, u64 iova);
int smmu_pgtable_visit(struct smmu_pgtable *pt, u64 start, u64 last,
		       smmu_pgtable_visitor visitor, void *ctx);

#endif /* SMMU_PGTABLE_H */
