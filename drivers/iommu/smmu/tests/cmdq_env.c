// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command queue whose consumer is memory.  The consumer runs where a waiter looks
 * for errors, or as a thread of its own.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/kthread.h>
#include <linux/random.h>

#include "tests/cmdq_env.h"

u32 *cmdq_env_reg(struct cmdq_env *env, u32 reg)
{
	return &env->regs[reg / sizeof(u32)];
}

/* Commands of the test carry their sender and number where TLBI has its tags. */
struct smmu_cmd cmdq_env_cmd(u32 sender, u32 number)
{
	return (struct smmu_cmd){ { SMMU_CMD_TLBI_NH_VA | (u64)sender << 32,
				    (u64)number << 12 } };
}

void cmdq_env_set_cons(struct cmdq_env *env, u8 err)
{
	/* What was executed must show before the CONS that says so. */
	smp_wmb();
	WRITE_ONCE(*cmdq_env_reg(env, SMMU_CMDQ_CONS),
		   smmu_ring_hw(env->cons, env->q.entries_lg2) |
		   FIELD_PREP(SMMU_CMDQ_CONS_ERR, err));
	if (err)
		*cmdq_env_reg(env, SMMU_GERROR) ^= SMMU_GERROR_CMDQ_ERR;
}

/* The position that PROD shows */
u32 cmdq_env_published(struct cmdq_env *env)
{
	return smmu_ring_extend(env->cons, READ_ONCE(*cmdq_env_reg(env, SMMU_CMDQ_PROD)),
				env->q.entries_lg2);
}

static bool cmdq_env_error_active(struct cmdq_env *env)
{
	return (*cmdq_env_reg(env, SMMU_GERROR) ^ *cmdq_env_reg(env, SMMU_GERRORN)) &
	       SMMU_GERROR_CMDQ_ERR;
}

static bool cmdq_env_twice(const struct cmdq_env *env)
{
	return env->q.errata & SMMU_ERRATUM_INVALIDATE_TWICE;
}

static void cmdq_env_execute_sync(struct cmdq_env *env)
{
	u32 i;

	env->syncs++;
	for (i = 0; i < CMDQ_ENV_SENDERS; i++) {
		env->once[i] = env->next[i];
		WRITE_ONCE(env->synced[i], cmdq_env_twice(env) ? env->again[i] : env->next[i]);
	}
}

/* In order, and the second time when the first is complete. */
static bool cmdq_env_execute_tlbi(struct cmdq_env *env, u32 sender, u32 number)
{
	if (cmdq_env_twice(env) && number == env->again[sender] && number < env->once[sender]) {
		env->again[sender]++;
		return true;
	}
	return number == env->next[sender]++;
}

/* Returns the error code that stops the queue at this command, 0 for none. */
static u8 cmdq_env_execute(struct cmdq_env *env, u64 w0, u64 w1)
{
	u32 sender = w0 >> 32;

	switch (w0 & 0xff) {
	case SMMU_CMD_SYNC:
		cmdq_env_execute_sync(env);
		return SMMU_CERROR_NONE;
	case SMMU_CMD_TLBI_NH_VA:
		if (sender >= CMDQ_ENV_SENDERS || !cmdq_env_execute_tlbi(env, sender, w1 >> 12))
			env->errors++;
		return SMMU_CERROR_NONE;
	case SMMU_CMD_TLBI_NSNH_ALL:
		return env->accept_everything ? SMMU_CERROR_NONE : SMMU_CERROR_ILL;
	default:
		return SMMU_CERROR_ILL;
	}
}

static u8 cmdq_env_fetch(struct cmdq_env *env)
{
	const __le64 *slot = &env->q.base[2 * (env->cons & (BIT(env->q.entries_lg2) - 1))];

	if (env->fetch_fails && env->cons == env->fetch_pos) {
		env->fetch_fails--;
		return SMMU_CERROR_ABT;
	}
	return cmdq_env_execute(env, le64_to_cpu(slot[0]), le64_to_cpu(slot[1]));
}

static void cmdq_env_consume(struct cmdq_env *env, u32 most)
{
	u32 prod = cmdq_env_published(env);
	u8 err = 0;

	/* Slots may be read only after the PROD that covers them. */
	smp_rmb();
	if (prod - env->cons > BIT(env->q.entries_lg2))
		env->errors++;
	/* Nor may it go back. */
	if (smmu_ring_used(prod, env->prod) > BIT(env->q.entries_lg2))
		env->errors++;
	env->doorbells += prod != env->prod;
	env->prod = prod;
	while (env->cons != prod && most-- && !err) {
		err = cmdq_env_fetch(env);
		env->cons += !err;
	}
	cmdq_env_set_cons(env, err);
}

/* Does the consumer have to wait for more senders? */
static bool cmdq_env_on_hold(struct cmdq_env *env)
{
	if (!env->held)
		return false;
	env->held_prod = cmdq_env_published(env);
	env->held = READ_ONCE(env->q.head) != env->hold;
	return env->held;
}

