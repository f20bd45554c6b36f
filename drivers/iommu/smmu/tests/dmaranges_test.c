// SPDX-License-Identifier: GPL-2.0-only
/*
 * "dma-ranges" that is to be ignored: of the map that the kernel makes of it, only what it
 * says changes, since others free it.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "dt/dt.h"

static struct bus_dma_region *dmaranges_new(struct kunit *test, unsigned int nr)
{
	/* The last one ends the map. */
	struct bus_dma_region *map = kcalloc(nr + 1, sizeof(*map), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, map);
	for (i = 0; i < nr; i++)
		map[i] = (struct bus_dma_region){
			.cpu_start = SZ_1G + i * SZ_256M, .dma_start = i * SZ_64M, .size = SZ_1M,
		};
	return map;
}

static void dmaranges_expect_unlimited(struct kunit *test, struct device *dev)
{
	const struct bus_dma_region *map = dev->dma_range_map;

	KUNIT_EXPECT_EQ(test, dma_range_map_min(map), 0);
	KUNIT_EXPECT_GE(test, dma_range_map_max(map), DMA_BIT_MASK(64) - 1);
	KUNIT_EXPECT_EQ(test, translate_phys_to_dma(dev, SZ_1G), SZ_1G);
	KUNIT_EXPECT_EQ(test, dev->bus_dma_limit, 0);
	KUNIT_EXPECT_EQ(test, dev->coherent_dma_mask, DMA_BIT_MASK(32));
	KUNIT_EXPECT_EQ(test, *dev->dma_mask, DMA_BIT_MASK(32));
}

/*
 * of_dma_configure_id() has the address of the map while an IOMMU meets the device, and
 * frees it if the device has to wait after all.
 */
static void dmaranges_owner(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "smmu-dmaranges");
	struct bus_dma_region *map;
	unsigned int nr;
	u64 mask;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->dma_mask = &mask;
	smmu_dmaranges_lift(dev);
	for (nr = 0; nr < 4; nr++) {
		map = dmaranges_new(test, nr);
		mask = DMA_BIT_MASK(28);
		dev->coherent_dma_mask = mask;
		dev->bus_dma_limit = mask;
		dev->dma_range_map = map;
		smmu_dmaranges_lift(dev);
		smmu_dmaranges_lift(dev);
		KUNIT_EXPECT_PTR_EQ(test, dev->dma_range_map, map);
		if (nr && dev->dma_range_map)
			dmaranges_expect_unlimited(test, dev);
		if (dev->dma_range_map)
			kfree(map);
		dev->dma_range_map = NULL;
	}
	dev->dma_mask = NULL;
}

static struct kunit_case dmaranges_cases[] = {
	KUNIT_CASE(dmaranges_owner),
	{ }
};

static struct kunit_suite dmaranges_suite = {
	.name = "smmu-dmaranges",
	.test_cases = dmaranges_cases,
};

kunit_test_suite(dmaranges_suite);
