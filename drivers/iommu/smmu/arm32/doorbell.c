// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a master's MSIs go.
 *
 * The architecture maps no doorbells, and the interrupt controllers hand out their
 * physical addresses.  Those have to be mapped one to one before the first MSI is sent,
 * which is before any controller can be asked; so their device nodes tell.  A doorbell is
 * mapped in every domain, whoever it belongs to, and need not lie in the window.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/irqdomain.h>
#include <linux/list.h>
#include <linux/msi.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/sizes.h>

#include "arm32/internal.h"
#include "domain.h"
#include "master.h"

#define SMMU_ARM32_MSI_PROT	(IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO)

/**
 * struct smmu_arm32_doorbell - a kind of MSI controller
 * @compatible: its device node's
 * @offset: where in its registers MSIs are written to; not 0
 */
struct smmu_arm32_doorbell {
	const char *compatible;
	u32 offset;
};

/* IHI 0069: GITS_TRANSLATER. Arm's Server Base: SETSPI_NSR of a GICv2m frame. */
static const struct smmu_arm32_doorbell smmu_arm32_doorbells[] = {
	{ "arm,gic-v3-its", SZ_64K + 0x40 },
	{ "arm,gic-v2m-frame", 0x40 },
};

static struct device_node *smmu_arm32_msi_node(struct device *dev)
{
	struct irq_domain *domain = dev_get_msi_domain(dev);

	return domain ? irq_domain_get_of_node(domain) : NULL;
}

/**
 * smmu_arm32_read_msi() - Find out where a master's MSIs go
 * @master: the master
 *
 * Nowhere if its MSI controller is not known here (and a line that says so).
 *
 * Context: from probe_device; may sleep.
 */
void smmu_arm32_read_msi(struct smmu_master *master)
{
	struct device_node *np = smmu_arm32_msi_node(master->dev);
	struct resource registers;
	unsigned int i;

	if (!np)
		return;
	for (i = 0; i < ARRAY_SIZE(smmu_arm32_doorbells); i++) {
		if (!of_device_is_compatible(np, smmu_arm32_doorbells[i].compatible) ||
		    of_address_to_resource(np, 0, &registers))
			continue;
		master->arm32.doorbell = registers.start + smmu_arm32_doorbells[i].offset;
		return;
	}
	dev_warn(master->dev,
		 "the doorbell of MSI controller %pOF is not known here: its MSIs will be refused\n",
		 np);
}

static u64 smmu_arm32_msi_bytes(const struct smmu_master *master)
{
	return BIT_ULL(master->granule_lg2);
}

static u64 smmu_arm32_msi_start(const struct smmu_master *master)
{
	return ALIGN_DOWN((u64)master->arm32.doorbell, smmu_arm32_msi_bytes(master));
}

/**
 * smmu_arm32_last_msi() - How far the page tables of a master have to reach
 * @master: the master
 *
 * Context: any.
 * Return: the last address of its doorbell's page, 0 if it has none.
 */
u64 smmu_arm32_last_msi(const struct smmu_master *master)
{
	if (!master->arm32.doorbell)
		return 0;
	return smmu_arm32_msi_start(master) + smmu_arm32_msi_bytes(master) - 1;
}

static bool smmu_arm32_msi_listed(const struct list_head *head, u64 start)
{
	const struct iommu_resv_region *region;

	list_for_each_entry(region, head, list)
		if (region->type == IOMMU_RESV_MSI && region->start == start)
			return true;
	return false;
}

/**
 * smmu_arm32_list_msi() - Tell the core of a master's doorbell
 * @master: the master
 * @head: where regions go, each once
 *
 * Context: may sleep.
 */
void smmu_arm32_list_msi(const struct smmu_master *master, struct list_head *head)
{
	u64 start = smmu_arm32_msi_start(master);
	struct iommu_resv_region *region;

	if (!master->arm32.doorbell || smmu_arm32_msi_listed(head, start))
		return;
	region = iommu_alloc_resv_region(start, smmu_arm32_msi_bytes(master), SMMU_ARM32_MSI_PROT,
					 IOMMU_RESV_MSI, GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, head);
	else
		dev_err(master->dev, "no memory to reserve the MSI doorbell at %#llx\n", start);
}

/**
 * smmu_arm32_map_msi() - Let a master's MSIs through to its doorbell
 * @smmu_domain: the domain that is being attached
 * @master: the master
 *
 * Context: may sleep.
 * Return: 0 or as smmu_domain_map_anywhere().
 */
int smmu_arm32_map_msi(struct smmu_domain *smmu_domain, const struct smmu_master *master)
{
	u64 start = smmu_arm32_msi_start(master);
	int ret;

	if (!master->arm32.doorbell)
		return 0;
	ret = smmu_domain_map_anywhere(smmu_domain, start, start, smmu_arm32_msi_bytes(master),
				       SMMU_ARM32_MSI_PROT);
	if (ret)
		dev_err(master->dev, "cannot map the MSI doorbell at %pap: %pe\n",
			&master->arm32.doorbell, ERR_PTR(ret));
	return ret;
}
