// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of a master: its streams, and who else sends them.
 */
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "inval.h"
#include "master.h"
#include "smmu.h"

#define SMMU_FAULT_LINES	10
#define SMMU_FAULT_INTERVAL	(5 * HZ)

static bool smmu_master_has_sid(const struct smmu_master *master, u32 sid)
{
	unsigned int i;

	for (i = 0; i < master->nr_streams; i++)
		if (master->streams[i].stream->sid == sid)
			return true;
	return false;
}

static struct smmu_stream *smmu_master_get_stream(struct smmu_device *smmu, u32 sid)
{
	struct smmu_stream *stream = xa_load(&smmu->streams, sid);
	int ret;

	if (stream)
		return stream;
	stream = kzalloc(sizeof(*stream), GFP_KERNEL);
	if (!stream)
		return ERR_PTR(-ENOMEM);
	stream->sid = sid;
	INIT_LIST_HEAD(&stream->masters);
	ret = xa_insert(&smmu->streams, sid, stream, GFP_KERNEL);
	if (ret) {
		kfree(stream);
		return ERR_PTR(ret);
	}
	return stream;
}

static void smmu_master_put_stream(struct smmu_device *smmu, struct smmu_stream *stream)
{
	if (!list_empty(&stream->masters))
		return;
	xa_erase(&smmu->streams, stream->sid);
	kfree(stream);
}

/*
 * A PCI function may answer to one alias several times, and that is no mistake
 * of anybody's; a device tree that names a stream twice is.
 */
static int smmu_master_check_repeat(const struct smmu_master *master, u32 sid)
{
	if (dev_is_pci(master->dev))
		return 0;
	dev_err(master->dev,
		"StreamID %#x is named twice in \"iommus\" of %pOF: name each stream once\n",
		sid, master->dev->of_node);
	return -EINVAL;
}

static int smmu_master_claim_sid(struct smmu_master *master, u32 sid)
{
	const struct smmu_cmd forget = smmu_cmd_cfgi_ste(sid, false);
	struct smmu_device *smmu = master->smmu;
	struct smmu_master_stream *tie;
	struct smmu_stream *stream;
	int ret;

	ret = smmu_strtab_claim(&smmu->strtab, sid);
	if (ret == -ERANGE)
		dev_err(master->dev,
			"StreamID %#x does not exist on %s, which has %u StreamID bits: check \"iommus\" or \"iommu-map\"\n",
			sid, dev_name(smmu->dev), smmu->strtab.sid_bits);
	if (ret < 0)
		return ret;
	/* The first-level descriptor changed; a failure is logged by the queue. */
	if (ret)
		smmu_inval_config(&smmu->cmdq, &forget, 1);

	stream = smmu_master_get_stream(smmu, sid);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	tie = &master->streams[master->nr_streams++];
	tie->master = master;
	tie->stream = stream;
	list_add_tail(&tie->node, &stream->masters);
	return 0;
}

static void smmu_master_release_sids(struct smmu_master *master)
{
	struct smmu_master_stream *tie;

	while (master->nr_streams) {
		tie = &master->streams[master->nr_streams - 1];
		list_del(&tie->node);
		smmu_master_put_stream(master->smmu, tie->stream);
		master->nr_streams--;
	}
}

static int smmu_master_claim_sids(struct smmu_master *master, const struct iommu_fwspec *fwspec)
{
	unsigned int i;
	int ret = 0;

	mutex_lock(&master->smmu->lock);
	for (i = 0; i < fwspec->num_ids && !ret; i++) {
		if (smmu_master_has_sid(master, fwspec->ids[i]))
			ret = smmu_master_check_repeat(master, fwspec->ids[i]);
		else
			ret = smmu_master_claim_sid(master, fwspec->ids[i]);
	}
	if (ret)
		smmu_master_release_sids(master);
	mutex_unlock(&master->smmu->lock);
	return ret;
}

/**
 * smmu_master_create() - Make the record of a device and claim its streams
 * @smmu: the SMMU in front of it
 * @dev: the device, with its fwspec
 *
 * Its streams go on aborting until something is attached.
 *
 * Context: may sleep.
 * Return: the master or an ERR_PTR(): -ENOMEM; -ERANGE for a StreamID that the
 * SMMU does not have; -EINVAL for one named twice.
 */
struct smmu_master *smmu_master_create(struct smmu_device *smmu, struct device *dev)
{
	const struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct smmu_master *master;
	int ret;

