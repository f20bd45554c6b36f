// SPDX-License-Identifier: GPL-2.0-only
/*
 * Specifiers of masters, and where they are kept.
 *
 * The core calls once for each specifier, before it asks for the master, and gives
 * a device up half way without a word.  So specifiers are kept where it frees them
 * itself: among the IDs of the device's fwspec.
 *
 * Drivers of masters look there as well: some tell their device which StreamID to send.
 * So the IDs are StreamIDs, of the one SMMU that the fwspec names, as long as that says
 * all.  For windows, masks that are not empty, IOMMUs without cells and masters on
 * several SMMUs it does not: then the IDs begin with a mark, and each specifier is
 * there as the phandle of its IOMMU, the number of its cells, and the cells.
 */
#include <linux/iommu.h>
#include <linux/limits.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "compat.h"
#include "dt/dt.h"
#include "master.h"
#include "smmu.h"

/* In front of records: as a StreamID it is beyond every stream table. */
#define SMMU_FWSPEC_RECORDS	U32_MAX

/* The words in front of the cells of a record. */
#define SMMU_FWSPEC_HEAD	2

static struct smmu_device *smmu_fwspec_find(const struct device_node *np)
{
	struct device *dev = bus_find_device_by_of_node(&platform_bus_type, np);
	struct smmu_device *smmu = dev ? dev_get_drvdata(dev) : NULL;

	put_device(dev);
	return smmu;
}

/* Decode a specifier, or say what is wrong with it. */
static int smmu_fwspec_decode(struct device *dev, const struct smmu_device *smmu,
			      const struct of_phandle_args *args, struct smmu_specifier *spec)
{
	const char *why = "wrong number of cells";
	int ret = -EINVAL;

	/* An old "iommu-map" gives one cell, whatever "#iommu-cells" says. */
	if (args->args_count == smmu->cells || args->args_count == 1)
		ret = smmu_specifier_decode(args->args, args->args_count, smmu->granule_lg2, spec,
					    &why);
	if (ret)
		dev_err(dev, "\"iommus\" of %pOF, entry for %pOF: %s\n", smmu_master_node(dev),
			args->np, why);
	return ret;
}

/* Whether a StreamID among the IDs says all that a specifier does. */
static bool smmu_fwspec_is_plain(const struct iommu_fwspec *fwspec,
				 const struct of_phandle_args *args,
				 const struct smmu_specifier *spec)
{
	return fwspec->iommu_fwnode == of_fwnode_handle(args->np) && !spec->all &&
	       !spec->mask && !spec->windowed && spec->sid != SMMU_FWSPEC_RECORDS;
}

static bool smmu_fwspec_has_records(const struct iommu_fwspec *fwspec)
{
	return fwspec->num_ids && fwspec->ids[0] == SMMU_FWSPEC_RECORDS;
}

/* Make records of the StreamIDs that are there, from the last on: they grow. */
static int smmu_fwspec_make_records(struct device *dev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	const unsigned int nr = fwspec->num_ids, words = SMMU_FWSPEC_HEAD + 1;
	const u32 room[SMMU_FWSPEC_HEAD] = { };
	const u32 mark = SMMU_FWSPEC_RECORDS;
	unsigned int i;
	int ret;

	for (i = 0; i < nr; i++) {
		ret = iommu_fwspec_add_ids(dev, room, ARRAY_SIZE(room));
		if (ret)
			return ret;
	}
	ret = iommu_fwspec_add_ids(dev, &mark, 1);
	if (ret)
		return ret;
	fwspec = dev_iommu_fwspec_get(dev);
	for (i = nr; i--; ) {
		u32 *record = &fwspec->ids[1 + i * words];
		const u32 sid = fwspec->ids[i];

		record[0] = to_of_node(fwspec->iommu_fwnode)->phandle;
		record[1] = 1;
		record[2] = sid;
	}
	fwspec->ids[0] = mark;
	return 0;
}

static int smmu_fwspec_keep_record(struct device *dev, const struct of_phandle_args *args)
{
	u32 record[SMMU_FWSPEC_HEAD + SMMU_SPECIFIER_CELLS_MAX] = {
		args->np->phandle, args->args_count,
	};
	int ret = 0;

	if (!smmu_fwspec_has_records(dev_iommu_fwspec_get(dev)))
		ret = smmu_fwspec_make_records(dev);
	if (ret)
		return ret;
	memcpy(record + SMMU_FWSPEC_HEAD, args->args, args->args_count * sizeof(u32));
	return iommu_fwspec_add_ids(dev, record, SMMU_FWSPEC_HEAD + args->args_count);
}

