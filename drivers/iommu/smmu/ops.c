// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the IOMMU core calls: a thin layer over master, domain and attach.
 */
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include <kunit/visibility.h>

#include "arm32/arm32.h"
#include "attach.h"
#include "compat.h"
#include "domain.h"
#include "dt/dt.h"
#include "master.h"
#include "ops.h"
#include "pgtable/pgtable.h"
#include "resv.h"
#include "smmu.h"

/* Devices that work only with addresses passed unchanged. */
static const struct pci_device_id smmu_ops_identity_only[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_HUAWEI, 0xa12e) },	/* PCIe tune and trace */
	{ }
};

SMMU_COMPAT_DEFINE_ATTACH(smmu_attach_paging);

static const struct iommu_domain_ops smmu_ops_paging = {
	.attach_dev = SMMU_COMPAT_ATTACH(smmu_attach_paging),
	.map_pages = smmu_domain_map,
	.unmap_pages = smmu_domain_unmap,
	.flush_iotlb_all = smmu_domain_flush_all,
	.iotlb_sync = smmu_domain_iotlb_sync,
	.iova_to_phys = smmu_domain_iova_to_phys,
	.enforce_cache_coherency = smmu_domain_enforce_coherency,
	.free = smmu_domain_free,
};

static struct smmu_master *smmu_ops_create_master(struct device *dev, struct smmu_window *window)
{
	struct smmu_master_source *sources;
	struct smmu_master *master;
	bool windowed;
	int ret, nr;

	nr = smmu_fwspec_sources(dev, &sources);
	if (nr < 0)
		return ERR_PTR(nr);
	ret = smmu_firmware_window(dev, sources, nr, window, &windowed);
	master = ret ? ERR_PTR(ret) : smmu_master_create(dev, sources, nr);
	kfree(sources);
	if (!IS_ERR(master))
		master->windowed = windowed;
	return master;
}

static void smmu_ops_announce_window(const struct smmu_master *master, u8 levels, u8 full_levels)
{
	const struct smmu_window *window = &master->window;
	unsigned int i;

	for (i = 0; i + 1 < window->nr; i++)
		dev_info(master->dev, "DMA window %#llx-%#llx, and\n", window->range[i].start,
			 window->range[i].last);
	dev_info(master->dev, "DMA window %#llx-%#llx, %u levels of tables instead of %u\n",
		 window->range[i].start, window->range[i].last, levels, full_levels);
}

/* Give a master its window, cut to what its SMMUs can translate. */
static int smmu_ops_set_window(struct smmu_master *master, struct smmu_window *window)
{
	struct smmu_pgtable_cfg cfg;
	u8 full_bits, full_levels;
	int ret;

	ret = smmu_domain_describe(master, &cfg);
	if (ret) {
		dev_err(master->dev, "its SMMUs have no stage in common\n");
		return ret;
	}
	full_bits = cfg.ias_bits;
	full_levels = smmu_pgtable_levels(&cfg);
	ret = smmu_domain_narrow(&cfg, window);
	if (ret) {
		dev_err(master->dev, "window of %pOF starts beyond the %u address bits of %s\n",
			smmu_master_node(master->dev), full_bits,
			dev_name(master->ports[0].smmu->dev));
		return ret;
	}
	master->window = *window;
	if (master->windowed)
		smmu_ops_announce_window(master, smmu_pgtable_levels(&cfg), full_levels);
	return 0;
}

/* The core lists a master under one SMMU. */
static void smmu_ops_list(struct smmu_master *master)
{
	struct device *dev = master->dev;
	unsigned int i;

	for (i = 1; i < master->nr_ports; i++) {
		struct smmu_port *port = &master->ports[i];

		port->listed = !sysfs_add_link_to_group(&port->smmu->iommu.dev->kobj, "devices",
							&dev->kobj, dev_name(dev));
	}
}

static void smmu_ops_unlist(struct smmu_master *master)
{
	unsigned int i;

	for (i = 1; i < master->nr_ports; i++)
		if (master->ports[i].listed)
			sysfs_remove_link_from_group(&master->ports[i].smmu->iommu.dev->kobj,
						     "devices", dev_name(master->dev));
}

/*
 * One master that cannot be served must not take the SMMU from the others: an error
 * other than this one, for a device that was there before, fails the registration of
 * the SMMU.  The streams of the device abort; one that it shares with a master that is
 * served goes by that one's domain, so that its driver is not to be bound.
 */
#define SMMU_OPS_UNSERVED	(-ENODEV)