	master = kzalloc(struct_size(master, streams, fwspec->num_ids), GFP_KERNEL);
	if (!master)
		return ERR_PTR(-ENOMEM);
	master->dev = dev;
	master->smmu = smmu;
	master->ste = smmu_ste_abort();
	ratelimit_state_init(&master->faults.limit, SMMU_FAULT_INTERVAL, SMMU_FAULT_LINES);
	/* The fault room counts what it leaves out itself. */
	ratelimit_set_flags(&master->faults.limit, RATELIMIT_MSG_ON_RELEASE);
	master->faults.quiet_until = jiffies;

	if (smmu->caps.s1) {
		ret = smmu_cdtab_alloc(&master->cdtab, smmu->cd_pool);
		if (ret)
			goto err_free;
	}
	ret = smmu_master_claim_sids(master, fwspec);
	if (ret)
		goto err_cdtab;
	return master;

err_cdtab:
	smmu_cdtab_free(&master->cdtab, smmu->cd_pool);
err_free:
	kfree(master);
	return ERR_PTR(ret);
}

/**
 * smmu_master_destroy() - Release a master that is attached to nothing
 * @master: the master; its streams are blocked, or set by another master
 *
 * Context: may sleep. Cannot fail.
 */
void smmu_master_destroy(struct smmu_master *master)
{
	struct smmu_device *smmu = master->smmu;

	mutex_lock(&smmu->lock);
	smmu_master_release_sids(master);
	mutex_unlock(&smmu->lock);
	smmu_cdtab_free(&master->cdtab, smmu->cd_pool);
	kfree(master);
}

static int smmu_master_merge_group(struct smmu_master *master, struct smmu_stream *stream,
				   struct iommu_group **group)
{
	struct smmu_master_stream *tie;
	struct iommu_group *other;

	list_for_each_entry(tie, &stream->masters, node) {
		if (tie->master == master)
			continue;
		other = iommu_group_get(tie->master->dev);
		if (!other || other == *group) {
			iommu_group_put(other);
			continue;
		}
		if (*group) {
			iommu_group_put(other);
			dev_err(master->dev,
				"shares StreamID %#x with %s and another stream with a device of another group; give them one group or separate StreamIDs\n",
				stream->sid, dev_name(tie->master->dev));
			return -EBUSY;
		}
		*group = other;
	}
	return 0;
}

/**
 * smmu_master_group() - The group that a master belongs to
 * @master: the master
 *
 * Devices that send the same StreamID cannot be told apart by the SMMU, so they
 * share a group; otherwise the bus decides.
 *
 * Context: may sleep.
 * Return: the group with a reference, or an ERR_PTR().
 */
struct iommu_group *smmu_master_group(struct smmu_master *master)
{
	struct iommu_group *group = NULL;
	unsigned int i;
	int ret = 0;

	mutex_lock(&master->smmu->lock);
	for (i = 0; i < master->nr_streams && !ret; i++)
		ret = smmu_master_merge_group(master, master->streams[i].stream, &group);
	mutex_unlock(&master->smmu->lock);

	if (ret) {
		iommu_group_put(group);
		return ERR_PTR(ret);
	}
	if (group)
		return group;
	return dev_is_pci(master->dev) ? pci_device_group(master->dev) :
					 generic_device_group(master->dev);
}

/**
 * smmu_master_snoops_always() - Whether no access of a master can miss the caches
 * @master: the master
 *
 * The table decides the attributes of an access, but a PCIe function may set No
 * Snoop on it, which takes effect behind the SMMU (IHI 0070, 13.6).
 *
 * Context: any.
 * Return: true if none can.
 */
bool smmu_master_snoops_always(const struct smmu_master *master)
{
	return master->smmu->caps.coherent && !dev_is_pci(master->dev);
}

/**
 * smmu_master_find() - The master that sends a stream
 * @smmu: the SMMU
 * @sid: the StreamID
 *
 * Context: holds @smmu->lock.
 * Return: the master whose STE is in force, or %NULL if nobody claimed @sid.
 */
struct smmu_master *smmu_master_find(struct smmu_device *smmu, u32 sid)
{
	struct smmu_stream *stream;
	struct smmu_master_stream *tie;

	lockdep_assert_held(&smmu->lock);
	stream = xa_load(&smmu->streams, sid);
	if (!stream)
		return NULL;
	tie = list_first_entry_or_null(&stream->masters, struct smmu_master_stream, node);
	return tie ? tie->master : NULL;
}
