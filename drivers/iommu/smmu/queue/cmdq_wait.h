/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounded waits for the command queue, for its own files.
 */
#ifndef SMMU_CMDQ_WAIT_H
#define SMMU_CMDQ_WAIT_H

#include <linux/types.h>

struct smmu_cmdq;

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
 * @start: when the first of these was; 0 before it
 * @expired: the time is up, and this was the last poll
 */
struct smmu_cmdq_wait {
	unsigned int memory_polls;
	unsigned int fast_polls;
	unsigned int slow_polls;
	u64 start;
	bool expired;
};

static inline struct smmu_cmdq_wait smmu_cmdq_wait_start(unsigned int memory_polls)
{
	return (struct smmu_cmdq_wait){
		.memory_polls = memory_polls,
		.fast_polls = SMMU_CMDQ_FAST_POLLS,
	};
}

int smmu_cmdq_wait_poll(struct smmu_cmdq *q, struct smmu_cmdq_wait *wait, u32 pos);
int smmu_cmdq_wait_consumed(struct smmu_cmdq *q, u32 pos, unsigned int memory_polls);

#endif /* SMMU_CMDQ_WAIT_H */
