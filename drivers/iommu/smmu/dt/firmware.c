// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device tree says of SMMUs and masters, but for the specifiers themselves.
 */
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/property.h>

#include "dt/dt.h"
#include "master.h"
#include "smmu.h"

/* Add one range that the property @what of @np gives to a window. */
static int smmu_firmware_add_range(struct device *dev, const struct device_node *np,
				   const char *what, const __be32 *at, int na, int ns,
				   u8 granule_lg2, struct smmu_window *window)
{
	const u64 start = of_read_number(at, na), bytes = of_read_number(at + na, ns);
	struct smmu_window_range range;
	const char *why = "too many ranges";
	bool old_4g = false;
	int ret;

	ret = smmu_window_check(start, bytes, granule_lg2, &range, &old_4g, &why);
	if (!ret)
		ret = smmu_window_add(window, &range);
	if (ret)
		dev_err(dev, "%s of %pOF: %s\n", what, np, why);
	else if (old_4g)
		dev_warn(dev, "%s of %pOF: " SMMU_DT_OLD_4G "\n", what, np);
	return ret;
}

/* The property "iommu-ranges" of a device's node; 1 if there is none. */
static int smmu_firmware_read_ranges(struct device *dev, u8 granule_lg2,
				     struct smmu_window *window)
{
	struct device_node *np = smmu_master_node(dev);
	int na, ns, nr, ret = 0, bytes;
	const __be32 *at;

	at = of_get_property(np, "iommu-ranges", &bytes);
	if (!at)
		return 1;
	na = of_n_addr_cells(np);
	ns = of_n_size_cells(np);
	nr = bytes / (int)sizeof(*at);
	if (na < 1 || ns < 1 || !nr || nr % (na + ns)) {
		dev_err(dev,
			"\"iommu-ranges\" of %pOF has %d cells, entries have %d (#address-cells and #size-cells of its parent)\n",
			np, nr, na + ns);
		return -EINVAL;
	}
	window->nr = 0;
	for (; nr && !ret; nr -= na + ns, at += na + ns)
		ret = smmu_firmware_add_range(dev, np, "\"iommu-ranges\"", at, na, ns, granule_lg2,
					      window);
	return ret;
}

static int smmu_firmware_intersect(struct device *dev, struct smmu_window *window,
				   const struct smmu_window *with, const char *what,
				   const struct device_node *of)
{
	int ret = smmu_window_intersect(window, with);

	if (ret == -E2BIG)
		dev_err(dev, "windows of %pOF: too many ranges\n", smmu_master_node(dev));
	else if (ret && of)
		dev_err(dev, "windows of %pOF do not intersect: %s of %pOF leaves nothing of what came before\n",
			smmu_master_node(dev), what, of);
	else if (ret)
		dev_err(dev, "windows of %pOF do not intersect: %s leaves nothing of what came before\n",
			smmu_master_node(dev), what);
	return ret ? -EINVAL : 0;
}

static int smmu_firmware_intersect_source(struct device *dev, struct smmu_window *window,
					  const struct smmu_master_source *from)
{
	const struct smmu_window own = { .nr = 1, .range = { from->spec.window } };
	int ret = 0;

	if (from->spec.windowed)
		ret = smmu_firmware_intersect(dev, window, &own, "\"iommus\"", NULL);
	if (!ret && from->smmu->windowed)
		ret = smmu_firmware_intersect(dev, window, &from->smmu->window, "\"dma-window\"",
					      from->smmu->dev->of_node);
	return ret;
}

/**
 * smmu_firmware_window() - The addresses that a device may use
 * @dev: the device
 * @from: where its streams go
 * @nr: number of @from
 * @window: where the window goes: the intersection of all that are named
 * @windowed: whether any was
 *
 * Context: any.
 * Return: 0 or -EINVAL (and a line that says what is wrong).
 */
int smmu_firmware_window(struct device *dev, const struct smmu_master_source *from,
			 unsigned int nr, struct smmu_window *window, bool *windowed)
{
	struct smmu_window ranges;
	unsigned int i;
	int ret = 0;

	*window = smmu_window_all();
	*windowed = false;
	for (i = 0; i < nr && !ret; i++) {
		ret = smmu_firmware_intersect_source(dev, window, &from[i]);
		*windowed |= from[i].spec.windowed || from[i].smmu->windowed;
	}
	if (ret)
		return ret;
	ret = smmu_firmware_read_ranges(dev, smmu_master_common_granule(from, nr), &ranges);
	if (ret)
		return min(ret, 0);
	*windowed = true;
	return smmu_firmware_intersect(dev, window, &ranges, "\"iommu-ranges\"", NULL);
}

static int smmu_firmware_read_cells(struct smmu_device *smmu)
{
	struct device_node *np = smmu->dev->of_node;
	u32 cells;

	if (of_property_read_u32(np, "#iommu-cells", &cells))
		return dev_err_probe(smmu->dev, -EINVAL,
				     "%pOF has no \"#iommu-cells\": no master can name a stream\n",
				     np);
	if (!smmu_specifier_cells_known(cells))
		return dev_err_probe(smmu->dev, -EINVAL,
				     "%pOF has #iommu-cells = <%u>: 0, 1, 2, 4 and 5 are understood\n",
				     np, cells);
	smmu->cells = cells;
	smmu->one_context = !cells;
	return 0;
}

/* Cells of an address or size in "dma-window". */
static u32 smmu_firmware_window_cells(const struct device_node *np, const char *own, int bus)
{
	u32 cells;

	return of_property_read_u32(np, own, &cells) ? bus : cells;
}

static int smmu_firmware_read_dma_window(struct smmu_device *smmu)
{
	struct device_node *np = smmu->dev->of_node;
	const __be32 *at;
	u32 na, ns;
	int bytes;

	at = of_get_property(np, "dma-window", &bytes);
	if (!at) {
		smmu->window = smmu_window_all();
		return 0;
	}
	na = smmu_firmware_window_cells(np, "#dma-address-cells", of_n_addr_cells(np));
	ns = smmu_firmware_window_cells(np, "#dma-size-cells", of_n_size_cells(np));
	if (!na || na > 2 || !ns || ns > 2 || bytes != (na + ns) * sizeof(*at))
		return dev_err_probe(smmu->dev, -EINVAL,
				     "\"dma-window\" of %pOF has %u cells, %u are needed (#dma-address-cells and #dma-size-cells)\n",
				     np, bytes / (u32)sizeof(*at), na + ns);
	smmu->windowed = true;
	smmu->window.nr = 0;
	return smmu_firmware_add_range(smmu->dev, np, "\"dma-window\"", at, na, ns,
				       smmu->granule_lg2, &smmu->window);
}

/**
 * smmu_firmware_read_smmu() - Read what an SMMU's node says of its masters
 * @smmu: the SMMU, with its granule
 *
 * Context: may sleep.
 * Return: 0 or -EINVAL (and a line that says what is wrong).
 */
int smmu_firmware_read_smmu(struct smmu_device *smmu)
{
	int ret = smmu_firmware_read_cells(smmu);

	if (!ret)
		ret = smmu_firmware_read_dma_window(smmu);
	return ret;
}
