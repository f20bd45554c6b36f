// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue against a consumer made of plain memory.  The consumer runs
 * where a waiter looks for errors, and checks what the architecture would: that
 * PROD never runs ahead of CONS by more than the queue holds, and that every
 * command arrives once, whole and in its sender's order.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "cmdq.h"
#include "hw/regs.h"
#include "mmio.h"
#include "ring.h"

#define CMDQ_TEST_LG2		6
#define CMDQ_TEST_SENDERS	4
#define CMDQ_TEST_ROUNDS	400

/* An opcode that no architecture version has. */
#define CMDQ_TEST_BAD_OPCODE	0xff

/* What no producer writes. */
#define CMDQ_TEST_MAGIC		0x5a5a5a5a

/**
 * struct cmdq_test - one queue and its consumer
 * @test: the test
 * @q: the queue
 * @mmio: its registers
 * @regs: two pages of memory that play them
 * @lock: one consumer step at a time
 * @rnd: how many commands a step takes
 * @cons: commands consumed
 * @syncs: how many of them were CMD_SYNC
 * @next: next sequence number expected from each sender
 * @errors: what went against the rules
 * @stopped: the consumer does nothing
 * @fetch_fails: how often the fetch of the next command shall fail
 * @fetch_pos: where
 * @cut_off: traffic was stopped
 */
struct cmdq_test {
	struct kunit *test;
	struct smmu_cmdq q;
	struct smmu_mmio mmio;
	u32 *regs;
	spinlock_t lock; /* see above */
	struct rnd_state rnd;
	u32 cons;
	u32 syncs;
	u32 next[CMDQ_TEST_SENDERS];
	u32 errors;
	bool stopped;
	u32 fetch_fails;
	u32 fetch_pos;
	bool cut_off;
};

static u32 *cmdq_test_reg(struct cmdq_test *t, u32 reg)
{
	return &t->regs[reg / sizeof(u32)];
}

/* Commands of the test carry their sender and number where TLBI has its tags. */
static struct smmu_cmd cmdq_test_cmd(u32 sender, u32 number)
{
	return (struct smmu_cmd){ { SMMU_CMD_TLBI_NH_VA | (u64)sender << 32,
				    (u64)number << 12 } };
}

static void cmdq_test_set_cons(struct cmdq_test *t, u8 err)
{
	WRITE_ONCE(*cmdq_test_reg(t, SMMU_CMDQ_CONS),
		   smmu_ring_hw(t->cons, t->q.lg2) | FIELD_PREP(SMMU_CMDQ_CONS_ERR, err));
	if (err)
		*cmdq_test_reg(t, SMMU_GERROR) ^= SMMU_GERROR_CMDQ_ERR;
}

static bool cmdq_test_error_active(struct cmdq_test *t)
{
	return (*cmdq_test_reg(t, SMMU_GERROR) ^ *cmdq_test_reg(t, SMMU_GERRORN)) &
	       SMMU_GERROR_CMDQ_ERR;
}

/* Returns the error code that stops the queue at this command, 0 for none. */
static u8 cmdq_test_execute(struct cmdq_test *t, u64 w0, u64 w1)
{
	u32 sender = w0 >> 32;

	switch (w0 & 0xff) {
	case SMMU_CMD_SYNC:
		t->syncs++;
		return SMMU_CERROR_NONE;
	case SMMU_CMD_TLBI_NH_VA:
		if (sender >= CMDQ_TEST_SENDERS || w1 >> 12 != t->next[sender]++)
			t->errors++;
		return SMMU_CERROR_NONE;
	default:
		return SMMU_CERROR_ILL;
	}
}

static u8 cmdq_test_fetch(struct cmdq_test *t)
{
	const __le64 *slot = &t->q.base[2 * (t->cons & (BIT(t->q.lg2) - 1))];

	if (t->fetch_fails && t->cons == t->fetch_pos) {
		t->fetch_fails--;
		return SMMU_CERROR_ABT;
	}
	return cmdq_test_execute(t, le64_to_cpu(slot[0]), le64_to_cpu(slot[1]));
}

