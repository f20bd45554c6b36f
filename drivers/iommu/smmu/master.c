// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of a master: the SMMUs it stands behind, and its streams there.
 */
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/of_address.h>
#include <linux/pci.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "compat.h"
#include "inval.h"
#include "master.h"
#include "smmu.h"

#define SMMU_MASTER_RELEASE_TRIES	1000
#define SMMU_MASTER_RELEASE_WAIT_MS	10

#define SMMU_FAULT_LINES	10
#define SMMU_FAULT_INTERVAL	(5 * HZ)

/* Taken inside a group's mutex: guards what follows, and smmu_master.group and .in_group. */
static DEFINE_MUTEX(smmu_master_group_lock);

/* Masters that have a group. */
static LIST_HEAD(smmu_master_grouped);

static struct smmu_stream *smmu_master_get_stream(struct smmu_device *smmu, u32 sid)
{
	struct smmu_stream *stream = xa_load(&smmu->streams, sid);
	int ret;

	if (stream)
		return stream;
	stream = kzalloc_obj(*stream, GFP_KERNEL);
	if (!stream)
		return ERR_PTR(-ENOMEM);
	stream->sid = sid;
	INIT_LIST_HEAD(&stream->links);
	ret = xa_insert(&smmu->streams, sid, stream, GFP_KERNEL);
	if (ret) {
		kfree(stream);
		return ERR_PTR(ret);
	}
	return stream;
}

static void smmu_master_put_stream(struct smmu_device *smmu, struct smmu_stream *stream)
{
	if (!list_empty(&stream->links))
		return;
	xa_erase(&smmu->streams, stream->sid);
	kfree(stream);
}

static bool smmu_master_linked(const struct smmu_port *port, const struct smmu_stream *stream)
{
	const struct smmu_stream_link *link;

	list_for_each_entry(link, &stream->links, node)
		if (link->port == port)
			return true;
	return false;
}

static void smmu_master_refuse_sid(const struct smmu_port *port, u32 sid)
{
	const struct smmu_device *smmu = port->smmu;

	if (smmu->caps.sid_bits < 32 && sid >> smmu->caps.sid_bits)
		dev_err(port->master->dev,
			"StreamID %#x does not exist on %s, which has %u StreamID bits: check \"iommus\" or \"iommu-map\"\n",
			sid, dev_name(smmu->dev), smmu->caps.sid_bits);
	else
		dev_err(port->master->dev,
			"StreamID %#x lies beyond the stream table of %s, which covers %u of %u StreamID bits\n",
			sid, dev_name(smmu->dev), smmu->strtab.sid_bits, smmu->caps.sid_bits);
}

static int smmu_master_claim_ste(struct smmu_port *port, u32 sid)
{
	struct smmu_device *smmu = port->smmu;
	int ret;

	if (smmu->one_context)
		return 0;
	ret = smmu_strtab_claim(&smmu->strtab, sid);
	if (ret == -ERANGE)
		smmu_master_refuse_sid(port, sid);
	if (ret < 0)
		return ret;
	/* A first-level descriptor changed; a failure is logged by the queue. */
	if (ret)
		smmu_inval_config(&smmu->cmdq, smmu_cmd_cfgi_ste(sid, false));
	return 0;
}

static int smmu_master_claim_sid(struct smmu_port *port, u32 sid, bool known)
{
	struct smmu_stream_link *link;
	struct smmu_stream *stream;
	int ret;

	ret = smmu_master_claim_ste(port, sid);
	if (ret)
		return ret;
	/* One stream stands for all where they are not told apart. */
	stream = smmu_master_get_stream(port->smmu, port->smmu->one_context ? 0 : sid);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	/*
	 * One that the tree names twice, by a mask perhaps, or an alias that a function of
	 * PCI answers to several times
	 */
	if (smmu_master_linked(port, stream))
		return 0;
	link = &port->links[port->nr_links++];
	link->port = port;
	link->stream = stream;
	link->sid = sid;
	link->sid_known = known;
	list_add_tail(&link->node, &stream->links);
	return 0;
}

static void smmu_master_release_sids(struct smmu_port *port)
{
	struct smmu_stream_link *link;

	mutex_lock(&port->smmu->lock);
	while (port->nr_links) {
		link = &port->links[port->nr_links - 1];
		list_del(&link->node);
		smmu_master_put_stream(port->smmu, link->stream);
		port->nr_links--;
	}
	mutex_unlock(&port->smmu->lock);
}

