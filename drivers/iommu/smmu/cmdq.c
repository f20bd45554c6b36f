// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue (IHI 0070, 3.5 and 4).
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/math.h>
#include <linux/timekeeping.h>

#include <kunit/visibility.h>

#include "cmdq.h"
#include "hw/regs.h"
#include "mem.h"
#include "mmio.h"
#include "ring.h"

/* Polls without a delay before a waiter slows down and looks for errors. */
#define SMMU_CMDQ_SPINS		64
/* How long a wait may take, by the clock, or by slow polls if the clock stands still. */
#define SMMU_CMDQ_TIMEOUT_NS	NSEC_PER_SEC
#define SMMU_CMDQ_POLLS		1000000
/* Slow polls between two looks at GERROR; divides SMMU_CMDQ_SPINS. */
#define SMMU_CMDQ_ERROR_POLL	16

#define SMMU_CMDQ_SLOT_WORDS	2

/**
 * smmu_cmdq_init() - Allocate the queue
 * @q: the queue to set up
 * @dev: the SMMU
 * @mmio: its register frames
 * @lg2: log2 of the number of commands it holds
 * @ops: what the queue asks of those above it
 * @ctx: their argument
 *
 * Context: may sleep. The memory goes with the binding of @dev.
 * Return: 0 or -ENOMEM.
 */