static void cmdq_env_consume_some(struct cmdq_env *env)
{
	if (!env->stopped && !cmdq_env_on_hold(env) && !cmdq_env_error_active(env))
		cmdq_env_consume(env, env->pause_ms ? 1 : 1 + prandom_u32_state(&env->rnd) % 100);
}

/* The consumer as a thread: it takes as much as it likes, when it likes. */
static int cmdq_env_hardware_main(void *ctx)
{
	struct cmdq_env *env = ctx;
	unsigned long flags;
	u32 mood;

	while (!kthread_should_stop()) {
		raw_spin_lock_irqsave(&env->lock, flags);
		cmdq_env_consume_some(env);
		mood = prandom_u32_state(&env->rnd);
		raw_spin_unlock_irqrestore(&env->lock, flags);
		if (mood & 1)
			usleep_range(1, 1 + (mood >> 8) % 200);
		else if (mood & 2)
			udelay((mood >> 8) % 20);
		cond_resched();
	}
	return 0;
}

struct task_struct *cmdq_env_hardware(struct cmdq_env *env)
{
	struct task_struct *task;

	env->apart = true;
	task = kthread_run(cmdq_env_hardware_main, env, "smmu-cmdq-test/hw");
	KUNIT_ASSERT_FALSE(env->test, IS_ERR(task));
	return task;
}

/* What probe does for a product that has them */
void cmdq_env_set_errata(struct cmdq_env *env, u32 errata)
{
	env->q.errata = errata;
	env->q.fast = !errata;
}

/* Does the consumer sleep through this step? */
static bool cmdq_env_is_late(struct cmdq_env *env)
{
	if (!env->late)
		return false;
	if (!--env->late)
		msleep(CMDQ_ENV_GIVE_UP_MS + 100);
	return true;
}

/* What the owner of GERROR does, and a step of the consumer unless it is a thread. */
void cmdq_env_step(void *ctx)
{
	struct smmu_cmdq_error error = { };
	struct cmdq_env *env = ctx;
	unsigned long flags;

	if (cmdq_env_is_late(env))
		return;
	WRITE_ONCE(env->inside, true);
	if (env->pause_ms)
		msleep(env->pause_ms);
	raw_spin_lock_irqsave(&env->lock, flags);
	if (!env->apart)
		cmdq_env_consume_some(env);
	if (cmdq_env_error_active(env) && smmu_cmdq_recover(&env->q, &error))
		*cmdq_env_reg(env, SMMU_GERRORN) ^= SMMU_GERROR_CMDQ_ERR;
	raw_spin_unlock_irqrestore(&env->lock, flags);
	smmu_cmdq_report(&env->q, &error);
	/* Whoever else sends or consumes may need this CPU for it. */
	if (!env->awake)
		usleep_range(1, 20);
	WRITE_ONCE(env->inside, false);
}

static int cmdq_env_cut_off(void *ctx)
{
	struct cmdq_env *env = ctx;

	env->cut_offs++;
	/* Nobody may go on before traffic is stopped. */
	env->errors += READ_ONCE(env->q.dead);
	return 0;
}

static void cmdq_env_before_ring(void *ctx)
{
	struct cmdq_env *env = ctx;

	if (env->before_ring)
		env->before_ring(env);
}

static const struct smmu_cmdq_ops cmdq_env_ops = {
	.poll_errors = cmdq_env_step,
	.cut_off = cmdq_env_cut_off,
	.before_ring = cmdq_env_before_ring,
};

/* Let everything begin at this position. */
void cmdq_env_start_at(struct cmdq_env *env, u32 pos)
{
	env->q.head = pos;
	env->q.rung = pos;
	env->q.last_sync = pos - 1;
	atomic_set(&env->q.tail, pos);
	env->cons = pos;
	env->prod = pos;
	env->fetch_pos = pos;
	*cmdq_env_reg(env, SMMU_CMDQ_PROD) = smmu_ring_hw(pos, CMDQ_ENV_LG2);
	cmdq_env_set_cons(env, 0);
}

/* The registers start again from zero. */
void cmdq_env_restarted(struct cmdq_env *env)
{
	env->cons = env->q.head;
	env->prod = env->q.head;
}

int cmdq_env_init(struct kunit *test)
{
	struct cmdq_env *env = kunit_kzalloc(test, sizeof(*env), GFP_KERNEL);
	struct device *dev = kunit_device_register(test, "smmu-cmdq");
	u32 seed = get_random_u32();

	KUNIT_ASSERT_NOT_NULL(test, env);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	env->test = test;
	env->regs = kunit_kzalloc(test, SMMU_FRAME_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, env->regs);
	env->mmio.page0 = (void __iomem __force *)env->regs;
	env->mmio.page1 = env->mmio.page0 + SZ_64K;
	raw_spin_lock_init(&env->lock);
	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&env->rnd, seed);

	KUNIT_ASSERT_EQ(test, 0, smmu_cmdq_init(&env->q, dev, &env->mmio, CMDQ_ENV_LG2,
						0, &cmdq_env_ops, env));
	env->q.give_up_ms = CMDQ_ENV_GIVE_UP_MS;
	smmu_cmdq_restart(&env->q);
	cmdq_env_restarted(env);
	env->fetch_pos = env->q.head;
	test->priv = env;
	return 0;
}

