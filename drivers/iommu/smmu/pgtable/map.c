// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map: fill descriptors, a run at a time.
 */
#include <linux/align.h>
#include <linux/iommu.h>

#include <kunit/visibility.h>

#include "pgtable/internal.h"

/**
 * struct map_job - what is left to map
 * @iova: next input address
 * @pa: next output address
 * @bytes: left
 * @attr: attribute bits of every leaf
 * @gfp: for tables
 */
struct map_job {
	u64 iova;
	u64 pa;
	u64 bytes;
	u64 attr;
	gfp_t gfp;
};

/* A place in a table: the slot for one address */
struct map_place {
	__le64 *slot;
	unsigned int level;
	u32 slots;		/* from this one to the end of the table */
};

/* The topmost level whose leaves suit both addresses and the length */
static unsigned int leaf_level(const struct smmu_pgtable *pt,
			       const struct map_job *job)
{
	unsigned int level = smmu_level_top_leaf(pt);

	while (level < SMMU_LEVEL_LAST &&
	       (job->bytes < smmu_level_bytes(pt, level) ||
		!IS_ALIGNED(job->iova | job->pa, smmu_level_bytes(pt, level))))
		level++;
	return level;
}

/*
 * From the root to the slot at @level, making tables on the way. Where a table
 * is in the place of a block, the place is further down: turning a table into a
 * block would take an invalidation in between (break-before-make), filling it
 * is always right.
 */
static int find_place(struct smmu_pgtable *pt, const struct map_job *job,
		      unsigned int level, struct map_place *place)
{
	__le64 *table = pt->root;
	unsigned int l;
	int ret;

	for (l = pt->walk.start_level; ; l++) {
		u32 index = smmu_level_index(pt, l, job->iova);
		__le64 *slot = table + index;
		u64 desc = smmu_desc_read(slot);

		if (smmu_desc_is_table(desc, l)) {
			table = smmu_table_below(pt, slot, desc);
			continue;
		}
		if (desc)
			return -EEXIST;
		if (l >= level) {
			place->slot = slot;
			place->level = l;
			place->slots = smmu_level_slots(pt, l) - index;
			return 0;
		}
		ret = smmu_table_extend(pt, slot, job->gfp, &table);
		if (ret)
			return ret;
	}
}

/*
 * Fills empty slots up to the end of the table, of the job, or the first slot
 * that is in use. Nobody else writes these slots: the range is the caller's.
 */
static u32 fill_run(struct smmu_pgtable *pt, const struct map_job *job,
		    const struct map_place *place)
{
	u64 step = smmu_level_bytes(pt, place->level);
	u32 run = min_t(u64, place->slots,
			job->bytes >> smmu_level_lg2(pt, place->level));
	u64 attr = job->attr;
	u64 pa = job->pa;
	u32 i;

	attr |= place->level == SMMU_LEVEL_LAST ? SMMU_DESC_PAGE :
						  SMMU_DESC_BLOCK;
	for (i = 0; i < run; i++) {
		if (smmu_desc_read(&place->slot[i]))
			break;
		smmu_desc_write(&place->slot[i],
				attr | smmu_desc_from_addr(pt, pa));
		pa += step;
	}
	smmu_table_clean(pt, place->slot, i);
	return i;
}

static int map_run(struct smmu_pgtable *pt, struct map_job *job)
{
	struct map_place place;
	u64 bytes;
	int ret;

	ret = find_place(pt, job, leaf_level(pt, job), &place);
	if (ret)
		return ret;
	bytes = (u64)fill_run(pt, job, &place) <<
		smmu_level_lg2(pt, place.level);
	/* The place was empty a moment ago: two callers map the same address */
	if (!bytes)
		return -EEXIST;
	job->iova += bytes;
	job->pa += bytes;
	job->bytes -= bytes;
	return 0;
}

/* start + bytes <= 2^bits, without overflow */
static bool fits(u64 start, u64 bytes, unsigned int bits)
{
	u64 size = BIT_ULL(bits);

	return bytes <= size && start <= size - bytes;
}

static int check_range(const struct smmu_pgtable *pt, u64 iova, u64 pa,
		       u64 bytes, int prot)
{
	if (!IS_ALIGNED(iova | pa | bytes, BIT_ULL(pt->walk.granule_lg2)))
		return -EINVAL;
	if (!(prot & (IOMMU_READ | IOMMU_WRITE)))
		return -EINVAL;
	if (!fits(iova, bytes, pt->ias_bits))
		return -ERANGE;
	if (!fits(pa, bytes, pt->walk.oas_bits))
		return -ERANGE;
	return 0;
}

/**
 * smmu_pgtable_map - map a range
 * @pt: the page table
 * @iova: first input address; nobody else maps or unmaps in the range meanwhile
 * @pa: first output address
 * @bytes: size of the range. All three are multiples of the granule; blocks are
 *	used where the addresses allow it.
 * @prot: IOMMU_READ, WRITE, CACHE, NOEXEC, MMIO, PRIV
 * @gfp: for table memory; atomic is fine
 * @mapped: the bytes mapped are added to it, also when an error is returned:
 *	that much, from @iova on, is for the caller to unmap
 *
 * What is mapped already is left alone: the range is mapped up to there. On
 * return, a device that is told of the range afterwards finds it mapped.
 *
 * Context: any that suits @gfp.
 *
 * Return: 0; -EINVAL for a range that is not aligned or neither readable nor
 * writable; -ERANGE if input or output addresses are too large (nothing is
 * mapped then); -EEXIST; -ENOMEM.
 */
int smmu_pgtable_map(struct smmu_pgtable *pt, u64 iova, phys_addr_t pa,
		     u64 bytes, int prot, gfp_t gfp, u64 *mapped)
{
	struct map_job job = {
		.iova = iova,
		.pa = pa,
		.bytes = bytes,
		.attr = smmu_attr_encode(pt, prot),
		.gfp = gfp,
	};
	int ret = check_range(pt, iova, pa, bytes, prot);

	while (!ret && job.bytes)
		ret = map_run(pt, &job);
	*mapped += bytes - job.bytes;
	/*
	 * The descriptors before whatever store tells a device to use the range
	 * (a doorbell, or a work item in memory). The peer is the walker that
	 * serves the device. It takes part in the same coherency as the store,
	 * so order is enough, as it is for writel(); nobody waits for
	 * completion. Invalid descriptors are never cached: no invalidation.
	 */
	dma_wmb();
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_map);
