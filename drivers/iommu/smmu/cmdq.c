// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue (IHI 0070, 3.5 and 4).
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>

#include <kunit/visibility.h>

#include "cmdq.h"
#include "hw/regs.h"
#include "mmio.h"
#include "ring.h"

/* Polls without a delay before a waiter slows down and looks for errors. */
#define SMMU_CMDQ_SPINS		64
/* Slow polls, 1 us apart, before a wait is given up. */
#define SMMU_CMDQ_TIMEOUT_US	1000000
/* Slow polls between two looks at GERROR. */
#define SMMU_CMDQ_ERROR_POLL	16

#define SMMU_CMDQ_SLOT_WORDS	2

/**
 * smmu_cmdq_init() - Allocate the queue
 * @q: the queue to set up
 * @dev: the SMMU
 * @mmio: its register frames
 * @lg2: log2 of the number of commands it holds
 *
 * Context: may sleep. The memory goes with the binding of @dev.
 * Return: 0 or -ENOMEM.
 */
int smmu_cmdq_init(struct smmu_cmdq *q, struct device *dev, const struct smmu_mmio *mmio, u8 lg2)
{
	size_t bytes = (size_t)SMMU_CMDQ_SLOT_WORDS * sizeof(__le64) << lg2;

	q->dev = dev;
	q->mmio = mmio;
	q->lg2 = lg2;
	spin_lock_init(&q->lock);
	q->base = dmam_alloc_coherent(dev, bytes, &q->base_dma, GFP_KERNEL);
	if (!q->base)
		return dev_err_probe(dev, -ENOMEM, "no memory for a command queue of %zu bytes\n",
				     bytes);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_init);

/**
 * smmu_cmdq_base_reg() - Value of CMDQ_BASE for this queue
 * @q: the queue
 *
 * Context: any.
 * Return: the value. IHI 0070, 6.3.25.
 */
u64 smmu_cmdq_base_reg(const struct smmu_cmdq *q)
{
	return SMMU_Q_BASE_RWA | (q->base_dma & SMMU_Q_BASE_ADDR) |
	       FIELD_PREP(SMMU_Q_BASE_LOG2SIZE, q->lg2);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_base_reg);

/**
 * smmu_cmdq_restart() - Empty the queue, in memory and in the registers
 * @q: the queue
 *
 * Context: during reset, with the queue disabled and no producer running.
 */
void smmu_cmdq_restart(struct smmu_cmdq *q)
{
	q->head = 0;
	atomic_set(&q->tail, 0);
	q->abort_tries = 0;
	WRITE_ONCE(q->dead, false);
	smmu_mmio_write64(q->mmio, SMMU_CMDQ_BASE, smmu_cmdq_base_reg(q));
	smmu_mmio_write(q->mmio, SMMU_CMDQ_PROD, 0);
	smmu_mmio_write(q->mmio, SMMU_CMDQ_CONS, 0);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_restart);

/**
 * smmu_cmdq_stop() - Let every wait fail at once, until the next restart
 * @q: the queue
 *
 * Context: any; before the SMMU is told to stop consuming.
 */
void smmu_cmdq_stop(struct smmu_cmdq *q)
{
	WRITE_ONCE(q->dead, true);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_stop);

static void smmu_cmdq_fill(struct smmu_cmdq *q, u32 pos, const struct smmu_cmd *cmd)
{
	__le64 *slot = &q->base[smmu_ring_slot(pos, q->lg2) * SMMU_CMDQ_SLOT_WORDS];

	slot[0] = cpu_to_le64(cmd->w[0]);
	slot[1] = cpu_to_le64(cmd->w[1]);
}

/*
 * Learn from CMDQ_CONS how far the SMMU came.  Returns the new tail.
 *
 * The tail is read before the register: a register value that is newer than the
 * tail it extends cannot be mistaken, as the queue never holds more than its
 * size; one that is older than the tail another CPU stored meanwhile loses the
 * cmpxchg.
 */
static u32 smmu_cmdq_update_tail(struct smmu_cmdq *q)
{
	u32 old = atomic_read_acquire(&q->tail);
	u32 hw = smmu_mmio_read_ordered(q->mmio, SMMU_CMDQ_CONS);
	u32 new = smmu_ring_extend(old, FIELD_GET(SMMU_Q_INDEX, hw), q->lg2);
	u32 seen = atomic_cmpxchg(&q->tail, old, new);

	return seen == old ? new : seen;
}