static int smmu_master_claim_source(struct smmu_port *port, const struct smmu_master_source *from)
{
	u32 n, nr = smmu_specifier_nr_streams(&from->spec);
	int ret = 0;

	mutex_lock(&port->smmu->lock);
	if (port->smmu->going)
		ret = -ENODEV;
	for (n = 0; n < nr && !ret; n++)
		ret = smmu_master_claim_sid(port, smmu_specifier_sid(&from->spec, n), from->named);
	mutex_unlock(&port->smmu->lock);
	return ret;
}

static int smmu_master_claim(struct smmu_port *port, const struct smmu_master_source *from,
			     unsigned int nr)
{
	u32 nr_streams = 0;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < nr; i++)
		if (from[i].smmu == port->smmu)
			nr_streams += smmu_specifier_nr_streams(&from[i].spec);
	port->links = kvcalloc(nr_streams, sizeof(*port->links), GFP_KERNEL);
	if (!port->links)
		return -ENOMEM;
	for (i = 0; i < nr && !ret; i++)
		if (from[i].smmu == port->smmu)
			ret = smmu_master_claim_source(port, &from[i]);
	return ret;
}

static void smmu_master_close_port(struct smmu_port *port)
{
	smmu_master_release_sids(port);
	kvfree(port->links);
	smmu_cdtab_free(&port->cdtab, port->smmu->cd_pool);
}

static int smmu_master_open_port(struct smmu_master *master, struct smmu_device *smmu,
				 const struct smmu_master_source *from, unsigned int nr)
{
	struct smmu_port *port;
	int ret = 0;

	master->nr_ports++;
	port = &master->ports[master->nr_ports - 1];
	port->master = master;
	port->smmu = smmu;
	port->ste = smmu_ste_abort();
	ratelimit_state_init(&port->faults.limit, SMMU_FAULT_INTERVAL, SMMU_FAULT_LINES);
	/* fault.c counts what it leaves out itself. */
	ratelimit_set_flags(&port->faults.limit, RATELIMIT_MSG_ON_RELEASE);
	port->faults.quiet_until = jiffies;

	if (smmu->caps.s1)
		ret = smmu_cdtab_alloc(&port->cdtab, smmu->cd_pool);
	return ret ?: smmu_master_claim(port, from, nr);
}

static bool smmu_master_has_port(const struct smmu_master *master, const struct smmu_device *smmu)
{
	unsigned int i;

	for (i = 0; i < master->nr_ports; i++)
		if (master->ports[i].smmu == smmu)
			return true;
	return false;
}

/**
 * smmu_master_common_granule() - The granule that all SMMUs of a device have
 * @from: where its streams go
 * @nr: number of @from
 *
 * Context: any.
 * Return: log2 of it, as smmu_caps_granule_lg2() chooses it; 0 if there is none.
 */
u8 smmu_master_common_granule(const struct smmu_master_source *from, unsigned int nr)
{
	u32 common = U32_MAX;
	unsigned int i;

	for (i = 0; i < nr; i++)
		common &= from[i].smmu->caps.granules;
	return smmu_caps_granule_lg2(common);
}

/**
 * smmu_master_create() - Make the record of a device and claim its streams
 * @dev: the device
 * @from: where its streams go
 * @nr: number of @from, at least 1
 *
 * Its streams go on aborting until something is attached.  Its window has no bounds
 * until the caller gives it some.
 *
 * Context: may sleep.
 * Return: the master or an ERR_PTR(): -ENOMEM; -EOPNOTSUPP if its SMMUs have no
 * granule in common; -ERANGE for a StreamID that the SMMU does not have. All but
 * -ENOMEM have been logged.
 */
struct smmu_master *smmu_master_create(struct device *dev, const struct smmu_master_source *from,
				       unsigned int nr)
{
	const u8 granule_lg2 = smmu_master_common_granule(from, nr);
	struct smmu_master *master;
	unsigned int i;
	int ret = 0;

	if (!granule_lg2) {
		dev_err(dev, "its SMMUs have no granule in common\n");
		return ERR_PTR(-EOPNOTSUPP);
	}
	master = kzalloc(struct_size(master, ports, nr), GFP_KERNEL);
	if (!master)
		return ERR_PTR(-ENOMEM);
	master->dev = dev;
	master->granule_lg2 = granule_lg2;
	master->window = smmu_window_all();
	INIT_LIST_HEAD(&master->resv);
	INIT_LIST_HEAD(&master->in_group);
	for (i = 0; i < nr && !ret; i++)
		if (!smmu_master_has_port(master, from[i].smmu))
			ret = smmu_master_open_port(master, from[i].smmu, from, nr);
	if (!ret)
		return master;
	smmu_master_destroy(master);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_master_create);

