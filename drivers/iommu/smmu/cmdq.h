/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command queue: many producers, bounded waits, recovery from bad commands.
 *
 * A producer reserves slots, fills them and publishes PROD inside one short
 * critical section; nobody waits for the SMMU with the lock held.  Positions
 * are free-running 32-bit counters (ring.h), so that a waiter can tell its own
 * CMD_SYNC from one that a faster producer put into the same slot later.
 */
#ifndef SMMU_CMDQ_H
#define SMMU_CMDQ_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "hw/cmd.h"

struct device;
struct smmu_mmio;

/* Commands that a batch holds before it is published. */
#define SMMU_CMDQ_BATCH	32

/* Attempts at a command that the SMMU could not fetch before it is given up. */
#define SMMU_CMDQ_ABORT_RETRIES	3

/**
 * struct smmu_cmdq - the command queue of one SMMU
 * @dev: the SMMU, for messages; never changes
 * @mmio: register frames; never changes
 * @base: the queue in memory; slots are written under @lock
 * @base_dma: its address as the SMMU sees it; never changes
 * @lg2: log2 of the number of slots; never changes
 * @sync_batches: every batch must end in a CMD_SYNC (%SMMU_ERRATUM_SYNC_EVERY_BATCH);
 *	never changes
 * @lock: guards @head, the slots between @tail and @head, and CMDQ_PROD
 * @head: next free position
 * @tail: newest position known to be consumed; only moves forward (cmpxchg)
 * @rejected: commands that the SMMU refused and that were replaced
 * @dead: the SMMU stopped consuming; waits fail at once until the next reset
 * @abort_pos: slot of the last command that could not be fetched; error path
 * @abort_tries: how often in a row; error path only
 * @poll_errors: registered by the owner of GERROR: look for errors now, since
 *	the waiter may be what keeps the interrupt from being served
 * @poll_ctx: its argument
 */
struct smmu_cmdq {
	struct device *dev;
	const struct smmu_mmio *mmio;
	__le64 *base;
	dma_addr_t base_dma;
	u8 lg2;
	bool sync_batches;

	spinlock_t lock; /* see above */
	u32 head;

	atomic_t tail;
	atomic_t rejected;
	bool dead;

	u32 abort_pos;
	unsigned int abort_tries;

	void (*poll_errors)(void *ctx);
	void *poll_ctx;
};

/**
 * struct smmu_cmdq_batch - commands collected on the stack of their sender
 * @q: the queue they go to
 * @n: how many there are
 * @cmds: the commands
 */
struct smmu_cmdq_batch {
	struct smmu_cmdq *q;
	unsigned int n;
	struct smmu_cmd cmds[SMMU_CMDQ_BATCH];
};

int smmu_cmdq_init(struct smmu_cmdq *q, struct device *dev, const struct smmu_mmio *mmio, u8 lg2);
u64 smmu_cmdq_base_reg(const struct smmu_cmdq *q);
void smmu_cmdq_restart(struct smmu_cmdq *q);
void smmu_cmdq_stop(struct smmu_cmdq *q);
int smmu_cmdq_sync(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n);
void smmu_cmdq_recover(struct smmu_cmdq *q);

void smmu_cmdq_batch_init(struct smmu_cmdq_batch *batch, struct smmu_cmdq *q);
void smmu_cmdq_batch_add(struct smmu_cmdq_batch *batch, struct smmu_cmd cmd);
int smmu_cmdq_batch_sync(struct smmu_cmdq_batch *batch);

#endif /* SMMU_CMDQ_H */
