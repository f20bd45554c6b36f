// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reserved memory that masters have at certain addresses ("iommu-addresses"), and
 * addresses that they leave alone.
 *
 * Bootloaders fill these regions in, or do not, and have no granule in mind; what can
 * be kept in some way is, with a warning.
 */
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/slab.h>

#include "compat.h"
#include "dt/dt.h"
#include "master.h"
#include "resv.h"

static int smmu_regions_prot(const struct smmu_master *master)
{
	int prot = IOMMU_READ | IOMMU_WRITE;

	return smmu_master_snoops(master) ? prot | IOMMU_CACHE : prot;
}

/* Where a region lies. */
static bool smmu_regions_read_reg(const struct smmu_master *master, struct device_node *region,
				  struct smmu_window_range *reg)
{
	struct resource phys;

	if (!of_property_present(region, "reg"))
		return false;
	if (of_address_to_resource(region, 0, &phys)) {
		dev_warn(master->dev,
			 "\"reg\" of %pOF cannot be read: it is kept free and not mapped\n",
			 region);
		return false;
	}
	reg->start = phys.start;
	reg->last = phys.end;
	return true;
}

static void smmu_regions_tell(const struct smmu_master *master, const struct device_node *region,
			      u64 start, u64 bytes, enum smmu_resv_shape shape,
			      const struct smmu_resv *resv)
{
	switch (shape) {
	case SMMU_RESV_AS_TOLD:
		return;
	case SMMU_RESV_EMPTY:
		dev_warn(master->dev,
			 "\"iommu-addresses\" of %pOF: 0 bytes at %#llx, so nothing is kept; is the bootloader to fill it in?\n",
			 region, start);
		return;
	case SMMU_RESV_CUT:
		dev_warn(master->dev,
			 "\"iommu-addresses\" of %pOF: %#llx bytes at %#llx go beyond the last address: %#llx-%#llx is kept free\n",
			 region, bytes, start, resv->range.start, resv->range.last);
		return;
	case SMMU_RESV_OTHER_SIZE:
		dev_warn(master->dev,
			 "\"iommu-addresses\" of %pOF: %#llx bytes at %#llx, but \"reg\" has another size: it is kept free and not mapped\n",
			 region, bytes, start);
		return;
	case SMMU_RESV_OTHER_OFFSET:
		dev_warn(master->dev,
			 "\"iommu-addresses\" of %pOF: %#llx bytes at %#llx, but \"reg\" lies otherwise on a granule: it is kept free and not mapped\n",
			 region, bytes, start);
		return;
	case SMMU_RESV_WIDENED:
		dev_warn(master->dev,
			 "\"iommu-addresses\" of %pOF: %#llx bytes at %#llx are not on a granule: %#llx-%#llx is mapped\n",
			 region, bytes, start, resv->range.start, resv->range.last);
		return;
	}
}

/* Whether a region can be kept as the firmware wants it. */
static int smmu_regions_check(const struct smmu_master *master, const struct device_node *region,
			      const struct smmu_resv *resv)
{
	u64 start = resv->range.start, last = resv->range.last;
	const struct smmu_resv *other;

	if (resv->kind == SMMU_RESV_HOLE)
		return 0;
	list_for_each_entry(other, &master->resv, node) {
		if (!smmu_resv_contradicts(resv, other))
			continue;
		dev_err(master->dev,
			"\"iommu-addresses\" of %pOF: %#llx-%#llx leads elsewhere than the region at %#llx-%#llx\n",
			region, start, last, other->range.start, other->range.last);
		return -EINVAL;
	}
	if (!smmu_window_contains(&master->window, start, last)) {
		dev_err(master->dev,
			"\"iommu-addresses\" of %pOF: %#llx-%#llx lies outside the DMA window of %pOF\n",
			region, start, last, smmu_master_node(master->dev));
		return -EINVAL;
	}
	return 0;
}

static int smmu_regions_add(struct smmu_master *master, struct device_node *region, u64 start,
			    u64 bytes)
{
	struct smmu_window_range reg;
	enum smmu_resv_shape shape;
	struct smmu_resv *resv;
	bool has_reg;
	int ret;

	resv = kzalloc_obj(*resv, GFP_KERNEL);
	if (!resv)
		return -ENOMEM;
	has_reg = bytes && smmu_regions_read_reg(master, region, &reg);
	shape = smmu_resv_shape(start, bytes, has_reg ? &reg : NULL, master->granule_lg2, resv);
	resv->prot = smmu_regions_prot(master);
	smmu_regions_tell(master, region, start, bytes, shape, resv);
	ret = shape == SMMU_RESV_EMPTY ? 0 : smmu_regions_check(master, region, resv);
	if (ret || shape == SMMU_RESV_EMPTY)
		kfree(resv);
	else
		list_add_tail(&resv->node, &master->resv);
	return ret;
}

/*
 * Entries of several masters stand in one list, each as long as its master's bus
 * makes it.
 */
static int smmu_regions_read_one(struct smmu_master *master, struct device_node *region)
{
	const __be32 *at, *end;
	int bytes, ret = 0;

	at = of_get_property(region, "iommu-addresses", &bytes);
	if (!at)
		return 0;
	end = at + bytes / sizeof(*at);
	while (at < end && !ret) {
		struct device_node *np = of_find_node_by_phandle(be32_to_cpup(at++));
		int na = np ? of_n_addr_cells(np) : 0;
		int ns = np ? of_n_size_cells(np) : 0;

		of_node_put(np);
		if (!np || end - at < na + ns) {
			dev_err(master->dev,
				"\"iommu-addresses\" of %pOF is not a list of device, address, size\n",
				region);
			return -EINVAL;
		}
		if (np == smmu_master_node(master->dev))
			ret = smmu_regions_add(master, region, of_read_number(at, na),
					       of_read_number(at + na, ns));
		at += na + ns;
	}
	return ret;
}

/**
 * smmu_regions_read() - Read what the firmware wants kept for a master
 * @master: the master, with its window
 *
 * Context: may sleep.
 * Return: 0, -EINVAL (and a line that says what is wrong) or -ENOMEM.
 */
int smmu_regions_read(struct smmu_master *master)
{
	struct device_node *np = smmu_master_node(master->dev), *region;
	int i, ret = 0, nr = of_count_phandle_with_args(np, "memory-region", NULL);

	for (i = 0; i < nr && !ret; i++) {
		region = of_parse_phandle(np, "memory-region", i);
		/* An entry may be empty. */
		if (region)
			ret = smmu_regions_read_one(master, region);
		of_node_put(region);
	}
	return ret;
}
