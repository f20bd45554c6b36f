// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses of a master that are not for the DMA API to hand out: what the
 * firmware says of them ("iommu-addresses" of reserved memory), what lies between
 * the parts of its window, and where it finds MSI doorbells.
 *
 * The IOMMU core maps a firmware region whose addresses are the same on both sides
 * and takes any other for a bare reservation, though the binding promises a
 * mapping; such a region is mapped here, when a domain of the DMA API is attached.
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/iommu.h>
#include <linux/minmax.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/property.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "arm32/arm32.h"
#include "compat.h"
#include "domain.h"
#include "master.h"
#include "pgtable/pgtable.h"
#include "resv.h"
#include "smmu.h"

/* Free on known boards, and so the first choice for the doorbells. */
#define SMMU_RESV_MSI_BASE	0x8000000
#define SMMU_RESV_MSI_BYTES	SZ_1M

/* What becomes of a region. */
enum smmu_resv_kind {
	SMMU_RESV_HOLE,		/* left alone */
	SMMU_RESV_DIRECT,	/* mapped one to one, by whoever has the DMA API */
	SMMU_RESV_MOVED,	/* mapped elsewhere, by this driver */
};

/**
 * struct smmu_resv - a region that the firmware wants kept
 * @node: in the master's list
 * @kind: what becomes of it
 * @range: its addresses as the master sees them
 * @phys: where it lies, if it is mapped
 */
struct smmu_resv {
	struct list_head node;
	enum smmu_resv_kind kind;
	struct smmu_window_range range;
	phys_addr_t phys;
};

static int smmu_resv_prot(const struct smmu_master *master)
{
	int prot = IOMMU_READ | IOMMU_WRITE;

	return smmu_master_snoops(master) ? prot | IOMMU_CACHE : prot;
}

static u64 smmu_resv_bytes(const struct smmu_window_range *range)
{
	return range->last - range->start + 1;
}

static const struct smmu_resv *smmu_resv_overlap(const struct smmu_master *master, u64 start,
						 u64 last)
{
	const struct smmu_resv *resv;

	list_for_each_entry(resv, &master->resv, node)
		if (start <= resv->range.last && resv->range.start <= last)
			return resv;
	return NULL;
}

/* Room for the doorbells in one part of the window, as high as possible. */
static bool smmu_resv_fit_msi(const struct smmu_master *master,
			      const struct smmu_window_range *part, u64 bytes,
			      struct smmu_window_range *msi)
{
	u64 end = ALIGN_DOWN(part->last + 1, bytes);
	const struct smmu_resv *resv;

	while (end - part->start >= bytes && end > part->start) {
		msi->start = end - bytes;
		msi->last = end - 1;
		resv = smmu_resv_overlap(master, msi->start, msi->last);
		if (!resv)
			return true;
		end = ALIGN_DOWN(resv->range.start, bytes);
	}
	return false;
}

/* A small window gives an eighth of itself to the doorbells, at least a granule. */
static bool smmu_resv_place_msi(const struct smmu_master *master, struct smmu_window_range *msi)
{
	u64 granule = BIT_ULL(master->granule_lg2);
	int i;

	msi->start = SMMU_RESV_MSI_BASE;
	msi->last = SMMU_RESV_MSI_BASE + SMMU_RESV_MSI_BYTES - 1;
	if (smmu_window_contains(&master->window, msi->start, msi->last) &&
	    !smmu_resv_overlap(master, msi->start, msi->last))
		return true;

	for (i = master->window.nr - 1; i >= 0; i--) {
		const struct smmu_window_range *part = &master->window.range[i];
		u64 eighth = BIT_ULL(fls64((part->last - part->start) / 8 + 1) - 1);
		u64 bytes = clamp(eighth, granule, (u64)SMMU_RESV_MSI_BYTES);

		if (smmu_resv_fit_msi(master, part, bytes, msi))
			return true;
	}
	return false;
}

/* Two regions that share addresses must lead to the same place. */
static bool smmu_resv_contradicts(const struct smmu_resv *a, const struct smmu_resv *b)
{
	if (a->kind == SMMU_RESV_HOLE || b->kind == SMMU_RESV_HOLE ||
	    a->range.start > b->range.last || b->range.start > a->range.last)
		return false;
	return a->phys - a->range.start != b->phys - b->range.start;
}

