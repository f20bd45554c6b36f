// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a device's MSIs go.
 *
 * Where the IOMMU core has no DMA API of its own (32-bit Arm), nobody maps the
 * doorbells, and the interrupt controllers hand out their physical addresses.
 * Those have to be mapped one to one before the first MSI is sent, which is before
 * any of them can be asked; so their device nodes tell.
 */
#include <linux/device.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sizes.h>

#include "arm32/doorbell.h"

/**
 * struct smmu_doorbell - a kind of MSI controller
 * @compatible: its device node's
 * @offset: where in its registers MSIs are written to
 */
struct smmu_doorbell {
	const char *compatible;
	u32 offset;
};

/* IHI 0069: GITS_TRANSLATER. Arm's Server Base: SETSPI_NSR of a GICv2m frame. */
static const struct smmu_doorbell smmu_doorbells[] = {
	{ "arm,gic-v3-its", SZ_64K + 0x40 },
	{ "arm,gic-v2m-frame", 0x40 },
};

static struct device_node *smmu_doorbell_node(struct device *dev)
{
	struct irq_domain *domain = dev_get_msi_domain(dev);

	return domain ? irq_domain_get_of_node(domain) : NULL;
}

/**
 * smmu_doorbell_find() - The physical address that a device's MSIs go to
 * @dev: the device
 * @addr: where the address is left
 *
 * Context: may sleep.
 * Return: false if it sends none, or if its MSI controller is not known here (and
 * a line that says so).
 */
bool smmu_doorbell_find(struct device *dev, u64 *addr)
{
	struct device_node *np = smmu_doorbell_node(dev);
	struct resource registers;
	unsigned int i;

	if (!np)
		return false;
	for (i = 0; i < ARRAY_SIZE(smmu_doorbells); i++) {
		if (!of_device_is_compatible(np, smmu_doorbells[i].compatible) ||
		    of_address_to_resource(np, 0, &registers))
			continue;
		*addr = registers.start + smmu_doorbells[i].offset;
		return true;
	}
	dev_warn(dev, "the doorbell of MSI controller %pOF is not known here: its MSIs will be refused\n",
		 np);
	return false;
}
