// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups: masters that send the same StreamID cannot be told apart by an SMMU, so
 * they share a group, and with it a domain; otherwise the bus decides.
 */
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/pci.h>

#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "arm32/arm32.h"
#include "compat.h"
#include "domain.h"
#include "master.h"
#include "resv.h"
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

/* The domain that the core has a group in, which holds the mutex. */
VISIBLE_IF_KUNIT struct iommu_domain *smmu_group_domain(struct device *dev)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_group_domain, dev);
	return smmu_compat_domain_of(dev);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_group_domain);

/*
 * The paging domain that a master of a group is in, or that its DMA API uses, if any.
 * There may be one from which the group is away for a while: @used.
 */
static struct smmu_domain *smmu_group_domain_of(const struct smmu_master *member, bool *used)
{
	struct iommu_domain *domain;

	*used = smmu_arm32.domain_of && smmu_arm32.domain_of(member);
	if (*used)
		return smmu_arm32.domain_of(member);
	domain = smmu_group_domain(member->dev);
	*used = domain && domain->type != IOMMU_DOMAIN_IDENTITY;
	return *used && domain->type & __IOMMU_DOMAIN_PAGING ? to_smmu_domain(domain) : NULL;
}

/* A group has one domain, and a domain has one window and one form of table. */
static int smmu_group_check_domain(const struct smmu_master *master,
				   const struct smmu_master *other, struct smmu_domain *smmu_domain)
{
	if ((other->windowed || master->windowed) &&
	    !smmu_window_equal(&other->window, &master->window)) {
		dev_err(master->dev,
			"is in one group with %s, which has another DMA window: give them the same\n",
			dev_name(other->dev));
		return -EINVAL;
	}
	if (smmu_window_equal(&other->window, &master->window) &&
	    smmu_domain_suits(other, master) &&
	    (!smmu_domain || smmu_domain_admits(smmu_domain, master)))
		return 0;
	dev_err(master->dev,
		"is in one group with %s, whose page tables its SMMUs cannot use: give them the same SMMUs or separate StreamIDs\n",
		dev_name(other->dev));
	return -EINVAL;
}

/*
 * A group may be passed through by the user's choice, with addresses that are physical:
 * not for one that the firmware limits, or wants translated somewhere.
 */
static int smmu_group_check_identity(const struct smmu_master *master,
				     const struct smmu_master *other)
{
	const struct iommu_domain *domain = smmu_group_domain(other->dev);

	if (smmu_arm32.attach_default || !domain || domain->type != IOMMU_DOMAIN_IDENTITY)
		return 0;
	if (!master->windowed && !smmu_resv_translates(master))
		return 0;
	dev_err(master->dev,
		"is in one group with %s, which is passed through untranslated, and has a DMA window or \"iommu-addresses\" that need translation: set the group's type to DMA\n",
		dev_name(other->dev));
	return -EINVAL;
}

/*
 * Whether a master can live in the group of another.  What shows only when a domain is
 * attached is too late: then, the core gives up the whole SMMU.
 */
static int smmu_group_check(struct device *dev, void *ctx)
{
	const struct smmu_master *master = ctx;
	const struct smmu_master *other = dev_iommu_priv_get(dev);
	struct smmu_domain *smmu_domain;
	bool used;
	int ret;

	if (!other)
		return 0;
	smmu_domain = smmu_group_domain_of(other, &used);
	ret = smmu_group_check_domain(master, other, smmu_domain);
	if (!ret)
		ret = smmu_group_check_identity(master, other);
	if (!ret)
		ret = smmu_resv_check_group(master, other);
	/* Addresses are given out once there is a domain. */
	if (!ret && used)
		ret = smmu_resv_check_late(master, other);
	return ret;
}

/**
 * smmu_group_get() - The group that a master belongs to
 * @master: the master; it is in the group from here on
 *
 * A master that cannot live with those that are there is refused (and a line says why).
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
		ret = iommu_group_for_each_dev(group, master, smmu_group_check);
	if (ret) {
		iommu_group_put(group);
		return ERR_PTR(ret);
	}
	smmu_master_join_group(master, group);
	return group;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_group_get);