/* Whether a region can be kept as the firmware wants it. */
static int smmu_resv_check(const struct smmu_master *master, const struct device_node *region,
			   const struct smmu_resv *resv)
{
	u64 mask = BIT_ULL(master->granule_lg2) - 1;
	u64 start = resv->range.start, last = resv->range.last;
	const struct smmu_resv *other;

	if (resv->kind == SMMU_RESV_HOLE)
		return 0;
	list_for_each_entry(other, &master->resv, node) {
		if (!smmu_resv_contradicts(resv, other))
			continue;
		dev_err(master->dev,
			"\"iommu-addresses\" of %pOF: %#llx-%#llx leads elsewhere than the region at %#llx-%#llx\n",
			region, start, last, other->range.start, other->range.last);
		return -EINVAL;
	}
	if ((start | (last + 1) | resv->phys) & mask) {
		dev_err(master->dev, "\"iommu-addresses\" of %pOF: %#llx-%#llx is not on a granule\n",
			region, start, last);
		return -EINVAL;
	}
	if (!smmu_window_contains(&master->window, start, last)) {
		dev_err(master->dev,
			"\"iommu-addresses\" of %pOF: %#llx-%#llx lies outside the DMA window of %pOF\n",
			region, start, last, master->dev->of_node);
		return -EINVAL;
	}
	return 0;
}

/* What a region's "reg" makes of its addresses. */
static int smmu_resv_classify(const struct smmu_master *master, struct device_node *region,
			      struct smmu_resv *resv)
{
	u64 bytes = smmu_resv_bytes(&resv->range);
	struct resource phys;

	if (!of_property_present(region, "reg"))
		return 0;
	if (of_address_to_resource(region, 0, &phys)) {
		dev_err(master->dev, "\"reg\" of %pOF cannot be read\n", region);
		return -EINVAL;
	}
	if (resource_size(&phys) != bytes) {
		dev_err(master->dev,
			"\"iommu-addresses\" of %pOF: %#llx bytes, but its \"reg\" has %#llx\n",
			region, bytes, (u64)resource_size(&phys));
		return -EINVAL;
	}
	resv->phys = phys.start;
	resv->kind = phys.start == resv->range.start ? SMMU_RESV_DIRECT : SMMU_RESV_MOVED;
	return 0;
}

static int smmu_resv_add(struct smmu_master *master, struct device_node *region, u64 start,
			 u64 bytes)
{
	struct smmu_resv *resv;
	int ret;

	if (!bytes || start + bytes - 1 < start) {
		dev_err(master->dev, "\"iommu-addresses\" of %pOF: %#llx bytes at %#llx are no range\n",
			region, bytes, start);
		return -EINVAL;
	}
	resv = kzalloc_obj(*resv, GFP_KERNEL);
	if (!resv)
		return -ENOMEM;
	resv->range.start = start;
	resv->range.last = start + bytes - 1;
	ret = smmu_resv_classify(master, region, resv);
	if (!ret)
		ret = smmu_resv_check(master, region, resv);
	if (ret) {
		kfree(resv);
		return ret;
	}
	list_add_tail(&resv->node, &master->resv);
	return 0;
}

/*
 * Entries of several masters stand in one list, each as long as its master's bus
 * makes it.
 */
static int smmu_resv_read_region(struct smmu_master *master, struct device_node *region)
{
	const __be32 *at, *end;
	int bytes, ret = 0;

	at = of_get_property(region, "iommu-addresses", &bytes);
	if (!at)
		return 0;
	end = at + bytes / sizeof(*at);
	while (at < end && !ret) {
		struct device_node *np = of_find_node_by_phandle(be32_to_cpup(at++));
		int na = np ? of_n_addr_cells(np) : 0;
		int ns = np ? of_n_size_cells(np) : 0;

		of_node_put(np);
		if (!np || end - at < na + ns) {
			dev_err(master->dev,
				"\"iommu-addresses\" of %pOF is not a list of device, address, size\n",
				region);
			return -EINVAL;
		}
		if (np == master->dev->of_node)
			ret = smmu_resv_add(master, region, of_read_number(at, na),
					    of_read_number(at + na, ns));
		at += na + ns;
	}
	return ret;
}

