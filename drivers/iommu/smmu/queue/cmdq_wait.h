/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounded waits for the command queue, for its own files.
 */
#ifndef SMMU_CMDQ_WAIT_H
#define SMMU_CMDQ_WAIT_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "queue/cmdq.h"

/*
 * Polls of memory before CMDQ_CONS is read, by who waits for another CPU's CMD_SYNC: some
 * microseconds, which is what a CMD_SYNC takes.  By then its owner has told through memory
 * that it is consumed, unless it is off its CPU.
 */
#define SMMU_CMDQ_MEMORY_POLLS	1024
/*
 * Polls of CMDQ_CONS without a delay: at the pace of the interconnect, tens of
 * microseconds.  What takes longer does not hurry.
 */
#define SMMU_CMDQ_FAST_POLLS	64

/**
 * struct smmu_cmdq_wait - how far a wait is
 * @memory_polls: polls of memory to come
 * @fast_polls: polls of CMDQ_CONS without a delay to come, after those
 * @slow_polls: polls of CMDQ_CONS with a delay so far, after those
 * @idle_checks: how often in a row nothing had been consumed since the last check, one
 *	in %SMMU_CMDQ_CHECK_POLLS slow polls
 * @late_checks: the last of them, since the time was up
 * @since: when the first one was; 0 before the first check
 * @tail: how far the SMMU was then
 */
struct smmu_cmdq_wait {
	unsigned int memory_polls;
	unsigned int fast_polls;
	unsigned int slow_polls;
	unsigned int idle_checks;
	unsigned int late_checks;
	u64 since;
	u32 tail;
};

static inline struct smmu_cmdq_wait smmu_cmdq_wait_start(unsigned int memory_polls)
{
	return (struct smmu_cmdq_wait){
		.memory_polls = memory_polls,
		.fast_polls = SMMU_CMDQ_FAST_POLLS,
	};
}

/* Under the queue's lock, as senders look at @fast there. */
static inline void smmu_cmdq_set_dead_locked(struct smmu_cmdq *q, bool dead)
{
	/*
	 * Earlier: what says that traffic has stopped, the acknowledgment in CR0ACK.
	 * Later: @dead.  Peer: smmu_cmdq_sees_dead(), which does not take the lock.
	 */
	smp_store_release(&q->dead, dead);
	q->fast = !dead && !q->errata;
}

int smmu_cmdq_wait_poll(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait);
int smmu_cmdq_wait_consumed(struct smmu_cmdq *q, u32 pos, unsigned int memory_polls);

#if IS_ENABLED(CONFIG_KUNIT)
u64 smmu_cmdq_clock(void);
#endif

#endif /* SMMU_CMDQ_WAIT_H */
