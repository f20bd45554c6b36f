// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for the command queue: how long, for whom, and when it is given up.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>

#include "inval.h"
#include "queue/cmdq_wait.h"
#include "tests/cmdq_env.h"

#define WAIT_TEST_SHORT_MS	200
/* What a test may take until it looks, on a busy machine */
#define WAIT_TEST_LOOK_MS	5000
#define WAIT_TEST_TICK_NS	(NSEC_PER_SEC / 10)

/* What no producer writes. */
#define WAIT_TEST_MAGIC		0x5a5a5a5a

/* One command at a time, slowly: all of them take longer than any one may. */
static void wait_test_slow(struct kunit *test)
{
	struct smmu_cmd cmds[] = { cmdq_env_cmd(0, 0), cmdq_env_cmd(0, 1), cmdq_env_cmd(0, 2) };
	struct cmdq_env *env = test->priv;

	env->q.give_up_ms = WAIT_TEST_SHORT_MS;
	env->pause_ms = WAIT_TEST_SHORT_MS / 2;
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, cmds, ARRAY_SIZE(cmds)), 0);
	KUNIT_EXPECT_EQ(test, env->next[0], ARRAY_SIZE(cmds));
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

/* A clock on which each look takes a tenth of a second, and that sees each line come */
static u64 wait_test_clock(void)
{
	struct cmdq_env *env = kunit_get_current_test()->priv;
	const u64 told = env->q.told;

	if (told && (!env->lines || told != env->told[min(env->lines, CMDQ_ENV_LINES) - 1]))
		env->told[min(env->lines++, CMDQ_ENV_LINES - 1)] = told;
	env->clock += WAIT_TEST_TICK_NS;
	return env->clock;
}

/* Waits for what never comes, on that clock. */
static void wait_test_on_clock(struct kunit *test, u32 give_up_ms)
{
	struct cmdq_env *env = test->priv;

	kunit_activate_static_stub(test, smmu_cmdq_clock, wait_test_clock);
	env->q.give_up_ms = give_up_ms;
	env->stopped = true;
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
	/* The time, and what is allowed for somebody who was off his CPU */
	KUNIT_EXPECT_GT(test, env->clock, give_up_ms * NSEC_PER_MSEC);
	KUNIT_EXPECT_LT(test, env->clock, (give_up_ms + 10000ULL) * NSEC_PER_MSEC);
}

/* Long before the queue is given up, people are told: after a second, */
static void wait_test_told(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	u64 first = WAIT_TEST_TICK_NS;
	unsigned int i;

	wait_test_on_clock(test, 25000);
	KUNIT_ASSERT_GE(test, env->lines, 3);
	KUNIT_EXPECT_GE(test, env->told[0] - first, NSEC_PER_SEC);
	KUNIT_EXPECT_LE(test, env->told[0] - first, NSEC_PER_SEC + 2 * WAIT_TEST_TICK_NS);
	/* and every ten seconds. */
	for (i = 1; i < 3; i++) {
		const u64 apart = env->told[i] - env->told[i - 1];

		KUNIT_EXPECT_GE(test, apart, 10ULL * NSEC_PER_SEC);
		KUNIT_EXPECT_LE(test, apart, 10ULL * NSEC_PER_SEC + 2 * WAIT_TEST_TICK_NS);
	}
	KUNIT_EXPECT_LE(test, env->lines, 4);
}

/* What takes less than a second is nobody's business. */
static void wait_test_not_told(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	env->q.give_up_ms = SMMU_CMDQ_GIVE_UP_MS;
	env->pause_ms = WAIT_TEST_SHORT_MS;
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, env->q.told, 0);
}

/* What a register cannot show need not be waited for that long. */
static void wait_test_absent(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	ktime_t start = ktime_get();

	env->q.give_up_ms = SMMU_CMDQ_GIVE_UP_MS;
	env->stopped = true;
	*cmdq_env_reg(env, SMMU_CMDQ_CONS) = U32_MAX;
	KUNIT_EXPECT_EQ(test, cmdq_env_sync(env, NULL, 0), -ETIMEDOUT);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 10000);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
}

