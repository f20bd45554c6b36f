// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue with many senders, who share CMD_SYNCs and doorbells.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/random.h>

#include "tests/cmdq_env.h"

#define GROUP_TEST_ROUNDS	12

/* A CMD_SYNC in flight whose sender is off its CPU: nobody waits for it. */
static void group_test_fly(struct cmdq_env *env)
{
	const u32 errata = env->q.errata;
	struct smmu_cmdq_batch batch;

	env->q.errata = SMMU_ERRATUM_SYNC_EVERY_BATCH;
	smmu_cmdq_batch_init(&batch, &env->q);
	smmu_cmdq_batch_add(&batch, cmdq_env_cmd(0, env->next[0]));
	smmu_cmdq_batch_flush(&batch);
	env->q.errata = errata;
}

/* Two CMD_SYNCs and two doorbells for all: the first sender's, and one for the others */
static void group_test_share_from(struct kunit *test, u32 pos)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;
	u32 i, end;

	cmdq_env_start_at(env, pos);
	env->syncs = 0;
	env->doorbells = 0;
	end = cmdq_env_gather(env, senders);
	cmdq_env_join(env, senders, CMDQ_ENV_SENDERS);

	for (i = 0; i < CMDQ_ENV_SENDERS; i++)
		KUNIT_EXPECT_EQ(test, senders[i].ret, 0);
	KUNIT_EXPECT_EQ(test, env->held_prod, pos + 2);
	KUNIT_EXPECT_EQ(test, env->syncs, 2);
	KUNIT_EXPECT_EQ(test, env->doorbells, 2);
	KUNIT_EXPECT_EQ(test, env->q.head, end + 1);
}

static void group_test_share(struct kunit *test)
{
	u32 i;

	for (i = 0; i < GROUP_TEST_ROUNDS; i++)
		group_test_share_from(test, 1000 + 61 * i);
}

/* The same while the counters wrap at 2^32, at each of the places that matter */
static void group_test_share_wrap(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 25; i += 3)
		group_test_share_from(test, 0u - i);
}

/* The owner of the CMD_SYNC in flight does nothing more: who waits helps itself. */
static void group_test_take_over(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	u32 i;

	for (i = 1; i <= GROUP_TEST_ROUNDS; i++) {
		group_test_fly(env);
		KUNIT_ASSERT_EQ(test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(1, i - 1)), 0);
		KUNIT_EXPECT_EQ(test, env->synced[1], i);
		KUNIT_EXPECT_EQ(test, env->syncs, 2 * i);
		KUNIT_EXPECT_EQ(test, env->doorbells, 2 * i);
	}
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/*
 * While a sender queues up for the lock to take over, the one that holds it puts a
 * CMD_SYNC, which is even consumed before it lets go: the sender puts no other.
 * With a single CPU, the sender comes when all is over.
 */
static void group_test_outrun(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	const struct smmu_cmd sync = smmu_cmd_sync();
	struct cmdq_env *env = test->priv;
	u32 start = env->q.head;
	unsigned long flags;
	__le64 *slot;

	group_test_fly(env);
	env->stopped = true;
	env->awake = num_online_cpus() > 1;
	senders[1].most = 2;
	cmdq_env_create(env, senders, 2);
	complete(&senders[1].go);
	KUNIT_ASSERT_TRUE(test, cmdq_env_reaches(env, start + 3 + 1));

	raw_spin_lock_irqsave(&env->q.lock, flags);
	/* The one in flight is consumed. */
	env->cons += 2;
	env->next[0]++;
	cmdq_env_set_cons(env, 0);
	mdelay(5);
	/* Now the holder of the lock takes over, and its CMD_SYNC is consumed. */
	slot = &env->q.base[2 * smmu_ring_slot(start + 4, CMDQ_ENV_LG2)];
	slot[0] = cpu_to_le64(sync.w[0]);
	slot[1] = cpu_to_le64(sync.w[1]);
	env->q.last_sync = start + 4;
	env->q.head = start + 5;
	env->q.rung = start + 5;
	*cmdq_env_reg(env, SMMU_CMDQ_PROD) = smmu_ring_hw(start + 5, CMDQ_ENV_LG2);
	env->next[1] += 2;
	env->synced[1] += 2;
	env->cons += 3;
	cmdq_env_set_cons(env, 0);
	atomic_set(&env->q.tail, start + 5);
	raw_spin_unlock_irqrestore(&env->q.lock, flags);

	senders[0].rounds = 0;
	cmdq_env_join(env, senders, 2);
	KUNIT_EXPECT_EQ(test, senders[1].ret, 0);
	KUNIT_EXPECT_EQ(test, env->q.head, start + 5);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

/* Nobody sends anything, and still all that was put before is complete. */
static void group_test_empty(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	group_test_fly(env);
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, env->synced[0], 1);
}

