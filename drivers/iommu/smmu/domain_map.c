// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paging domains: map, unmap, look up, for the IOMMU core and for this driver's own
 * mappings.
 */
#include <linux/align.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <kunit/visibility.h>

#include "compat.h"
#include "domain.h"
#include "inval.h"
#include "inval_plan.h"
#include "master.h"
#include "pgtable/pgtable.h"

/**
 * smmu_domain_flush_range() - Invalidate a range, whatever is cached there
 * @ctx: the struct smmu_domain
 * @start: first address
 * @last: last address
 *
 * A page table asks for it in the middle of a change.
 *
 * Context: any; spins.
 */
void smmu_domain_flush_range(void *ctx, u64 start, u64 last)
{
	struct smmu_domain *smmu_domain = ctx;
	const struct smmu_inval_range range = {
		.start = start,
		.last = last,
		.leaf_sizes = smmu_pgtable_sizes(smmu_domain->pt),
		.granule_lg2 = smmu_pgtable_walk(smmu_domain->pt)->granule_lg2,
	};

	smmu_inval_clear_range(&smmu_domain->targets, &range);
}

/* A mapping that its window allows */
static __always_inline int smmu_domain_map_inside(struct smmu_domain *smmu_domain, u64 iova,
						  phys_addr_t pa, u64 bytes, int prot, gfp_t gfp,
						  size_t *mapped)
{
	prot |= READ_ONCE(smmu_domain->more_prot);
	return smmu_pgtable_map(smmu_domain->pt, iova, pa, bytes, prot, gfp, mapped);
}

/* Not in the first range of the window, perhaps in another one */
static noinline int smmu_domain_map_elsewhere(struct smmu_domain *smmu_domain, u64 iova,
					      phys_addr_t pa, u64 bytes, int prot, gfp_t gfp,
					      size_t *mapped)
{
	if (!smmu_window_contains(&smmu_domain->window, iova, iova + bytes - 1))
		return -ERANGE;
	return smmu_domain_map_inside(smmu_domain, iova, pa, bytes, prot, gfp, mapped);
}

/**
 * smmu_domain_map() - iommu_domain_ops.map_pages
 * @domain: the domain
 * @iova: first address, aligned to @pgsize
 * @pa: what it leads to, aligned to @pgsize
 * @pgsize: one of the domain's page sizes, in bytes
 * @pgcount: how many pages
 * @prot: IOMMU_READ, IOMMU_WRITE and so on
 * @gfp: how tables are allocated
 * @mapped: grows by the bytes mapped, also on failure
 *
 * What lies outside the domain's window is not mapped, whatever the core, which
 * checks no aperture here, was asked for.
 *
 * Context: any that @gfp allows; callers work on disjoint ranges.
 * Return: 0, -EEXIST, -ERANGE or -ENOMEM, as smmu_pgtable_map().
 */
int smmu_domain_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
		    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct smmu_domain *smmu_domain = to_smmu_domain(domain);
	const struct smmu_window_range *first = &smmu_domain->window.range[0];
	u64 bytes = (u64)pgsize * pgcount;

	if (likely(smmu_window_range_holds(first, iova, (u64)iova + bytes - 1)))
		return smmu_domain_map_inside(smmu_domain, iova, pa, bytes, prot, gfp, mapped);
	return smmu_domain_map_elsewhere(smmu_domain, iova, pa, bytes, prot, gfp, mapped);
}

/**
 * smmu_domain_unmap() - iommu_domain_ops.unmap_pages
 * @domain: the domain
 * @iova: first address, aligned to @pgsize
 * @pgsize: one of the domain's page sizes, in bytes
 * @pgcount: how many pages
 * @gather: grows by what was unmapped
 *
 * Everything that one gather collects becomes one range.  Removed tables wait in
 * its freelist until the range is invalidated; a freelist with something in it
 * is also what tells that the invalidation must not be leaf-only.  In lazy mode
 * they do not wait: the core's queue would free them without a thought for
 * lookups that are still inside.
 *
 * A part of a block is unmapped with all of the block. The core adds up what it is told
 * and stops when that is no less than it was asked for, so the end of a block that is
 * behind @iova + @pgsize * @pgcount does no harm; its callers see it in what they get.
 *
 * Context: any; callers work on disjoint ranges.
 * Return: bytes unmapped from @iova on, to the end of the last block, as
 * smmu_domain_unmapped() tells them.
 */
size_t smmu_domain_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			 size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct smmu_domain *smmu_domain = to_smmu_domain(domain);
	const u64 asked = (u64)pgsize * pgcount;
	struct smmu_pgtable_cleared cleared;
	u64 bytes;

	smmu_pgtable_cleared_init(&cleared);
	bytes = smmu_pgtable_unmap(smmu_domain->pt, iova, asked, &cleared);
	if (!bytes)
		return 0;
	bytes = smmu_domain_unmapped(iova, asked, bytes, SIZE_MAX);

	/* Nobody but smmu_domain_iotlb_sync() reads it: all sizes, not one. */
	gather->pgsize |= cleared.leaf_sizes;
	iommu_iotlb_gather_add_range(gather, cleared.start, cleared.last - cleared.start + 1);
	if (list_empty(&cleared.tables))
		return bytes;
	list_splice_tail(&cleared.tables, smmu_compat_freelist(gather));
	if (iommu_iotlb_gather_queued(gather))
		smmu_domain_iotlb_sync(domain, gather);
	return bytes;
}

/**
 * smmu_domain_iotlb_sync() - iommu_domain_ops.iotlb_sync
 * @domain: the domain
 * @gather: what was unmapped since it was started
 *
 * When it returns, no access can use what was unmapped, and removed tables are
 * on their way back to the page allocator.
 *
 * Context: any; spins.
 */
