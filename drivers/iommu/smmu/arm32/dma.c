// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA API of 32-bit Arm, where the architecture and not the IOMMU core gives
 * out addresses (arch/arm/mm/dma-mapping.c).
 *
 * Left alone, the architecture makes a domain of 4 GiB from address 0 each time a
 * driver is bound, and attaches it in place of the core's default domain.  That
 * knows no DMA window, no address that has to stay free, no group of two devices,
 * and no VFIO.  So this driver makes that domain, once for a group, before a driver
 * is bound, and takes out of its bitmaps what must not be given out.  To the core,
 * the group stays in its default domain, which the kernel wants to be "identity"
 * here: attaching that one leads the streams to the API's domain (attach.c).
 */
#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <asm/dma-iommu.h>

#include "arm32/coherent.h"
#include "arm32/dma.h"
#include "arm32/learn.h"
#include "attach.h"
#include "domain.h"
#include "master.h"
#include "resv.h"

/* One bitmap of a mapping is a page; a larger mapping has several of them. */
#define SMMU_ARMDMA_BITMAP_BYTES	((u64)PAGE_SIZE * BITS_PER_BYTE * PAGE_SIZE)

/* Taken before a group's mutex: one group is set up at a time. */
static DEFINE_MUTEX(smmu_armdma_lock);

/* The operations for devices behind an IOMMU.  Never changes after module init. */
static const struct dma_map_ops *smmu_armdma_ops;

/*
 * The part of the master's window that 32-bit Arm gives out addresses in: they are
 * numbers of 32 bits in the calls to the IOMMU core.
 */
static int smmu_armdma_aperture(const struct smmu_master *master,
				struct smmu_window_range *aperture)
{
	const struct bus_dma_region *map = master->dev->dma_range_map;
	u64 start = smmu_window_start(&master->window);
	u64 last = smmu_window_last(&master->window);

	if (map) {
		start = max_t(u64, start, ALIGN(dma_range_map_min(map), PAGE_SIZE));
		last = min_t(u64, last, ALIGN_DOWN(dma_range_map_max(map) + 1, PAGE_SIZE) - 1);
	}
	aperture->start = start;
	aperture->last = min_t(u64, last, U32_MAX);
	if (aperture->start < aperture->last)
		return 0;
	dev_err(master->dev, "DMA window %#llx-%#llx lies beyond 4 GiB, where 32-bit Arm gives out no addresses\n",
		start, last);
	return -ERANGE;
}

/* All bitmaps up to one, which the architecture would add as it needs them. */
static int smmu_armdma_extend(struct dma_iommu_mapping *mapping, unsigned int nr)
{
	while (mapping->nr_bitmaps < nr) {
		unsigned long *bitmap = kzalloc(mapping->bitmap_size, GFP_KERNEL);
		unsigned long flags;

		if (!bitmap)
			return -ENOMEM;
		spin_lock_irqsave(&mapping->lock, flags);
		if (mapping->nr_bitmaps < nr) {
			mapping->bitmaps[mapping->nr_bitmaps++] = bitmap;
			bitmap = NULL;
		}
		spin_unlock_irqrestore(&mapping->lock, flags);
		kfree(bitmap);
	}
	return 0;
}

/* Take pages, counted from the mapping's base, out of what is given out. */
static void smmu_armdma_take(struct dma_iommu_mapping *mapping, u64 first, u64 end)
{
	unsigned long flags;

	spin_lock_irqsave(&mapping->lock, flags);
	while (first < end) {
		unsigned int index = (u32)first / mapping->bits;
		unsigned int at = (u32)first % mapping->bits;
		unsigned int nr = min_t(u64, end - first, mapping->bits - at);

		bitmap_set(mapping->bitmaps[index], at, nr);
		first += nr;
	}
	spin_unlock_irqrestore(&mapping->lock, flags);
}

/* Never give out what lies in a range; most ranges are not in the mapping at all. */
static int smmu_armdma_reserve(struct dma_iommu_mapping *mapping, u64 start, u64 last)
{
	u64 pages = (u64)mapping->bits * mapping->extensions;
	u64 end = mapping->base + (pages << PAGE_SHIFT);
	u64 first;
	int ret;

	start = max_t(u64, start, mapping->base);
	last = min(last, end - 1);
	if (start > last)
		return 0;
	first = (start - mapping->base) >> PAGE_SHIFT;
	end = ((last - mapping->base) >> PAGE_SHIFT) + 1;
	ret = smmu_armdma_extend(mapping, (u32)(end - 1) / mapping->bits + 1);
	if (!ret)
		smmu_armdma_take(mapping, first, end);
	return ret;
}

/* What the master cannot reach, and what its firmware and its MSIs need. */
static int smmu_armdma_reserve_all(struct dma_iommu_mapping *mapping,
				   const struct smmu_master *master)
{
	struct smmu_window_range aperture;
	struct iommu_resv_region *region;
	LIST_HEAD(regions);
	int ret;

	ret = smmu_armdma_aperture(master, &aperture);
	if (!ret && aperture.start)
		ret = smmu_armdma_reserve(mapping, 0, aperture.start - 1);
	if (!ret)
		ret = smmu_armdma_reserve(mapping, aperture.last + 1, U64_MAX);
	smmu_resv_list(master, &regions);
	list_for_each_entry(region, &regions, list)
		ret = ret ?: smmu_armdma_reserve(mapping, region->start,
						 (u64)region->start + region->length - 1);
	iommu_put_resv_regions(master->dev, &regions);
	return ret;
}

