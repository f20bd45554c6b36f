// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses of a master that are not for the DMA API to hand out: regions that the
 * firmware wants kept, what lies between the parts of its window, and where it finds
 * MSI doorbells.
 *
 * The IOMMU core maps a firmware region whose addresses are the same on both sides
 * and takes any other for a bare reservation, though the binding promises a
 * mapping; such a region is mapped here, when a domain of the DMA API is attached.
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/iommu.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "arm32/arm32.h"
#include "domain.h"
#include "master.h"
#include "pgtable/pgtable.h"
#include "resv.h"
#include "smmu.h"

/* Free on known boards, and so the first choice for the doorbells. */
#define SMMU_RESV_MSI_BASE	0x8000000
#define SMMU_RESV_MSI_BYTES	SZ_1M

static u64 smmu_resv_bytes(const struct smmu_window_range *range)
{
	return range->last - range->start + 1;
}

static const struct smmu_resv *smmu_resv_overlap(const struct list_head *regions, u64 start,
						 u64 last)
{
	const struct smmu_resv *resv;

	list_for_each_entry(resv, regions, node)
		if (start <= resv->range.last && resv->range.start <= last)
			return resv;
	return NULL;
}

/* The highest addresses of a range that no region touches */
static bool smmu_resv_top_gap(const struct list_head *regions, u64 start, u64 last,
			      struct smmu_window_range *gap)
{
	const struct smmu_resv *resv;

	while ((resv = smmu_resv_overlap(regions, last, last))) {
		if (resv->range.start <= start)
			return false;
		last = resv->range.start - 1;
	}
	list_for_each_entry(resv, regions, node)
		if (resv->range.last < last)
			start = max(start, resv->range.last + 1);
	*gap = (struct smmu_window_range){ start, last };
	return true;
}

/* A small gap gives an eighth of itself to the doorbells, at least a granule. */
static bool smmu_resv_fit_msi(const struct smmu_window_range *gap, u64 granule,
			      struct smmu_window_range *msi)
{
	u64 eighth = BIT_ULL(fls64((gap->last - gap->start) / 8 + 1) - 1);
	u64 bytes = clamp(eighth, granule, (u64)SMMU_RESV_MSI_BYTES);

	msi->last = ALIGN_DOWN(gap->last + 1, bytes) - 1;
	msi->start = msi->last - (bytes - 1);
	return msi->last <= gap->last && gap->start <= msi->start && msi->start < msi->last;
}

/* Room for the doorbells in one part of the window, as high as possible. */
static bool smmu_resv_place_msi_in(const struct list_head *regions,
				   const struct smmu_window_range *part, u64 granule,
				   struct smmu_window_range *msi)
{
	struct smmu_window_range gap;
	u64 last = part->last;

	while (smmu_resv_top_gap(regions, part->start, last, &gap)) {
		if (smmu_resv_fit_msi(&gap, granule, msi))
			return true;
		if (gap.start == part->start)
			return false;
		last = gap.start - 1;
	}
	return false;
}

static bool smmu_resv_place_msi(const struct smmu_master *master, const struct list_head *regions,
				struct smmu_window_range *msi)
{
	u64 granule = BIT_ULL(master->granule_lg2);
	int i;

	msi->start = SMMU_RESV_MSI_BASE;
	msi->last = SMMU_RESV_MSI_BASE + SMMU_RESV_MSI_BYTES - 1;
	if (smmu_window_contains(&master->window, msi->start, msi->last) &&
	    !smmu_resv_overlap(regions, msi->start, msi->last))
		return true;

	for (i = master->window.nr - 1; i >= 0; i--)
		if (smmu_resv_place_msi_in(regions, &master->window.range[i], granule, msi))
			return true;
	return false;
}

/**
 * smmu_resv_shape() - What becomes of the addresses that the firmware gives to a region
 * @start: the first one
 * @bytes: how many
 * @reg: where the region lies, %NULL if it does not say
 * @granule_lg2: log2 of the granule of the master's page tables
 * @resv: where the region goes; of no use if it is empty
 *
 * What cannot be mapped as it is told is kept free, as elsewhere in Linux.
 *
 * Context: any; pure.
 * Return: how much of what is told holds.
 */
