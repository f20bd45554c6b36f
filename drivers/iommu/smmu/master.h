/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Masters, the SMMUs they stand behind, the streams that they send, and who cannot be
 * told apart by them.
 */
#ifndef SMMU_MASTER_H
#define SMMU_MASTER_H

#include <linux/list.h>
#include <linux/ratelimit_types.h>
#include <linux/types.h>

#include "arm32/arm32.h"
#include "hw/ste.h"
#include "specifier.h"
#include "stream/cdtab.h"
#include "window.h"

struct device;
struct device_node;
struct iommu_group;
struct smmu_device;
struct smmu_domain;
struct smmu_master;
struct smmu_port;

/**
 * struct smmu_stream - one StreamID that some master sends
 * @sid: the StreamID; 0 for the one that stands for all on an SMMU that does not
 *	tell them apart
 * @links: struct smmu_stream_link of every master that sends it, the one whose
 *	STE is in force first; guarded by the SMMU's lock
 */
struct smmu_stream {
	u32 sid;
	struct list_head links;
};

/**
 * struct smmu_stream_link - that a master sends a stream
 * @port: the master's port
 * @stream: the stream
 * @node: in the stream's list
 * @sid: the StreamID by which faults tell this master
 * @sid_known: the firmware named @sid
 */
struct smmu_stream_link {
	struct smmu_port *port;
	struct smmu_stream *stream;
	struct list_head node;
	u32 sid;
	bool sid_known;
};

/* What a master's streams are set to. */
enum smmu_master_kind {
	SMMU_MASTER_BLOCKED,
	SMMU_MASTER_IDENTITY,
	SMMU_MASTER_PAGING,
};

/**
 * struct smmu_master_faults - what was last said about a master's faults
 * @limit: how many lines it gets
 * @type: SMMU_EVENT_* of the last line
 * @read: whether it was a read
 * @page: the granule it was about, as a number
 * @quiet_until: repetitions before this time, in jiffies, are only counted
 * @missed: faults counted and not printed since the last line
 */
struct smmu_master_faults {
	struct ratelimit_state limit;
	u8 type;
	bool read;
	u64 page;
	unsigned long quiet_until;
	unsigned int missed;
};

/**
 * struct smmu_port - the streams of a master on one SMMU
 * @master: the master; never changes
 * @smmu: the SMMU; never changes
 * @cdtab: its CDs, if the SMMU has stage 1
 * @ste: what its streams' STEs say; guarded by the SMMU's lock
 * @kind: what that amounts to; guarded by the SMMU's lock
 * @smmu_domain: the paging domain it is attached to, if any; written under the group
 *	mutex and the SMMU's lock, so either is enough to read it
 * @listed: the device is listed under the SMMU in sysfs by this driver; the core does it
 *	for the first port. Written by probe_device.
 * @faults: what was last said about its faults; belongs to fault.c, guarded by the
 *	SMMU's lock
 * @nr_links: number of @links
 * @links: its streams
 */
struct smmu_port {
	struct smmu_master *master;
	struct smmu_device *smmu;
	struct smmu_cdtab cdtab;

	struct smmu_ste ste;
	enum smmu_master_kind kind;
	struct smmu_domain *smmu_domain;
	bool listed;

	struct smmu_master_faults faults;

	unsigned int nr_links;
	struct smmu_stream_link *links;
};

/**
 * struct smmu_master - a device with one or more streams
 * @dev: the device; never changes
 * @granule_lg2: log2 of the granule of its page tables, the one for all its SMMUs;
 *	never changes
 * @window: addresses that it may use and its SMMUs can translate; set by
 *	probe_device before anybody else sees the master, never changes afterwards
 * @windowed: the firmware limited them; as @window
 * @resv: struct smmu_resv that the firmware wants kept; never changes
 * @arm32: belongs to arm32/
 * @group: its group, %NULL before it has one; belongs to master.c
 * @in_group: in the list of all that have one; belongs to master.c
 * @nr_ports: number of @ports; never changes
 * @ports: its streams, by SMMU
 */
struct smmu_master {
	struct device *dev;
	u8 granule_lg2;
	struct smmu_window window;
	bool windowed;
	struct list_head resv;
	struct smmu_arm32_master arm32;
	struct iommu_group *group;
	struct list_head in_group;

	unsigned int nr_ports;
	struct smmu_port ports[] __counted_by(nr_ports);
};

/**
 * struct smmu_master_source - where some of a master's streams go
 * @smmu: to this SMMU
 * @spec: which streams
 * @named: the specifier has a StreamID
 */
struct smmu_master_source {
	struct smmu_device *smmu;
	struct smmu_specifier spec;
	bool named;
};

u8 smmu_master_common_granule(const struct smmu_master_source *from, unsigned int nr);
struct smmu_master *smmu_master_create(struct device *dev, const struct smmu_master_source *from,
				       unsigned int nr);
void smmu_master_destroy(struct smmu_master *master);
struct device_node *smmu_master_node(const struct device *dev);
bool smmu_master_snoops(const struct smmu_master *master);
bool smmu_master_coherent(const struct smmu_master *master);
bool smmu_master_snoops_always(const struct smmu_master *master);
bool smmu_master_has_sid(const struct smmu_port *port, u32 sid);
struct smmu_port *smmu_master_find_port(struct smmu_device *smmu, u32 sid);
void smmu_master_release_all(struct smmu_device *smmu);
void smmu_master_remove_device(struct device *dev);

void smmu_master_join_group(struct smmu_master *master, struct iommu_group *group);
void smmu_master_leave_group(struct smmu_master *master);
int smmu_master_visit_group(const struct smmu_master *master,
			    int (*visit)(const struct smmu_master *member, void *ctx), void *ctx);

struct iommu_group *smmu_group_get(struct smmu_master *master);

#if IS_ENABLED(CONFIG_KUNIT)
struct iommu_domain *smmu_group_domain(struct device *dev);
#endif

#endif /* SMMU_MASTER_H */