static void cmdq_test_consume(struct cmdq_test *t, u32 most)
{
	u32 prod = smmu_ring_extend(t->cons, READ_ONCE(*cmdq_test_reg(t, SMMU_CMDQ_PROD)),
				    t->q.lg2);
	u8 err = 0;

	/* Slots may be read only after the PROD that covers them. */
	smp_rmb();
	if (prod - t->cons > BIT(t->q.lg2))
		t->errors++;
	while (t->cons != prod && most-- && !err) {
		err = cmdq_test_fetch(t);
		t->cons += !err;
	}
	cmdq_test_set_cons(t, err);
}

/* What the owner of GERROR does, and a step of the hardware behind it. */
static void cmdq_test_step(void *ctx)
{
	struct smmu_cmdq_error error = { };
	struct cmdq_test *t = ctx;
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	if (!t->stopped && !cmdq_test_error_active(t))
		cmdq_test_consume(t, 1 + prandom_u32_state(&t->rnd) % 100);
	if (cmdq_test_error_active(t) && smmu_cmdq_recover(&t->q, &error))
		*cmdq_test_reg(t, SMMU_GERRORN) ^= SMMU_GERROR_CMDQ_ERR;
	spin_unlock_irqrestore(&t->lock, flags);
	smmu_cmdq_report(&t->q, &error);
}

static void cmdq_test_cut_off(void *ctx)
{
	struct cmdq_test *t = ctx;

	t->cut_off = true;
}

static const struct smmu_cmdq_ops cmdq_test_ops = {
	.poll_errors = cmdq_test_step,
	.cut_off = cmdq_test_cut_off,
};

static int cmdq_test_init(struct kunit *test)
{
	struct cmdq_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	struct device *dev = kunit_device_register(test, "smmu-cmdq");
	u32 seed = get_random_u32();

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	t->test = test;
	t->regs = kunit_kzalloc(test, SMMU_FRAME_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->regs);
	t->mmio.page0 = (void __iomem __force *)t->regs;
	t->mmio.page1 = t->mmio.page0 + SZ_64K;
	spin_lock_init(&t->lock);
	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&t->rnd, seed);

	KUNIT_ASSERT_EQ(test, 0, smmu_cmdq_init(&t->q, dev, &t->mmio, CMDQ_TEST_LG2,
						&cmdq_test_ops, t));
	smmu_cmdq_restart(&t->q);
	test->priv = t;
	return 0;
}

static void cmdq_test_base(struct kunit *test)
{
	struct cmdq_test *t = test->priv;

	/* RA, the address, log2 of the size (IHI 0070, 6.3.25). */
	KUNIT_EXPECT_EQ(test, smmu_cmdq_base_reg(&t->q),
			(1ULL << 62) | t->q.base_dma | CMDQ_TEST_LG2);
}

static void cmdq_test_order(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	u32 round, i, number = 0;

	for (round = 0; round < CMDQ_TEST_ROUNDS; round++) {
		struct smmu_cmd cmds[SMMU_CMDQ_BATCH];
		u32 n = prandom_u32_state(&t->rnd) % (SMMU_CMDQ_BATCH + 1);

		for (i = 0; i < n; i++)
			cmds[i] = cmdq_test_cmd(0, number++);
		KUNIT_ASSERT_EQ(test, smmu_cmdq_sync(&t->q, cmds, n), 0);
		KUNIT_ASSERT_EQ(test, t->next[0], number);
		KUNIT_ASSERT_EQ(test, t->syncs, round + 1);
	}
	KUNIT_EXPECT_EQ(test, t->errors, 0);
}

/* A batch larger than the queue has to wait for room, more than once. */
static void cmdq_test_full(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i;

	smmu_cmdq_batch_init(&batch, &t->q);
	for (i = 0; i < 1000; i++)
		smmu_cmdq_batch_add(&batch, cmdq_test_cmd(1, i));
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), 0);
	KUNIT_EXPECT_EQ(test, t->next[1], 1000);
	KUNIT_EXPECT_EQ(test, t->syncs, 1);
	KUNIT_EXPECT_EQ(test, t->errors, 0);
}