/*
 * Whether a driver that is being bound to a device comes while the core looks at all
 * devices.  The core gives domains to all groups at the end of that: what is bound before
 * would go on with physical addresses.  It is tried again when the SMMU has been probed.
 */
static bool smmu_fwspec_is_early(const struct device *dev, const struct smmu_device *smmu)
{
	const struct task_struct *registering = READ_ONCE(smmu->registering);

	return registering && registering != current && smmu_compat_is_for_driver(dev);
}

/**
 * smmu_fwspec_of_xlate() - iommu_ops.of_xlate
 * @dev: the device, with a fwspec
 * @args: one specifier
 *
 * Context: may sleep.
 * Return: 0, -ENODEV if the IOMMU is not there, -EPROBE_DEFER while another thread
 * registers it, -EINVAL (and a line that says what is wrong) or -ENOMEM.
 */
int smmu_fwspec_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	const struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct smmu_device *smmu = smmu_fwspec_find(args->np);
	struct smmu_specifier spec;
	int ret;

	if (!smmu)
		return -ENODEV;
	if (smmu_fwspec_is_early(dev, smmu))
		return -EPROBE_DEFER;
	ret = smmu_fwspec_decode(dev, smmu, args, &spec);
	if (ret)
		return ret;
	if (spec.old_4g)
		dev_warn(dev, "\"iommus\" of %pOF, entry for %pOF: " SMMU_DT_OLD_4G "\n",
			 smmu_master_node(dev), args->np);
	if (!smmu_fwspec_has_records(fwspec) && smmu_fwspec_is_plain(fwspec, args, &spec))
		return iommu_fwspec_add_ids(dev, &spec.sid, 1);
	return smmu_fwspec_keep_record(dev, args);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_fwspec_of_xlate);

static int smmu_fwspec_source(const struct device_node *np, const u32 *cells, unsigned int nr,
			      struct smmu_master_source *source)
{
	const char *why;

	source->smmu = np ? smmu_fwspec_find(np) : NULL;
	if (!source->smmu)
		return -ENODEV;
	source->named = nr;
	return smmu_specifier_decode(cells, nr, source->smmu->granule_lg2, &source->spec, &why);
}

/* Where the record behind one begins */
static unsigned int smmu_fwspec_next(const struct iommu_fwspec *fwspec, unsigned int at)
{
	return at + SMMU_FWSPEC_HEAD + fwspec->ids[at + 1];
}

static unsigned int smmu_fwspec_count(const struct iommu_fwspec *fwspec)
{
	unsigned int at, nr = 0;

	if (!smmu_fwspec_has_records(fwspec))
		return fwspec->num_ids;
	for (at = 1; at < fwspec->num_ids; at = smmu_fwspec_next(fwspec, at))
		nr++;
	return nr;
}

static int smmu_fwspec_read_plain(const struct iommu_fwspec *fwspec,
				  struct smmu_master_source *sources)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < fwspec->num_ids && !ret; i++)
		ret = smmu_fwspec_source(to_of_node(fwspec->iommu_fwnode), &fwspec->ids[i], 1,
					 &sources[i]);
	return ret;
}

static int smmu_fwspec_read_records(const struct iommu_fwspec *fwspec,
				    struct smmu_master_source *sources)
{
	unsigned int at;
	int ret = 0;

	for (at = 1; at < fwspec->num_ids && !ret; at = smmu_fwspec_next(fwspec, at)) {
		struct device_node *np = of_find_node_by_phandle(fwspec->ids[at]);

		ret = smmu_fwspec_source(np, &fwspec->ids[at + SMMU_FWSPEC_HEAD],
					 fwspec->ids[at + 1], sources++);
		of_node_put(np);
	}
	return ret;
}

/**
 * smmu_fwspec_sources() - What smmu_fwspec_of_xlate() kept for a device
 * @dev: the device
 * @sources: where the array goes; the caller frees it
 *
 * Context: may sleep.
 * Return: how many, -ENODEV if there are none or an IOMMU is gone, -EINVAL or -ENOMEM.
 */
int smmu_fwspec_sources(struct device *dev, struct smmu_master_source **sources)
{
	const struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	const unsigned int nr = smmu_fwspec_count(fwspec);
	int ret;

	if (!nr)
		return -ENODEV;
	*sources = kcalloc(nr, sizeof(**sources), GFP_KERNEL);
	if (!*sources)
		return -ENOMEM;
	if (smmu_fwspec_has_records(fwspec))
		ret = smmu_fwspec_read_records(fwspec, *sources);
	else
		ret = smmu_fwspec_read_plain(fwspec, *sources);
	if (!ret)
		return nr;
	kfree(*sources);
	return ret;
}