/**
 * smmu_master_destroy() - Release a master that is attached to nothing
 * @master: the master; its streams are blocked, or set by another master
 *
 * Context: may sleep. Cannot fail.
 */
void smmu_master_destroy(struct smmu_master *master)
{
	while (master->nr_ports) {
		smmu_master_close_port(&master->ports[master->nr_ports - 1]);
		master->nr_ports--;
	}
	kfree(master);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_master_destroy);

/* The device of a master behind an SMMU, with a reference, or %NULL */
static struct device *smmu_master_any_device(struct smmu_device *smmu)
{
	const struct smmu_stream_link *link;
	struct smmu_stream *stream;
	struct device *dev = NULL;
	unsigned long sid = 0;

	mutex_lock(&smmu->lock);
	stream = xa_find(&smmu->streams, &sid, ULONG_MAX, XA_PRESENT);
	if (stream) {
		link = list_first_entry(&stream->links, struct smmu_stream_link, node);
		dev = get_device(link->port->master->dev);
	}
	mutex_unlock(&smmu->lock);
	return dev;
}

/**
 * smmu_master_remove_device() - Take a device out of its group and release its master
 * @dev: the device
 *
 * Context: may sleep; takes the group's mutex.
 */
void smmu_master_remove_device(struct device *dev)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_master_remove_device, dev);
	iommu_group_remove_device(dev);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_master_remove_device);

static int smmu_master_is_device(struct device *dev, void *which)
{
	return dev == which;
}

/*
 * Whether the core has a device among the members of its group.  While it is probed it is
 * not there yet, and while it is removed by others it is not there any more; to remove it
 * then would put a reference of theirs.
 */
static bool smmu_master_is_member(struct device *dev)
{
	struct iommu_group *group = iommu_group_get(dev);
	bool is_member;

	if (!group)
		return false;
	is_member = iommu_group_for_each_dev(group, dev, smmu_master_is_device);
	iommu_group_put(group);
	return is_member;
}

/**
 * smmu_master_release_all() - Release the masters that are behind an SMMU that goes
 * @smmu: the SMMU; the IOMMU core does not know it any more
 *
 * The core releases only masters of which it is the first SMMU and that it finds on a
 * bus.  The others would keep a port whose memory is gone.  With the port goes the master,
 * as with those: what is left of its streams would be half a device.
 *
 * Context: may sleep; takes the mutexes of their groups.
 */
void smmu_master_release_all(struct smmu_device *smmu)
{
	unsigned int tries = SMMU_MASTER_RELEASE_TRIES;
	struct device *dev;

	mutex_lock(&smmu->lock);
	smmu->going = true;
	mutex_unlock(&smmu->lock);
	while (tries && (dev = smmu_master_any_device(smmu))) {
		if (smmu_master_is_member(dev)) {
			dev_warn(dev, "%s goes, so all its DMA is stopped\n", dev_name(smmu->dev));
			smmu_master_remove_device(dev);
		} else {
			msleep(SMMU_MASTER_RELEASE_WAIT_MS);
			tries--;
		}
		put_device(dev);
	}
}
EXPORT_SYMBOL_IF_KUNIT(smmu_master_release_all);

/**
 * smmu_master_visit_group() - Call a function for each master of a group
 * @master: one of them; it is the only one if it has no group yet
 * @visit: the function; once it returns anything but 0, it is called no more
 * @ctx: for it
 *
 * Context: may sleep; may hold the group's mutex.
 * Return: what @visit returned last.
 */
int smmu_master_visit_group(const struct smmu_master *master,
			    int (*visit)(const struct smmu_master *member, void *ctx), void *ctx)
{
	const struct smmu_master *member;
	int ret = 0;

	mutex_lock(&smmu_master_group_lock);
	if (!master->group)
		ret = visit(master, ctx);
	else
		list_for_each_entry(member, &smmu_master_grouped, in_group)
			if (member->group == master->group && !ret)
				ret = visit(member, ctx);
	mutex_unlock(&smmu_master_group_lock);
	return ret;
}

