// SPDX-License-Identifier: GPL-2.0-only
/*
 * Masters that are at work before their SMMU has a driver.
 *
 * The core gives a device an IOMMU when its driver is bound, never later.  One that was
 * bound before uses physical addresses, which an SMMU with a driver no longer lets
 * through: the disk of a running system would be gone.
 */
#include <linux/amba/bus.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "compat.h"
#include "dt/dt.h"
#include "smmu.h"

/* How long the driver core may take with all masters that it is busy with. */
#define SMMU_LATE_WAIT	(2 * HZ)

static bool allow_late;
module_param(allow_late, bool, 0444);
MODULE_PARM_DESC(allow_late,
		 "Drive an SMMU although masters of it are at work without it, which cuts them off (default: leave it alone and say which)");

/**
 * struct smmu_late_search - who is at work without an SMMU
 * @smmu: the SMMU
 * @until: in jiffies: until then, wait for the driver core
 * @masters: how many that move data; each has been named in the log
 * @bridges: how many ports of PCI, which send nothing but their MSIs
 */
struct smmu_late_search {
	const struct smmu_device *smmu;
	unsigned long until;
	unsigned int masters;
	unsigned int bridges;
};

static bool smmu_late_map_leads_to(const struct device_node *np, u32 id,
				   const struct device_node *smmu)
{
	struct device_node *target = smmu_compat_of_map_iommu(np, id);

	of_node_put(target);
	return target == smmu;
}

static bool smmu_late_names(const struct device_node *np, const struct device_node *smmu)
{
	struct of_phandle_args args;
	bool found = false;
	unsigned int i;

	for (i = 0; !found; i++) {
		if (of_parse_phandle_with_args(np, "iommus", "#iommu-cells", i, &args))
			return false;
		found = args.np == smmu;
		of_node_put(args.np);
	}
	return true;
}

/*
 * A map on the node of a device that is no PCI host is about the device's own channels;
 * its first entry tells enough.
 */
static bool smmu_late_maps(const struct device_node *np, const struct device_node *smmu)
{
	u32 id;

	return !of_node_is_type(np, "pci") && !of_property_read_u32(np, "iommu-map", &id) &&
	       smmu_late_map_leads_to(np, id, smmu);
}

/* Whether the firmware says that a device is a master of an SMMU. */
static bool smmu_late_is_master(struct device *dev, const struct device_node *smmu)
{
	struct device *host;

	if (!dev_is_pci(dev))
		return dev->of_node && (smmu_late_names(dev->of_node, smmu) ||
					smmu_late_maps(dev->of_node, smmu));
	host = pci_find_host_bridge(to_pci_dev(dev)->bus)->dev.parent;
	return host && host->of_node &&
	       smmu_late_map_leads_to(host->of_node, pci_dev_id(to_pci_dev(dev)), smmu);
}

static bool smmu_late_is_bridge(struct device *dev)
{
	return dev_is_pci(dev) && pci_is_bridge(to_pci_dev(dev));
}

static bool smmu_late_lock(struct device *dev, unsigned long until)
{
	while (!device_trylock(dev)) {
		if (time_after(jiffies, until))
			return false;
		msleep(20);
	}
	return true;
}

/*
 * Whether a device has a driver, and no IOMMU.  A driver that is only tried fails or has
 * to wait, or is bound in the end, so that is waited for, but not without a bound: what
 * its probe waits for may be waiting for us.
 */
static bool smmu_late_at_work(struct device *dev, unsigned long until)
{
	bool bound;

	if (!READ_ONCE(dev->driver))
		return false;
	if (smmu_late_lock(dev, until)) {
		bound = device_is_bound(dev);
		device_unlock(dev);
	} else {
		/* Whoever has to wait for an IOMMU is sent away at once, so this one had not. */
		bound = READ_ONCE(dev->driver);
	}
	return bound && !device_iommu_mapped(dev);
}

static int smmu_late_look(struct device *dev, void *ctx)
{
	struct smmu_late_search *search = ctx;

	if (!READ_ONCE(dev->driver) ||
	    !smmu_late_is_master(dev, search->smmu->dev->of_node) ||
	    !smmu_late_at_work(dev, search->until))
		return 0;
	if (smmu_late_is_bridge(dev)) {
		search->bridges++;
		return 0;
	}
	search->masters++;
	dev_warn(search->smmu->dev, "%s (driver %s) is at work without this SMMU\n", dev_name(dev),
		 dev_driver_string(dev));
	return 0;
}

static const struct bus_type * const smmu_late_buses[] = {
	&platform_bus_type,
#ifdef CONFIG_PCI
	&pci_bus_type,
#endif
#ifdef CONFIG_ARM_AMBA
	&amba_bustype,
#endif
};

/* Returns whether the SMMU is to be left alone, and says what is going to happen. */
static bool smmu_late_decide(const struct smmu_late_search *search)
{
	struct device *dev = search->smmu->dev;

	if (search->masters && !allow_late) {
		dev_err(dev, "left alone: %u masters (named above) would lose their DMA; load the module earlier (initramfs, deferred_probe_timeout=60), or unbind their drivers first; allow_late=1 cuts them off\n",
			search->masters);
		return true;
	}
	if (search->masters)
		dev_warn(dev, "allow_late=1: %u masters (named above) lose their DMA now, until their drivers are bound anew\n",
			 search->masters);
	if (search->bridges)
		dev_notice(dev, "%u PCI bridges had their drivers before this one: MSIs that they use (hot-plug, reports of errors) do not come any more\n",
			   search->bridges);
	return false;
}

/**
 * smmu_late_check() - Whether an SMMU may be driven without cutting a master off
 * @smmu: the SMMU, untouched so far, with traffic passing
 *
 * Context: may sleep, and waits a bounded time for drivers that are being bound.
 * Return: 0, or -EBUSY if a master is at work without it (and lines that say which).
 */
int smmu_late_check(struct smmu_device *smmu)
{
	struct smmu_late_search search = {
		.smmu = smmu,
		.until = jiffies + SMMU_LATE_WAIT,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(smmu_late_buses); i++)
		bus_for_each_dev(smmu_late_buses[i], NULL, &search, smmu_late_look);
	return smmu_late_decide(&search) ? -EBUSY : 0;
}
