// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far the command queue is, how long to wait for it, and giving it up.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/nmi.h>
#include <linux/timekeeping.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "hw/regs.h"
#include "queue/cmdq.h"
#include "queue/cmdq_wait.h"
#include "queue/ring.h"

/* The delay of a slow poll */
#define SMMU_CMDQ_POLL_US	1
/* Slow polls between two checks: for errors, with a lock and two registers, and of the time */
#define SMMU_CMDQ_CHECK_POLLS	16
/* Checks that are made at least after the time is up, by a waiter that was off its CPU */
#define SMMU_CMDQ_LATE_CHECKS	64
/* How long CMDQ_CONS may show what cannot be, and when a slow SMMU is told, and again */
#define SMMU_CMDQ_ABSENT_MS	1000
#define SMMU_CMDQ_SLOW_MS	1000
#define SMMU_CMDQ_TELL_AGAIN_MS	10000

/* KUnit has a clock that is not this slow. */
VISIBLE_IF_KUNIT u64 smmu_cmdq_clock(void)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_cmdq_clock);
	return ktime_get_mono_fast_ns();
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_clock);

/*
 * The position that CMDQ_CONS shows, from the tail @tail on, which was read before.
 * Returns false for what cannot be: the all-ones of an SMMU without power, or a position
 * that it was never told of, such as the zero of one that was reset.
 */
static bool smmu_cmdq_read_cons(struct smmu_cmdq *q, u32 tail, u32 *pos)
{
	/*
	 * Earlier: this read, by which the SMMU says that it is done with slots
	 * and, at a CMD_SYNC, with old translations.  Later: what the caller
	 * writes to such slots, frees, or reads of @rejected; and @rung here,
	 * which was written before the PROD that led to this value.  Peer: the
	 * SMMU.
	 */
	u32 hw = readl(q->cons);

	*pos = smmu_ring_extend(tail, FIELD_GET(SMMU_Q_INDEX, hw), q->entries_lg2);
	return hw != U32_MAX && smmu_ring_reaches(READ_ONCE(q->rung), *pos);
}

/**
 * smmu_cmdq_update_tail() - Learn from CMDQ_CONS how far the SMMU came
 * @q: the queue
 *
 * The tail is read before the register: a register value that is newer than the
 * tail it extends cannot be mistaken, as the queue never holds more than its size;
 * one that is older than the tail another CPU stored meanwhile loses the cmpxchg.
 * What cannot be is no progress.
 *
 * Context: any.
 * Return: the new tail. IHI 0070, 6.3.27 (CMDQ_CONS).
 */
u32 smmu_cmdq_update_tail(struct smmu_cmdq *q)
{
	u32 old = atomic_read_acquire(&q->tail);
	u32 new;

	if (!smmu_cmdq_read_cons(q, old, &new) || new == old)
		return old;
	/*
	 * Earlier: the read of CMDQ_CONS.  Later: the tail.  Peer: who reads the
	 * tail with acquire and believes it.
	 */
	if (atomic_cmpxchg_release(&q->tail, old, new) == (int)old)
		return new;
	return atomic_read_acquire(&q->tail);
}

/**
 * smmu_cmdq_give_up() - Stop all traffic, since invalidations are not possible any more
 * @q: the queue
 * @why: what happened, for people
 *
 * Without invalidations the SMMU would go on using what was unmapped, and whoever sees
 * @dead goes on as if it did not.  So traffic has stopped when @dead is set.
 *
 * Context: any; the queue's lock is not held. May spin for %SMMU_MMIO_ACK_TIMEOUT_US.
 */
void smmu_cmdq_give_up(struct smmu_cmdq *q, const char *why)
{
	u32 cons = 0, prod = 0;
	unsigned long flags;
	int err = 0;
	bool first;

	raw_spin_lock_irqsave(&q->lock, flags);
	first = !q->dead;
	if (first) {
		cons = readl_relaxed(q->cons);
		prod = readl_relaxed(q->prod);
		err = q->ops->cut_off(q->ctx);
	}
	smmu_cmdq_set_dead_locked(q, true);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (!first)
		return;
	dev_err(q->dev,
		"command queue given up (%s) at CMDQ_CONS %#x, CMDQ_PROD %#x: %s, as old translations cannot be removed any more; reset the system\n",
		why, cons, prod, err ? "traffic should stop" : "all traffic is stopped");
	if (err)
		dev_err(q->dev, "traffic could not be stopped (%d): DMA may go on through old translations\n",
			err);
}

/**
 * smmu_cmdq_is_dead() - Whether a queue takes no commands
 * @q: the queue
 *
 * If somebody is just giving it up, what traffic he stopped is stopped on return.
 *
 * Context: any; the queue's lock is not held.
 * Return: true if so.
 */
bool smmu_cmdq_is_dead(struct smmu_cmdq *q)
{
	unsigned long flags;
	bool dead;

	raw_spin_lock_irqsave(&q->lock, flags);
	dead = q->dead;
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return dead;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_is_dead);

/* A line when nothing is consumed for long: it is long before the queue is given up. */
static void smmu_cmdq_tell_slow(struct smmu_cmdq *q, u64 now, u32 idle_ms)
{
	unsigned long flags;
	bool due;

	/* Each waiter comes here every few microseconds: most of them need no lock. */
	if (q->told && now - READ_ONCE(q->told) < SMMU_CMDQ_TELL_AGAIN_MS * (u64)NSEC_PER_MSEC / 2)
		return;
	raw_spin_lock_irqsave(&q->lock, flags);
	due = !q->told || now - q->told >= SMMU_CMDQ_TELL_AGAIN_MS * (u64)NSEC_PER_MSEC;
	if (due)
		q->told = now;
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (due)
		dev_warn(q->dev,
			 "no command consumed for %u ms at CMDQ_CONS %#x, CMDQ_PROD %#x; after %u s all traffic will be stopped\n",
			 idle_ms, readl_relaxed(q->cons), readl_relaxed(q->prod),
			 q->give_up_ms / (u32)MSEC_PER_SEC);
}

