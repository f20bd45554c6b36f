// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of 32-bit Arm for devices behind an IOMMU.
 *
 * The architecture exports no name for them.  It installs them in a device that it
 * attaches, and it can attach only one that is alone in its group, which a master
 * need not be.  So it is shown a device that is there for this alone, behind an
 * IOMMU that does nothing.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/sizes.h>

#include <asm/dma-iommu.h>

#include "arm32/internal.h"
#include "compat.h"

static int smmu_arm32_trial_attach(struct iommu_domain *domain, struct device *dev,
				struct iommu_domain *old)
{
	return 0;
}

SMMU_COMPAT_DEFINE_ATTACH(smmu_arm32_trial_attach);

static void smmu_arm32_trial_free(struct iommu_domain *domain)
{
}

static const struct iommu_domain_ops smmu_arm32_trial_domain_ops = {
	.attach_dev = SMMU_COMPAT_ATTACH(smmu_arm32_trial_attach),
	.free = smmu_arm32_trial_free,
};

static struct iommu_domain smmu_arm32_trial_identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &smmu_arm32_trial_domain_ops,
};

static struct iommu_domain smmu_arm32_trial_paging = {
	.pgsize_bitmap = SZ_4K,
	.ops = &smmu_arm32_trial_domain_ops,
};

static struct iommu_device smmu_arm32_trial_iommu;

static struct iommu_device *smmu_arm32_trial_probe(struct device *dev)
{
	return &smmu_arm32_trial_iommu;
}

static struct iommu_domain *smmu_arm32_trial_alloc(struct device *dev)
{
	return &smmu_arm32_trial_paging;
}

static const struct iommu_ops smmu_arm32_trial_iommu_ops = {
	.probe_device = smmu_arm32_trial_probe,
	.device_group = generic_device_group,
	.identity_domain = &smmu_arm32_trial_identity,
	.domain_alloc_paging = smmu_arm32_trial_alloc,
	.default_domain_ops = &smmu_arm32_trial_domain_ops,
	.owner = THIS_MODULE,
};

/* Attach a master of that IOMMU, and see what is installed in it. */
static const struct dma_map_ops *smmu_arm32_trial_look(struct device *dev)
{
	struct dma_iommu_mapping *mapping = arm_iommu_create_mapping(dev, SZ_1M, SZ_1M);
	const struct dma_map_ops *ops;
	int ret;

	if (IS_ERR(mapping))
		return ERR_CAST(mapping);
	ret = arm_iommu_attach_device(dev, mapping);
	ops = ret ? ERR_PTR(ret) : get_dma_ops(dev);
	if (!ret)
		arm_iommu_detach_device(dev);
	arm_iommu_release_mapping(mapping);
	return ops;
}

static const struct dma_map_ops *smmu_arm32_trial_with_master(struct fwnode_handle *fwnode)
{
	struct platform_device *pdev = platform_device_alloc("smmu-arm32", 1);
	const struct dma_map_ops *ops;
	int ret;

	if (!pdev)
		return ERR_PTR(-ENOMEM);
	ret = iommu_fwspec_init(&pdev->dev, fwnode);
	if (!ret)
		ret = platform_device_add(pdev);
	if (ret) {
		/* What iommu_fwspec_init() made goes with a device that was added only. */
		platform_device_put(pdev);
		return ERR_PTR(ret);
	}
	ops = smmu_arm32_trial_look(&pdev->dev);
	platform_device_unregister(pdev);
	return ops;
}

static const struct dma_map_ops *smmu_arm32_trial_with_iommu(struct platform_device *pdev)
{
	const struct dma_map_ops *ops;
	int ret;

	ret = iommu_device_sysfs_add(&smmu_arm32_trial_iommu, &pdev->dev, NULL, "smmu-arm32");
	if (ret)
		return ERR_PTR(ret);
	ret = iommu_device_register(&smmu_arm32_trial_iommu, &smmu_arm32_trial_iommu_ops, &pdev->dev);
	ops = ret ? ERR_PTR(ret) : smmu_arm32_trial_with_master(dev_fwnode(&pdev->dev));
	if (!ret)
		iommu_device_unregister(&smmu_arm32_trial_iommu);
	iommu_device_sysfs_remove(&smmu_arm32_trial_iommu);
	return ops;
}

static const struct dma_map_ops *smmu_arm32_trial_with_node(struct fwnode_handle *fwnode)
{
	const struct platform_device_info info = {
		.name = "smmu-arm32",
		.id = 0,
		.fwnode = fwnode,
	};
	struct platform_device *pdev = platform_device_register_full(&info);
	const struct dma_map_ops *ops;

	if (IS_ERR(pdev))
		return ERR_CAST(pdev);
	ops = smmu_arm32_trial_with_iommu(pdev);
	platform_device_unregister(pdev);
	return ops;
}

/**
 * smmu_arm32_learn() - The operations for devices behind an IOMMU
 * @ops: where they are left as masters get them, for kfree()
 *
 * Context: may sleep; from module init, before there is an SMMU.
 * Return: 0, or -errno (and a line that says why).
 */
int smmu_arm32_learn(const struct dma_map_ops **ops)
{
	struct fwnode_handle *fwnode = fwnode_create_software_node(NULL, NULL);
	const struct dma_map_ops *arch = ERR_CAST(fwnode);

	if (!IS_ERR(fwnode)) {
		arch = smmu_arm32_trial_with_node(fwnode);
		fwnode_remove_software_node(fwnode);
	}
	if (IS_ERR(arch)) {
		pr_err("smmu: cannot learn how 32-bit Arm maps DMA: %pe\n", arch);
		return PTR_ERR(arch);
	}
	*ops = smmu_arm32_mend_coherent(arch);
	return *ops ? 0 : -ENOMEM;
}