/* Adds one command more than it takes to put @n of them. */
static void group_test_put(struct cmdq_env *env, struct smmu_cmdq_batch *batch, u32 n)
{
	u32 i;

	smmu_cmdq_batch_init(batch, &env->q);
	for (i = 0; i <= n; i++)
		smmu_cmdq_batch_add(batch, cmdq_env_cmd(1, i));
}

/* The SMMU hears of what waits for a CMD_SYNC when it is a full batch. */
static void group_test_doorbell(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_batch batch;
	u32 start = env->q.head;

	env->stopped = true;
	group_test_put(env, &batch, SMMU_CMDQ_RING_CMDS - SMMU_CMDQ_BATCH_CMDS);
	KUNIT_EXPECT_EQ(test, cmdq_env_published(env), start);
	env->stopped = false;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), 0);

	start = env->q.head;
	env->next[1] = 0;
	env->stopped = true;
	group_test_put(env, &batch, SMMU_CMDQ_RING_CMDS);
	KUNIT_EXPECT_EQ(test, cmdq_env_published(env), start + SMMU_CMDQ_RING_CMDS);
	env->stopped = false;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), 0);
	KUNIT_EXPECT_EQ(test, env->syncs, 2);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* While a CMD_SYNC is in flight, PROD is its owner's alone. */
static void group_test_no_doorbell(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_batch batch;
	u32 start = env->q.head;

	env->stopped = true;
	group_test_fly(env);
	group_test_put(env, &batch, SMMU_CMDQ_RING_CMDS);
	KUNIT_EXPECT_EQ(test, cmdq_env_published(env), start + 2);
	env->stopped = false;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), 0);
	KUNIT_EXPECT_EQ(test, env->synced[1], SMMU_CMDQ_RING_CMDS + 1);
	KUNIT_EXPECT_EQ(test, env->syncs, 2);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/*
 * Who finds no room tells the SMMU of what it does not know of yet, but not while a
 * CMD_SYNC is in flight: then that one is consumed first.
 */
static void group_test_full_from(struct kunit *test, bool flying)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i, start = env->q.head, filled = CMDQ_ENV_SLOTS - SMMU_CMDQ_BATCH_CMDS;

	env->held = true;
	env->hold = start + filled + 2 * flying;
	if (flying)
		group_test_fly(env);
	group_test_put(env, &batch, filled);
	KUNIT_ASSERT_TRUE(test, env->held);
	KUNIT_ASSERT_EQ(test, env->q.head, env->hold);
	KUNIT_ASSERT_LT(test, cmdq_env_published(env), env->hold);
	for (i = filled + 1; i < filled + SMMU_CMDQ_BATCH_CMDS; i++)
		smmu_cmdq_batch_add(&batch, cmdq_env_cmd(1, i));
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), 0);
	KUNIT_EXPECT_FALSE(test, env->held);
	KUNIT_EXPECT_EQ(test, env->held_prod, flying ? start + 2 : env->hold);
	KUNIT_EXPECT_EQ(test, env->synced[1], i);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

static void group_test_full(struct kunit *test)
{
	group_test_full_from(test, false);
}

static void group_test_full_flying(struct kunit *test)
{
	group_test_full_from(test, true);
}

/* What would leave no room for the CMD_SYNC behind it has to wait, too. */
static void group_test_keeps_room(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct smmu_cmdq_batch batch;
	u32 i, start = env->q.head, left = 6;

	group_test_fly(env);
	smmu_cmdq_batch_init(&batch, &env->q);
	for (i = 0; i < CMDQ_ENV_SLOTS - 2 - left; i++)
		smmu_cmdq_batch_add(&batch, cmdq_env_cmd(1, i));
	smmu_cmdq_batch_flush(&batch);
	KUNIT_ASSERT_EQ(test, env->q.head, start + CMDQ_ENV_SLOTS - left);
	env->held = true;
	env->hold = env->q.head;
	for (; i < CMDQ_ENV_SLOTS - 2; i++)
		smmu_cmdq_batch_add(&batch, cmdq_env_cmd(1, i));
	smmu_cmdq_batch_flush(&batch);
	KUNIT_EXPECT_FALSE(test, env->held);
	env->held = false;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_batch_sync(&batch), 0);
	KUNIT_EXPECT_EQ(test, env->synced[1], i);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* A command is refused while many wait: any of them may have been the victim. */
