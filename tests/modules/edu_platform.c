// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_edu on a platform device: the same function, shown by the device tree with
 * its BAR 0 as "reg". Whoever starts the board has enabled it (tests/guest/init).
 */

#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include "edu.h"
#include "edu_core.h"

static int smmu_edu_platform_probe(struct platform_device *pdev)
{
	struct smmu_edu *edu;
	void __iomem *regs;
	int irq, ret;

	regs = edu_claim_platform(pdev);
	if (IS_ERR(regs))
		return PTR_ERR(regs);
	edu = smmu_edu_new(&pdev->dev, regs);
	if (IS_ERR(edu))
		return PTR_ERR(edu);
	irq = platform_get_irq_optional(pdev, 0);
	if (irq == -EPROBE_DEFER)
		return irq;
	if (irq > 0) {
		ret = devm_request_irq(&pdev->dev, irq, smmu_edu_interrupt, IRQF_SHARED,
				       "smmu_edu", edu);
		if (ret)
			return ret;
	}
	smmu_edu_show(edu, irq > 0 ? "wired" : "none");
	return 0;
}

static void smmu_edu_platform_remove(struct platform_device *pdev)
{
	struct smmu_edu *edu = platform_get_drvdata(pdev);

	smmu_edu_hide(edu);
	smmu_edu_release(edu);
}

static const struct of_device_id smmu_edu_platform_ids[] = {
	{ .compatible = EDU_COMPATIBLE },
	{ }
};
MODULE_DEVICE_TABLE(of, smmu_edu_platform_ids);

static struct platform_driver smmu_edu_platform_driver = {
	.driver = {
		.name = "smmu_edu",
		.of_match_table = smmu_edu_platform_ids,
	},
	.probe = smmu_edu_platform_probe,
	.remove = smmu_edu_platform_remove,
};

int smmu_edu_platform_register(void)
{
	return platform_driver_register(&smmu_edu_platform_driver);
}

void smmu_edu_platform_unregister(void)
{
	platform_driver_unregister(&smmu_edu_platform_driver);
}
