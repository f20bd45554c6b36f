// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue of hardware with errata.
 */
#include <kunit/test.h>

#include "tests/cmdq_env.h"

#define ERRATA_TEST_ROUNDS	40

/* The erratum: PROD shows nothing that does not end in a CMD_SYNC. */
static void errata_test_sync_batches(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i, calls = 0, end, first;

	cmdq_env_set_errata(env, SMMU_ERRATUM_SYNC_EVERY_BATCH);
	end = cmdq_env_gather(env, senders) + CMDQ_ENV_SENDERS - 1;
	WRITE_ONCE(env->hold, end);
	cmdq_env_join(env, senders, CMDQ_ENV_SENDERS);
	for (i = 0; i < CMDQ_ENV_SENDERS; i++)
		KUNIT_EXPECT_EQ(test, senders[i].ret, 0);
	KUNIT_EXPECT_EQ(test, env->held_prod, end);
	KUNIT_EXPECT_EQ(test, env->syncs, CMDQ_ENV_SENDERS);

	env->syncs = 0;
	env->doorbells = 0;
	first = env->next[1];
	smmu_cmdq_batch_init(&batch, &env->q);
	for (i = 0; i < 2 * SMMU_CMDQ_BATCH_CMDS + 1; i++) {
		smmu_cmdq_batch_add(&batch, cmdq_env_cmd(1, first + i));
		if (batch.n == SMMU_CMDQ_BATCH_CMDS) {
			smmu_cmdq_batch_flush(&batch);
			calls++;
			KUNIT_EXPECT_EQ(test, env->q.last_sync, env->q.head - 1);
			KUNIT_EXPECT_EQ(test, cmdq_env_published(env), env->q.head);
			cmdq_env_step(env);
		}
	}
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), 0);
	KUNIT_EXPECT_EQ(test, env->syncs, calls + 1);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* Between a CMD_SYNC and its doorbell another CPU sends, if the lock lets it. */
static void errata_test_send_between(struct cmdq_env *env)
{
	if (raw_spin_is_locked(&env->q.lock) || env->nested)
		return;
	env->nested++;
	KUNIT_EXPECT_EQ(env->test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(1, env->next[1])), 0);
	env->nested--;
}

/* Where several CMD_SYNCs can be in flight, PROD shows them one after the other. */
static void errata_test_ring_order(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	u32 i;

	cmdq_env_set_errata(env, SMMU_ERRATUM_SYNC_EVERY_BATCH);
	env->before_ring = errata_test_send_between;
	env->awake = true;
	for (i = 0; i < ERRATA_TEST_ROUNDS; i++) {
		KUNIT_ASSERT_EQ(test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(0, i)), 0);
		KUNIT_ASSERT_EQ(test, cmdq_env_published(env), env->q.head);
		cmdq_env_step(env);
		KUNIT_ASSERT_EQ(test, env->errors, 0);
	}
}

/* A lone command, and batches of all lengths, around the size of a batch's part */
static void errata_test_twice(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmd cmds[3 * SMMU_CMDQ_BATCH_CMDS];
	u32 n, i, sent = 0;

	cmdq_env_set_errata(env, SMMU_ERRATUM_INVALIDATE_TWICE);
	for (n = 1; n <= ARRAY_SIZE(cmds); n++) {
		for (i = 0; i < n; i++)
			cmds[i] = cmdq_env_cmd(0, sent++);
		env->syncs = 0;
		KUNIT_ASSERT_EQ(test, cmdq_env_sync(env, cmds, n), 0);
		KUNIT_EXPECT_EQ(test, env->synced[0], sent);
		KUNIT_EXPECT_EQ(test, env->again[0], sent);
		KUNIT_EXPECT_EQ(test, env->syncs, 2 * DIV_ROUND_UP(n, SMMU_CMDQ_BATCH_CMDS));
	}
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* The same for what is posted now and waited for later */
static void errata_test_twice_posted(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_ticket ticket;
	struct smmu_cmdq_batch batch;

	cmdq_env_set_errata(env, SMMU_ERRATUM_INVALIDATE_TWICE);
	smmu_cmdq_batch_init(&batch, &env->q);
	smmu_cmdq_batch_add(&batch, cmdq_env_cmd(0, 0));
	ticket = smmu_cmdq_batch_post(&batch);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_ticket_wait(&ticket), 0);
	KUNIT_EXPECT_EQ(test, env->synced[0], 1);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* What is no invalidation would do something else the second time. */
static void errata_test_once(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	cmdq_env_set_errata(env, SMMU_ERRATUM_INVALIDATE_TWICE);
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, env->syncs, 1);
	KUNIT_EXPECT_FALSE(test, smmu_cmd_invalidates(SMMU_CMD_SYNC));
	KUNIT_EXPECT_FALSE(test, smmu_cmd_invalidates(SMMU_CMD_RESUME));
	KUNIT_EXPECT_FALSE(test, smmu_cmd_invalidates(SMMU_CMD_STALL_TERM));
	KUNIT_EXPECT_FALSE(test, smmu_cmd_invalidates(SMMU_CMD_ATC_INV));
	KUNIT_EXPECT_FALSE(test, smmu_cmd_invalidates(SMMU_CMD_PRI_RESP));
	KUNIT_EXPECT_FALSE(test, smmu_cmd_invalidates(SMMU_CMD_PREFETCH_CONFIG));
	KUNIT_EXPECT_FALSE(test, smmu_cmd_invalidates(SMMU_CMD_PREFETCH_ADDR));
}

/* A refused command is not tried again, but the others are, and the caller is told. */
static void errata_test_twice_refused(struct kunit *test)
{
	struct smmu_cmd cmds[] = { cmdq_env_cmd(0, 0), { { CMDQ_ENV_BAD_OPCODE } } };
	struct cmdq_env *env = test->priv;

	cmdq_env_set_errata(env, SMMU_ERRATUM_INVALIDATE_TWICE);
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, cmds, ARRAY_SIZE(cmds)), -EIO);
	KUNIT_EXPECT_EQ(test, atomic_read(&env->q.rejected), 1);
	KUNIT_EXPECT_EQ(test, env->again[0], 1);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

static struct kunit_case errata_test_cases[] = {
	KUNIT_CASE(errata_test_sync_batches),
	KUNIT_CASE(errata_test_ring_order),
	KUNIT_CASE(errata_test_twice),
	KUNIT_CASE(errata_test_twice_posted),
	KUNIT_CASE(errata_test_once),
	KUNIT_CASE(errata_test_twice_refused),
	{ }
};

static struct kunit_suite errata_test_suite = {
	.name = "smmu_cmdq_errata",
	.init = cmdq_env_init,
	.test_cases = errata_test_cases,
};

kunit_test_suites(&errata_test_suite);
