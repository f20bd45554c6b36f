// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue with one sender.
 */
#include <kunit/test.h>

#include "tests/cmdq_env.h"

#define CMDQ_TEST_ROUNDS	400

/* What no producer writes. */
#define CMDQ_TEST_MAGIC		0x5a5a5a5a

static void cmdq_test_base(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	/* RA, the address, log2 of the size (IHI 0070, 6.3.25). */
	KUNIT_EXPECT_EQ(test, smmu_cmdq_base_reg(&env->q),
			(1ULL << 62) | env->q.base_dma | CMDQ_ENV_LG2);
}

static void cmdq_test_order(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	u32 round, i, number = 0;

	for (round = 0; round < CMDQ_TEST_ROUNDS; round++) {
		struct smmu_cmd cmds[SMMU_CMDQ_RING_CMDS];
		u32 n = prandom_u32_state(&env->rnd) % (SMMU_CMDQ_RING_CMDS + 1);

		for (i = 0; i < n; i++)
			cmds[i] = cmdq_env_cmd(0, number++);
		KUNIT_ASSERT_EQ(test, cmdq_env_sync(env, cmds, n), 0);
		KUNIT_ASSERT_EQ(test, env->next[0], number);
		KUNIT_ASSERT_EQ(test, env->syncs, round + 1);
	}
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* A batch larger than the queue has to wait for room, more than once. */
static void cmdq_test_full(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i;

	smmu_cmdq_batch_init(&batch, &env->q);
	for (i = 0; i < 1000; i++)
		smmu_cmdq_batch_add(&batch, cmdq_env_cmd(1, i));
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), 0);
	KUNIT_EXPECT_EQ(test, env->next[1], 1000);
	KUNIT_EXPECT_EQ(test, env->syncs, 1);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* The counters wrap at 2^32; nothing may depend on where they stand. */
static void cmdq_test_wrap(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	u32 start = 0u - 100;

	cmdq_env_start_at(env, start);
	cmdq_test_order(test);
	KUNIT_EXPECT_LT(test, env->q.head, start);
}

static void cmdq_test_illegal(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmd cmds[] = { cmdq_env_cmd(0, 0), { { CMDQ_ENV_BAD_OPCODE } },
				   cmdq_env_cmd(0, 1) };

	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, cmds, ARRAY_SIZE(cmds)), -EIO);
	KUNIT_EXPECT_EQ(test, env->next[0], 2);
	KUNIT_EXPECT_EQ(test, env->syncs, 2);	/* ours and the replacement */
	/* The queue goes on as if nothing had been. */
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), 0);
}

/* What was published before the batch was synced counts as well. */
static void cmdq_test_illegal_early(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i;

	smmu_cmdq_batch_init(&batch, &env->q);
	smmu_cmdq_batch_add(&batch, (struct smmu_cmd){ { CMDQ_ENV_BAD_OPCODE } });
	for (i = 0; i < 3 * SMMU_CMDQ_RING_CMDS; i++)
		smmu_cmdq_batch_add(&batch, cmdq_env_cmd(0, i));
	/* The first part is refused and recovered before the last one is sent. */
	for (i = 0; i < 1000; i++)
		cmdq_env_step(env);
	KUNIT_ASSERT_EQ(test, atomic_read(&env->q.rejected), 1);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), -EIO);
	KUNIT_EXPECT_EQ(test, env->next[0], 3 * SMMU_CMDQ_RING_CMDS);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

static void cmdq_test_batch_stopped(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i;

	smmu_cmdq_batch_init(&batch, &env->q);
	smmu_cmdq_stop(&env->q);
	for (i = 0; i <= SMMU_CMDQ_RING_CMDS; i++)
		smmu_cmdq_batch_add(&batch, cmdq_env_cmd(0, i));
	/* Back before the sync: the commands of the first part are lost all the same. */
	smmu_cmdq_restart(&env->q);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), -ETIMEDOUT);
}

static void cmdq_test_fetch_retried(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmd cmd = cmdq_env_cmd(0, 0);

	env->fetch_fails = SMMU_CMDQ_ABORT_RETRIES;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&env->q, cmd), 0);
	KUNIT_EXPECT_EQ(test, env->fetch_fails, 0);
	KUNIT_EXPECT_EQ(test, env->next[0], 1);
}

static void cmdq_test_fetch_given_up(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmd cmd = cmdq_env_cmd(0, 0);

	env->fetch_fails = SMMU_CMDQ_ABORT_RETRIES + 1;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&env->q, cmd), -EIO);
	KUNIT_EXPECT_EQ(test, env->next[0], 0);
	KUNIT_EXPECT_EQ(test, env->syncs, 2);
}

/* Not even the replacement can be fetched: the queue is given up, not retried for ever. */
static void cmdq_test_fetch_dead(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmd cmd = cmdq_env_cmd(0, 0);

	env->fetch_fails = U32_MAX;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&env->q, cmd), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, U32_MAX - env->fetch_fails, SMMU_CMDQ_ABORT_RETRIES + 2);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
}

/* The waiter was off its CPU until the time was up: it looks once more. */
static void cmdq_test_late(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	/* One command, so that no step of the consumer is too small. */
	env->late = 2;
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, env->late, 0);
	KUNIT_EXPECT_EQ(test, env->syncs, 1);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

/* An SMMU without power reads as all ones: that is no progress. */
static void cmdq_test_powerless(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	env->stopped = true;
	*cmdq_env_reg(env, SMMU_CMDQ_CONS) = U32_MAX;
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
}

/* An SMMU that was reset shows zero, which was never rung: no progress either. */
static void cmdq_test_forgetful(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	u32 i;

	for (i = 0; i < CMDQ_ENV_SLOTS / 2 + 2; i++)
		KUNIT_ASSERT_EQ(test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(0, i)), 0);
	KUNIT_ASSERT_GT(test, smmu_ring_hw(env->q.head, CMDQ_ENV_LG2), CMDQ_ENV_SLOTS);
	env->stopped = true;
	*cmdq_env_reg(env, SMMU_CMDQ_CONS) = 0;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(0, i)), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
}

/* Each wait is bounded, and only the first one takes its time. */
static void cmdq_test_dead(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	ktime_t start;
	u32 i;

	env->stopped = true;
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
	start = ktime_get();
	for (i = 0; i < 2 << CMDQ_ENV_LG2; i++)
		KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), -ETIMEDOUT);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 500);

	env->stopped = false;
	smmu_cmdq_restart(&env->q);
	cmdq_env_restarted(env);
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), 0);
}

static void cmdq_test_stop(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	smmu_cmdq_stop(&env->q);
	*cmdq_env_reg(env, SMMU_CMDQ_PROD) = CMDQ_TEST_MAGIC;
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), -ETIMEDOUT);
	/* Its registers may be without power. */
	KUNIT_EXPECT_EQ(test, *cmdq_env_reg(env, SMMU_CMDQ_PROD), CMDQ_TEST_MAGIC);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
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
	KUNIT_CASE(cmdq_test_late),
	KUNIT_CASE(cmdq_test_powerless),
	KUNIT_CASE(cmdq_test_forgetful),
	KUNIT_CASE(cmdq_test_dead),
	KUNIT_CASE(cmdq_test_stop),
	{ }
};

static struct kunit_suite cmdq_test_suite = {
	.name = "smmu_cmdq",
	.init = cmdq_env_init,
	.test_cases = cmdq_test_cases,
};

kunit_test_suites(&cmdq_test_suite);
