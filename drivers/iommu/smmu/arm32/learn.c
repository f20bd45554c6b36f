// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device to learn from.
 *
 * The architecture exports no name for the operations of devices behind an IOMMU.  It
 * installs them in a device that it attaches, and it can attach only one that is alone in
 * its group, which a master need not be.  So when the module is loaded, a device is made
 * that is there for this alone, behind an IOMMU that does nothing, and with a driver:
 * that one looks at the operations and tries out what else dma.c assumes (check.c).
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "arm32/internal.h"
#include "compat.h"

#define SMMU_ARM32_IOMMU_NAME	"smmu-arm32-iommu"
#define SMMU_ARM32_DEVICE_NAME	"smmu-arm32-device"

/* In use only while the module is being loaded. */
static struct smmu_arm32_trial smmu_arm32_trial;

static int smmu_arm32_trial_attach(struct iommu_domain *domain, struct device *dev,
				   struct iommu_domain *old)
{
	smmu_arm32_trial.attached = domain;
	return 0;
}

SMMU_COMPAT_DEFINE_ATTACH(smmu_arm32_trial_attach);

static int smmu_arm32_trial_map(struct iommu_domain *domain, unsigned long iova,
				phys_addr_t phys, size_t pgsize, size_t pgcount, int prot,
				gfp_t gfp, size_t *mapped)
{
	struct smmu_arm32_trial *trial = &smmu_arm32_trial;

	trial->through_other = false;
	if (iova != trial->iova + trial->mapped || phys != trial->phys + trial->mapped) {
		trial->iova = iova;
		trial->phys = phys;
		trial->mapped = 0;
	}
	trial->mapped += pgsize * pgcount;
	*mapped += pgsize * pgcount;
	return 0;
}

static int smmu_arm32_trial_map_other(struct iommu_domain *domain, unsigned long iova,
				      phys_addr_t phys, size_t pgsize, size_t pgcount, int prot,
				      gfp_t gfp, size_t *mapped)
{
	int ret = smmu_arm32_trial_map(domain, iova, phys, pgsize, pgcount, prot, gfp, mapped);

	smmu_arm32_trial.through_other = true;
	return ret;
}

static size_t smmu_arm32_trial_unmap(struct iommu_domain *domain, unsigned long iova,
				     size_t pgsize, size_t pgcount,
				     struct iommu_iotlb_gather *gather)
{
	smmu_arm32_trial.unmapped += pgsize * pgcount;
	return pgsize * pgcount;
}

static phys_addr_t smmu_arm32_trial_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	return smmu_arm32_trial.phys + (iova - smmu_arm32_trial.iova);
}

static void smmu_arm32_trial_free(struct iommu_domain *domain)
{
}

static const struct iommu_domain_ops smmu_arm32_trial_domain_ops = {
	.attach_dev = SMMU_COMPAT_ATTACH(smmu_arm32_trial_attach),
	.map_pages = smmu_arm32_trial_map,
	.unmap_pages = smmu_arm32_trial_unmap,
	.iova_to_phys = smmu_arm32_trial_iova_to_phys,
	.free = smmu_arm32_trial_free,
};

static const struct iommu_domain_ops smmu_arm32_trial_other_ops = {
	.attach_dev = SMMU_COMPAT_ATTACH(smmu_arm32_trial_attach),
	.map_pages = smmu_arm32_trial_map_other,
	.unmap_pages = smmu_arm32_trial_unmap,
	.iova_to_phys = smmu_arm32_trial_iova_to_phys,
	.free = smmu_arm32_trial_free,
};

static struct smmu_arm32_trial smmu_arm32_trial = {
	.identity = {
		.type = IOMMU_DOMAIN_IDENTITY,
		.ops = &smmu_arm32_trial_domain_ops,
	},
	.paging = {
		.pgsize_bitmap = PAGE_SIZE,
		.ops = &smmu_arm32_trial_domain_ops,
	},
	.other_ops = &smmu_arm32_trial_other_ops,
	.result = -ENODEV,
};

static struct iommu_device smmu_arm32_trial_iommu;

static struct iommu_device *smmu_arm32_trial_probe_device(struct device *dev)
{
	return &smmu_arm32_trial_iommu;
}

static void smmu_arm32_trial_probe_finalize(struct device *dev)
{
	smmu_arm32_trial.default_first = smmu_arm32_trial.attached == &smmu_arm32_trial.identity;
}

static void smmu_arm32_trial_release_device(struct device *dev)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(dev);

	smmu_arm32_trial.kept = get_dma_ops(dev) == smmu_arm32_trial.ops &&
				mapping == smmu_arm32_trial.mapping;
	smmu_arm32_install(dev, NULL, NULL);
	if (mapping != smmu_arm32_trial.mapping)
		return;
	/* It has two references. */
	arm_iommu_release_mapping(mapping);
	arm_iommu_release_mapping(mapping);
}

static struct iommu_domain *smmu_arm32_trial_alloc(struct device *dev)
{
	return &smmu_arm32_trial.paging;
}

