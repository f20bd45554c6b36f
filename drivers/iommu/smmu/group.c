// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups: masters that send the same StreamID cannot be told apart by an SMMU, so
 * they share a group, and with it a domain; otherwise the bus decides.
 */
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/pci.h>

#include "master.h"
#include "smmu.h"

/* The group of those who send a stream must be the one found so far, if any was. */
static int smmu_group_merge(const struct smmu_port *port, const struct smmu_stream_link *own,
			    struct iommu_group **group)
{
	struct smmu_master *master = port->master;
	const struct smmu_stream_link *link;
	struct iommu_group *other;

	list_for_each_entry(link, &own->stream->links, node) {
		if (link->port == port)
			continue;
		other = iommu_group_get(link->port->master->dev);
		if (!other || other == *group) {
			iommu_group_put(other);
			continue;
		}
		if (*group) {
			iommu_group_put(other);
			dev_err(master->dev,
				"shares StreamID %#x with %s and another stream with a device of another group; give them one group or separate StreamIDs\n",
				own->sid, dev_name(link->port->master->dev));
			return -EBUSY;
		}
		*group = other;
	}
	return 0;
}

static int smmu_group_merge_port(const struct smmu_port *port, struct iommu_group **group)
{
	unsigned int i;
	int ret = 0;

	mutex_lock(&port->smmu->lock);
	for (i = 0; i < port->nr_links && !ret; i++)
		ret = smmu_group_merge(port, &port->links[i], group);
	mutex_unlock(&port->smmu->lock);
	return ret;
}

/* A group has one domain, and a domain has one window. */
static int smmu_group_check_window(struct device *dev, void *ctx)
{
	const struct smmu_master *master = ctx;
	const struct smmu_master *other = dev_iommu_priv_get(dev);

	if (!other || smmu_window_equal(&other->window, &master->window))
		return 0;
	dev_err(master->dev,
		"is in one group with %s, which has another DMA window: give them the same\n",
		dev_name(dev));
	return -EINVAL;
}

/**
 * smmu_group_get() - The group that a master belongs to
 * @master: the master
 *
 * Context: may sleep.
 * Return: the group with a reference, or an ERR_PTR().
 */
struct iommu_group *smmu_group_get(struct smmu_master *master)
{
	struct iommu_group *group = NULL;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < master->nr_ports && !ret; i++)
		ret = smmu_group_merge_port(&master->ports[i], &group);
	if (!ret && !group)
		group = dev_is_pci(master->dev) ? pci_device_group(master->dev) :
						  generic_device_group(master->dev);
	if (IS_ERR(group))
		return group;
	if (!ret)
		ret = iommu_group_for_each_dev(group, master, smmu_group_check_window);
	if (!ret)
		return group;
	iommu_group_put(group);
	return ERR_PTR(ret);
}