/* Until the test has seen that PROD is not written yet, and then as long again */
static void wait_test_off_cpu(struct cmdq_env *env)
{
	unsigned int ms;

	env->before_ring = NULL;
	for (ms = 0; ms < WAIT_TEST_LOOK_MS && !READ_ONCE(env->go_on); ms++)
		mdelay(1);
	mdelay(3 * WAIT_TEST_SHORT_MS);
}

/* A sender that has not begun, on another CPU than this one */
static void wait_test_create_elsewhere(struct cmdq_env *env, struct cmdq_env_sender *sender)
{
	unsigned int cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());

	cmdq_env_create(env, sender, 1);
	KUNIT_ASSERT_EQ(env->test, set_cpus_allowed_ptr(sender->task, cpumask_of(cpu)), 0);
}

/*
 * The CPU that has to ring is off for longer than a wait may take.  Who waits for its
 * CMD_SYNC does not take that for a queue that is stuck.
 */
static void wait_test_held_up(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;
	u32 start = env->q.head;

	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	env->q.give_up_ms = WAIT_TEST_SHORT_MS;
	env->before_ring = wait_test_off_cpu;
	migrate_disable();
	wait_test_create_elsewhere(env, senders);
	complete(&senders[0].go);
	KUNIT_EXPECT_TRUE(test, cmdq_env_reaches(env, start + 2));
	KUNIT_EXPECT_EQ(test, cmdq_env_published(env), start);
	WRITE_ONCE(env->go_on, true);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(1, 0)), 0);
	migrate_enable();
	cmdq_env_join(env, senders, 1);
	KUNIT_EXPECT_EQ(test, senders[0].ret, 0);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

/* The same with a CPU that has the lock: who gives up lets it come to its end first. */
static void wait_test_held_up_locked(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;
	unsigned long flags;
	u32 start = env->q.head;

	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	env->q.give_up_ms = WAIT_TEST_SHORT_MS;
	env->stopped = true;
	migrate_disable();
	wait_test_create_elsewhere(env, senders);
	complete(&senders[0].go);
	KUNIT_EXPECT_TRUE(test, cmdq_env_reaches(env, start + 2));
	raw_spin_lock_irqsave(&env->q.lock, flags);
	mdelay(3 * WAIT_TEST_SHORT_MS);
	WRITE_ONCE(env->stopped, false);
	raw_spin_unlock_irqrestore(&env->q.lock, flags);
	migrate_enable();
	cmdq_env_join(env, senders, 1);
	KUNIT_EXPECT_EQ(test, senders[0].ret, 0);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

static void wait_test_ring_late(struct cmdq_env *env)
{
	WRITE_ONCE(env->inside, true);
	mdelay(WAIT_TEST_SHORT_MS);
	WRITE_ONCE(env->inside, false);
}

static bool wait_test_is_inside(struct cmdq_env *env)
{
	u32 i;

	for (i = 0; i < 10000; i++) {
		if (READ_ONCE(env->inside))
			return true;
		usleep_range(20, 50);
	}
	return false;
}

/* After a stop the registers may be without power: nobody is at them any more. */
static void wait_test_stop_registers(struct kunit *test, struct cmdq_env_sender *senders)
{
	struct cmdq_env *env = test->priv;

	complete(&senders[0].go);
	KUNIT_EXPECT_TRUE(test, wait_test_is_inside(env));
	smmu_cmdq_stop(&env->q);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(env->inside));
	*cmdq_env_reg(env, SMMU_CMDQ_PROD) = WAIT_TEST_MAGIC;
	msleep(2 * WAIT_TEST_SHORT_MS);
	KUNIT_EXPECT_FALSE(test, READ_ONCE(env->inside));
	KUNIT_EXPECT_EQ(test, *cmdq_env_reg(env, SMMU_CMDQ_PROD), WAIT_TEST_MAGIC);
	cmdq_env_join(env, senders, 1);
	KUNIT_EXPECT_EQ(test, senders[0].ret, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

static void wait_test_stop_ringing(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;

	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	env->stopped = true;
	env->before_ring = wait_test_ring_late;
	migrate_disable();
	wait_test_create_elsewhere(env, senders);
	wait_test_stop_registers(test, senders);
	migrate_enable();
}

static void wait_test_stop_looking(struct kunit *test)
{
	struct cmdq_env_sender *senders = cmdq_env_senders(test);
	struct cmdq_env *env = test->priv;

	env->stopped = true;
	env->pause_ms = WAIT_TEST_SHORT_MS;
	cmdq_env_create(env, senders, 1);
	wait_test_stop_registers(test, senders);
}

/* Somebody who gives the queue up: traffic first, and then the word. */
struct wait_test_giver {
	struct smmu_cmdq *q;
	struct completion done;
	bool begun;
};

static int wait_test_give_up(void *ctx)
{
	struct wait_test_giver *giver = ctx;
	unsigned long flags;

	raw_spin_lock_irqsave(&giver->q->lock, flags);
	WRITE_ONCE(giver->begun, true);
	mdelay(WAIT_TEST_SHORT_MS);
	smmu_cmdq_set_dead_locked(giver->q, true);
	raw_spin_unlock_irqrestore(&giver->q->lock, flags);
	complete(&giver->done);
	return 0;
}

/* Whoever asks in between is told how it ends. */
static void wait_test_is_dead(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	struct wait_test_giver giver = { .q = &env->q };
	struct task_struct *task;

	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	init_completion(&giver.done);
	KUNIT_EXPECT_FALSE(test, smmu_cmdq_is_dead(&env->q));
	task = kthread_run(wait_test_give_up, &giver, "smmu-cmdq-test/dead");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	while (!READ_ONCE(giver.begun))
		cond_resched();
	KUNIT_EXPECT_TRUE(test, smmu_cmdq_is_dead(&env->q));
	wait_for_completion(&giver.done);
}

/* An invalidation is refused, and so is that of everything: no traffic passes any more. */
static void wait_test_refused(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	const struct smmu_inval_target target = { .q = &env->q, .stage = 1, .id = 1 };

	smmu_inval_clear_target(&target);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
	KUNIT_EXPECT_GT(test, atomic_read(&env->q.rejected), 2);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&env->q, cmdq_env_cmd(0, 0)), -ETIMEDOUT);
}