static const struct iommu_ops smmu_arm32_trial_iommu_ops = {
	.probe_device = smmu_arm32_trial_probe_device,
	.probe_finalize = smmu_arm32_trial_probe_finalize,
	.release_device = smmu_arm32_trial_release_device,
	.device_group = generic_device_group,
	.identity_domain = &smmu_arm32_trial.identity,
	.domain_alloc_paging = smmu_arm32_trial_alloc,
	.default_domain_ops = &smmu_arm32_trial_domain_ops,
	.owner = THIS_MODULE,
};

static int smmu_arm32_trial_bind(struct platform_device *pdev)
{
	smmu_arm32_trial.dev = &pdev->dev;
	smmu_arm32_trial.result = smmu_arm32_check_bound(&smmu_arm32_trial);
	return 0;
}

static struct platform_driver smmu_arm32_trial_driver = {
	.probe = smmu_arm32_trial_bind,
	.driver = {
		.name = SMMU_ARM32_DEVICE_NAME,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
		.suppress_bind_attrs = true,
	},
};

/*
 * What iommu_fwspec_init() does.  That wants a lock which only the core can take, against
 * others who look at the device: there are none before it is added.
 */
static int smmu_arm32_set_iommu(struct device *dev, struct fwnode_handle *fwnode)
{
	struct iommu_fwspec *fwspec = kzalloc(struct_size(fwspec, ids, 1), GFP_KERNEL);
	struct dev_iommu *param = kzalloc_obj(*param, GFP_KERNEL);

	if (!fwspec || !param) {
		kfree(fwspec);
		kfree(param);
		return -ENOMEM;
	}
	fwspec->iommu_fwnode = fwnode_handle_get(fwnode);
	mutex_init(&param->lock);
	param->fwspec = fwspec;
	dev->iommu = param;
	return 0;
}

/* Of a device that the core has not seen, or has given back */
static void smmu_arm32_drop_iommu(struct device *dev)
{
	struct dev_iommu *param = dev->iommu;

	if (!param)
		return;
	dev->iommu = NULL;
	fwnode_handle_put(param->fwspec->iommu_fwnode);
	kfree(param->fwspec);
	kfree(param);
}

/* Add the device, which binds it, and remove it. */
static int smmu_arm32_with_driver(struct fwnode_handle *fwnode)
{
	struct platform_device *pdev = platform_device_alloc(SMMU_ARM32_DEVICE_NAME,
							     PLATFORM_DEVID_NONE);
	int ret;

	if (!pdev)
		return -ENOMEM;
	ret = smmu_arm32_set_iommu(&pdev->dev, fwnode);
	if (!ret)
		ret = platform_device_add(pdev);
	if (ret) {
		smmu_arm32_drop_iommu(&pdev->dev);
		platform_device_put(pdev);
		return ret;
	}
	platform_device_unregister(pdev);
	ret = smmu_arm32_trial.result;
	return ret ?: smmu_arm32_check_released(&smmu_arm32_trial);
}

static int smmu_arm32_with_iommu(struct fwnode_handle *fwnode)
{
	int ret = platform_driver_register(&smmu_arm32_trial_driver);

	if (ret)
		return ret;
	ret = smmu_arm32_with_driver(fwnode);
	platform_driver_unregister(&smmu_arm32_trial_driver);
	return ret;
}

static int smmu_arm32_with_iommu_device(struct platform_device *pdev)
{
	int ret = iommu_device_sysfs_add(&smmu_arm32_trial_iommu, &pdev->dev, NULL,
					 SMMU_ARM32_IOMMU_NAME);

	if (ret)
		return ret;
	ret = iommu_device_register(&smmu_arm32_trial_iommu, &smmu_arm32_trial_iommu_ops,
				    &pdev->dev);
	if (!ret) {
		ret = smmu_arm32_with_iommu(dev_fwnode(&pdev->dev));
		iommu_device_unregister(&smmu_arm32_trial_iommu);
	}
	iommu_device_sysfs_remove(&smmu_arm32_trial_iommu);
	return ret;
}

static int smmu_arm32_with_node(struct fwnode_handle *fwnode)
{
	const struct platform_device_info info = {
		.name = SMMU_ARM32_IOMMU_NAME,
		.id = PLATFORM_DEVID_NONE,
		.fwnode = fwnode,
	};
	struct platform_device *pdev = platform_device_register_full(&info);
	int ret;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	ret = smmu_arm32_with_iommu_device(pdev);
	platform_device_unregister(pdev);
	return ret;
}

/**
 * smmu_arm32_learn() - The operations for devices behind an IOMMU
 * @ops: where they are left, for kfree()
 *
 * Context: may sleep; from module init, before there is an SMMU.
 * Return: 0, or -errno (and a line that says why).
 */
int smmu_arm32_learn(const struct dma_map_ops **ops)
{
	struct fwnode_handle *fwnode = fwnode_create_software_node(NULL, NULL);
	int ret = PTR_ERR_OR_ZERO(fwnode);

	if (!ret) {
		ret = smmu_arm32_with_node(fwnode);
		fwnode_remove_software_node(fwnode);
	}
	if (!ret) {
		*ops = smmu_arm32_trial.ops;
		return 0;
	}
	kfree(smmu_arm32_trial.ops);
	if (!smmu_arm32_trial.said_which)
		pr_err("smmu: cannot start: cannot try out the DMA API of 32-bit Arm: %pe\n",
		       ERR_PTR(ret));
	return ret;
}