/* MSIs: the core maps their doorbells in a part of the window, or else a hook knows where. */
static void smmu_resv_read_msi(struct smmu_master *master)
{
	struct smmu_window_range msi;

	if (smmu_arm32.read_msi)
		smmu_arm32.read_msi(master);
	else if (!smmu_resv_place_msi(master, &msi))
		dev_warn(master->dev, "its DMA window has no room for MSI doorbells\n");
}

/**
 * smmu_resv_read() - Read what the firmware wants kept for a master
 * @master: the master, with its window
 *
 * Context: may sleep.
 * Return: 0, -EINVAL (and a line that says what is wrong) or -ENOMEM.
 */
int smmu_resv_read(struct smmu_master *master)
{
	struct device_node *np = master->dev->of_node, *region;
	int i = 0, ret = 0;

	while (!ret && (region = of_parse_phandle(np, "memory-region", i++))) {
		ret = smmu_resv_read_region(master, region);
		of_node_put(region);
	}
	if (!ret)
		smmu_resv_read_msi(master);
	return ret;
}

/**
 * smmu_resv_free() - Free what smmu_resv_read() read
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

/**
 * smmu_resv_translates() - Whether the firmware wants addresses of a master translated
 * @master: the master
 *
 * Context: any.
 * Return: true if a region of it lies elsewhere, which identity cannot keep.
 */
bool smmu_resv_translates(const struct smmu_master *master)
{
	const struct smmu_resv *resv;

	list_for_each_entry(resv, &master->resv, node)
		if (resv->kind == SMMU_RESV_MOVED)
			return true;
	return false;
}

/* The core counts a region's bytes in a size_t, which may be too narrow for one. */
static void smmu_resv_report(const struct smmu_master *master, struct list_head *head,
			     struct smmu_window_range range, enum iommu_resv_type type)
{
	bool msi = type == IOMMU_RESV_SW_MSI;
	int prot = msi ? IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO : smmu_resv_prot(master);
	struct iommu_resv_region *region;
	size_t bytes;

	do {
		bytes = min_t(u64, smmu_resv_bytes(&range), ALIGN_DOWN(SIZE_MAX, SZ_1M));
		region = iommu_alloc_resv_region(range.start, bytes, prot, type, GFP_KERNEL);
		if (!region) {
			dev_err(master->dev, "no memory to reserve %#llx-%#llx\n", range.start,
				range.last);
			return;
		}
		list_add_tail(&region->list, head);
		range.start += bytes;
	} while (range.start <= range.last && range.start);
}

/* What is left to MSIs: see smmu_resv_read_msi(). */
static void smmu_resv_list_msi(const struct smmu_master *master, struct list_head *head)
{
	struct smmu_window_range msi;

	if (smmu_arm32.list_msi)
		smmu_arm32.list_msi(master, head);
	else if (smmu_resv_place_msi(master, &msi))
		smmu_resv_report(master, head, msi, IOMMU_RESV_SW_MSI);
}

/**
 * smmu_resv_list() - What iommu_ops.get_resv_regions has to tell of a master
 * @master: the master
 * @head: where the regions go
 *
 * Context: may sleep.
 */
void smmu_resv_list(const struct smmu_master *master, struct list_head *head)
{
	const struct smmu_window *window = &master->window;
	const struct smmu_resv *resv;
	struct smmu_window_range range;
	unsigned int i;

	smmu_resv_list_msi(master, head);
	for (i = 1; i < window->nr; i++) {
		range.start = window->range[i - 1].last + 1;
		range.last = window->range[i].start - 1;
		smmu_resv_report(master, head, range, IOMMU_RESV_RESERVED);
	}
	list_for_each_entry(resv, &master->resv, node)
		smmu_resv_report(master, head, resv->range, resv->kind == SMMU_RESV_DIRECT ?
				 IOMMU_RESV_DIRECT : IOMMU_RESV_RESERVED);
}

static int smmu_resv_map_one(struct smmu_domain *smmu_domain, const struct smmu_master *master,
			     const struct smmu_resv *resv)
{
	int ret = smmu_domain_map_region(smmu_domain, resv->range.start, resv->phys,
					 smmu_resv_bytes(&resv->range), smmu_resv_prot(master));

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