void smmu_domain_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	struct smmu_domain *smmu_domain = to_smmu_domain(domain);
	struct smmu_inval_range range = {
		.start = gather->start,
		.last = gather->end,
		.leaf_sizes = gather->pgsize,
		.granule_lg2 = smmu_pgtable_walk(smmu_domain->pt)->granule_lg2,
		.leaf_only = list_empty(smmu_compat_freelist(gather)),
	};

	if (!gather->pgsize)
		return;
	smmu_inval_clear_range(&smmu_domain->targets, &range);
	if (!range.leaf_only)
		smmu_pgtable_put_tables(smmu_compat_freelist(gather));
}

/**
 * smmu_domain_flush_all() - iommu_domain_ops.flush_iotlb_all
 * @domain: the domain
 *
 * Context: any; spins.
 */
void smmu_domain_flush_all(struct iommu_domain *domain)
{
	smmu_inval_clear_all(&to_smmu_domain(domain)->targets);
}

/**
 * smmu_domain_iova_to_phys() - iommu_domain_ops.iova_to_phys
 * @domain: the domain
 * @iova: an address
 *
 * Context: any.
 * Return: what it leads to, 0 if it is not mapped.
 */
phys_addr_t smmu_domain_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	return smmu_pgtable_iova_to_phys(to_smmu_domain(domain)->pt, iova);
}

/**
 * struct smmu_domain_region - a range, and how much of it is mapped as wanted
 * @start: its first address
 * @last: its last address
 * @pa: what the first one is to lead to
 * @at: the first address that is not mapped
 * @gap_last: the last one of those from @at on that are not
 * @gap: @gap_last has been found
 */
struct smmu_domain_region {
	u64 start;
	u64 last;
	phys_addr_t pa;
	u64 at;
	u64 gap_last;
	bool gap;
};

/* Find the first gap; what lies behind it is compared all the same. */
static int smmu_domain_compare_leaf(const struct smmu_pgtable_leaf *leaf, void *ctx)
{
	struct smmu_domain_region *region = ctx;
	u64 start = max(leaf->iova, region->start);
	u64 last = min(leaf->iova + leaf->bytes - 1, region->last);

	if (leaf->pa + (start - leaf->iova) != region->pa + (start - region->start))
		return -EEXIST;
	if (region->gap)
		return 0;
	if (start > region->at) {
		region->gap = true;
		region->gap_last = start - 1;
	} else {
		region->at = last + 1;
	}
	return 0;
}

/*
 * Map a range that need not fit into a size_t: in pieces, the size of each a multiple of
 * the largest block, so that where a range begins on a block the next pieces do as well.
 */
static int smmu_domain_map_pieces(struct smmu_domain *smmu_domain, u64 start, phys_addr_t pa,
				  u64 bytes, int prot)
{
	u64 done = 0;
	int ret = 0;

	while (!ret && done < bytes) {
		u64 piece = min_t(u64, bytes - done, ALIGN_DOWN(SIZE_MAX, SZ_1G));
		size_t mapped = 0;

		ret = smmu_pgtable_map(smmu_domain->pt, start + done, pa + done, piece, prot,
				       GFP_KERNEL, &mapped);
		done += mapped;
	}
	return ret;
}

/**
 * smmu_domain_map_anywhere() - smmu_domain_map_region() also outside the window
 * @smmu_domain: the domain
 * @start: first address, on a granule; its page table has to reach the last one
 * @pa: what that leads to, on a granule
 * @bytes: its size, a multiple of the granule
 * @prot: IOMMU_READ, IOMMU_WRITE and so on
 *
 * Context: as smmu_domain_map_region().
 * Return: as smmu_domain_map_region().
 */
int smmu_domain_map_anywhere(struct smmu_domain *smmu_domain, u64 start, phys_addr_t pa,
			     u64 bytes, int prot)
{
	struct smmu_domain_region region = {
		.start = start, .last = start + bytes - 1, .pa = pa, .at = start,
	};
	int ret;

	/* Nothing has been mapped yet when the first visit finds a leaf that leads elsewhere. */
	for (;;) {
		region.gap = false;
		region.gap_last = region.last;
		ret = smmu_pgtable_visit(smmu_domain->pt, region.at, region.last,
					 smmu_domain_compare_leaf, &region);
		if (ret || region.at > region.last)
			return ret;
		ret = smmu_domain_map_pieces(smmu_domain, region.at, pa + (region.at - start),
					     region.gap_last - region.at + 1, prot);
		if (ret || region.gap_last == region.last)
			return ret;
		region.at = region.gap_last + 1;
	}
}

/**
 * smmu_domain_map_region() - Map a range for good
 * @smmu_domain: the domain
 * @start: its first address, on a granule
 * @pa: what that leads to, on a granule
 * @bytes: its size, a multiple of the granule
 * @prot: IOMMU_READ, IOMMU_WRITE and so on
 *
 * What leads there already is left as it is, so that a master can go back to a domain,
 * two masters of a group can bring the same range, and two ranges can share a granule.
 * When memory runs out, what was mapped stays: it leads where it should.
 *
 * Context: may sleep; nobody else maps or unmaps in the range.
 * Return: 0; -EEXIST if part of it is mapped to somewhere else, and then nothing is
 * changed; -ERANGE or -ENOMEM.
 */
int smmu_domain_map_region(struct smmu_domain *smmu_domain, u64 start, phys_addr_t pa, u64 bytes,
			   int prot)
{
	if (!smmu_window_contains(&smmu_domain->window, start, start + bytes - 1))
		return -ERANGE;
	return smmu_domain_map_anywhere(smmu_domain, start, pa, bytes, prot);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_domain_map_region);
