/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One SMMU, assembled from the structs of the layers below, which never see it.
 */
#ifndef SMMU_H
#define SMMU_H

#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "hw/caps.h"
#include "hw/mmio.h"
#include "ids.h"
#include "queue/cmdq.h"
#include "queue/evtq.h"
#include "stream/strtab.h"
#include "window.h"

struct dma_pool;

/**
 * struct smmu_irqs - how events and errors reach the driver
 * @event: interrupt of the event queue, 0 if there is none
 * @gerror: interrupt for global errors, 0 if there is none
 * @gerror_enabled: its handler can be called; from the first bring-up on
 * @combined: one interrupt for all, 0 if they are separate
 * @msi: @event and @gerror are MSIs that the SMMU sends itself
 * @msi_msg: what it writes where, for the event queue and for global errors
 * @poll: looks after whatever has no interrupt
 * @polled: @poll is in use
 * @gerror_lock: guards GERROR, GERRORN, @errors_live, and the recovery of the
 *	command queue; taken in hard interrupt context and by who waits for a command
 * @errors_live: what GERROR says is about our queues
 */
struct smmu_irqs {
	int event;
	int gerror;
	bool gerror_enabled;
	int combined;
	bool msi;
	struct {
		u64 addr;
		u32 data;
	} msi_msg[2];
	struct delayed_work poll;
	bool polled;
	raw_spinlock_t gerror_lock; /* see above */
	bool errors_live;
};

/**
 * struct smmu_device - one SMMU
 * @dev: its platform device
 * @mmio: register frames
 * @caps: what it can do; never changes after probe
 * @granule_lg2: log2 of the granule on which windows of its own node and of its
 *	specifiers have to be; never changes. A master's page tables have
 *	smmu_master.granule_lg2.
 * @cells: #iommu-cells of its node; never changes
 * @one_context: it does not tell streams apart (no cells): all share one context;
 *	never changes
 * @window: addresses that its masters may use; never changes
 * @windowed: the firmware limited them; never changes
 * @bypass_open: GBPA.ABORT does not hold, so that disabled it lets everything pass;
 *	written at each stop
 * @going: no master may claim a stream any more; guarded by @lock
 * @cr0_lock: guards the register CR0; taken inside the command queue's lock, and in any
 *	context
 * @cmdq: command queue
 * @evtq: event queue
 * @strtab: stream table
 * @ids: ASIDs and VMIDs
 * @cd_pool: where CDs come from
 * @irqs: interrupts
 * @iommu: the IOMMU core's view
 * @registering: who is making the SMMU known to the core, if anybody is: until all devices
 *	are looked at, nobody else may introduce one
 * @lock: guards @streams, the lists of masters in them, the stream table, every
 *	live STE, and @smmu_domain and @kind of every port; taken inside a domain's
 *	lock
 * @streams: struct smmu_stream by StreamID
 */
struct smmu_device {
	struct device *dev;
	struct smmu_mmio mmio;
	struct smmu_caps caps;
	u8 granule_lg2;
	u8 cells;
	bool one_context;
	struct smmu_window window;
	bool windowed;
	bool bypass_open;
	bool going;
	raw_spinlock_t cr0_lock; /* see above */

	struct smmu_cmdq cmdq;
	struct smmu_evtq evtq;
	struct smmu_strtab strtab;
	struct smmu_ids ids;
	struct dma_pool *cd_pool;
	struct smmu_irqs irqs;
	struct iommu_device iommu;
	const struct task_struct *registering;

	struct mutex lock; /* see above */
	struct xarray streams;
};

#endif /* SMMU_H */