static struct iommu_device *smmu_ops_probe_device(struct device *dev)
{
	struct smmu_window window;
	struct smmu_master *master = smmu_ops_create_master(dev, &window);
	int ret;

	if (IS_ERR(master))
		return ERR_PTR(SMMU_OPS_UNSERVED);
	ret = smmu_ops_set_window(master, &window);
	if (!ret)
		ret = smmu_regions_read(master);
	if (ret) {
		smmu_resv_free(master);
		smmu_master_destroy(master);
		return ERR_PTR(SMMU_OPS_UNSERVED);
	}
	smmu_resv_read_msi(master);
	smmu_dmaranges_apply(master);
	smmu_ops_list(master);
	dev_iommu_priv_set(dev, master);
	return &master->ports[0].smmu->iommu;
}

static void smmu_ops_probe_finalize(struct device *dev)
{
	/* The DMA API, where the core does not bring it. */
	if (smmu_arm32.probe_finalize)
		smmu_arm32.probe_finalize(dev_iommu_priv_get(dev));
}

static void smmu_ops_release_device(struct device *dev)
{
	struct smmu_master *master = dev_iommu_priv_get(dev);

	/* What smmu_ops_probe_finalize() did. */
	if (smmu_arm32.release_device)
		smmu_arm32.release_device(master);
	smmu_ops_unlist(master);
	smmu_master_leave_group(master);
	smmu_resv_free(master);
	smmu_master_destroy(master);
}

static struct iommu_group *smmu_ops_device_group(struct device *dev)
{
	struct iommu_group *group = smmu_group_get(dev_iommu_priv_get(dev));

	return IS_ERR(group) ? ERR_PTR(SMMU_OPS_UNSERVED) : group;
}

static struct iommu_domain *smmu_ops_domain_alloc_paging(struct device *dev)
{
	struct smmu_master *master = dev ? dev_iommu_priv_get(dev) : NULL;

	/* A table is built for SMMUs; a bus alone names none. */
	if (!master)
		return ERR_PTR(-EOPNOTSUPP);
	return smmu_domain_alloc(master, &smmu_ops_paging);
}

static bool smmu_ops_capable(struct device *dev, enum iommu_cap cap)
{
	struct smmu_master *master = dev_iommu_priv_get(dev);

	switch (cap) {
	case IOMMU_CAP_CACHE_COHERENCY:
		return smmu_master_coherent(master);
	case IOMMU_CAP_ENFORCE_CACHE_COHERENCY:
		return smmu_master_snoops_always(master);
	case IOMMU_CAP_NOEXEC:
	case IOMMU_CAP_DEFERRED_FLUSH:
		return true;
	default:
		return false;
	}
}

/*
 * Identity keeps no window and moves no region: "iommu.passthrough" is not for those.  The
 * core wants one answer from all devices of a group.
 */
static int smmu_ops_def_domain_type(struct device *dev)
{
	const struct smmu_master *master = dev_iommu_priv_get(dev);
	bool translated = master->windowed || smmu_resv_translates(master);

	/* Not where attaching identity attaches the DMA API's domain anyway. */
	if (translated && !smmu_arm32.attach_default && iommu_default_passthrough())
		return IOMMU_DOMAIN_DMA;
	if (!translated && dev_is_pci(dev) && pci_match_id(smmu_ops_identity_only, to_pci_dev(dev)))
		return IOMMU_DOMAIN_IDENTITY;
	return 0;
}

static void smmu_ops_get_resv_regions(struct device *dev, struct list_head *head)
{
	smmu_resv_list(dev_iommu_priv_get(dev), head);
}

const struct iommu_ops smmu_ops = {
	.capable = smmu_ops_capable,
	.domain_alloc_paging = smmu_ops_domain_alloc_paging,
	.probe_device = smmu_ops_probe_device,
	.probe_finalize = smmu_ops_probe_finalize,
	.release_device = smmu_ops_release_device,
	.device_group = smmu_ops_device_group,
	.get_resv_regions = smmu_ops_get_resv_regions,
	.of_xlate = smmu_fwspec_of_xlate,
	.def_domain_type = smmu_ops_def_domain_type,
	.identity_domain = &smmu_attach_identity_domain,
	.blocked_domain = &smmu_attach_blocked_domain,
	.release_domain = &smmu_attach_release_domain,
	.default_domain_ops = &smmu_ops_paging,
	.owner = THIS_MODULE,
};
EXPORT_SYMBOL_IF_KUNIT(smmu_ops);
