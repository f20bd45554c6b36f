// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue (IHI 0070, 3.5 and 4).
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/timekeeping.h>

#include <kunit/visibility.h>

#include "hw/mmio.h"
#include "hw/regs.h"
#include "queue/cmdq.h"
#include "queue/ring.h"

/*
 * Looks at memory before a waiter reads CMDQ_CONS for whose CMD_SYNC another one
 * waits as well: some microseconds, which is what a CMD_SYNC takes.
 */
#define SMMU_CMDQ_FOLLOWS	1024
/* Polls without a delay before a waiter slows down and looks for errors. */
#define SMMU_CMDQ_SPINS		64
/* How long a wait may take, by the clock, or by slow polls if the clock stands still. */
#define SMMU_CMDQ_TIMEOUT_NS	NSEC_PER_SEC
#define SMMU_CMDQ_POLLS		1000000
/* Slow polls between two looks at GERROR; divides SMMU_CMDQ_SPINS. */
#define SMMU_CMDQ_ERROR_POLL	16

/* Put, but behind a CMD_SYNC that is in flight: the next one is still to come. */
#define SMMU_CMDQ_FOLLOWS_SYNC	1

/**
 * struct smmu_cmdq_patience - how long somebody has waited
 * @looks: looks at memory before the first at CMDQ_CONS
 * @polls: looks so far
 * @start: when the first slow poll was; 0 before it
 * @up: the time is up, and this was the last look
 */
struct smmu_cmdq_patience {
	unsigned int looks;
	unsigned int polls;
	u64 start;
	bool up;
};

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
	q->prod = smmu_mmio_addr(mmio, SMMU_CMDQ_PROD);
	q->cons = smmu_mmio_addr(mmio, SMMU_CMDQ_CONS);
	q->lg2 = lg2;
	q->last_sync = q->head - 1;
	q->ops = ops;
	q->ctx = ctx;
	q->dead = true;
	raw_spin_lock_init(&q->lock);
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

/* Until a doorbell that is being written is: with interrupts off, so soon. */
static void smmu_cmdq_quiesce(struct smmu_cmdq *q)
{
	/* Acquire: pairs with the release in smmu_cmdq_ring(). */
	while (atomic_read_acquire(&q->ringing))
		cpu_relax();
}

/**
 * smmu_cmdq_restart() - Empty the queue, in memory and in the registers
 * @q: the queue
 *
 * The counters go on behind the next multiple of what the registers show, so that
 * the registers start at 0, and whoever still waits from before is done waiting,
 * whether a CMD_SYNC covered his commands yet or not.
 *
 * Context: any; during reset, with the queue disabled.
 */
void smmu_cmdq_restart(struct smmu_cmdq *q)
{
	unsigned long flags;

	smmu_cmdq_quiesce(q);
	raw_spin_lock_irqsave(&q->lock, flags);
	q->head = round_up(q->head + 1, 2U << q->lg2);
	WRITE_ONCE(q->rung, q->head);
	WRITE_ONCE(q->last_sync, q->head - 1);
	atomic_set_release(&q->tail, q->head);
	q->abort_tries = 0;
	smmu_mmio_write64(q->mmio, SMMU_CMDQ_BASE, smmu_cmdq_base_reg(q));
	smmu_mmio_write(q->mmio, SMMU_CMDQ_PROD, 0);
	smmu_mmio_write(q->mmio, SMMU_CMDQ_CONS, 0);
	WRITE_ONCE(q->dead, false);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_restart);

/*
 * Returns whether the queue was alive.  Who sees @dead goes on as if his
 * translations were gone, so if it is the SMMU that fails, its traffic is stopped
 * before.
 */
static bool smmu_cmdq_bury(struct smmu_cmdq *q, bool cut_off)
{
	unsigned long flags;
	bool first;

	raw_spin_lock_irqsave(&q->lock, flags);
	first = !q->dead;
	if (first && cut_off && q->ops->cut_off)
		q->ops->cut_off(q->ctx);
	WRITE_ONCE(q->dead, true);
	raw_spin_unlock_irqrestore(&q->lock, flags);
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
	smmu_cmdq_bury(q, false);
	/* Its registers may be without power from here on. */
	smmu_cmdq_quiesce(q);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_stop);

static void smmu_cmdq_fill(struct smmu_cmdq *q, u32 pos, const struct smmu_cmd *cmd)
{
	smmu_cmdq_write_slot(q->base, smmu_ring_slot(pos, q->lg2), cmd);
}