static void wait_test_refused_config(struct kunit *test)
{
	struct cmdq_env *env = test->priv;

	smmu_inval_config(&env->q, smmu_cmd_cfgi_ste(1, true));
	KUNIT_EXPECT_EQ(test, env->cut_offs, 1);
}

/* Another CPU's refused command is no reason to stop all traffic. */
static void wait_test_refused_once(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	const struct smmu_inval_target target = { .q = &env->q, .stage = 1, .id = 1 };

	env->accept_everything = true;
	smmu_inval_clear_target(&target);
	KUNIT_EXPECT_EQ(test, atomic_read(&env->q.rejected), 1);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

static void wait_test_refuse_another(struct cmdq_env *env)
{
	/* As if it had been recovered from just now. */
	atomic_inc(&env->q.rejected);
}

/* Nor are many of them: what is refused each time is not the invalidation of everything. */
static void wait_test_refused_others(struct kunit *test)
{
	struct cmdq_env *env = test->priv;
	const struct smmu_inval_target target = { .q = &env->q, .stage = 1, .id = 1 };

	env->accept_everything = true;
	env->before_ring = wait_test_refuse_another;
	smmu_inval_clear_target(&target);
	KUNIT_EXPECT_EQ(test, atomic_read(&env->q.rejected_all), 0);
	KUNIT_EXPECT_EQ(test, env->cut_offs, 0);
}

static struct kunit_case wait_test_cases[] = {
	KUNIT_CASE(wait_test_slow),
	KUNIT_CASE(wait_test_told),
	KUNIT_CASE(wait_test_not_told),
	KUNIT_CASE(wait_test_absent),
	KUNIT_CASE(wait_test_held_up),
	KUNIT_CASE(wait_test_held_up_locked),
	KUNIT_CASE(wait_test_stop_ringing),
	KUNIT_CASE(wait_test_stop_looking),
	KUNIT_CASE(wait_test_is_dead),
	KUNIT_CASE(wait_test_refused),
	KUNIT_CASE(wait_test_refused_config),
	KUNIT_CASE(wait_test_refused_once),
	KUNIT_CASE(wait_test_refused_others),
	{ }
};

static struct kunit_suite wait_test_suite = {
	.name = "smmu_cmdq_wait",
	.init = cmdq_env_init,
	.test_cases = wait_test_cases,
};

kunit_test_suites(&wait_test_suite);
