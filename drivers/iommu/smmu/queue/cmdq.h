/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command queue: many producers, bounded waits, recovery from bad commands.
 *
 * A sender fills slots inside one short critical section; nobody waits for the
 * SMMU with the lock held.  Senders that come while a CMD_SYNC is in flight leave
 * the next one, and the doorbell, to one of them.  Positions are free-running
 * 32-bit counters (ring.h), so that a waiter can tell the CMD_SYNC that it waits
 * for from one that came into the same slot later.
 *
 * Why this is right is in Documentation/iommu/hot-path.rst.
 */
#ifndef SMMU_CMDQ_H
#define SMMU_CMDQ_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <linux/types.h>

#include "hw/cmd.h"

struct device;
struct smmu_mmio;

/*
 * Commands that a batch collects on the stack and puts at once.  More would take the lock
 * less often, but hold it longer; and many kernels zero them first, 128 bytes.
 */
#define SMMU_CMDQ_BATCH_CMDS	8

/*
 * Commands without a CMD_SYNC that share a doorbell.  A doorbell costs as much as filling
 * many slots; but in the smallest queue, too, the SMMU shall consume one half while the
 * other is filled.
 */
#define SMMU_CMDQ_RING_CMDS	32

/* Attempts at a command that the SMMU could not fetch before it is given up. */
#define SMMU_CMDQ_ABORT_RETRIES	3

/*
 * How long the SMMU may consume nothing before it is given up and all traffic is stopped.
 * A device may take a minute and a half for an ATS invalidation; nothing takes longer.
 */
#define SMMU_CMDQ_GIVE_UP_MS	(120 * MSEC_PER_SEC)

/**
 * struct smmu_cmdq_ops - what the queue asks of those above it
 * @poll_errors: look for global errors now, since the waiter may be what keeps
 *	the interrupt from being served
 * @cut_off: the SMMU takes no invalidations any more: let no traffic pass, and wait
 *	until none does. Called once, with interrupts off and the queue's lock held.
 *	Returns 0, or an error if the SMMU does not say that traffic has stopped.
 * @before_ring: for tests: a CMD_SYNC was put and PROD is about to be written, most
 *	often without the lock; %NULL for nothing
 */
struct smmu_cmdq_ops {
	void (*poll_errors)(void *ctx);
	int (*cut_off)(void *ctx);
	void (*before_ring)(void *ctx);
};

/**
 * struct smmu_cmdq_error - a command that stopped the queue, to be reported later
 * @err: SMMU_CERROR_*, %SMMU_CERROR_NONE if there is nothing to report
 * @slot: where it was
 * @cmd: what it was
 * @stuck: it cannot be replaced, so the queue has to be given up
 */
struct smmu_cmdq_error {
	u8 err;
	u32 slot;
	struct smmu_cmd cmd;
	bool stuck;
};

/**
 * struct smmu_cmdq - the command queue of one SMMU
 * @lock: guards @head, @rung, the slots from @head on, CMDQ_PROD, and changes of
 *	@last_sync, @dead, @fast and @told
 * @head: next free position
 * @rung: the position that CMDQ_PROD shows, or is about to
 * @ringing: CPUs that are about to write CMDQ_PROD, or have just done so, without the
 *	lock; the next one may begin before the last is through
 * @fast: alive, and without errata that want more than smmu_cmdq_send() does
 * @tail: newest position known to be consumed; only moves forward (cmpxchg)
 * @last_sync: position of the newest CMD_SYNC. One is in flight until @tail has
 *	passed it.
 * @looking: CPUs in a wait that may read registers
 * @dev: the SMMU, for messages; never changes
 * @mmio: register frames; never changes
 * @base: the queue in memory; slots are written under @lock
 * @prod: CMDQ_PROD; never changes
 * @cons: CMDQ_CONS; never changes
 * @base_dma: its address as the SMMU sees it; never changes
 * @ops: registered by the owner of GERROR and CR0; never changes
 * @ctx: argument of @ops; never changes
 * @entries_lg2: log2 of the number of slots; never changes
 * @errata: %SMMU_ERRATUM_SYNC_EVERY_BATCH, %SMMU_ERRATUM_INVALIDATE_TWICE; never
 *	changes
 * @dead: the SMMU takes no commands; all calls fail at once and touch no register
 *	until the next restart
 * @give_up_ms: how long the SMMU may consume nothing before it is given up
 * @told: when it was last told that the SMMU is slow, by ktime_get_mono_fast_ns()
 * @rejected: commands that the SMMU refused and that were replaced
 * @rejected_all: those of them that were to drop everything
 * @abort_pos: the last command that could not be fetched; error path only
 * @abort_tries: how often in a row; error path only
 *
 * What senders write under the lock, what those who wait poll, and what hardly ever
 * changes are on cache lines of their own.
 */