/* Send commands and wait. One goes alone, others as a batch. */
int cmdq_env_sync(struct cmdq_env *env, const struct smmu_cmd *cmds, u32 n)
{
	struct smmu_cmdq_batch batch;
	u32 i;

	if (n == 1)
		return smmu_cmdq_sync(&env->q, cmds[0]);
	smmu_cmdq_batch_init(&batch, &env->q);
	for (i = 0; i < n; i++)
		smmu_cmdq_batch_add(&batch, cmds[i]);
	return smmu_cmdq_batch_sync(&batch);
}

static int cmdq_env_send(struct cmdq_env_sender *s)
{
	u32 n = 1 + (s->calls + s->id) % s->most, i;
	bool bad;

	s->calls++;
	bad = s->bad && s->calls % s->bad == 0;
	for (i = 0; i < n; i++)
		s->cmds[i] = cmdq_env_cmd(s->id, s->sent++);
	if (bad) {
		s->cmds[n - 1] = (struct smmu_cmd){ { CMDQ_ENV_BAD_OPCODE } };
		s->sent--;
	}
	s->ret = cmdq_env_sync(s->env, s->cmds, n);
	s->refused += s->ret == -EIO;
	if (s->ret && s->ret != -EIO)
		return s->ret;
	/* What returned is done: executed, and a CMD_SYNC after it. */
	if (!s->careless && READ_ONCE(s->env->synced[s->id]) != s->sent)
		return -EBADE;
	/* Nobody hides what was refused. */
	if (bad && s->ret != -EIO)
		return -EBADMSG;
	return 0;
}

static int cmdq_env_sender_main(void *ctx)
{
	struct cmdq_env_sender *s = ctx;
	int ret = 0;

	wait_for_completion(&s->go);
	while (s->calls < s->rounds && !ret) {
		ret = cmdq_env_send(s);
		cond_resched();
	}
	if (ret)
		s->ret = ret;
	complete(&s->done);
	return 0;
}

/* Threads that wait for their "go" */
void cmdq_env_create(struct cmdq_env *env, struct cmdq_env_sender *senders, u32 n)
{
	struct cmdq_env_sender *s;
	u32 i;

	for (i = 0; i < n; i++) {
		s = &senders[i];
		s->env = env;
		s->id = i;
		s->rounds = s->rounds ?: 1;
		s->most = s->most ?: 1;
		s->sent = env->next[i];
		init_completion(&s->go);
		init_completion(&s->done);
		s->task = kthread_run(cmdq_env_sender_main, s, "smmu-cmdq-test/%u", i);
		KUNIT_EXPECT_FALSE(env->test, IS_ERR(s->task));
		if (IS_ERR(s->task))
			complete(&s->done);
	}
}

void cmdq_env_join(struct cmdq_env *env, struct cmdq_env_sender *senders, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		complete(&senders[i].go);
	for (i = 0; i < n; i++)
		wait_for_completion(&senders[i].done);
	KUNIT_EXPECT_EQ(env->test, env->errors, 0);
}

/* Wait until senders came that far; false if they do not. */
bool cmdq_env_reaches(struct cmdq_env *env, u32 head)
{
	u32 i;

	for (i = 0; i < 10000; i++) {
		if (READ_ONCE(env->q.head) == head)
			return true;
		usleep_range(20, 50);
	}
	return false;
}

struct cmdq_env_sender *cmdq_env_senders(struct kunit *test)
{
	struct cmdq_env_sender *senders;

	senders = kunit_kcalloc(test, CMDQ_ENV_SENDERS, sizeof(*senders), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, senders);
	return senders;
}

/*
 * One sender puts a command and a CMD_SYNC; the others put up to four commands each
 * behind it, and only then the consumer begins.  Returns where that is.
 */
u32 cmdq_env_gather(struct cmdq_env *env, struct cmdq_env_sender *senders)
{
	u32 i, start = env->q.head;

	for (i = 1; i < CMDQ_ENV_SENDERS; i++)
		senders[i].most = 4;
	cmdq_env_create(env, senders, CMDQ_ENV_SENDERS);
	env->held = true;
	env->hold = start;
	complete(&senders[0].go);
	KUNIT_ASSERT_TRUE(env->test, cmdq_env_reaches(env, start + 2));
	for (i = 1; i < CMDQ_ENV_SENDERS; i++)
		start += 1 + i % 4;
	WRITE_ONCE(env->hold, start + 2);
	return start + 2;
}
