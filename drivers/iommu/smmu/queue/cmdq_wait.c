// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far the command queue is, how long to wait for it, and giving it up.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/timekeeping.h>

#include "hw/regs.h"
#include "queue/cmdq.h"
#include "queue/cmdq_wait.h"
#include "queue/ring.h"

/* The delay of a slow poll */
#define SMMU_CMDQ_POLL_US	1
/* Slow polls between two looks for errors, which take a lock and read two registers */
#define SMMU_CMDQ_ERROR_POLLS	16
/*
 * How long a wait may take, by the clock, or by slow polls if the clock stands still.
 * The SMMU takes microseconds; the kernel's watchdogs let a CPU wait for ten seconds.
 */
#define SMMU_CMDQ_TIMEOUT_NS	NSEC_PER_SEC
#define SMMU_CMDQ_SLOW_POLLS	(SMMU_CMDQ_TIMEOUT_NS / NSEC_PER_USEC / SMMU_CMDQ_POLL_US)

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
	u32 new = smmu_ring_extend(old, FIELD_GET(SMMU_Q_INDEX, hw), q->entries_lg2);

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
 * Without invalidations the SMMU would go on using what was unmapped, and whoever sees
 * @dead goes on as if it did not.  So the first one that finds the queue stuck has all
 * traffic stopped before.
 */
static int smmu_cmdq_give_up(struct smmu_cmdq *q, u32 pos)
{
	unsigned long flags;
	bool first;

	raw_spin_lock_irqsave(&q->lock, flags);
	first = !q->dead;
	if (first)
		q->ops->cut_off(q->ctx);
	WRITE_ONCE(q->dead, true);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (first)
		dev_err(q->dev,
			"command queue stuck at CMDQ_CONS %#x, CMDQ_PROD %#x, waiting for %#x: all traffic is stopped, as old translations cannot be removed any more; reset the system\n",
			readl_relaxed(q->cons), readl_relaxed(q->prod),
			smmu_ring_hw(pos, q->entries_lg2));
	return -ETIMEDOUT;
}

static bool smmu_cmdq_wait_expired(struct smmu_cmdq_wait *wait)
{
	u64 now = ktime_get_mono_fast_ns();

	if (!wait->start)
		wait->start = now;
	return now - wait->start > SMMU_CMDQ_TIMEOUT_NS || wait->slow_polls > SMMU_CMDQ_SLOW_POLLS;
}

/*
 * A poll in a long wait.  A waiter may run with interrupts off on the only CPU that would
 * serve the global error interrupt, so now and then it looks for errors itself.
 */
static void smmu_cmdq_poll_slowly(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait)
{
	if (wait->slow_polls++ % SMMU_CMDQ_ERROR_POLLS == 0) {
		wait->expired = smmu_cmdq_wait_expired(wait);
		q->ops->poll_errors(q->ctx);
	}
	udelay(SMMU_CMDQ_POLL_US);
}

/**
 * smmu_cmdq_wait_poll() - One step of a wait
 * @q: the queue
 * @wait: the wait
 * @pos: what it is for, for the message when the queue is given up
 *
 * The caller looks at the tail before and after.  It may have been off its CPU for
 * longer than any wait may take, so when the time is up it looks once more.
 *
 * Context: any; the queue's lock is not held.
 * Return: 0; -ETIMEDOUT if the queue is dead.
 */
int smmu_cmdq_wait_poll(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait, u32 pos)
{
	if (READ_ONCE(q->dead))
		return -ETIMEDOUT;
	if (wait->expired)
		return smmu_cmdq_give_up(q, pos);
	if (wait->memory_polls) {
		wait->memory_polls--;
		cpu_relax();
		return 0;
	}
	if (wait->fast_polls) {
		wait->fast_polls--;
		cpu_relax();
	} else {
		smmu_cmdq_poll_slowly(q, wait);
	}
	smmu_cmdq_update_tail(q);
	return 0;
}

/**
 * smmu_cmdq_wait_consumed() - Wait until a command is consumed
 * @q: the queue
 * @pos: its position
 * @memory_polls: how often to look at memory before CMDQ_CONS is read:
 *	%SMMU_CMDQ_MEMORY_POLLS if another CPU reads it, 0 otherwise
 *
 * Context: any; the queue's lock is not held.
 * Return: 0; -ETIMEDOUT if the queue is dead.
 */
int smmu_cmdq_wait_consumed(struct smmu_cmdq *q, u32 pos, unsigned int memory_polls)
{
	struct smmu_cmdq_wait wait = smmu_cmdq_wait_start(memory_polls);
	int ret = 0;

	while (!ret && !smmu_ring_passed(atomic_read_acquire(&q->tail), pos))
		ret = smmu_cmdq_wait_poll(q, &wait, pos);
	return ret;
}
