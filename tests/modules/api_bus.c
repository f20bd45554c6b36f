// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two kinds of device that smmu_api takes: QEMU's edu as a PCI function, and
 * shown as a platform device. Both bind through driver_override only.
 */

#include <linux/of.h>
#include <linux/platform_device.h>

#include "api.h"

static int api_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct api_dev *one;

	if (pdev->vendor != EDU_VENDOR || pdev->device != EDU_DEVICE)
		return -ENODEV;
	one = api_add(&pdev->dev, edu_claim_pci(pdev));
	pci_set_drvdata(pdev, one);
	return PTR_ERR_OR_ZERO(one);
}

static void api_pci_remove(struct pci_dev *pdev)
{
	api_del(pci_get_drvdata(pdev));
}

static const struct pci_device_id api_pci_ids[] = {
	{ }
};

static struct pci_driver api_pci_driver = {
	.name = "smmu_api",
	.id_table = api_pci_ids,
	.probe = api_pci_probe,
	.remove = api_pci_remove,
};

static int api_platform_probe(struct platform_device *pdev)
{
	struct api_dev *one;

	if (!of_device_is_compatible(pdev->dev.of_node, EDU_COMPATIBLE))
		return -ENODEV;
	one = api_add(&pdev->dev, edu_claim_platform(pdev));
	platform_set_drvdata(pdev, one);
	return PTR_ERR_OR_ZERO(one);
}

static void api_platform_remove(struct platform_device *pdev)
{
	api_del(platform_get_drvdata(pdev));
}

static struct platform_driver api_platform_driver = {
	.driver = { .name = "smmu_api" },
	.probe = api_platform_probe,
	.remove = api_platform_remove,
};

int api_bus_register(void)
{
	int ret = pci_register_driver(&api_pci_driver);

	if (ret)
		return ret;
	ret = platform_driver_register(&api_platform_driver);
	if (ret)
		pci_unregister_driver(&api_pci_driver);
	return ret;
}

void api_bus_unregister(void)
{
	platform_driver_unregister(&api_platform_driver);
	pci_unregister_driver(&api_pci_driver);
}