enum smmu_resv_shape smmu_resv_shape(u64 start, u64 bytes, const struct smmu_window_range *reg,
				     u8 granule_lg2, struct smmu_resv *resv)
{
	const u64 offset = BIT_ULL(granule_lg2) - 1;
	enum smmu_resv_shape shape = SMMU_RESV_AS_TOLD;
	u64 last = start + bytes - 1;

	if (!bytes)
		return SMMU_RESV_EMPTY;
	if (last < start) {
		shape = SMMU_RESV_CUT;
		last = U64_MAX;
	} else if (reg && reg->last - reg->start != last - start) {
		shape = SMMU_RESV_OTHER_SIZE;
	} else if (reg && (reg->start ^ start) & offset) {
		shape = SMMU_RESV_OTHER_OFFSET;
	} else if (reg && (start | (last + 1)) & offset) {
		shape = SMMU_RESV_WIDENED;
	}
	resv->range.start = start & ~offset;
	resv->range.last = last | offset;
	resv->kind = SMMU_RESV_HOLE;
	if (!reg || (shape != SMMU_RESV_AS_TOLD && shape != SMMU_RESV_WIDENED))
		return shape;
	resv->phys = reg->start & ~offset;
	resv->kind = reg->start == start ? SMMU_RESV_DIRECT : SMMU_RESV_MOVED;
	return shape;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_resv_shape);

/**
 * smmu_resv_contradicts() - Whether two regions lead the same addresses to two places
 * @a: one
 * @b: the other
 *
 * Context: any; pure.
 * Return: true if so.
 */
bool smmu_resv_contradicts(const struct smmu_resv *a, const struct smmu_resv *b)
{
	if (a->kind == SMMU_RESV_HOLE || b->kind == SMMU_RESV_HOLE ||
	    a->range.start > b->range.last || b->range.start > a->range.last)
		return false;
	return a->phys - a->range.start != b->phys - b->range.start;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_resv_contradicts);

/**
 * smmu_resv_read_msi() - Find out where a master's MSIs go
 * @master: the master, with its window and its regions
 *
 * The core maps their doorbells in a part of the window, or else a hook knows where.
 *
 * Context: may sleep.
 */
void smmu_resv_read_msi(struct smmu_master *master)
{
	struct smmu_window_range msi;

	if (smmu_arm32.read_msi)
		smmu_arm32.read_msi(master);
	else if (!smmu_resv_place_msi(master, &master->resv, &msi))
		dev_warn(master->dev, "its DMA window has no room for MSI doorbells\n");
}

/**
 * smmu_resv_free() - Free what the firmware wanted kept for a master
 * @master: the master
 *
 * Context: any.
 */
void smmu_resv_free(struct smmu_master *master)
{
	struct smmu_resv *resv, *next;

	list_for_each_entry_safe(resv, next, &master->resv, node)
		kfree(resv);
	INIT_LIST_HEAD(&master->resv);
}

static int smmu_resv_translates_one(const struct smmu_master *master, void *ctx)
{
	const struct smmu_resv *resv;

	list_for_each_entry(resv, &master->resv, node)
		if (resv->kind == SMMU_RESV_MOVED)
			return 1;
	return 0;
}

/**
 * smmu_resv_translates() - Whether the firmware wants addresses of a group translated
 * @master: a master of the group
 *
 * Context: may sleep; as smmu_resv_list().
 * Return: true if a region of it lies elsewhere, which identity cannot keep.
 */
bool smmu_resv_translates(const struct smmu_master *master)
{
	return smmu_master_visit_group(master, smmu_resv_translates_one, NULL);
}

/*
 * Only what the core can ask for: on 32-bit kernels it knows no address beyond 4 GiB,
 * and counts a region's bytes in a size_t, which is too narrow for some.  Regions that
 * tell a window by all the rest would come in thousands of millions of parts.
 */
static void smmu_resv_report(const struct smmu_master *master, struct list_head *head,
			     const struct smmu_window_range *range, int prot,
			     enum iommu_resv_type type)
{
	const u64 last = min3(range->last, smmu_window_last(&master->window), (u64)ULONG_MAX);
	u64 start = max(range->start, smmu_window_start(&master->window));
	struct iommu_resv_region *region;
	u64 bytes;

	for (; start <= last; start += bytes) {
		bytes = min_t(u64, last - start, ALIGN_DOWN(SIZE_MAX, SZ_1M) - 1) + 1;
		region = iommu_alloc_resv_region(start, bytes, prot, type, GFP_KERNEL);
		if (!region) {
			dev_err(master->dev, "no memory to reserve %#llx-%#llx\n", start, last);
			return;
		}
		list_add_tail(&region->list, head);
		if (bytes > last - start)
			return;
	}
}

