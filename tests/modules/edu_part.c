// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_edu as a device with channels, each a master of its own: "iommu-map" of the
 * device's node leads from the channel's number to its StreamID.  A channel is a struct
 * device that has no node and that is of the platform bus without being a platform
 * device, as those of Tegra264's GPCDMA are.  "qemu,channels" tells which there are; the
 * function behind them is one, so only the one whose StreamID it has can do DMA.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_device.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "edu.h"
#include "edu_core.h"

#define EDU_PART_CHANNELS	4

struct edu_part {
	struct device dev;
	struct smmu_edu *edu;
};

struct edu_parts {
	unsigned int nr;
	struct edu_part *part[EDU_PART_CHANNELS];
};

static void edu_part_free(struct device *dev)
{
	kfree(container_of(dev, struct edu_part, dev));
}

/* A device that is there, and that has no bus yet */
static struct edu_part *edu_part_add(struct device *parent, u32 channel)
{
	struct edu_part *part = kzalloc(sizeof(*part), GFP_KERNEL);
	int ret;

	if (!part)
		return ERR_PTR(-ENOMEM);
	device_initialize(&part->dev);
	part->dev.parent = parent;
	part->dev.release = edu_part_free;
	ret = dev_set_name(&part->dev, "%s.%u", dev_name(parent), channel);
	if (!ret)
		ret = device_add(&part->dev);
	if (!ret)
		return part;
	put_device(&part->dev);
	return ERR_PTR(ret);
}

static int edu_part_start(struct edu_part *part, void __iomem *regs, u32 channel)
{
	struct device *dev = &part->dev;
	struct smmu_edu *edu;
	int ret;

	dev->bus = dev->parent->bus;
	ret = dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(48));
	if (!ret)
		ret = of_dma_configure_id(dev, dev->parent->of_node, true, &channel);
	if (ret)
		return ret;
	edu = smmu_edu_new(dev, regs);
	if (IS_ERR(edu))
		return PTR_ERR(edu);
	part->edu = edu;
	smmu_edu_show(edu, "none");
	return 0;
}

static void edu_part_remove(struct edu_part *part)
{
	if (part->edu) {
		smmu_edu_hide(part->edu);
		smmu_edu_release(part->edu);
	}
	device_unregister(&part->dev);
}

static void edu_parts_remove_all(struct edu_parts *parts)
{
	while (parts->nr)
		edu_part_remove(parts->part[--parts->nr]);
}

static int edu_parts_probe(struct platform_device *pdev)
{
	u32 channels[EDU_PART_CHANNELS];
	struct edu_parts *parts;
	void __iomem *regs;
	int i, nr, ret = 0;

	regs = edu_claim_platform(pdev);
	if (IS_ERR(regs))
		return PTR_ERR(regs);
	nr = of_property_read_variable_u32_array(pdev->dev.of_node, "qemu,channels", channels, 1,
						 EDU_PART_CHANNELS);
	if (nr < 0)
		return nr;
	parts = devm_kzalloc(&pdev->dev, sizeof(*parts), GFP_KERNEL);
	if (!parts)
		return -ENOMEM;
	for (i = 0; i < nr && !ret; i++) {
		struct edu_part *part = edu_part_add(&pdev->dev, channels[i]);

		if (IS_ERR(part)) {
			ret = PTR_ERR(part);
			break;
		}
		parts->part[parts->nr++] = part;
		ret = edu_part_start(part, regs, channels[i]);
	}
	if (ret)
		edu_parts_remove_all(parts);
	platform_set_drvdata(pdev, parts);
	return ret;
}

static void edu_parts_remove(struct platform_device *pdev)
{
	edu_parts_remove_all(platform_get_drvdata(pdev));
}

static const struct of_device_id edu_parts_ids[] = {
	{ .compatible = EDU_PARTS_COMPATIBLE },
	{ }
};
MODULE_DEVICE_TABLE(of, edu_parts_ids);

static struct platform_driver edu_parts_driver = {
	.driver = {
		.name = "smmu_edu_parts",
		.of_match_table = edu_parts_ids,
	},
	.probe = edu_parts_probe,
	.remove = edu_parts_remove,
};

int smmu_edu_parts_register(void)
{
	return platform_driver_register(&edu_parts_driver);
}

void smmu_edu_parts_unregister(void)
{
	platform_driver_unregister(&edu_parts_driver);
}