static void group_test_illegal_from(struct kunit *test, u32 culprit)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;
	u32 i;

	senders[culprit].bad = 1;
	cmdq_env_gather(env, senders);
	cmdq_env_join(env, senders, CMDQ_ENV_SENDERS);
	for (i = 1; i < CMDQ_ENV_SENDERS; i++)
		KUNIT_EXPECT_EQ(test, senders[i].ret, -EIO);
	KUNIT_EXPECT_EQ(test, senders[culprit].ret, -EIO);
	KUNIT_EXPECT_TRUE(test, senders[0].ret == 0 || senders[0].ret == -EIO);
	KUNIT_EXPECT_EQ(test, atomic_read(&env->q.rejected), 1);
	KUNIT_EXPECT_EQ(test, env->syncs, 3);	/* one in place of the victim */
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), 0);
}

static void group_test_illegal_owner(struct kunit *test)
{
	group_test_illegal_from(test, 0);
}

static void group_test_illegal_sharer(struct kunit *test)
{
	group_test_illegal_from(test, 3);
}

/* The SMMU stops: all are told so in time, and traffic is stopped once. */
static void group_test_dead(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;
	ktime_t start = ktime_get();
	u32 i;

	env->stopped = true;
	cmdq_env_gather(env, senders);
	cmdq_env_join(env, senders, CMDQ_ENV_SENDERS);
	for (i = 0; i < CMDQ_ENV_SENDERS; i++)
		KUNIT_EXPECT_EQ(test, senders[i].ret, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
	KUNIT_EXPECT_EQ(test, env->syncs, 0);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 5000);
}

/* Who waits for another's CMD_SYNC needs nobody to find out. */
static void group_test_dead_alone(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	env->stopped = true;
	group_test_fly(env);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(1, 0)), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
}

static void group_test_stop(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;
	ktime_t start;
	u32 i, end;

	env->stopped = true;
	end = cmdq_env_gather(env, senders);
	for (i = 1; i < CMDQ_ENV_SENDERS; i++)
		complete(&senders[i].go);
	KUNIT_EXPECT_TRUE(test, cmdq_env_reaches(env, end));
	start = ktime_get();
	smmu_cmdq_stop(&env->q);
	cmdq_env_join(env, senders, CMDQ_ENV_SENDERS);
	/* At once, not when their own time is up. */
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 500);
	for (i = 0; i < CMDQ_ENV_SENDERS; i++)
		KUNIT_EXPECT_EQ(test, senders[i].ret, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

/* All who wait are done waiting, whether the SMMU had heard of them or not. */
static void group_test_restart(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;
	u32 i, end;

	for (i = 0; i < CMDQ_ENV_SENDERS; i++)
		senders[i].careless = true;
	env->stopped = true;
	end = cmdq_env_gather(env, senders);
	for (i = 1; i < CMDQ_ENV_SENDERS; i++)
		complete(&senders[i].go);
	KUNIT_EXPECT_TRUE(test, cmdq_env_reaches(env, end));
	smmu_cmdq_restart(&env->q);
	cmdq_env_join(env, senders, CMDQ_ENV_SENDERS);
	for (i = 0; i < CMDQ_ENV_SENDERS; i++)
		KUNIT_EXPECT_EQ(test, senders[i].ret, 0);
	KUNIT_EXPECT_EQ(test, *cmdq_env_reg(env, SMMU_CMDQ_PROD), 0);

	cmdq_env_restarted(env);
	env->stopped = false;
	env->held = false;
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(0, env->next[0])), 0);
	KUNIT_EXPECT_EQ(test, env->syncs, 1);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* Where positions are at a multiple already, a restart still passes them all. */
static void group_test_restart_aligned(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	u32 head = env->q.head;

	KUNIT_ASSERT_EQ(test, smmu_ring_hw(head, CMDQ_ENV_LG2), 0);
	smmu_cmdq_restart(&env->q);
	KUNIT_EXPECT_TRUE(test, smmu_ring_reaches(env->q.last_sync, head));
	KUNIT_EXPECT_TRUE(test, smmu_ring_passed(atomic_read(&env->q.tail), env->q.last_sync));
}

struct group_case {
	const char *name;
	u32 most;
	u32 rounds;
	u32 bad;
	u32 start;
	bool apart;
	u32 errata;
};

