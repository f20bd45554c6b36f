// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long to wait for the command queue, and giving it up.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/timekeeping.h>

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