static bool smmu_cmdq_consumed(struct smmu_cmdq *q, u32 pos)
{
	return smmu_ring_passed(atomic_read_acquire(&q->tail), pos) ||
	       smmu_ring_passed(smmu_cmdq_update_tail(q), pos);
}

/*
 * Wait until the command at @pos was consumed.  A CMD_SYNC is consumed once all
 * that came before it is complete (IHI 0070, 4.7), so this is all that a
 * sender needs; no interrupt, no MSI.
 *
 * A waiter may run with interrupts off on the only CPU that would serve the
 * global error interrupt, so it looks for errors itself.
 */
static int smmu_cmdq_wait(struct smmu_cmdq *q, u32 pos)
{
	unsigned int i;

	for (i = 0; i < SMMU_CMDQ_SPINS; i++) {
		if (smmu_cmdq_consumed(q, pos))
			return 0;
		cpu_relax();
	}

	for (i = 0; i < SMMU_CMDQ_TIMEOUT_US && !READ_ONCE(q->dead); i++) {
		if (i % SMMU_CMDQ_ERROR_POLL == 0 && q->poll_errors)
			q->poll_errors(q->poll_ctx);
		if (smmu_cmdq_consumed(q, pos))
			return 0;
		udelay(1);
	}

	if (!xchg(&q->dead, true))
		dev_err(q->dev,
			"command queue stuck: position %#x not reached, CMDQ_PROD %#x CMDQ_CONS %#x; invalidations are lost until the SMMU is reset\n",
			pos, smmu_mmio_read(q->mmio, SMMU_CMDQ_PROD),
			smmu_mmio_read(q->mmio, SMMU_CMDQ_CONS));
	return -ETIMEDOUT;
}

/*
 * Put up to @n commands and, when @sync is set, a CMD_SYNC into the queue if all
 * of them fit.  Returns false if they do not; *@pos is then a position to wait
 * for, otherwise the last position used.
 */
static bool smmu_cmdq_publish(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
			      bool sync, u32 *pos)
{
	const struct smmu_cmd cmd_sync = smmu_cmd_sync();
	unsigned int slots = n + sync;
	unsigned long flags;
	unsigned int i;
	u32 tail;

	spin_lock_irqsave(&q->lock, flags);
	tail = atomic_read_acquire(&q->tail);
	if (smmu_ring_space(q->head, tail, q->lg2) < slots)
		tail = smmu_cmdq_update_tail(q);
	if (smmu_ring_space(q->head, tail, q->lg2) < slots) {
		*pos = tail + slots - 1 - smmu_ring_space(q->head, tail, q->lg2);
		spin_unlock_irqrestore(&q->lock, flags);
		return false;
	}

	for (i = 0; i < n; i++)
		smmu_cmdq_fill(q, q->head + i, &cmds[i]);
	if (sync)
		smmu_cmdq_fill(q, q->head + n, &cmd_sync);
	q->head += slots;
	*pos = q->head - 1;

	/*
	 * Earlier: the slots just filled, and every table change that these
	 * commands are about.  Later: PROD.  Peer: the SMMU, which reads slots
	 * and tables once it sees PROD.
	 */
	smmu_mmio_write_ordered(q->mmio, SMMU_CMDQ_PROD, smmu_ring_hw(q->head, q->lg2));
	spin_unlock_irqrestore(&q->lock, flags);
	return true;
}

