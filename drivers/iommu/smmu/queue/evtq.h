/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event queue: takes records out, decodes and counts them, and gives each to the
 * sink that is registered, which knows what it means and to whom.
 */
#ifndef SMMU_EVTQ_H
#define SMMU_EVTQ_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "hw/event.h"

struct device;
struct smmu_mmio;

/* Records that are taken out of the queue at once. */
#define SMMU_EVTQ_TAKEN	16

typedef void (*smmu_evtq_sink)(void *ctx, const struct smmu_event *ev);

/**
 * struct smmu_evtq - the event queue of one SMMU
 * @dev: the SMMU, for messages; never changes
 * @mmio: register frames; never changes
 * @base: records, written by the SMMU
 * @base_dma: their address as the SMMU sees it; never changes
 * @entries_lg2: log2 of the number of records; never changes
 * @lock: one drain at a time; guards what follows
 * @live: the registers and the memory are about the same queue
 * @cons: next position to read
 * @taken: records that have been taken out and not told yet
 * @records: records read so far
 * @overflows: times the queue was found to have overflowed
 * @sink: gets every record, in order, in process context
 * @sink_ctx: its argument
 */
struct smmu_evtq {
	struct device *dev;
	const struct smmu_mmio *mmio;
	__le64 *base;
	dma_addr_t base_dma;
	u8 entries_lg2;

	struct mutex lock; /* see above */
	bool live;
	u32 cons;
	u64 taken[SMMU_EVTQ_TAKEN][SMMU_EVENT_WORDS];
	u64 records;
	u64 overflows;

	smmu_evtq_sink sink;
	void *sink_ctx;
};

int smmu_evtq_init(struct smmu_evtq *q, struct device *dev, const struct smmu_mmio *mmio,
		   u8 entries_lg2, smmu_evtq_sink sink, void *sink_ctx);
void smmu_evtq_restart(struct smmu_evtq *q);
void smmu_evtq_stop(struct smmu_evtq *q);
void smmu_evtq_drain(struct smmu_evtq *q);

#endif /* SMMU_EVTQ_H */