/**
 * smmu_master_join_group() - A master is in a group from now on
 * @master: the master
 * @group: the group
 *
 * Context: may sleep; may hold the group's mutex.
 */
void smmu_master_join_group(struct smmu_master *master, struct iommu_group *group)
{
	mutex_lock(&smmu_master_group_lock);
	master->group = group;
	list_add_tail(&master->in_group, &smmu_master_grouped);
	mutex_unlock(&smmu_master_group_lock);
}

/**
 * smmu_master_leave_group() - A master is no longer in its group, if it was in one
 * @master: the master
 *
 * Context: may sleep; may hold the group's mutex.
 */
void smmu_master_leave_group(struct smmu_master *master)
{
	mutex_lock(&smmu_master_group_lock);
	master->group = NULL;
	list_del_init(&master->in_group);
	mutex_unlock(&smmu_master_group_lock);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_master_leave_group);

/**
 * smmu_master_node() - The node that speaks for a device
 * @dev: the device
 *
 * A part of a device, such as a channel of a DMA controller, may be a master without a
 * node: "iommu-map" of the device's node leads to its streams, and what else that node
 * says holds for all parts.  A PCI function has a node of its own or none; that of the
 * host bridge is the host bridge's.
 *
 * Context: any.
 * Return: the node, %NULL if there is none.
 */
struct device_node *smmu_master_node(const struct device *dev)
{
	if (dev_is_pci(dev))
		return dev->of_node;
	while (dev && !dev->of_node)
		dev = dev->parent;
	return dev ? dev->of_node : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_master_node);

/**
 * smmu_master_snoops() - Whether the firmware says that a master snoops the caches
 * @master: the master
 *
 * What it says of a PCI function is what it says of the host bridge.
 *
 * Context: any.
 * Return: true if so ("dma-coherent").
 */
bool smmu_master_snoops(const struct smmu_master *master)
{
	struct device *dev = master->dev;
	struct device_node *np;

	if (dev_is_pci(dev))
		dev = pci_find_host_bridge(to_pci_dev(dev)->bus)->dev.parent;
	np = dev ? smmu_master_node(dev) : NULL;
	return np && of_dma_is_coherent(np);
}

/**
 * smmu_master_coherent() - Whether all SMMUs of a master snoop the caches
 * @master: the master
 *
 * Context: any.
 * Return: true if they do.
 */
bool smmu_master_coherent(const struct smmu_master *master)
{
	unsigned int i;

	for (i = 0; i < master->nr_ports; i++)
		if (!master->ports[i].smmu->caps.coherent)
			return false;
	return true;
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
	return smmu_master_coherent(master) && !dev_is_pci(master->dev);
}

/**
 * smmu_master_has_sid() - Whether the firmware says that a master sends a stream
 * @port: the master's port on the SMMU
 * @sid: the StreamID
 *
 * Context: any.
 * Return: true if it does; false also for a stream that only shares its context.
 */
bool smmu_master_has_sid(const struct smmu_port *port, u32 sid)
{
	unsigned int i;

	for (i = 0; i < port->nr_links; i++)
		if (port->links[i].sid_known && port->links[i].sid == sid)
			return true;
	return false;
}

/**
 * smmu_master_find_port() - Who sends a stream
 * @smmu: the SMMU
 * @sid: the StreamID
 *
 * Context: holds @smmu->lock.
 * Return: the port whose STE is in force, or %NULL if nobody claimed @sid. Where
 * streams are not told apart, the port of the master that the firmware gave @sid
 * to, and if there is none, any.
 */
struct smmu_port *smmu_master_find_port(struct smmu_device *smmu, u32 sid)
{
	struct smmu_stream_link *link;
	struct smmu_stream *stream;

	lockdep_assert_held(&smmu->lock);
	stream = xa_load(&smmu->streams, smmu->one_context ? 0 : sid);
	if (!stream)
		return NULL;
	list_for_each_entry(link, &stream->links, node)
		if (link->sid_known && link->sid == sid)
			return link->port;
	link = list_first_entry_or_null(&stream->links, struct smmu_stream_link, node);
	return link ? link->port : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_master_find_port);
