// SPDX-License-Identifier: GPL-2.0-only
/*
 * Masters that are at work before their SMMU has a driver.
 *
 * The core gives a device an IOMMU when its driver is bound, never later.  One that was
 * bound before uses physical addresses, which an SMMU with a driver no longer lets
 * through: the disk of a running system would be gone.
 *
 * Nothing keeps other drivers from being bound meanwhile.  So the look is the last thing
 * before the SMMU's registers are written, and those who came in between all the same
 * are told when the SMMU is registered.
 */
#include <linux/amba/bus.h>
#include <linux/cdx/cdx_bus.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/fsl/mc.h>
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include <kunit/visibility.h>

#include "compat.h"
#include "dt/dt.h"
#include "smmu.h"

/* How long the driver core may take with all masters that it is busy with. */
#define SMMU_LATE_WAIT	(2 * HZ)

/* How often one is looked at all the same when the others have taken that time. */
#define SMMU_LATE_TRIES	3

static bool allow_late;
module_param(allow_late, bool, 0644);
MODULE_PARM_DESC(allow_late,
		 "Drive an SMMU although masters of it are at work without it, which cuts them off (default: leave it alone and say which)");

/**
 * struct smmu_late_search - who is at work without an SMMU
 * @smmu: the SMMU
 * @what: what is said of each in the log
 * @until: in jiffies: until then, wait for the driver core
 * @masters: how many that move data; each has been named in the log
 * @bridges: how many that send nothing but their MSIs, as ports of PCI
 */
struct smmu_late_search {
	const struct smmu_device *smmu;
	const char *what;
	unsigned long until;
	unsigned int masters;
	unsigned int bridges;
};

static const struct device_node *smmu_late_node(const struct smmu_late_search *search)
{
	return search->smmu->dev->of_node;
}

static bool smmu_late_map_leads_to(const struct device_node *np, u32 id,
				   const struct device_node *smmu)
{
	struct device_node *target = np ? smmu_compat_of_map_iommu(np, id) : NULL;

	of_node_put(target);
	return target == smmu;
}

/* Whether "iommus" of a device's node names an SMMU. */
static bool smmu_late_names(struct device *dev, const struct device_node *smmu)
{
	struct of_phandle_args args;
	bool found = false;
	unsigned int i;

	for (i = 0; !found; i++) {
		if (of_parse_phandle_with_args(dev->of_node, "iommus", "#iommu-cells", i, &args))
			return false;
		found = args.np == smmu;
		of_node_put(args.np);
	}
	return true;
}

/* Whether any entry of "iommu-map" names an SMMU, for whatever IDs. */
static bool smmu_late_maps(const struct device_node *np, const struct device_node *smmu)
{
	u32 phandle;
	int at;

	for (at = 0; !of_property_read_u32_index(np, "iommu-map", at + 1, &phandle);
	     at += 3 + smmu_compat_of_map_cells(phandle))
		if (phandle == smmu->phandle)
			return true;
	return false;
}

#ifdef CONFIG_PCI
static bool smmu_late_pci(struct device *dev, const struct device_node *smmu)
{
	struct device *host = pci_find_host_bridge(to_pci_dev(dev)->bus)->dev.parent;

	return host && smmu_late_map_leads_to(host->of_node, pci_dev_id(to_pci_dev(dev)), smmu);
}
#endif

#ifdef CONFIG_FSL_MC_BUS
static bool smmu_late_fsl_mc(struct device *dev, const struct device_node *smmu)
{
	u32 id = to_fsl_mc_device(dev)->icid;

	while (dev_is_fsl_mc(dev))
		dev = dev->parent;
	return smmu_late_map_leads_to(dev->of_node, id, smmu);
}
#endif

#ifdef CONFIG_CDX_BUS
static bool smmu_late_cdx(struct device *dev, const struct device_node *smmu)
{
	const struct cdx_device *cdx = to_cdx_device(dev);

	return smmu_late_map_leads_to(cdx->cdx->dev->of_node, cdx->req_id, smmu);
}
#endif

/*
 * The buses whose devices the IOMMU core takes, and how the firmware says which of them
 * are masters of an SMMU.  Contexts of host1x have no driver: they are channels, see below.
 */
static const struct {
	const struct bus_type *bus;
	bool (*is_master)(struct device *dev, const struct device_node *smmu);
} smmu_late_buses[] = {
	{ &platform_bus_type, smmu_late_names },
#ifdef CONFIG_PCI
	{ &pci_bus_type, smmu_late_pci },
#endif
#ifdef CONFIG_ARM_AMBA
	{ &amba_bustype, smmu_late_names },
#endif
#ifdef CONFIG_FSL_MC_BUS
	{ &fsl_mc_bus_type, smmu_late_fsl_mc },
#endif
#ifdef CONFIG_CDX_BUS
	{ &cdx_bus_type, smmu_late_cdx },
#endif
};

static bool smmu_late_is_master(struct device *dev, const struct device_node *smmu)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(smmu_late_buses); i++)
		if (smmu_late_buses[i].bus == dev->bus)
			return smmu_late_buses[i].is_master(dev, smmu);
	return false;
}

