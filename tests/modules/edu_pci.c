// SPDX-License-Identifier: GPL-2.0-only
/* smmu_edu on the PCI function that QEMU's edu device is. */

#include <linux/module.h>

#include "edu.h"
#include "edu_core.h"

static int smmu_edu_pci_irq(struct pci_dev *pdev, struct smmu_edu *edu)
{
	int ret;

	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | PCI_IRQ_INTX);
	if (ret < 0)
		return ret;
	ret = request_irq(pci_irq_vector(pdev, 0), smmu_edu_interrupt, IRQF_SHARED,
			  "smmu_edu", edu);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}

static int smmu_edu_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct smmu_edu *edu;
	void __iomem *regs;
	int ret;

	regs = edu_claim_pci(pdev);
	if (IS_ERR(regs))
		return PTR_ERR(regs);
	edu = smmu_edu_new(&pdev->dev, regs);
	if (IS_ERR(edu))
		return PTR_ERR(edu);
	ret = smmu_edu_pci_irq(pdev, edu);
	if (ret)
		return ret;
	smmu_edu_show(edu, pdev->msi_enabled ? "msi" : "wired");
	return 0;
}

static void smmu_edu_pci_remove(struct pci_dev *pdev)
{
	struct smmu_edu *edu = pci_get_drvdata(pdev);

	smmu_edu_hide(edu);
	free_irq(pci_irq_vector(pdev, 0), edu);
	pci_free_irq_vectors(pdev);
	smmu_edu_release(edu);
}

static const struct pci_device_id smmu_edu_pci_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, smmu_edu_pci_ids);

static struct pci_driver smmu_edu_pci_driver = {
	.name = "smmu_edu",
	.id_table = smmu_edu_pci_ids,
	.probe = smmu_edu_pci_probe,
	.remove = smmu_edu_pci_remove,
};

int smmu_edu_pci_register(void)
{
	return pci_register_driver(&smmu_edu_pci_driver);
}

void smmu_edu_pci_unregister(void)
{
	pci_unregister_driver(&smmu_edu_pci_driver);
}
