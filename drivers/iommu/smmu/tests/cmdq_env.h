/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command queue and a consumer made of plain memory, which checks what the
 * architecture would: that PROD never runs ahead of CONS by more than the queue
 * holds, and that every command arrives once, whole and in its sender's order.
 */
#ifndef SMMU_TESTS_CMDQ_ENV_H
#define SMMU_TESTS_CMDQ_ENV_H

#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/prandom.h>
#include <linux/spinlock.h>

#include "hw/caps.h"
#include "hw/mmio.h"
#include "hw/regs.h"
#include "queue/cmdq.h"
#include "queue/ring.h"

struct kunit;
struct task_struct;

#define CMDQ_ENV_LG2		6
#define CMDQ_ENV_SLOTS		((u32)BIT(CMDQ_ENV_LG2))
#define CMDQ_ENV_SENDERS	8
#define CMDQ_ENV_MOST		100
/* How long a waiter waits: long on a busy machine, and short enough to be waited for */
#define CMDQ_ENV_GIVE_UP_MS	1000

/* Lines that are looked at */
#define CMDQ_ENV_LINES		4

/* An opcode that no architecture version has. */
#define CMDQ_ENV_BAD_OPCODE	0xff

/**
 * struct cmdq_env - one queue and its consumer
 * @test: the test
 * @q: the queue
 * @mmio: its registers
 * @regs: two pages of memory that play them
 * @lock: one consumer step at a time
 * @rnd: how many commands a step takes
 * @cons: commands consumed, from where the queue began
 * @syncs: how many of them were CMD_SYNC
 * @next: next sequence number expected from each sender
 * @synced: the same when a CMD_SYNC was last consumed: what is complete
 * @once: the same for their first time, where each has to come twice
 * @again: next sequence number expected from each sender for the second time
 * @doorbells: changes of PROD that were seen
 * @prod: PROD when it was last looked at
 * @errors: what went against the rules
 * @stopped: the consumer does nothing
 * @held: it does nothing before the queue's head has come to @hold
 * @hold: see @held
 * @held_prod: PROD when that was
 * @apart: the consumer is a thread of its own, not the waiters
 * @awake: waiters keep their CPU
 * @late: steps that the consumer sleeps through, the last for longer than a wait
 *	may take; for one sender
 * @pause_ms: the consumer takes one command a step, and that long for it
 * @accept_everything: CMD_TLBI_NSNH_ALL is not refused
 * @inside: somebody who waits is looking for errors
 * @fetch_fails: how often the fetch of the next command shall fail
 * @fetch_pos: where
 * @cut_offs: how often traffic was stopped
 * @before_ring: what a CPU does that is about to write PROD; %NULL for nothing. With
 *	interrupts off, and the lock where several CMD_SYNCs can be in flight.
 * @nested: for @before_ring
 * @go_on: the test has seen what it wanted to see before PROD is written
 * @clock: the time, for a test that has one of its own
 * @lines: how often people were told that the SMMU is slow
 * @told: when, for the first ones
 */
struct cmdq_env {
	struct kunit *test;
	struct smmu_cmdq q;
	struct smmu_mmio mmio;
	u32 *regs;
	raw_spinlock_t lock; /* see above */
	struct rnd_state rnd;
	u32 cons;
	u32 syncs;
	u32 next[CMDQ_ENV_SENDERS];
	u32 synced[CMDQ_ENV_SENDERS];
	u32 once[CMDQ_ENV_SENDERS];
	u32 again[CMDQ_ENV_SENDERS];
	u32 doorbells;
	u32 prod;
	u32 errors;
	bool stopped;
	bool held;
	u32 hold;
	u32 held_prod;
	bool apart;
	bool awake;
	u32 late;
	u32 pause_ms;
	bool accept_everything;
	bool inside;
	u32 fetch_fails;
	u32 fetch_pos;
	u32 cut_offs;
	void (*before_ring)(struct cmdq_env *env);
	int nested;
	bool go_on;
	u64 clock;
	u32 lines;
	u64 told[CMDQ_ENV_LINES];
};

/**
 * struct cmdq_env_sender - a thread that sends
 * @env: where to
 * @id: its number
 * @rounds: calls that it makes
 * @most: commands of a call at most, up to %CMDQ_ENV_MOST; they take turns from 1 on
 * @bad: calls with a command that nobody knows: every @bad-th, 0 for none
 * @careless: what returned need not be done
 * @sent: commands sent
 * @calls: calls made
 * @refused: calls that returned -EIO
 * @ret: what went wrong, or the last call's return
 * @go: they start together
 * @done: it is over
 * @task: the thread
 * @cmds: the commands of a call
 */
struct cmdq_env_sender {
	struct cmdq_env *env;
	u32 id;
	u32 rounds;
	u32 most;
	u32 bad;
	bool careless;
	u32 sent;
	u32 calls;
	u32 refused;
	int ret;
	struct completion go;
	struct completion done;
	struct task_struct *task;
	struct smmu_cmd cmds[CMDQ_ENV_MOST];
};

int cmdq_env_init(struct kunit *test);
void cmdq_env_set_errata(struct cmdq_env *env, u32 errata);
void cmdq_env_start_at(struct cmdq_env *env, u32 pos);
void cmdq_env_restarted(struct cmdq_env *env);
u32 *cmdq_env_reg(struct cmdq_env *env, u32 reg);
struct smmu_cmd cmdq_env_cmd(u32 sender, u32 number);
void cmdq_env_set_cons(struct cmdq_env *env, u8 err);
void cmdq_env_step(void *ctx);
u32 cmdq_env_published(struct cmdq_env *env);
int cmdq_env_sync(struct cmdq_env *env, const struct smmu_cmd *cmds, u32 n);
struct task_struct *cmdq_env_hardware(struct cmdq_env *env);

void cmdq_env_create(struct cmdq_env *env, struct cmdq_env_sender *senders, u32 n);
void cmdq_env_join(struct cmdq_env *env, struct cmdq_env_sender *senders, u32 n);
bool cmdq_env_reaches(struct cmdq_env *env, u32 head);
struct cmdq_env_sender *cmdq_env_senders(struct kunit *test);
u32 cmdq_env_gather(struct cmdq_env *env, struct cmdq_env_sender *senders);

#endif /* SMMU_TESTS_CMDQ_ENV_H */