/* The counters wrap at 2^32; nothing may depend on where they stand. */
static void cmdq_test_wrap(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	u32 start = 0u - 100;

	t->q.head = start;
	t->q.rung = start;
	t->q.last_sync = start - 1;
	atomic_set(&t->q.tail, start);
	t->cons = start;
	*cmdq_test_reg(t, SMMU_CMDQ_PROD) = smmu_ring_hw(start, CMDQ_TEST_LG2);
	cmdq_test_set_cons(t, 0);
	cmdq_test_order(test);
	KUNIT_EXPECT_LT(test, t->q.head, start);
}

static void cmdq_test_illegal(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	struct smmu_cmd cmds[] = { cmdq_test_cmd(0, 0), { { CMDQ_TEST_BAD_OPCODE } },
				   cmdq_test_cmd(0, 1) };

	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, cmds, ARRAY_SIZE(cmds)), -EIO);
	KUNIT_EXPECT_EQ(test, t->next[0], 2);
	KUNIT_EXPECT_EQ(test, t->syncs, 2);	/* ours and the replacement */
	/* The queue goes on as if nothing had been. */
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, NULL, 0), 0);
}

/* What was published before the batch was synced counts as well. */
static void cmdq_test_illegal_early(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i;

	smmu_cmdq_batch_init(&batch, &t->q);
	smmu_cmdq_batch_add(&batch, (struct smmu_cmd){ { CMDQ_TEST_BAD_OPCODE } });
	for (i = 0; i < 3 * SMMU_CMDQ_BATCH; i++)
		smmu_cmdq_batch_add(&batch, cmdq_test_cmd(0, i));
	/* The first part is refused and recovered before the last one is sent. */
	for (i = 0; i < 1000; i++)
		cmdq_test_step(t);
	KUNIT_ASSERT_EQ(test, atomic_read(&t->q.rejected), 1);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), -EIO);
	KUNIT_EXPECT_EQ(test, t->next[0], 3 * SMMU_CMDQ_BATCH);
	KUNIT_EXPECT_FALSE(test, t->cut_off);
}

static void cmdq_test_batch_stopped(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i;

	smmu_cmdq_batch_init(&batch, &t->q);
	smmu_cmdq_stop(&t->q);
	for (i = 0; i <= SMMU_CMDQ_BATCH; i++)
		smmu_cmdq_batch_add(&batch, cmdq_test_cmd(0, i));
	/* Back before the sync: the commands of the first part are lost all the same. */
	smmu_cmdq_restart(&t->q);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), -ETIMEDOUT);
}

static void cmdq_test_fetch_retried(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	struct smmu_cmd cmd = cmdq_test_cmd(0, 0);

	t->fetch_fails = SMMU_CMDQ_ABORT_RETRIES;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, &cmd, 1), 0);
	KUNIT_EXPECT_EQ(test, t->fetch_fails, 0);
	KUNIT_EXPECT_EQ(test, t->next[0], 1);
}

static void cmdq_test_fetch_given_up(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	struct smmu_cmd cmd = cmdq_test_cmd(0, 0);

	t->fetch_fails = SMMU_CMDQ_ABORT_RETRIES + 1;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, &cmd, 1), -EIO);
	KUNIT_EXPECT_EQ(test, t->next[0], 0);
	KUNIT_EXPECT_EQ(test, t->syncs, 2);
}

/* Not even the replacement can be fetched: the queue is given up, not retried for ever. */
static void cmdq_test_fetch_dead(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	struct smmu_cmd cmd = cmdq_test_cmd(0, 0);

	t->fetch_fails = U32_MAX;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, &cmd, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, U32_MAX - t->fetch_fails, SMMU_CMDQ_ABORT_RETRIES + 2);
	KUNIT_EXPECT_TRUE(test, t->cut_off);
}

/* An SMMU without power reads as all ones: that is no progress. */
static void cmdq_test_powerless(struct kunit *test)
{
	struct cmdq_test *t = test->priv;

	t->stopped = true;
	*cmdq_test_reg(t, SMMU_CMDQ_CONS) = U32_MAX;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, NULL, 0), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, t->cut_off);
}

