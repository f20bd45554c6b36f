// SPDX-License-Identifier: GPL-2.0-only
/*
 * "dma-ranges": what a bus lets through, in front of an SMMU and behind it.
 *
 * In front, the binding has the property ignored where a master has "iommus"; the
 * kernel goes by it all the same, and boards rely on that.  So it stays in force,
 * with a warning where it takes something away, unless the user asks for the
 * binding's rule.
 */
#include <linux/amba/bus.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include <kunit/visibility.h>

#include "dt/dt.h"
#include "master.h"
#include "smmu.h"

static bool ignore_dma_ranges;
module_param(ignore_dma_ranges, bool, 0444);
MODULE_PARM_DESC(ignore_dma_ranges,
		 "Masters ignore \"dma-ranges\" of their bus, as the binding says (default: they are limited by it, as elsewhere in Linux)");

/**
 * smmu_dmaranges_check() - Whether an SMMU can reach its tables
 * @smmu: the SMMU
 *
 * Tables hold addresses as the CPU has them, so the walker must see them so.
 *
 * Context: any.
 * Return: 0 or -EINVAL (and a line that says what is wrong).
 */
int smmu_dmaranges_check(struct smmu_device *smmu)
{
	const struct bus_dma_region *map = smmu->dev->dma_range_map;
	struct device_node *np = smmu->dev->of_node;

	if (!map)
		return 0;
	for (; map->size; map++)
		if (map->cpu_start != map->dma_start)
			return dev_err_probe(smmu->dev, -EINVAL,
					     "\"dma-ranges\" of the bus of %pOF moves addresses: table addresses would be wrong; remove it or make it identity\n",
					     np);
	/* What cannot be reached counts as the highest address of all. */
	if (dma_get_required_mask(smmu->dev) == DMA_BIT_MASK(64))
		return dev_err_probe(smmu->dev, -EINVAL,
				     "\"dma-ranges\" of the bus of %pOF ends at %#llx, before the end of memory: tables must be reachable; extend it\n",
				     np, (u64)dma_range_map_max(smmu->dev->dma_range_map));
	return 0;
}

/* Whether the bus would let a master reach less than "iommus" promises. */
static bool smmu_dmaranges_contradict(const struct smmu_master *master)
{
	const struct bus_dma_region *map = master->dev->dma_range_map;
	u64 last = master->windowed ? smmu_window_last(&master->window) : DMA_BIT_MASK(32);

	if (dma_range_map_min(map) > smmu_window_start(&master->window) ||
	    dma_range_map_max(map) < last)
		return true;
	for (; map->size; map++)
		if (map->cpu_start != map->dma_start)
			return true;
	return false;
}

/**
 * smmu_dmaranges_lift() - Take the limits of "dma-ranges" off a device
 * @dev: the device
 *
 * The map is not ours to free: of_dma_configure_id() knows its address while the device
 * is introduced to its IOMMU, and frees it if that has to wait; later, the driver core
 * does.  So it stays where it is, and comes to say that all addresses are what they are.
 *
 * Context: any; nobody uses the device for DMA.
 */
VISIBLE_IF_KUNIT void smmu_dmaranges_lift(struct device *dev)
{
	/* Whoever makes such maps allocates them; const is for their users. */
	struct bus_dma_region *map = (struct bus_dma_region *)dev->dma_range_map;

	if (!map || !map[0].size)
		return;
	map[0] = (struct bus_dma_region){ .size = U64_MAX };
	/* There is one more than are in use. */
	map[1].size = 0;
	dev->bus_dma_limit = 0;
	/* The limit had gone into the masks before the driver could set its own. */
	dev->coherent_dma_mask |= DMA_BIT_MASK(32);
	*dev->dma_mask |= DMA_BIT_MASK(32);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_dmaranges_lift);

/**
 * smmu_dmaranges_apply() - What "dma-ranges" of a master's bus means to it
 * @master: the master, with its window
 *
 * Context: from probe_device, before a domain is made.
 */
void smmu_dmaranges_apply(struct smmu_master *master)
{
	struct device *dev = master->dev;

	if (ignore_dma_ranges)
		smmu_dmaranges_lift(dev);
	else if (dev->dma_range_map && smmu_dmaranges_contradict(master))
		dev_warn(dev, "\"dma-ranges\" of its bus limits DMA to %#llx-%#llx, although \"iommus\" gives it an IOMMU; smmu.ignore_dma_ranges=1 ignores it\n",
			 (u64)dma_range_map_min(dev->dma_range_map),
			 (u64)dma_range_map_max(dev->dma_range_map));
}

/* How devices of this driver are known. */
static const struct iommu_ops *smmu_dmaranges_ops;

/* The kernel reads the property anew each time a driver is bound to a device. */
static int smmu_dmaranges_bound(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct iommu_device *iommu;
	struct device *dev = data;

	/* Other events come without the device's lock. */
	if (event != BUS_NOTIFY_BIND_DRIVER)
		return NOTIFY_DONE;
	iommu = smmu_dt_iommu_of(dev);
	if (iommu && iommu->ops == smmu_dmaranges_ops)
		smmu_dmaranges_lift(dev);
	return NOTIFY_DONE;
}

static const struct bus_type * const smmu_dmaranges_buses[] = {
	&platform_bus_type,
#ifdef CONFIG_PCI
	&pci_bus_type,
#endif
#ifdef CONFIG_ARM_AMBA
	&amba_bustype,
#endif
};

static struct notifier_block smmu_dmaranges_watchers[ARRAY_SIZE(smmu_dmaranges_buses)];

/**
 * smmu_dmaranges_watch() - Apply the binding's rule whenever a driver is bound
 * @ops: how devices of this driver are known
 *
 * Context: from module init.
 * Return: 0 or -errno.
 */
int smmu_dmaranges_watch(const struct iommu_ops *ops)
{
	unsigned int i;
	int ret = 0;

	smmu_dmaranges_ops = ops;
	for (i = 0; ignore_dma_ranges && !ret && i < ARRAY_SIZE(smmu_dmaranges_buses); i++) {
		smmu_dmaranges_watchers[i].notifier_call = smmu_dmaranges_bound;
		ret = bus_register_notifier(smmu_dmaranges_buses[i], &smmu_dmaranges_watchers[i]);
	}
	return ret;
}

/**
 * smmu_dmaranges_unwatch() - Undo smmu_dmaranges_watch()
 *
 * Context: from module exit.
 */
void smmu_dmaranges_unwatch(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(smmu_dmaranges_buses); i++)
		if (smmu_dmaranges_watchers[i].notifier_call)
			bus_unregister_notifier(smmu_dmaranges_buses[i],
						&smmu_dmaranges_watchers[i]);
}