struct smmu_cmdq {
	raw_spinlock_t lock; /* see above */
	u32 head;
	u32 rung;
	atomic_t ringing;
	bool fast;

	atomic_t tail ____cacheline_aligned_in_smp;
	u32 last_sync;
	atomic_t looking;

	struct device *dev ____cacheline_aligned_in_smp;
	const struct smmu_mmio *mmio;
	__le64 *base;
	void __iomem *prod;
	void __iomem *cons;
	dma_addr_t base_dma;
	const struct smmu_cmdq_ops *ops;
	void *ctx;
	u8 entries_lg2;
	bool dead;
	u32 errata;
	u32 give_up_ms;
	u64 told;
	atomic_t rejected;
	atomic_t rejected_all;
	u32 abort_pos;
	unsigned int abort_tries;
};

/**
 * struct smmu_cmdq_batch - commands collected on the stack of their sender
 * @q: the queue they go to
 * @rejected: smmu_cmdq.rejected from before the first command was sent
 * @err: why an earlier part of it could not be sent, or 0
 * @n: how many commands there are
 * @cmds: the commands
 */
struct smmu_cmdq_batch {
	struct smmu_cmdq *q;
	int rejected;
	int err;
	unsigned int n;
	struct smmu_cmd cmds[SMMU_CMDQ_BATCH_CMDS];
};

/**
 * struct smmu_cmdq_ticket - what a sender waits for
 * @q: the queue
 * @need: the position behind its last command
 * @rejected: smmu_cmdq.rejected from before its first command was put
 * @err: why its commands could not be put, or 0
 * @own: it put a CMD_SYNC at @need
 */
struct smmu_cmdq_ticket {
	struct smmu_cmdq *q;
	u32 need;
	int rejected;
	int err;
	bool own;
};

/* The slot is the caller's to write. */
static __always_inline void smmu_cmdq_write_slot(__le64 *base, u32 slot,
						 const struct smmu_cmd *cmd)
{
	const u64 w0 = cmd->w[0], w1 = cmd->w[1];
	__le64 *words = base + (size_t)slot * SMMU_CMD_WORDS;

	words[0] = cpu_to_le64(w0);
	words[1] = cpu_to_le64(w1);
}

int smmu_cmdq_init(struct smmu_cmdq *q, struct device *dev, const struct smmu_mmio *mmio,
		   u8 entries_lg2, u32 errata, const struct smmu_cmdq_ops *ops, void *ctx);
u64 smmu_cmdq_base_reg(const struct smmu_cmdq *q);
void smmu_cmdq_restart(struct smmu_cmdq *q);
void smmu_cmdq_stop(struct smmu_cmdq *q);
int smmu_cmdq_sync(struct smmu_cmdq *q, struct smmu_cmd cmd);
u32 smmu_cmdq_update_tail(struct smmu_cmdq *q);
bool smmu_cmdq_recover(struct smmu_cmdq *q, struct smmu_cmdq_error *error);
void smmu_cmdq_report(struct smmu_cmdq *q, const struct smmu_cmdq_error *error);

void smmu_cmdq_give_up(struct smmu_cmdq *q, const char *why);
bool smmu_cmdq_is_dead(struct smmu_cmdq *q);

void smmu_cmdq_batch_flush(struct smmu_cmdq_batch *batch);
int smmu_cmdq_batch_sync(struct smmu_cmdq_batch *batch);
struct smmu_cmdq_ticket smmu_cmdq_batch_post(struct smmu_cmdq_batch *batch);
int smmu_cmdq_ticket_wait(const struct smmu_cmdq_ticket *ticket);

/**
 * smmu_cmdq_batch_init() - Start an empty batch
 * @batch: the batch, usually on the stack
 * @q: where its commands go
 *
 * Context: any.
 */
static inline void smmu_cmdq_batch_init(struct smmu_cmdq_batch *batch, struct smmu_cmdq *q)
{
	batch->q = q;
	/* Acquire: see smmu_cmdq_sync(). */
	batch->rejected = atomic_read_acquire(&q->rejected);
	batch->err = 0;
	batch->n = 0;
}

/**
 * smmu_cmdq_batch_add() - Add a command; what does not fit any more is sent first
 * @batch: the batch
 * @cmd: the command
 *
 * Nothing is complete before smmu_cmdq_batch_sync() returned.
 *
 * Context: any; may spin while the queue is full.
 */
static inline void smmu_cmdq_batch_add(struct smmu_cmdq_batch *batch, struct smmu_cmd cmd)
{
	if (unlikely(batch->n == SMMU_CMDQ_BATCH_CMDS))
		smmu_cmdq_batch_flush(batch);
	batch->cmds[batch->n++] = cmd;
}

#endif /* SMMU_CMDQ_H */