/* Each wait is bounded, and only the first one takes its time. */
static void cmdq_test_dead(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	ktime_t start;
	u32 i;

	t->stopped = true;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, NULL, 0), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, t->cut_off);
	start = ktime_get();
	for (i = 0; i < 2 << CMDQ_TEST_LG2; i++)
		KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, NULL, 0), -ETIMEDOUT);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 500);

	t->stopped = false;
	smmu_cmdq_restart(&t->q);
	t->cons = t->q.head;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, NULL, 0), 0);
}

static void cmdq_test_stop(struct kunit *test)
{
	struct cmdq_test *t = test->priv;

	smmu_cmdq_stop(&t->q);
	*cmdq_test_reg(t, SMMU_CMDQ_PROD) = CMDQ_TEST_MAGIC;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->q, NULL, 0), -ETIMEDOUT);
	/* Its registers may be without power. */
	KUNIT_EXPECT_EQ(test, *cmdq_test_reg(t, SMMU_CMDQ_PROD), CMDQ_TEST_MAGIC);
	KUNIT_EXPECT_FALSE(test, t->cut_off);
}

struct cmdq_test_sender {
	struct cmdq_test *t;
	u32 id;
	u32 sent;
	int ret;
	struct completion done;
};

static int cmdq_test_send(void *ctx)
{
	struct cmdq_test_sender *s = ctx;
	struct smmu_cmd cmds[8];
	u32 round, i;

	for (round = 0; round < CMDQ_TEST_ROUNDS && !s->ret; round++) {
		for (i = 0; i < 1 + (round + s->id) % ARRAY_SIZE(cmds); i++)
			cmds[i] = cmdq_test_cmd(s->id, s->sent++);
		s->ret = smmu_cmdq_sync(&s->t->q, cmds, i);
		/* What returned is done: the consumer has seen all of it. */
		if (!s->ret && READ_ONCE(s->t->next[s->id]) != s->sent)
			s->ret = -EBADE;
		cond_resched();
	}
	complete(&s->done);
	return 0;
}

static void cmdq_test_parallel(struct kunit *test)
{
	struct cmdq_test *t = test->priv;
	struct cmdq_test_sender *senders;
	struct task_struct *task;
	u32 i;

	senders = kunit_kcalloc(test, CMDQ_TEST_SENDERS, sizeof(*senders), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, senders);
	for (i = 0; i < CMDQ_TEST_SENDERS; i++) {
		senders[i] = (struct cmdq_test_sender){ .t = t, .id = i };
		init_completion(&senders[i].done);
		task = kthread_run(cmdq_test_send, &senders[i], "smmu-cmdq-test/%u", i);
		KUNIT_EXPECT_FALSE(test, IS_ERR(task));
		if (IS_ERR(task))
			complete(&senders[i].done);
	}
	for (i = 0; i < CMDQ_TEST_SENDERS; i++) {
		wait_for_completion(&senders[i].done);
		KUNIT_EXPECT_EQ(test, senders[i].ret, 0);
		KUNIT_EXPECT_EQ(test, t->next[i], senders[i].sent);
	}
	KUNIT_EXPECT_EQ(test, t->errors, 0);
}

static struct kunit_case cmdq_test_cases[] = {
	KUNIT_CASE(cmdq_test_base),
	KUNIT_CASE(cmdq_test_order),
	KUNIT_CASE(cmdq_test_full),
	KUNIT_CASE(cmdq_test_wrap),
	KUNIT_CASE(cmdq_test_illegal),
	KUNIT_CASE(cmdq_test_illegal_early),
	KUNIT_CASE(cmdq_test_batch_stopped),
	KUNIT_CASE(cmdq_test_fetch_retried),
	KUNIT_CASE(cmdq_test_fetch_given_up),
	KUNIT_CASE(cmdq_test_fetch_dead),
	KUNIT_CASE(cmdq_test_powerless),
	KUNIT_CASE(cmdq_test_dead),
	KUNIT_CASE(cmdq_test_stop),
	KUNIT_CASE(cmdq_test_parallel),
	{ }
};

static struct kunit_suite cmdq_test_suite = {
	.name = "smmu_cmdq",
	.init = cmdq_test_init,
	.test_cases = cmdq_test_cases,
};

kunit_test_suites(&cmdq_test_suite);
