/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Masters and the streams that they send.
 */
#ifndef SMMU_MASTER_H
#define SMMU_MASTER_H

#include <linux/list.h>
#include <linux/ratelimit_types.h>
#include <linux/types.h>

#include "cdtab.h"
#include "hw/ste.h"

struct device;
struct iommu_group;
struct smmu_device;
struct smmu_domain;
struct smmu_inval_target;

/**
 * struct smmu_stream - one StreamID that some master sends
 * @sid: the StreamID
 * @masters: struct smmu_master_stream of every master that sends it, the one
 *	whose STE is in force first; guarded by the SMMU's lock
 */
struct smmu_stream {
	u32 sid;
	struct list_head masters;
};

/**
 * struct smmu_master_stream - a master's tie to one of its streams
 * @master: the master
 * @stream: the stream
 * @node: in the stream's list
 */
struct smmu_master_stream {
	struct smmu_master *master;
	struct smmu_stream *stream;
	struct list_head node;
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
 * struct smmu_master - a device with one or more streams
 * @dev: the device; never changes
 * @smmu: the SMMU in front of it; never changes
 * @cdtab: its CDs, if the SMMU has stage 1
 * @ste: what its streams' STEs say; guarded by the SMMU's lock
 * @kind: what that amounts to; guarded by the SMMU's lock
 * @domain: the paging domain it is attached to, if any; written under the group
 *	mutex and the SMMU's lock, so either is enough to read it
 * @target: how the domain reaches @smmu; guarded by the group mutex
 * @faults: what was last said about its faults; belongs to the fault room,
 *	guarded by the SMMU's lock
 * @nr_streams: number of @streams; never changes
 * @streams: its streams
 */
struct smmu_master {
	struct device *dev;
	struct smmu_device *smmu;
	struct smmu_cdtab cdtab;

	struct smmu_ste ste;
	enum smmu_master_kind kind;
	struct smmu_domain *domain;
	struct smmu_inval_target *target;

	struct smmu_master_faults faults;

	unsigned int nr_streams;
	struct smmu_master_stream streams[] __counted_by(nr_streams);
};

struct smmu_master *smmu_master_create(struct smmu_device *smmu, struct device *dev);
void smmu_master_destroy(struct smmu_master *master);
struct iommu_group *smmu_master_group(struct smmu_master *master);
bool smmu_master_snoops_always(const struct smmu_master *master);
struct smmu_master *smmu_master_find(struct smmu_device *smmu, u32 sid);

#endif /* SMMU_MASTER_H */
