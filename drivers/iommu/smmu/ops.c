// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the IOMMU core calls: a thin layer over master, domain and attach.
 */
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_iommu.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "attach.h"
#include "domain.h"
#include "master.h"
#include "ops.h"
#include "smmu.h"

/* Where masters of unmanaged domains see the MSI doorbell: free on known boards. */
#define SMMU_OPS_MSI_BASE	0x8000000
#define SMMU_OPS_MSI_BYTES	SZ_1M

/* Devices that work only with addresses passed unchanged. */
static const struct pci_device_id smmu_ops_identity_only[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_HUAWEI, 0xa12e) },	/* PCIe tune and trace */
	{ }
};

static const struct iommu_domain_ops smmu_ops_paging = {
	.attach_dev = smmu_attach_paging,
	.map_pages = smmu_domain_map,
	.unmap_pages = smmu_domain_unmap,
	.flush_iotlb_all = smmu_domain_flush_all,
	.iotlb_sync = smmu_domain_iotlb_sync,
	.iova_to_phys = smmu_domain_iova_to_phys,
	.enforce_cache_coherency = smmu_domain_enforce_coherency,
	.free = smmu_domain_free,
};

static struct smmu_device *smmu_ops_find(const struct fwnode_handle *fwnode)
{
	struct device *dev = bus_find_device_by_fwnode(&platform_bus_type, fwnode);
	struct smmu_device *smmu = dev ? dev_get_drvdata(dev) : NULL;

	put_device(dev);
	return smmu;
}

static int smmu_ops_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	if (args->args_count != SMMU_OPS_CELLS) {
		dev_err(dev, "%pOF has #iommu-cells = <%d>, this driver reads <%d>\n", args->np,
			args->args_count, SMMU_OPS_CELLS);
		return -EINVAL;
	}
	return iommu_fwspec_add_ids(dev, args->args, 1);
}

static struct iommu_device *smmu_ops_probe_device(struct device *dev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct smmu_device *smmu = smmu_ops_find(fwspec->iommu_fwnode);
	struct smmu_master *master;

	if (!smmu)
		return ERR_PTR(-ENODEV);
	master = smmu_master_create(smmu, dev);
	if (IS_ERR(master))
		return ERR_CAST(master);
	dev_iommu_priv_set(dev, master);
	return &smmu->iommu;
}

static void smmu_ops_release_device(struct device *dev)
{
	smmu_master_destroy(dev_iommu_priv_get(dev));
}

static struct iommu_group *smmu_ops_device_group(struct device *dev)
{
	return smmu_master_group(dev_iommu_priv_get(dev));
}

static struct iommu_domain *smmu_ops_domain_alloc_paging(struct device *dev)
{
	struct smmu_master *master = dev ? dev_iommu_priv_get(dev) : NULL;

	/* A table is built for an SMMU; a bus alone does not name one. */
	if (!master)
		return ERR_PTR(-EOPNOTSUPP);
	return smmu_domain_alloc(master->smmu, &smmu_ops_paging);
}

static bool smmu_ops_capable(struct device *dev, enum iommu_cap cap)
{
	struct smmu_master *master = dev_iommu_priv_get(dev);

	switch (cap) {
	case IOMMU_CAP_CACHE_COHERENCY:
		return master->smmu->caps.coherent;
	case IOMMU_CAP_ENFORCE_CACHE_COHERENCY:
		return smmu_master_snoops_always(master);
	case IOMMU_CAP_NOEXEC:
	case IOMMU_CAP_DEFERRED_FLUSH:
		return true;
	default:
		return false;
	}
}

static int smmu_ops_def_domain_type(struct device *dev)
{
	if (dev_is_pci(dev) && pci_match_id(smmu_ops_identity_only, to_pci_dev(dev)))
		return IOMMU_DOMAIN_IDENTITY;
	return 0;
}

static void smmu_ops_get_resv_regions(struct device *dev, struct list_head *head)
{
	struct iommu_resv_region *region;
	int prot = IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO;

	region = iommu_alloc_resv_region(SMMU_OPS_MSI_BASE, SMMU_OPS_MSI_BYTES, prot,
					 IOMMU_RESV_SW_MSI, GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, head);
	else
		dev_err(dev, "no memory to reserve the MSI page\n");
	of_iommu_get_resv_regions(dev, head);
}

const struct iommu_ops smmu_ops = {
	.capable = smmu_ops_capable,
	.domain_alloc_paging = smmu_ops_domain_alloc_paging,
	.probe_device = smmu_ops_probe_device,
	.release_device = smmu_ops_release_device,
	.device_group = smmu_ops_device_group,
	.get_resv_regions = smmu_ops_get_resv_regions,
	.of_xlate = smmu_ops_of_xlate,
	.def_domain_type = smmu_ops_def_domain_type,
	.identity_domain = &smmu_attach_identity_domain,
	.blocked_domain = &smmu_attach_blocked_domain,
	.release_domain = &smmu_attach_blocked_domain,
	.default_domain_ops = &smmu_ops_paging,
	.owner = THIS_MODULE,
};