/* Publish, waiting without the lock while the queue is full. */
static int smmu_cmdq_send(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
			  bool sync, u32 *pos)
{
	int ret;

	while (!smmu_cmdq_publish(q, cmds, n, sync, pos)) {
		ret = smmu_cmdq_wait(q, *pos);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * smmu_cmdq_sync() - Send commands and wait until they took effect
 * @q: the queue
 * @cmds: the commands; may be %NULL when @n is 0
 * @n: how many, at most %SMMU_CMDQ_BATCH
 *
 * Everything that any CPU published before is complete as well.
 *
 * Context: any, interrupts may be off; spins for about a second at most.
 * Return: 0; -ETIMEDOUT if the SMMU stopped consuming; -EIO if it refused a
 * command while this call waited, so that one of @cmds may have had no effect.
 * IHI 0070, 4.7 (CMD_SYNC).
 */
int smmu_cmdq_sync(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n)
{
	int rejected = atomic_read(&q->rejected);
	u32 pos;
	int ret;

	ret = smmu_cmdq_send(q, cmds, n, true, &pos);
	if (!ret)
		ret = smmu_cmdq_wait(q, pos);
	if (!ret && unlikely(atomic_read(&q->rejected) != rejected))
		ret = -EIO;
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_sync);

/**
 * smmu_cmdq_batch_init() - Start an empty batch
 * @batch: the batch, usually on the stack
 * @q: where its commands go
 */
void smmu_cmdq_batch_init(struct smmu_cmdq_batch *batch, struct smmu_cmdq *q)
{
	batch->q = q;
	batch->n = 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_init);

/**
 * smmu_cmdq_batch_add() - Add a command; a full batch is published first
 * @batch: the batch
 * @cmd: the command
 *
 * Nothing is complete before smmu_cmdq_batch_sync() returned.
 *
 * Context: any; may spin while the queue is full.
 */
void smmu_cmdq_batch_add(struct smmu_cmdq_batch *batch, struct smmu_cmd cmd)
{
	u32 pos;

	if (batch->n == SMMU_CMDQ_BATCH) {
		/* A queue that is stuck fails the sync of this batch as well. */
		smmu_cmdq_send(batch->q, batch->cmds, batch->n, batch->q->sync_batches, &pos);
		batch->n = 0;
	}
	batch->cmds[batch->n++] = cmd;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_add);

/**
 * smmu_cmdq_batch_sync() - Publish what is left and wait for all of it
 * @batch: the batch; empty afterwards
 *
 * Context: as smmu_cmdq_sync().
 * Return: as smmu_cmdq_sync().
 */
int smmu_cmdq_batch_sync(struct smmu_cmdq_batch *batch)
{
	unsigned int n = batch->n;

	batch->n = 0;
	return smmu_cmdq_sync(batch->q, batch->cmds, n);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_sync);

static void smmu_cmdq_reject(struct smmu_cmdq *q, u32 slot, u8 err)
{
	const struct smmu_cmd sync = smmu_cmd_sync();
	__le64 *words = &q->base[slot * SMMU_CMDQ_SLOT_WORDS];
	struct smmu_cmd bad = { { le64_to_cpu(words[0]), le64_to_cpu(words[1]) } };

	dev_err_ratelimited(q->dev,
			    "command refused (%s): %s [%#018llx %#018llx] in slot %u; replaced by CMD_SYNC\n",
			    smmu_cmd_error_name(err), smmu_cmd_name(smmu_cmd_opcode(&bad)),
			    bad.w[0], bad.w[1], slot);
	smmu_cmdq_fill(q, slot, &sync);
	atomic_inc(&q->rejected);
}

static bool smmu_cmdq_retry(struct smmu_cmdq *q, u32 slot)
{
	if (q->abort_pos != slot)
		q->abort_tries = 0;
	q->abort_pos = slot;
	return ++q->abort_tries <= SMMU_CMDQ_ABORT_RETRIES;
}

/**
 * smmu_cmdq_recover() - Deal with the command that stopped the queue
 * @q: the queue
 *
 * A command that the SMMU cannot decode is named and replaced by a CMD_SYNC; one
 * that it could not fetch is tried again a few times.  The queue goes on when
 * the caller acknowledges GERROR.CMDQ_ERR.
 *
 * Context: the owner of GERROR, under its lock, while GERROR.CMDQ_ERR is active:
 * the SMMU consumes nothing then, so the slot at CONS is ours to write.
 * IHI 0070, 7.1 (command queue errors).
 */
void smmu_cmdq_recover(struct smmu_cmdq *q)
{
	u32 cons = smmu_mmio_read_ordered(q->mmio, SMMU_CMDQ_CONS);
	u32 slot = smmu_ring_slot(FIELD_GET(SMMU_Q_INDEX, cons), q->lg2);
	u8 err = FIELD_GET(SMMU_CMDQ_CONS_ERR, cons);

	switch (err) {
	case SMMU_CERROR_NONE:
		return;
	case SMMU_CERROR_ABT:
		if (smmu_cmdq_retry(q, slot))
			return;
		break;
	case SMMU_CERROR_ATC_INV_SYNC:
		/* The CMD_SYNC at CONS is run again; what timed out is lost. */
		dev_err_ratelimited(q->dev, "a device did not answer an ATS invalidation\n");
		atomic_inc(&q->rejected);
		return;
	}

	smmu_cmdq_reject(q, slot, err);
	/* The new command must be in memory before the caller's write to GERRORN. */
	wmb();
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_recover);