/**
 * smmu_cmdq_update_tail() - Learn from CMDQ_CONS how far the SMMU came
 * @q: the queue
 *
 * The tail is read before the register: a register value that is newer than the
 * tail it extends cannot be mistaken, as the queue never holds more than its size;
 * one that is older than the tail another CPU stored meanwhile loses the cmpxchg.
 * What cannot be is no progress: the all-ones of an SMMU without power, or a
 * position that it was never told of, such as the zero of one that was reset.
 *
 * Context: any.
 * Return: the new tail. IHI 0070, 6.3.27 (CMDQ_CONS).
 */
u32 smmu_cmdq_update_tail(struct smmu_cmdq *q)
{
	u32 old = atomic_read_acquire(&q->tail);
	/*
	 * Earlier: this read, by which the SMMU says that it is done with slots
	 * and, at a CMD_SYNC, with old translations.  Later: what the caller
	 * writes to such slots, frees, or reads of @rejected; and @rung here,
	 * which was written before the PROD that led to this value.  Peer: the
	 * SMMU.
	 */
	u32 hw = readl(q->cons);
	u32 new = smmu_ring_extend(old, FIELD_GET(SMMU_Q_INDEX, hw), q->lg2);

	if (new == old || hw == U32_MAX || !smmu_ring_reaches(READ_ONCE(q->rung), new))
		return old;
	/*
	 * Earlier: the read of CMDQ_CONS, as above.  Later: the tail.  Peer: who
	 * reads the tail with acquire and believes it.
	 */
	if (atomic_cmpxchg_release(&q->tail, old, new) == (int)old)
		return new;
	return atomic_read_acquire(&q->tail);
}

/*
 * Does CMDQ_CONS show @hw, which stands for @head, and then the tail @head?  @tail
 * is the tail from when @head was put; if another CPU moved it since, the answer
 * is no, whatever the register says.  Barriers as in smmu_cmdq_update_tail().
 */
static __always_inline bool smmu_cmdq_finished(struct smmu_cmdq *q, u32 hw, u32 head, u32 tail)
{
	return readl(q->cons) == hw &&
	       atomic_cmpxchg_release(&q->tail, tail, head) == (int)tail;
}

/*
 * Without invalidations the SMMU would go on using what was unmapped.  So the
 * first one who finds the queue stuck has all traffic stopped.
 */