/* A mapping as large as the aperture: the bitmaps of a larger one end beyond it. */
static struct dma_iommu_mapping *smmu_armdma_create(const struct smmu_master *master)
{
	struct dma_iommu_mapping *mapping;
	struct smmu_window_range aperture;
	u64 bytes;
	int ret;

	ret = smmu_armdma_aperture(master, &aperture);
	if (ret)
		return ERR_PTR(ret);
	bytes = aperture.last - aperture.start + 1;
	if (bytes > SMMU_ARMDMA_BITMAP_BYTES)
		bytes = ALIGN(bytes, SMMU_ARMDMA_BITMAP_BYTES);
	mapping = arm_iommu_create_mapping(master->dev, aperture.start, bytes);
	if (IS_ERR(mapping))
		return mapping;

	/* The architecture never unmaps page 0, and drivers take it for no address. */
	ret = smmu_armdma_reserve(mapping, 0, PAGE_SIZE - 1);
	if (!ret)
		return mapping;
	arm_iommu_release_mapping(mapping);
	return ERR_PTR(ret);
}

/* The mapping of another master in the group. Holds the group's mutex. */
static int smmu_armdma_find(struct device *dev, void *ctx)
{
	struct dma_iommu_mapping **mapping = ctx;
	const struct smmu_master *master = dev_iommu_priv_get(dev);

	/* A driver may have detached its device from the mapping itself. */
	if (!*mapping && master && master->api && to_dma_iommu_mapping(dev)) {
		*mapping = to_dma_iommu_mapping(dev);
		kref_get(&(*mapping)->kref);
	}
	return 0;
}

/* A master, and the mapping that it is to have. */
struct smmu_armdma_pair {
	struct smmu_master *master;
	struct dma_iommu_mapping *mapping;
};

/* Lead the master to the API's domain, if it is not in somebody else's. */
static int smmu_armdma_install(struct device *dev, void *ctx)
{
	const struct smmu_armdma_pair *pair = ctx;
	struct smmu_master *master = pair->master;
	int ret = 0;

	if (dev != master->dev)
		return 0;
	master->api = to_smmu_domain(pair->mapping->domain);
	smmu_domain_serve_api(master->api, master);
	if (master->by_default)
		ret = smmu_attach_default(master);
	if (ret) {
		master->api = NULL;
		return ret;
	}
	to_dma_iommu_mapping(dev) = pair->mapping;
	set_dma_ops(dev, smmu_armdma_ops);
	/*
	 * The architecture finds operations installed and leaves the device as it
	 * is; what it may have set up before the SMMU was there is not to be undone
	 * on what is there now.
	 */
	dev->archdata.dma_ops_setup = false;
	return 0;
}

static int smmu_armdma_enter(struct smmu_master *master, struct iommu_group *group)
{
	struct smmu_armdma_pair pair = { .master = master };
	int ret;

	lockdep_assert_held(&smmu_armdma_lock);
	iommu_group_for_each_dev(group, &pair.mapping, smmu_armdma_find);
	if (!pair.mapping)
		pair.mapping = smmu_armdma_create(master);
	if (IS_ERR(pair.mapping))
		return PTR_ERR(pair.mapping);
	ret = smmu_armdma_reserve_all(pair.mapping, master);
	if (!ret)
		ret = iommu_group_for_each_dev(group, &pair, smmu_armdma_install);
	/* The master keeps the reference. */
	if (ret)
		arm_iommu_release_mapping(pair.mapping);
	return ret;
}

/**
 * smmu_armdma_join() - Give a master the DMA API of 32-bit Arm
 * @master: the master, in its group and in the group's domain
 *
 * Where that fails its streams stay blocked: a domain that the architecture brings
 * then, with none of what is done here, is refused.
 *
 * Context: from probe_finalize; may sleep.
 */
void smmu_armdma_join(struct smmu_master *master)
{
	struct iommu_group *group = iommu_group_get(master->dev);
	int ret = 0;

	mutex_lock(&smmu_armdma_lock);
	if (!master->api)
		ret = smmu_armdma_enter(master, group);
	mutex_unlock(&smmu_armdma_lock);
	iommu_group_put(group);
	if (!ret)
		return;
	master->api_failed = true;
	dev_err(master->dev, "cannot set up the DMA API, its DMA stays blocked: %pe\n",
		ERR_PTR(ret));
}

/**
 * smmu_armdma_leave() - Undo smmu_armdma_join()
 * @master: the master, which leads to no domain
 *
 * Context: from release_device, with the group's mutex; may sleep.
 */
void smmu_armdma_leave(struct smmu_master *master)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(master->dev);

	if (!master->api)
		return;
	master->api = NULL;
	to_dma_iommu_mapping(master->dev) = NULL;
	set_dma_ops(master->dev, NULL);
	arm_iommu_release_mapping(mapping);
}

/**
 * smmu_armdma_init() - Learn what smmu_armdma_join() needs
 *
 * Context: from module init, before there is an SMMU.
 * Return: 0 or -errno.
 */
int smmu_armdma_init(void)
{
	const struct dma_map_ops *arch = smmu_armlearn_ops();

	if (IS_ERR(arch)) {
		pr_err("smmu: cannot learn how 32-bit Arm maps DMA: %pe\n", arch);
		return PTR_ERR(arch);
	}
	smmu_armdma_ops = smmu_armcoherent_ops(arch);
	return smmu_armdma_ops ? 0 : -ENOMEM;
}

/**
 * smmu_armdma_exit() - Undo smmu_armdma_init()
 *
 * Context: from module exit; no master is left.
 */
void smmu_armdma_exit(void)
{
	kfree(smmu_armdma_ops);
}