/*
 * Has nothing been consumed for so long that nothing will be?  Where the clock stands
 * still, checks are counted.
 */
static bool smmu_cmdq_wait_is_over(struct smmu_cmdq *q, const struct smmu_cmdq_wait *wait,
				   u32 idle_ms)
{
	const u32 check_us = SMMU_CMDQ_CHECK_POLLS * SMMU_CMDQ_POLL_US;
	u32 limit_ms = q->give_up_ms, pos;

	/* No SMMU shows such a position, unless it is without power or was reset. */
	if (!smmu_cmdq_read_cons(q, atomic_read_acquire(&q->tail), &pos))
		limit_ms = min_t(u32, limit_ms, SMMU_CMDQ_ABSENT_MS);
	return idle_ms > limit_ms ||
	       wait->idle_checks > limit_ms * (USEC_PER_MSEC / check_us);
}

/*
 * Once the time is up: whoever holds the lock may have been about to ring, and this CPU
 * may have been off for all that time.  So let the holder come to its end, and then look
 * a few times more.
 */
static bool smmu_cmdq_wait_is_hopeless(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait)
{
	unsigned long flags;

	if (!wait->late_checks) {
		raw_spin_lock_irqsave(&q->lock, flags);
		raw_spin_unlock_irqrestore(&q->lock, flags);
	}
	return ++wait->late_checks > SMMU_CMDQ_LATE_CHECKS;
}

/* The clock runs while there is something to consume and nothing is consumed. */
static void smmu_cmdq_wait_check(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait)
{
	u32 tail = atomic_read_acquire(&q->tail);
	u64 now = smmu_cmdq_clock();
	u32 idle_ms;

	/* Who is about to ring may be off its CPU: a virtual one, or in a debugger. */
	if (!wait->since || wait->tail != tail || atomic_read(&q->ringing)) {
		wait->since = now;
		wait->tail = tail;
		wait->idle_checks = 0;
		wait->late_checks = 0;
		return;
	}
	wait->idle_checks++;
	idle_ms = min_t(u64, div_u64(now - wait->since, NSEC_PER_MSEC), U32_MAX);
	if (idle_ms >= SMMU_CMDQ_SLOW_MS)
		smmu_cmdq_tell_slow(q, now, idle_ms);
	if (smmu_cmdq_wait_is_over(q, wait, idle_ms) && smmu_cmdq_wait_is_hopeless(q, wait))
		smmu_cmdq_give_up(q, "the SMMU consumes nothing");
}

/*
 * A poll in a long wait.  A waiter may run with interrupts off on the only CPU that would
 * serve the global error interrupt, so now and then it looks for errors itself.
 */
static void smmu_cmdq_poll_slowly(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait)
{
	if (wait->slow_polls++ % SMMU_CMDQ_CHECK_POLLS == 0) {
		q->ops->poll_errors(q->ctx);
		smmu_cmdq_wait_check(q, wait);
		/* So the kernel's watchdogs do not take a slow SMMU for a lost CPU. */
		touch_nmi_watchdog();
	}
	udelay(SMMU_CMDQ_POLL_US);
}

static void smmu_cmdq_poll_register(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait)
{
	if (wait->fast_polls) {
		wait->fast_polls--;
		cpu_relax();
	} else {
		smmu_cmdq_poll_slowly(q, wait);
	}
	smmu_cmdq_update_tail(q);
}

/* Without the lock: whoever does not see it yet will see it in the next turn. */
static bool smmu_cmdq_sees_dead(const struct smmu_cmdq *q)
{
	if (!READ_ONCE(q->dead))
		return false;
	/*
	 * Earlier: @dead.  Later: what the caller reads of memory that was unmapped, or
	 * writes to it.  Peer: smmu_cmdq_set_dead_locked().
	 */
	smp_acquire__after_ctrl_dep();
	return true;
}

/**
 * smmu_cmdq_wait_poll() - One step of a wait
 * @q: the queue
 * @wait: the wait
 *
 * The caller looks at the tail before and after.
 *
 * Context: any; the queue's lock is not held.
 * Return: 0; -ETIMEDOUT if the queue is dead.
 */
int smmu_cmdq_wait_poll(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait)
{
	bool dead;

	if (wait->memory_polls) {
		wait->memory_polls--;
		cpu_relax();
		return smmu_cmdq_sees_dead(q) ? -ETIMEDOUT : 0;
	}
	atomic_inc(&q->looking);
	/*
	 * Earlier: @looking.  Later: @dead.  Peer: smmu_cmdq_stop(), which either waits
	 * for this CPU or is seen here.
	 */
	smp_mb__after_atomic();
	dead = smmu_cmdq_sees_dead(q);
	if (!dead)
		smmu_cmdq_poll_register(q, wait);
	/* Earlier: reads of registers.  Later: @looking.  Peer: as above. */
	atomic_fetch_dec_release(&q->looking);
	return dead ? -ETIMEDOUT : 0;
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
		ret = smmu_cmdq_wait_poll(q, &wait);
	return ret;
}