static int smmu_cmdq_give_up(struct smmu_cmdq *q, u32 pos)
{
	if (smmu_cmdq_bury(q, true))
		dev_err(q->dev,
			"command queue stuck at CMDQ_CONS %#x, CMDQ_PROD %#x, waiting for %#x: all traffic is stopped, as old translations cannot be removed any more; reset the system\n",
			readl_relaxed(q->cons), readl_relaxed(q->prod),
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
 * One step of waiting for @pos; the caller looks at the tail before and after.
 *
 * A waiter may run with interrupts off on the only CPU that would serve the
 * global error interrupt, so it looks for errors itself.  And it may have been
 * off its CPU for longer than any wait may take, so when the time is up it looks
 * once more.
 */
static int smmu_cmdq_pause(struct smmu_cmdq *q, struct smmu_cmdq_patience *p, u32 pos)
{
	unsigned int polls = p->polls++ - p->looks;

	if (READ_ONCE(q->dead))
		return -ETIMEDOUT;
	if (p->up)
		return smmu_cmdq_give_up(q, pos);
	if (p->polls <= p->looks) {
		cpu_relax();
		return 0;
	}
	if (polls < SMMU_CMDQ_SPINS) {
		cpu_relax();
	} else {
		if (polls % SMMU_CMDQ_ERROR_POLL == 0)
			p->up = smmu_cmdq_look_up(q, &p->start) ||
				polls > SMMU_CMDQ_SPINS + SMMU_CMDQ_POLLS;
		udelay(1);
	}
	smmu_cmdq_update_tail(q);
	return 0;
}

/* Wait until the command at @pos was consumed. */
static int smmu_cmdq_wait(struct smmu_cmdq *q, u32 pos)
{
	struct smmu_cmdq_patience p = { };
	int ret = 0;

	while (!ret && !smmu_ring_passed(atomic_read_acquire(&q->tail), pos))
		ret = smmu_cmdq_pause(q, &p, pos);
	return ret;
}

/*
 * Who may write PROD, so that it never goes back: while a CMD_SYNC is in flight, only
 * the CPU that put it, once, with the value it took under the lock; otherwise whoever
 * holds the lock.  When the CMD_SYNC is consumed, that one write was seen.
 *
 * So that one write can do without the lock, which nobody has to wait for while a
 * slow register is written.  Interrupts stay off until it is.
 */
static __always_inline void smmu_cmdq_ring(struct smmu_cmdq *q, u32 hw)
{
	/*
	 * Earlier: the slots that this CPU filled and the table changes that its
	 * commands are about; those of other CPUs are behind their dma_wmb() in
	 * smmu_cmdq_put_unlock() and the lock.  And @rung.  Later: PROD.  Peer:
	 * the SMMU, which reads slots and tables once it sees PROD; through
	 * CMDQ_CONS also smmu_cmdq_update_tail().
	 */
	writel(hw, q->prod);
}

static void smmu_cmdq_ring_locked(struct smmu_cmdq *q)
{
	WRITE_ONCE(q->rung, q->head);
	smmu_cmdq_ring(q, smmu_ring_hw(q->head, q->lg2));
}

/* Put commands and a CMD_SYNC.  Returns what PROD has to show of them. */
static __always_inline u32 smmu_cmdq_lead_locked(struct smmu_cmdq *q, u32 head,
						 const struct smmu_cmd *cmds, unsigned int n)
{
	const struct smmu_cmd cmd_sync = smmu_cmd_sync();
	__le64 *base = q->base;
	const u8 lg2 = q->lg2;
	unsigned int i;

	for (i = 0; i < n; i++)
		smmu_cmdq_write_slot(base, smmu_ring_slot(head++, lg2), &cmds[i]);
	smmu_cmdq_write_slot(base, smmu_ring_slot(head, lg2), &cmd_sync);
	WRITE_ONCE(q->last_sync, head);
	atomic_inc(&q->ringing);
	head++;
	q->head = head;
	WRITE_ONCE(q->rung, head);
	return smmu_ring_hw(head, lg2);
}

/* Let the lock go, and tell the SMMU of a CMD_SYNC that was put under it. */
static __always_inline void smmu_cmdq_unlock_and_ring(struct smmu_cmdq *q, u32 hw,
						      unsigned long flags)
	__releases(&q->lock)
{
	raw_spin_unlock(&q->lock);
	smmu_cmdq_ring(q, hw);
	/* Release: PROD before whoever sees this and takes the SMMU's power away. */
	atomic_fetch_dec_release(&q->ringing);
	local_irq_restore(flags);
}

/* Is there no CMD_SYNC in flight? */
static bool smmu_cmdq_calm(const struct smmu_cmdq *q, u32 tail)
{
	return smmu_ring_passed(tail, q->last_sync);
}

/*
 * There is no room.  Returns the position to wait for: room comes only from what the
 * SMMU knows of, and what is behind a CMD_SYNC in flight it is told of when that one
 * is consumed.
 */
static u32 smmu_cmdq_full_locked(struct smmu_cmdq *q, unsigned int n, u32 tail)
{
	u32 pos = q->head + n - BIT(q->lg2);

	if (!smmu_cmdq_calm(q, tail))
		return smmu_ring_reaches(pos, q->last_sync) ? q->last_sync : pos;
	if (q->rung != q->head)
		smmu_cmdq_ring_locked(q);
	return pos;
}

/*
 * Put commands, in whatever state the queue is, and let the lock go.  There is always
 * room left for the CMD_SYNC that covers them.  @last: it is wanted now.  *@need is
 * the position of the CMD_SYNC that would do, or the one to wait for.
 *
 * Returns 0 with a CMD_SYNC put behind them; %SMMU_CMDQ_FOLLOWS_SYNC if that is
 * still to come; -ENOSPC if they do not fit; -ETIMEDOUT.
 */
static int smmu_cmdq_put_unlock(struct smmu_cmdq *q, const struct smmu_cmd *cmds,
				unsigned int n, bool last, u32 *need, unsigned long flags)
	__releases(&q->lock)
{
	u32 tail = atomic_read_acquire(&q->tail);
	int ret = SMMU_CMDQ_FOLLOWS_SYNC;
	unsigned int i;

	lockdep_assert_held(&q->lock);
	*need = q->head + n;
	if (q->dead) {
		ret = -ETIMEDOUT;
	} else if (smmu_ring_space(q->head, tail, q->lg2) <= n) {
		*need = smmu_cmdq_full_locked(q, n, tail);
		ret = -ENOSPC;
	} else if (q->sync_batches || (last && smmu_cmdq_calm(q, tail))) {
		u32 hw = smmu_cmdq_lead_locked(q, q->head, cmds, n);

		if (!q->sync_batches) {
			smmu_cmdq_unlock_and_ring(q, hw, flags);
			return 0;
		}
		/* Several are in flight: one doorbell after the other. */
		smmu_cmdq_ring(q, hw);
		atomic_dec(&q->ringing);
		ret = 0;
	} else {
		for (i = 0; i < n; i++)
			smmu_cmdq_fill(q, q->head++, &cmds[i]);
		/*
		 * Earlier: the slots just filled and the table changes that these
		 * commands are about.  Later: the unlock, and through it the PROD
		 * that another CPU writes.  Peers: that CPU, whose own barrier need
		 * not cover what this one wrote; and the SMMU behind it.
		 */
		dma_wmb();
		if (smmu_ring_used(q->head, q->rung) >= SMMU_CMDQ_BATCH && smmu_cmdq_calm(q, tail))
			smmu_cmdq_ring_locked(q);
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return ret;
}

/* Put commands, waiting without the lock while there is no room. */
static int smmu_cmdq_put(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
			 bool last, u32 *need)
{
	unsigned long flags;
	int ret;

	for (;;) {
		raw_spin_lock_irqsave(&q->lock, flags);
		ret = smmu_cmdq_put_unlock(q, cmds, n, last, need, flags);
		if (ret != -ENOSPC)
			return ret;
		ret = smmu_cmdq_wait(q, *need);
		if (ret)
			return ret;
	}
}

/*
 * The CMD_SYNC that was in flight is consumed and does not cover @need: put one,
 * unless another CPU was faster.  There is room: if the newest command were a
 * CMD_SYNC, it would cover @need, and everything else leaves room for one.
 *
 * Whoever holds the lock is most likely about to put a CMD_SYNC, so unless it has
 * to @insist, the caller does not queue up for it.
 *
 * Returns 0, %SMMU_CMDQ_FOLLOWS_SYNC if another CPU did, -EBUSY, or -ETIMEDOUT.
 */
static int smmu_cmdq_take_over(struct smmu_cmdq *q, u32 need, bool insist)
{
	unsigned long flags;
	int ret = SMMU_CMDQ_FOLLOWS_SYNC;

	if (!raw_spin_trylock_irqsave(&q->lock, flags)) {
		if (!insist)
			return -EBUSY;
		raw_spin_lock_irqsave(&q->lock, flags);
	}
	if (q->dead) {
		ret = -ETIMEDOUT;
	} else if (!smmu_ring_reaches(q->last_sync, need)) {
		smmu_cmdq_unlock_and_ring(q, smmu_cmdq_lead_locked(q, q->head, NULL, 0), flags);
		return 0;
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return ret;
}

/* Who put the CMD_SYNC reads CMDQ_CONS at once, the others look at memory first. */
static struct smmu_cmdq_patience smmu_cmdq_patience(int how)
{
	return (struct smmu_cmdq_patience){ .looks = how ? SMMU_CMDQ_FOLLOWS : 0 };
}

/*
 * Wait until a CMD_SYNC at @need or later is consumed, which is when all commands
 * before @need are complete (IHI 0070, 4.7): no interrupt, no MSI.  @how is what
 * putting the commands came to.
 *
 * Many CPUs at one register slow each other down, so those who rely on another's
 * CMD_SYNC look at memory; but not for long, as that one may be off its CPU.  For
 * the same reason anybody puts the next CMD_SYNC who finds that none is in flight.
 */
static noinline int smmu_cmdq_wait_sync(struct smmu_cmdq *q, u32 need, int how)
{
	struct smmu_cmdq_patience p = smmu_cmdq_patience(how);
	bool covered = !how;
	u32 sync = need;
	bool passed;

	for (;;) {
		if (!covered) {
			sync = READ_ONCE(q->last_sync);
			covered = smmu_ring_reaches(sync, need);
			/* A CMD_SYNC that was put just now has all its time. */
			if (covered)
				p = (struct smmu_cmdq_patience){ .looks = p.looks };
		}
		passed = smmu_ring_passed(atomic_read_acquire(&q->tail), sync);
		if (passed && covered)
			return 0;
		how = passed ? smmu_cmdq_take_over(q, need, p.polls >= p.looks) : -EBUSY;
		if (how == -EBUSY)
			how = smmu_cmdq_pause(q, &p, sync);
		else
			p = smmu_cmdq_patience(how);
		if (how < 0)
			return how;
	}
}

/* Commands that were refused since @rejected may have been the caller's. */
static __always_inline int smmu_cmdq_judge(struct smmu_cmdq *q, int ret, int rejected)
{
	return unlikely(atomic_read(&q->rejected) != rejected) ? ret ?: -EIO : ret;
}

/* Send while there is something in the queue, or no SMMU behind it. */
static noinline int smmu_cmdq_send_busy(struct smmu_cmdq *q, const struct smmu_cmd *cmds,
					unsigned int n, int rejected, unsigned long flags)
	__releases(&q->lock)
{
	u32 need;
	int ret;

	ret = smmu_cmdq_put_unlock(q, cmds, n, true, &need, flags);
	if (ret == -ENOSPC)
		ret = smmu_cmdq_wait(q, need) ?: smmu_cmdq_put(q, cmds, n, true, &need);
	if (ret >= 0)
		ret = smmu_cmdq_wait_sync(q, need, ret);
	return smmu_cmdq_judge(q, ret, rejected);
}

/*
 * Send with a CMD_SYNC and wait.  @rejected is the count of refused commands from
 * before the first command of interest was put.
 *
 * This is the hot path, made for an empty queue and nobody else about: slots,
 * doorbell, one read of CMDQ_CONS.
 */
static __always_inline int smmu_cmdq_send_sync(struct smmu_cmdq *q, const struct smmu_cmd *cmds,
					       unsigned int n, int rejected)
{
	unsigned long flags;
	u32 tail, hw;
	int ret = 0;

	raw_spin_lock_irqsave(&q->lock, flags);
	tail = atomic_read_acquire(&q->tail);
	if (unlikely(q->head != tail || q->dead))
		return smmu_cmdq_send_busy(q, cmds, n, rejected, flags);
	hw = smmu_cmdq_lead_locked(q, tail, cmds, n);
	smmu_cmdq_unlock_and_ring(q, hw, flags);

	if (unlikely(!smmu_cmdq_finished(q, hw, tail + n + 1, tail)))
		ret = smmu_cmdq_wait_sync(q, tail + n, 0);
	return smmu_cmdq_judge(q, ret, rejected);
}

/**
 * smmu_cmdq_sync() - Send commands and wait until they took effect
 * @q: the queue
 * @cmds: the commands; may be %NULL when @n is 0
 * @n: how many, at most %SMMU_CMDQ_BATCH
 *
 * Everything that any CPU put before is complete as well.
 *
 * Context: any, interrupts may be off. Holds no lock while it waits. Spins for a
 * second at most for each of: room, the CMD_SYNC that is in flight, its own; and
 * while others take the room that there is.
 * Return: 0; -ETIMEDOUT if the SMMU stopped consuming; -EIO if it refused a
 * command while this call waited, so that one of @cmds may have had no effect.
 * IHI 0070, 4.7 (CMD_SYNC).
 */
int smmu_cmdq_sync(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n)
{
	/*
	 * Acquire, here and wherever the count is taken first.  Earlier: this
	 * read.  Later: the slots and PROD.  Peer: the SMMU, whose refusal of
	 * these commands must not be in the count yet.
	 */
	return smmu_cmdq_send_sync(q, cmds, n, atomic_read_acquire(&q->rejected));
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_sync);

/**
 * smmu_cmdq_sync_one() - Send a command and wait until it took effect
 * @q: the queue
 * @cmd: the command
 *
 * Context: as smmu_cmdq_sync().
 * Return: as smmu_cmdq_sync(). IHI 0070, 4.7 (CMD_SYNC).
 */
int smmu_cmdq_sync_one(struct smmu_cmdq *q, struct smmu_cmd cmd)
{
	return smmu_cmdq_send_sync(q, &cmd, 1, atomic_read_acquire(&q->rejected));
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_sync_one);

/**
 * smmu_cmdq_batch_flush() - Put what a batch holds into the queue
 * @batch: the batch
 *
 * The SMMU may not hear of it before smmu_cmdq_batch_sync().
 *
 * Context: any; may spin while the queue is full.
 */
void smmu_cmdq_batch_flush(struct smmu_cmdq_batch *batch)
{
	u32 need;

	if (!batch->err)
		batch->err = min(smmu_cmdq_put(batch->q, batch->cmds, batch->n, false, &need), 0);
	batch->n = 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_flush);

/**
 * smmu_cmdq_batch_sync() - Send what is left and wait for all of it
 * @batch: the batch; not to be used afterwards
 *
 * Context: as smmu_cmdq_sync().
 * Return: as smmu_cmdq_sync(), for all commands ever added.
 */
int smmu_cmdq_batch_sync(struct smmu_cmdq_batch *batch)
{
	if (unlikely(batch->err))
		return batch->err;
	return smmu_cmdq_send_sync(batch->q, batch->cmds, batch->n, batch->rejected);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_sync);