static bool smmu_resv_same(const struct smmu_resv *a, const struct smmu_resv *b)
{
	return a->kind == b->kind && a->range.start == b->range.start &&
	       a->range.last == b->range.last && (a->kind == SMMU_RESV_HOLE || a->phys == b->phys);
}

static bool smmu_resv_has(const struct list_head *regions, const struct smmu_resv *resv)
{
	const struct smmu_resv *other;

	list_for_each_entry(other, regions, node)
		if (smmu_resv_same(other, resv))
			return true;
	return false;
}

/* Copy those of a master's regions that are not in a list yet. */
static int smmu_resv_collect_one(const struct smmu_master *master, void *ctx)
{
	struct list_head *regions = ctx;
	const struct smmu_resv *resv;
	struct smmu_resv *copy;

	list_for_each_entry(resv, &master->resv, node) {
		if (smmu_resv_has(regions, resv))
			continue;
		copy = kmemdup(resv, sizeof(*resv), GFP_KERNEL);
		if (!copy)
			return -ENOMEM;
		list_add_tail(&copy->node, regions);
	}
	return 0;
}

static void smmu_resv_drop(struct list_head *regions)
{
	struct smmu_resv *resv, *next;

	list_for_each_entry_safe(resv, next, regions, node)
		kfree(resv);
}

/* All regions of a master's group: what one must not use, none of them is given. */
static int smmu_resv_collect(const struct smmu_master *master, struct list_head *regions)
{
	int ret = smmu_master_visit_group(master, smmu_resv_collect_one, regions);

	if (ret)
		smmu_resv_drop(regions);
	return ret;
}

static int smmu_resv_list_doorbell(const struct smmu_master *master, void *head)
{
	smmu_arm32.list_msi(master, head);
	return 0;
}

/* What is left to MSIs: see smmu_resv_read_msi(). */
static void smmu_resv_list_msi(const struct smmu_master *master, const struct list_head *regions,
			       struct list_head *head)
{
	struct smmu_window_range msi;

	if (smmu_arm32.list_msi)
		smmu_master_visit_group(master, smmu_resv_list_doorbell, head);
	else if (smmu_resv_place_msi(master, regions, &msi))
		smmu_resv_report(master, head, &msi, IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO,
				 IOMMU_RESV_SW_MSI);
}

/**
 * smmu_resv_list() - What iommu_ops.get_resv_regions has to tell of a master
 * @master: the master
 * @head: where the regions go
 *
 * It tells of all masters of the group: the DMA API gives out one range of addresses for
 * all, and asks only the first of them.
 *
 * Context: may sleep; takes a lock that is taken inside a group's mutex.
 */
void smmu_resv_list(const struct smmu_master *master, struct list_head *head)
{
	const struct smmu_window *window = &master->window;
	const struct smmu_resv *resv;
	struct smmu_window_range hole;
	LIST_HEAD(regions);
	unsigned int i;

	if (smmu_resv_collect(master, &regions)) {
		dev_err(master->dev, "no memory to tell what its firmware reserves\n");
		return;
	}
	smmu_resv_list_msi(master, &regions, head);
	for (i = 1; i < window->nr; i++) {
		hole.start = window->range[i - 1].last + 1;
		hole.last = window->range[i].start - 1;
		smmu_resv_report(master, head, &hole, 0, IOMMU_RESV_RESERVED);
	}
	list_for_each_entry(resv, &regions, node)
		smmu_resv_report(master, head, &resv->range, resv->prot,
				 resv->kind == SMMU_RESV_DIRECT ? IOMMU_RESV_DIRECT :
								  IOMMU_RESV_RESERVED);
	smmu_resv_drop(&regions);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_resv_list);

/* Whether regions leave nothing of a range. */
static bool smmu_resv_cover(const struct list_head *regions, u64 start, u64 last)
{
	const struct smmu_resv *resv;

	while ((resv = smmu_resv_overlap(regions, start, start))) {
		if (resv->range.last >= last)
			return true;
		start = resv->range.last + 1;
	}
	return false;
}

/* Whether regions leave nothing of that part of another that lies in a window. */
static bool smmu_resv_cover_in(const struct list_head *regions, const struct smmu_window *window,
			       const struct smmu_resv *resv)
{
	unsigned int i;

	for (i = 0; i < window->nr; i++) {
		u64 start = max(resv->range.start, window->range[i].start);
		u64 last = min(resv->range.last, window->range[i].last);

		if (start <= last && !smmu_resv_cover(regions, start, last))
			return false;
	}
	return true;
}

