// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the architecture keeps of a device behind an IOMMU: its mapping, out of whose
 * bitmaps it gives out addresses.
 */
#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "arm32/internal.h"

/* All bitmaps up to one, which the architecture would add as it needs them. */
static int smmu_arm32_extend(struct dma_iommu_mapping *mapping, unsigned int nr)
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
static void smmu_arm32_take(struct dma_iommu_mapping *mapping, u64 first, u64 end)
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

/**
 * smmu_arm32_reserve() - Never give out what lies in a range
 * @mapping: the mapping
 * @start: first address; most ranges are not in the mapping at all
 * @last: last address
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int smmu_arm32_reserve(struct dma_iommu_mapping *mapping, u64 start, u64 last)
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
	ret = smmu_arm32_extend(mapping, (u32)(end - 1) / mapping->bits + 1);
	if (!ret)
		smmu_arm32_take(mapping, first, end);
	return ret;
}

/**
 * smmu_arm32_install() - Put a device's mapping and operations where they are looked for
 * @dev: the device
 * @mapping: the mapping, or %NULL to take it away
 * @ops: the operations, or %NULL
 *
 * The architecture finds operations installed and leaves the device as it is; what it
 * may have set up before the SMMU was there is not to be undone on what is there now.
 * Nor, when they are taken away, is there anything left that it has to undo.
 *
 * Context: nobody uses the device for DMA.
 */
void smmu_arm32_install(struct device *dev, struct dma_iommu_mapping *mapping,
			const struct dma_map_ops *ops)
{
	to_dma_iommu_mapping(dev) = mapping;
	set_dma_ops(dev, ops);
	dev->archdata.dma_ops_setup = false;
}