static const struct group_case group_cases[] = {
	{ "waiters consume", .most = 8, .rounds = 200 },
	{ "one command", .most = 1, .rounds = 200, .apart = true },
	{ "eight commands", .most = 8, .rounds = 150, .apart = true },
	{ "batches", .most = CMDQ_ENV_MOST, .rounds = 60, .apart = true },
	{ "illegal commands", .most = 8, .rounds = 100, .bad = 17, .apart = true },
	{ "counters wrap", .most = 8, .rounds = 100, .start = 0u - 1500, .apart = true },
	{ "every batch synced", .most = 40, .rounds = 60, .apart = true,
	  .errata = SMMU_ERRATUM_SYNC_EVERY_BATCH },
	{ "every command synced", .most = 1, .rounds = 300, .apart = true,
	  .errata = SMMU_ERRATUM_SYNC_EVERY_BATCH },
	{ "invalidations twice", .most = 40, .rounds = 60, .apart = true,
	  .errata = SMMU_ERRATUM_INVALIDATE_TWICE },
	{ "both", .most = 40, .rounds = 60, .apart = true,
	  .errata = SMMU_ERRATUM_SYNC_EVERY_BATCH | SMMU_ERRATUM_INVALIDATE_TWICE },
};

KUNIT_ARRAY_PARAM_DESC(group, group_cases, name);

/* A CPU is held up between its CMD_SYNC and its doorbell, for as long as others like. */
static void group_test_hold_up(struct cmdq_env *env)
{
	u32 us;

	raw_spin_lock(&env->lock);
	us = prandom_u32_state(&env->rnd) % 1024;
	raw_spin_unlock(&env->lock);
	if (us < 256)
		udelay(us);
}

static void group_test_random(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	const struct group_case *c = test->param_value;
	struct cmdq_env *env = test->priv;
	u32 i, calls = 0, refused = 0;
	struct task_struct *hw = NULL;

	cmdq_env_set_errata(env, c->errata);
	env->before_ring = group_test_hold_up;
	if (c->start)
		cmdq_env_start_at(env, c->start);
	if (c->apart)
		hw = cmdq_env_hardware(env);
	for (i = 0; i < CMDQ_ENV_SENDERS; i++) {
		senders[i].most = c->most;
		senders[i].rounds = c->rounds;
		senders[i].bad = c->bad;
	}
	cmdq_env_create(env, senders, CMDQ_ENV_SENDERS);
	cmdq_env_join(env, senders, CMDQ_ENV_SENDERS);
	if (hw)
		kthread_stop(hw);

	for (i = 0; i < CMDQ_ENV_SENDERS; i++) {
		KUNIT_EXPECT_TRUE(test, senders[i].ret == 0 || senders[i].ret == -EIO);
		KUNIT_EXPECT_EQ(test, env->next[i], senders[i].sent);
		calls += senders[i].calls;
		refused += senders[i].refused;
	}
	KUNIT_EXPECT_EQ(test, calls, CMDQ_ENV_SENDERS * c->rounds);
	KUNIT_EXPECT_EQ(test, refused != 0, c->bad != 0);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
	kunit_info(test, "%u calls, %u CMD_SYNCs, doorbells seen: %u", calls, env->syncs,
		   env->doorbells);
	/* What was refused became a CMD_SYNC, too. */
	if (!c->errata)
		KUNIT_EXPECT_LE(test, env->syncs, calls - c->apart + atomic_read(&env->q.rejected));
	if (c->start)
		KUNIT_EXPECT_LT(test, env->q.head, c->start);
}

static struct kunit_case group_test_cases[] = {
	KUNIT_CASE(group_test_share),
	KUNIT_CASE(group_test_share_wrap),
	KUNIT_CASE(group_test_take_over),
	KUNIT_CASE(group_test_outrun),
	KUNIT_CASE(group_test_empty),
	KUNIT_CASE(group_test_doorbell),
	KUNIT_CASE(group_test_no_doorbell),
	KUNIT_CASE(group_test_full),
	KUNIT_CASE(group_test_full_flying),
	KUNIT_CASE(group_test_keeps_room),
	KUNIT_CASE(group_test_illegal_owner),
	KUNIT_CASE(group_test_illegal_sharer),
	KUNIT_CASE(group_test_dead),
	KUNIT_CASE(group_test_dead_alone),
	KUNIT_CASE(group_test_stop),
	KUNIT_CASE(group_test_restart),
	KUNIT_CASE(group_test_restart_aligned),
	KUNIT_CASE_PARAM(group_test_random, group_gen_params),
	{ }
};

static struct kunit_suite group_test_suite = {
	.name = "smmu_cmdq_group",
	.init = cmdq_env_init,
	.test_cases = group_test_cases,
};

kunit_test_suites(&group_test_suite);