/**
 * smmu_resv_check_late() - Whether a master's regions are known to a group already
 * @master: a master that is to join the group
 * @member: a master of the group, in which addresses may have been given out
 *
 * Context: may sleep; as smmu_resv_list().
 * Return: 0; -EBUSY (and a line that says where) if addresses of a region may be in use;
 * or -ENOMEM.
 */
int smmu_resv_check_late(const struct smmu_master *master, const struct smmu_master *member)
{
	const struct smmu_resv *resv;
	LIST_HEAD(regions);
	int ret;

	ret = smmu_resv_collect(member, &regions);
	if (ret)
		return ret;
	list_for_each_entry(resv, &master->resv, node) {
		if (smmu_resv_cover_in(&regions, &master->window, resv))
			continue;
		dev_err(master->dev,
			"\"iommu-addresses\" %#llx-%#llx come too late: %s, which is in its group, may use them already; give both the same\n",
			resv->range.start, resv->range.last, dev_name(member->dev));
		ret = -EBUSY;
		break;
	}
	smmu_resv_drop(&regions);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_resv_check_late);

/**
 * smmu_resv_check_group() - Whether regions of two masters can be kept in one domain
 * @master: one of them, which is named in the line if they cannot
 * @other: the other one
 *
 * Context: any.
 * Return: 0 or -EINVAL (and a line that says where).
 */
int smmu_resv_check_group(const struct smmu_master *master, const struct smmu_master *other)
{
	const struct smmu_resv *a, *b;

	list_for_each_entry(a, &master->resv, node) {
		list_for_each_entry(b, &other->resv, node) {
			if (!smmu_resv_contradicts(a, b))
				continue;
			dev_err(master->dev,
				"\"iommu-addresses\" %#llx-%#llx lead elsewhere than those at %#llx-%#llx of %s, which is in its group\n",
				a->range.start, a->range.last, b->range.start, b->range.last,
				dev_name(other->dev));
			return -EINVAL;
		}
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_resv_check_group);

static int smmu_resv_map_one(struct smmu_domain *smmu_domain, const struct smmu_master *master,
			     const struct smmu_resv *resv)
{
	int ret = smmu_domain_map_region(smmu_domain, resv->range.start, resv->phys,
					 smmu_resv_bytes(&resv->range), resv->prot);

	if (ret)
		dev_err(master->dev,
			"cannot map the firmware's region at %pap to %#llx-%#llx: %pe\n",
			&resv->phys, resv->range.start, resv->range.last, ERR_PTR(ret));
	return ret;
}

/* Whether a region has to be mapped in a domain, and nobody else does it. */
static bool smmu_resv_is_ours(const struct smmu_domain *smmu_domain, const struct smmu_resv *resv)
{
	bool core_api = smmu_domain->domain.type & __IOMMU_DOMAIN_DMA_API;
	/* A domain of the DMA API that the core does not know to be one */
	bool other_api = smmu_arm32.serves && smmu_arm32.serves(smmu_domain);

	switch (resv->kind) {
	case SMMU_RESV_DIRECT:
		return other_api;
	case SMMU_RESV_MOVED:
		return core_api || other_api;
	default:
		return false;
	}
}

/**
 * smmu_resv_map() - Map what a master needs without asking for it
 * @smmu_domain: the domain that is being attached
 * @master: the master, not attached to it yet
 *
 * Only domains of the DMA API get the firmware's regions: whoever brings a domain of
 * its own takes over what is in it.  A region that was mapped before one that fails
 * stays: the core gives up a default domain that cannot be attached, and others may use
 * the region.
 *
 * Context: may sleep.
 * Return: 0 or as smmu_domain_map_region().
 */
int smmu_resv_map(struct smmu_domain *smmu_domain, const struct smmu_master *master)
{
	const struct smmu_resv *resv;
	int ret;

	list_for_each_entry(resv, &master->resv, node) {
		if (!smmu_resv_is_ours(smmu_domain, resv))
			continue;
		ret = smmu_resv_map_one(smmu_domain, master, resv);
		if (ret)
			return ret;
	}
	/* MSI doorbells, where the core does not map them; in every domain */
	return smmu_arm32.map_msi ? smmu_arm32.map_msi(smmu_domain, master) : 0;
}