static bool smmu_late_is_bridge(struct device *dev)
{
	return (dev_is_pci(dev) && pci_is_bridge(to_pci_dev(dev))) ||
	       (dev_is_fsl_mc(dev) && is_fsl_mc_bus_dprc(to_fsl_mc_device(dev)));
}

/*
 * As smmu_dt_iommu_of() without a device's lock: pointers that may go any time are compared,
 * not followed, so a device whose IOMMU is still to come counts as well.
 */
static bool smmu_late_has_iommu(struct device *dev)
{
	return device_iommu_mapped(dev) && READ_ONCE(dev->iommu);
}

/*
 * Whether a device has a driver, and no IOMMU.  A driver that is only tried fails or has
 * to wait, or is bound in the end, so that is waited for, but not without a bound: what
 * its probe waits for may be waiting for us.
 */
static bool smmu_late_at_work(struct device *dev, unsigned long until)
{
	unsigned int tries = SMMU_LATE_TRIES;
	bool at_work;

	while (!device_trylock(dev)) {
		if (!READ_ONCE(dev->driver) || smmu_late_has_iommu(dev))
			return false;
		/* Whoever has to wait for an IOMMU is sent away at once: this one had not. */
		if (time_after(jiffies, until) && !--tries)
			return true;
		msleep(20);
	}
	at_work = device_is_bound(dev) && !smmu_dt_iommu_of(dev);
	device_unlock(dev);
	return at_work;
}

static int smmu_late_look(struct device *dev, void *ctx)
{
	struct smmu_late_search *search = ctx;

	if (!READ_ONCE(dev->driver) || !smmu_late_is_master(dev, smmu_late_node(search)) ||
	    !smmu_late_at_work(dev, search->until))
		return 0;
	if (smmu_late_is_bridge(dev)) {
		search->bridges++;
		return 0;
	}
	search->masters++;
	dev_warn(search->smmu->dev, "%s (driver %s) %s\n", dev_name(dev), dev_driver_string(dev),
		 search->what);
	return 0;
}

/*
 * What a driver made out of its device for DMA that is told apart by "iommu-map" of its
 * node: it has no node of its own, and no driver.  The device itself need not do any: it
 * may be the controller of a bus, whose devices are looked at there.
 */
static int smmu_late_look_channel(struct device *dev, void *ctx)
{
	struct smmu_late_search *search = ctx;

	if (!dev->dma_mask || (dev->of_node && dev->of_node != dev->parent->of_node) ||
	    dev_is_pci(dev) || dev_is_fsl_mc(dev) || smmu_late_has_iommu(dev))
		return 0;
	search->masters++;
	dev_warn(search->smmu->dev, "%s (of %s, driver %s) %s\n", dev_name(dev),
		 dev_name(dev->parent), dev_driver_string(dev->parent), search->what);
	return 0;
}

static int smmu_late_look_owner(struct device *dev, void *ctx)
{
	if (dev->of_node && READ_ONCE(dev->driver) && !of_node_is_type(dev->of_node, "pci") &&
	    smmu_late_maps(dev->of_node, smmu_late_node(ctx)))
		device_for_each_child(dev, ctx, smmu_late_look_channel);
	return 0;
}

static void smmu_late_find(struct smmu_late_search *search)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(smmu_late_buses); i++)
		bus_for_each_dev(smmu_late_buses[i].bus, NULL, search, smmu_late_look);
	bus_for_each_dev(&platform_bus_type, NULL, search, smmu_late_look_owner);
}

/* Returns whether the SMMU is to be left alone, and says what is going to happen. */
static bool smmu_late_decide(const struct smmu_late_search *search)
{
	struct device *dev = search->smmu->dev;

	if (search->masters && !allow_late) {
		dev_err(dev, "left alone: %u masters (named above) would lose their DMA; load the module earlier (initramfs, deferred_probe_timeout=60), or unbind their drivers, or set allow_late=1, which cuts them off, and then write this SMMU's name to /sys/bus/platform/drivers_probe\n",
			search->masters);
		return true;
	}
	if (search->masters)
		dev_warn(dev, "allow_late=1: %u masters (named above) lose their DMA now, until their drivers are bound anew\n",
			 search->masters);
	if (search->bridges)
		dev_notice(dev, "%u bridges had their drivers before this one: MSIs that they use (hot-plug, reports of errors) do not come any more\n",
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
int smmu_late_check(const struct smmu_device *smmu)
{
	struct smmu_late_search search = {
		.smmu = smmu,
		.what = "is at work without this SMMU",
		.until = jiffies + SMMU_LATE_WAIT,
	};

	smmu_late_find(&search);
	return smmu_late_decide(&search) ? -EBUSY : 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_late_check);

/**
 * smmu_late_report() - Name the masters that an SMMU does not serve
 * @smmu: the SMMU, registered: who is bound from now on is served
 *
 * Context: may sleep, and waits a bounded time for drivers that are being bound.
 * Return: how many there are.
 */
unsigned int smmu_late_report(const struct smmu_device *smmu)
{
	struct smmu_late_search search = {
		.smmu = smmu,
		.what = "was bound too early and has no DMA: unbind its driver and bind it again",
		.until = jiffies + SMMU_LATE_WAIT,
	};

	smmu_late_find(&search);
	return search.masters;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_late_report);
