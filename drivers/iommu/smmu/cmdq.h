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
 * struct smmu_cmdq_ops - what the queue asks of those above it
 * @poll_errors: look for global errors now, since the waiter may be what keeps
 *	the interrupt from being served
 * @cut_off: the SMMU stopped consuming, so that nothing can be invalidated any
 *	more: let no traffic pass. Any context.
 */
struct smmu_cmdq_ops {
	void (*poll_errors)(void *ctx);
	void (*cut_off)(void *ctx);
};

/**
 * struct smmu_cmdq_error - a command that stopped the queue, to be reported later
 * @err: SMMU_CERROR_*, %SMMU_CERROR_NONE if there is nothing to report
 * @slot: where it was
 * @cmd: what it was
 */
struct smmu_cmdq_error {
	u8 err;
	u32 slot;
	struct smmu_cmd cmd;
};

/**
 * struct smmu_cmdq - the command queue of one SMMU
 * @dev: the SMMU, for messages; never changes
 * @mmio: register frames; never changes
 * @base: the queue in memory; slots are written under @lock
 * @base_dma: its address as the SMMU sees it; never changes
 * @lg2: log2 of the number of slots; never changes
 * @sync_batches: every batch must end in a CMD_SYNC (%SMMU_ERRATUM_SYNC_EVERY_BATCH);
 *	never changes
 * @ops: registered by the owner of GERROR and CR0; never changes
 * @ctx: argument of @ops; never changes
 * @lock: guards @head, the slots from @head on, CMDQ_PROD, and changes of @dead
 * @head: next free position
 * @tail: newest position known to be consumed; only moves forward (cmpxchg)
 * @rejected: commands that the SMMU refused and that were replaced
 * @dead: the SMMU does not consume; all calls fail at once and touch no register
 *	until the next restart
 * @abort_pos: the last command that could not be fetched; error path only
 * @abort_tries: how often in a row; error path only
 */
struct smmu_cmdq {
	struct device *dev;
	const struct smmu_mmio *mmio;
	__le64 *base;
	dma_addr_t base_dma;
	u8 lg2;
	bool sync_batches;
	const struct smmu_cmdq_ops *ops;
	void *ctx;

	spinlock_t lock; /* see above */
	u32 head;

	atomic_t tail;
	atomic_t rejected;
	bool dead;

	u32 abort_pos;
	unsigned int abort_tries;
};

/**
 * struct smmu_cmdq_batch - commands collected on the stack of their sender
 * @q: the queue they go to
 * @rejected: smmu_cmdq.rejected when the first command was added
 * @err: why an earlier part of it could not be published, or 0
 * @n: how many commands there are
 * @cmds: the commands
 */
struct smmu_cmdq_batch {
	struct smmu_cmdq *q;
	int rejected;
	int err;
	unsigned int n;
	struct smmu_cmd cmds[SMMU_CMDQ_BATCH];
};

int smmu_cmdq_init(struct smmu_cmdq *q, struct device *dev, const struct smmu_mmio *mmio, u8 lg2,
		   const struct smmu_cmdq_ops *ops, void *ctx);
u64 smmu_cmdq_base_reg(const struct smmu_cmdq *q);
void smmu_cmdq_restart(struct smmu_cmdq *q);
void smmu_cmdq_stop(struct smmu_cmdq *q);
int smmu_cmdq_sync(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n);
bool smmu_cmdq_recover(struct smmu_cmdq *q, struct smmu_cmdq_error *error);
void smmu_cmdq_report(struct smmu_cmdq *q, const struct smmu_cmdq_error *error);

void smmu_cmdq_batch_init(struct smmu_cmdq_batch *batch, struct smmu_cmdq *q);
void smmu_cmdq_batch_add(struct smmu_cmdq_batch *batch, struct smmu_cmd cmd);
int smmu_cmdq_batch_sync(struct smmu_cmdq_batch *batch);

#endif /* SMMU_CMDQ_H */