int smmu_cmdq_init(struct smmu_cmdq *q, struct device *dev, const struct smmu_mmio *mmio, u8 lg2,
		   const struct smmu_cmdq_ops *ops, void *ctx)
{
	size_t bytes = (size_t)SMMU_CMDQ_SLOT_WORDS * sizeof(__le64) << lg2;

	q->dev = dev;
	q->mmio = mmio;
	q->lg2 = lg2;
	q->ops = ops;
	q->ctx = ctx;
	q->dead = true;
	spin_lock_init(&q->lock);
	q->base = smmu_mem_alloc(dev, bytes, &q->base_dma, "command queue");
	return q->base ? 0 : -ENOMEM;
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
 * The counters go on at the next multiple of what the registers show, so that the
 * registers start at 0 and whoever still waits from before is done waiting.
 *
 * Context: any; during reset, with the queue disabled.
 */
void smmu_cmdq_restart(struct smmu_cmdq *q)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	q->head = round_up(q->head, 2U << q->lg2);
	atomic_set(&q->tail, q->head);
	q->abort_tries = 0;
	smmu_mmio_write64(q->mmio, SMMU_CMDQ_BASE, smmu_cmdq_base_reg(q));
	smmu_mmio_write(q->mmio, SMMU_CMDQ_PROD, 0);
	smmu_mmio_write(q->mmio, SMMU_CMDQ_CONS, 0);
	WRITE_ONCE(q->dead, false);
	spin_unlock_irqrestore(&q->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_restart);

static bool smmu_cmdq_bury(struct smmu_cmdq *q)
{
	unsigned long flags;
	bool first;

	spin_lock_irqsave(&q->lock, flags);
	first = !q->dead;
	WRITE_ONCE(q->dead, true);
	spin_unlock_irqrestore(&q->lock, flags);
	return first;
}

/**
 * smmu_cmdq_stop() - Let every call fail at once, until the next restart
 * @q: the queue
 *
 * Context: any. The SMMU lets no traffic pass by now: an invalidation that fails
 * from here on was not needed.
 */
void smmu_cmdq_stop(struct smmu_cmdq *q)
{
	smmu_cmdq_bury(q);
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
 * cmpxchg.  What cannot be, such as the all-ones of an SMMU without power, is no
 * progress.
 */
static u32 smmu_cmdq_update_tail(struct smmu_cmdq *q)
{
	u32 old = atomic_read_acquire(&q->tail);
	u32 hw = smmu_mmio_read_ordered(q->mmio, SMMU_CMDQ_CONS);
	u32 new = smmu_ring_extend(old, FIELD_GET(SMMU_Q_INDEX, hw), q->lg2);
	u32 seen;

	if (hw == U32_MAX || smmu_ring_used(new, old) > BIT(q->lg2))
		return old;
	seen = atomic_cmpxchg(&q->tail, old, new);
	return seen == old ? new : seen;
}

static bool smmu_cmdq_consumed(struct smmu_cmdq *q, u32 pos)
{
	return smmu_ring_passed(atomic_read_acquire(&q->tail), pos) ||
	       smmu_ring_passed(smmu_cmdq_update_tail(q), pos);
}

/*
 * Without invalidations the SMMU would go on using what was unmapped.  So the
 * first one who finds the queue stuck has all traffic stopped.
 */
static int smmu_cmdq_give_up(struct smmu_cmdq *q, u32 pos)
{
	if (!smmu_cmdq_bury(q))
		return -ETIMEDOUT;
	if (q->ops->cut_off)
		q->ops->cut_off(q->ctx);
	dev_err(q->dev,
		"command queue stuck at CMDQ_CONS %#x, CMDQ_PROD %#x, waiting for %#x: all traffic is stopped, as old translations cannot be removed any more; reset the system\n",
		smmu_mmio_read(q->mmio, SMMU_CMDQ_CONS), smmu_mmio_read(q->mmio, SMMU_CMDQ_PROD),
		smmu_ring_hw(pos, q->lg2));
	return -ETIMEDOUT;
}

/* Now and then in a long wait: errors, and the time.  True when it is up. */
static bool smmu_cmdq_look_up(struct smmu_cmdq *q, u64 *start)
{
	u64 now = ktime_get_mono_fast_ns();

	if (q->ops->poll_errors)
		q->ops->poll_errors(q->ctx);
	if (!*start)
		*start = now;
	return now - *start > SMMU_CMDQ_TIMEOUT_NS;
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
	u64 start = 0;
	unsigned int i;

	for (i = 0; i < SMMU_CMDQ_SPINS + SMMU_CMDQ_POLLS; i++) {
		if (smmu_ring_passed(atomic_read_acquire(&q->tail), pos))
			return 0;
		if (READ_ONCE(q->dead))
			return -ETIMEDOUT;
		if (smmu_cmdq_consumed(q, pos))
			return 0;
		if (i < SMMU_CMDQ_SPINS) {
			cpu_relax();
			continue;
		}
		if (i % SMMU_CMDQ_ERROR_POLL == 0 && smmu_cmdq_look_up(q, &start))
			break;
		udelay(1);
	}
	return smmu_cmdq_give_up(q, pos);
}

static void smmu_cmdq_put_locked(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
				 bool sync)
{
	const struct smmu_cmd cmd_sync = smmu_cmd_sync();
	unsigned int i;

	lockdep_assert_held(&q->lock);
	for (i = 0; i < n; i++)
		smmu_cmdq_fill(q, q->head++, &cmds[i]);
	if (sync)
		smmu_cmdq_fill(q, q->head++, &cmd_sync);
	/*
	 * Earlier: the slots just filled, and every table change that these
	 * commands are about.  Later: PROD.  Peer: the SMMU, which reads slots
	 * and tables once it sees PROD.
	 */
	smmu_mmio_write_ordered(q->mmio, SMMU_CMDQ_PROD, smmu_ring_hw(q->head, q->lg2));
}

/*
 * Put @n commands and, when @sync is set, a CMD_SYNC into the queue if all of them
 * fit.  *@pos is then the last position used; with -ENOSPC, the one to wait for.
 */
static int smmu_cmdq_publish(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
			     bool sync, u32 *pos)
{
	unsigned int slots = n + sync;
	unsigned long flags;
	int ret = 0;
	u32 space;

	spin_lock_irqsave(&q->lock, flags);
	if (q->dead) {
		ret = -ETIMEDOUT;
		goto out;
	}
	space = smmu_ring_space(q->head, atomic_read_acquire(&q->tail), q->lg2);
	if (space < slots)
		space = smmu_ring_space(q->head, smmu_cmdq_update_tail(q), q->lg2);
	if (space < slots) {
		*pos = q->head - BIT(q->lg2) + slots - 1;
		ret = -ENOSPC;
		goto out;
	}
	smmu_cmdq_put_locked(q, cmds, n, sync);
	*pos = q->head - 1;
out:
	spin_unlock_irqrestore(&q->lock, flags);
	return ret;
}

/* Publish, waiting without the lock while the queue is full. */
static int smmu_cmdq_send(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
			  bool sync, u32 *pos)
{
	int ret;

	do {
		ret = smmu_cmdq_publish(q, cmds, n, sync, pos);
		if (ret != -ENOSPC)
			return ret;
		ret = smmu_cmdq_wait(q, *pos);
	} while (!ret);
	return ret;
}

/*
 * Publish with a CMD_SYNC and wait.  @rejected is the count of refused commands
 * from before the first command of interest was published.
 */
static int smmu_cmdq_send_sync(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
			       int rejected)
{
	u32 pos;
	int ret;

	ret = smmu_cmdq_send(q, cmds, n, true, &pos);
	if (!ret)
		ret = smmu_cmdq_wait(q, pos);
	if (!ret && unlikely(atomic_read(&q->rejected) != rejected))
		ret = -EIO;
	return ret;
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
	return smmu_cmdq_send_sync(q, cmds, n, atomic_read(&q->rejected));
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
	batch->rejected = atomic_read(&q->rejected);
	batch->err = 0;
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
		if (!batch->err)
			batch->err = smmu_cmdq_send(batch->q, batch->cmds, batch->n,
						    batch->q->sync_batches, &pos);
		batch->n = 0;
	}
	batch->cmds[batch->n++] = cmd;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_add);

/**
 * smmu_cmdq_batch_sync() - Publish what is left and wait for all of it
 * @batch: the batch; not to be used afterwards
 *
 * Context: as smmu_cmdq_sync().
 * Return: as smmu_cmdq_sync(), for all commands ever added.
 */
int smmu_cmdq_batch_sync(struct smmu_cmdq_batch *batch)
{
	if (batch->err)
		return batch->err;
	return smmu_cmdq_send_sync(batch->q, batch->cmds, batch->n, batch->rejected);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_sync);

static void smmu_cmdq_read_slot(struct smmu_cmdq *q, u32 slot, struct smmu_cmd *cmd)
{
	const __le64 *words = &q->base[slot * SMMU_CMDQ_SLOT_WORDS];

	cmd->w[0] = le64_to_cpu(words[0]);
	cmd->w[1] = le64_to_cpu(words[1]);
}

/* How often in a row the SMMU failed to fetch the command at @pos. */
static unsigned int smmu_cmdq_count_abort(struct smmu_cmdq *q, u32 pos)
{
	if (q->abort_pos != pos)
		q->abort_tries = 0;
	q->abort_pos = pos;
	return ++q->abort_tries;
}

/**
 * smmu_cmdq_recover() - Deal with the command that stopped the queue
 * @q: the queue
 * @error: what to report with smmu_cmdq_report() once no lock is held
 *
 * A command that the SMMU cannot decode is replaced by a CMD_SYNC; one that it
 * could not fetch is tried again a few times first.  If the replacement cannot be
 * fetched either, the queue stays stopped, and whoever waits gives it up.
 *
 * Context: the owner of GERROR, under its lock, while GERROR.CMDQ_ERR is active:
 * the SMMU consumes nothing then, so the slot at CONS is ours to write.
 * Return: true if GERROR.CMDQ_ERR shall be acknowledged, which lets the queue go
 * on. IHI 0070, 7.1 (command queue errors).
 */
bool smmu_cmdq_recover(struct smmu_cmdq *q, struct smmu_cmdq_error *error)
{
	const struct smmu_cmd sync = smmu_cmd_sync();
	u32 cons = smmu_mmio_read_ordered(q->mmio, SMMU_CMDQ_CONS);
	unsigned int tries;

	error->err = FIELD_GET(SMMU_CMDQ_CONS_ERR, cons);
	error->slot = smmu_ring_slot(FIELD_GET(SMMU_Q_INDEX, cons), q->lg2);
	smmu_cmdq_read_slot(q, error->slot, &error->cmd);

	switch (error->err) {
	case SMMU_CERROR_NONE:
		return true;
	case SMMU_CERROR_ABT:
		tries = smmu_cmdq_count_abort(q, smmu_cmdq_update_tail(q));
		if (tries > SMMU_CMDQ_ABORT_RETRIES + 1)
			return false;
		if (tries > SMMU_CMDQ_ABORT_RETRIES)
			break;
		error->err = SMMU_CERROR_NONE;
		return true;
	case SMMU_CERROR_ATC_INV_SYNC:
		/* The CMD_SYNC at CONS is run again; what timed out is lost. */
		atomic_inc(&q->rejected);
		return true;
	}

	smmu_cmdq_fill(q, error->slot, &sync);
	atomic_inc(&q->rejected);
	/* The new command must be in memory before the caller's write to GERRORN. */
	wmb();
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_recover);

/**
 * smmu_cmdq_report() - Name the command that stopped the queue
 * @q: the queue
 * @error: from smmu_cmdq_recover()
 *
 * Context: any, without locks: printing may go out through a device of ours.
 */
void smmu_cmdq_report(struct smmu_cmdq *q, const struct smmu_cmdq_error *error)
{
	if (error->err == SMMU_CERROR_NONE)
		return;
	if (error->err == SMMU_CERROR_ATC_INV_SYNC) {
		dev_err_ratelimited(q->dev, "a device did not answer an ATS invalidation\n");
		return;
	}
	dev_err_ratelimited(q->dev,
			    "command refused (%s): %s [%#018llx %#018llx] in slot %u; replaced by CMD_SYNC\n",
			    smmu_cmd_error_name(error->err),
			    smmu_cmd_name(smmu_cmd_opcode(&error->cmd)),
			    error->cmd.w[0], error->cmd.w[1], error->slot);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_report);
