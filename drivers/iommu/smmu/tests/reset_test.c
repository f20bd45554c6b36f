// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a disabled SMMU aborts: one that does as it is told, one that does not keep it,
 * and one that does not answer.  And who may write CR0.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include "hw/regs.h"
#include "reset.h"
#include "smmu.h"

/* Long enough for another CPU to come to the lock */
#define RESET_TEST_LOOK_MS	100
#define RESET_TEST_BEGIN_MS	2000

enum reset_kind { RESET_KEEPS, RESET_FORGETS, RESET_SILENT };

/**
 * struct reset_test - an SMMU of which GBPA is all that works
 * @smmu: the SMMU
 * @regs: its first page
 * @kind: what it does with GBPA
 */
struct reset_test {
	struct smmu_device smmu;
	u32 *regs;
	enum reset_kind kind;
};

/* Takes an update when there is one, until the test ends. */
static int reset_test_hardware(void *ctx)
{
	struct reset_test *t = ctx;
	u32 *reg = &t->regs[SMMU_GBPA / sizeof(u32)];
	u32 gbpa;

	while (!kthread_should_stop()) {
		gbpa = READ_ONCE(*reg);
		if (gbpa & SMMU_GBPA_UPDATE && t->kind != RESET_SILENT) {
			gbpa &= ~SMMU_GBPA_UPDATE;
			if (t->kind == RESET_FORGETS)
				gbpa &= ~SMMU_GBPA_ABORT;
			WRITE_ONCE(*reg, gbpa);
		}
		usleep_range(50, 100);
	}
	return 0;
}

static struct reset_test *reset_test_create(struct kunit *test)
{
	struct reset_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->smmu.dev = kunit_device_register(test, "smmu-reset");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t->smmu.dev);
	t->regs = kunit_kzalloc(test, SMMU_FRAME_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->regs);
	raw_spin_lock_init(&t->smmu.cr0_lock);
	t->smmu.mmio.page0 = (void __iomem __force *)t->regs;
	return t;
}

/* What smmu_reset_abort_bypass() finds out about an SMMU of a kind */
static int reset_test_abort(struct kunit *test, struct reset_test *t, enum reset_kind kind)
{
	struct task_struct *hardware;
	int ret;

	t->kind = kind;
	t->regs[SMMU_GBPA / sizeof(u32)] = SMMU_GBPA_MTCFG;
	hardware = kthread_run(reset_test_hardware, t, "smmu-reset-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(hardware));
	ret = smmu_reset_abort_bypass(&t->smmu);
	kthread_stop(hardware);
	return ret;
}

static void reset_gbpa(struct kunit *test)
{
	struct reset_test *t = reset_test_create(test);

	KUNIT_EXPECT_EQ(test, reset_test_abort(test, t, RESET_KEEPS), 0);
	/* The other fields stay what they were. */
	KUNIT_EXPECT_EQ(test, t->regs[SMMU_GBPA / sizeof(u32)],
			SMMU_GBPA_ABORT | SMMU_GBPA_MTCFG);
	KUNIT_EXPECT_EQ(test, reset_test_abort(test, t, RESET_FORGETS), 1);
	KUNIT_EXPECT_EQ(test, reset_test_abort(test, t, RESET_SILENT), -ETIMEDOUT);
}

static void reset_lets_pass(struct kunit *test)
{
	struct reset_test *t = reset_test_create(test);

	KUNIT_EXPECT_TRUE(test, smmu_reset_lets_pass(&t->smmu));
	t->regs[SMMU_GBPA / sizeof(u32)] = SMMU_GBPA_ABORT;
	KUNIT_EXPECT_FALSE(test, smmu_reset_lets_pass(&t->smmu));
	t->regs[SMMU_CR0 / sizeof(u32)] = SMMU_CR0_SMMUEN;
	KUNIT_EXPECT_TRUE(test, smmu_reset_lets_pass(&t->smmu));
}

/* The other writer of CR0, on another CPU */
struct reset_test_cut {
	struct reset_test *t;
	struct completion done;
	bool enable;
	bool begun;
};

/* What is told does not matter: nobody acknowledges here what is written. */
static int reset_test_write(void *ctx)
{
	struct reset_test_cut *cut = ctx;

	WRITE_ONCE(cut->begun, true);
	if (cut->enable)
		smmu_reset_write_cr0(&cut->t->smmu, SMMU_CR0_CMDQEN, "test");
	else
		smmu_reset_cut_off(&cut->t->smmu);
	complete(&cut->done);
	return 0;
}

/*
 * While one writer of CR0 is between its look and its store, the other one waits: what the
 * first one stopped would be started again by what the second one read before.
 */
static void reset_test_two_writers(struct kunit *test, bool enable)
{
	const u32 all = SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN | SMMU_CR0_SMMUEN;
	struct reset_test *t = reset_test_create(test);
	u32 *cr0 = &t->regs[SMMU_CR0 / sizeof(u32)];
	struct reset_test_cut cut = { .t = t, .enable = enable };
	struct task_struct *task;
	unsigned int cpu, ms;
	unsigned long flags;
	u32 seen;

	WRITE_ONCE(*cr0, all);
	init_completion(&cut.done);
	task = kthread_create(reset_test_write, &cut, "smmu-reset-test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	migrate_disable();
	cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());
	kthread_bind(task, cpu);
	raw_spin_lock_irqsave(&t->smmu.cr0_lock, flags);
	wake_up_process(task);
	for (ms = 0; ms < RESET_TEST_BEGIN_MS && !READ_ONCE(cut.begun); ms++)
		mdelay(1);
	mdelay(RESET_TEST_LOOK_MS);
	seen = READ_ONCE(*cr0);
	WRITE_ONCE(*cr0, 0);
	raw_spin_unlock_irqrestore(&t->smmu.cr0_lock, flags);
	migrate_enable();
	wait_for_completion(&cut.done);
	KUNIT_EXPECT_EQ(test, seen, all);
	KUNIT_EXPECT_EQ(test, READ_ONCE(*cr0), enable ? SMMU_CR0_CMDQEN : 0);
}

static void reset_cut_off_waits(struct kunit *test)
{
	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	reset_test_two_writers(test, false);
}

static void reset_write_waits(struct kunit *test)
{
	if (num_online_cpus() == 1)
		kunit_skip(test, "needs two CPUs");
	reset_test_two_writers(test, true);
}

static struct kunit_case reset_cases[] = {
	KUNIT_CASE(reset_gbpa),
	KUNIT_CASE(reset_lets_pass),
	KUNIT_CASE(reset_cut_off_waits),
	KUNIT_CASE(reset_write_waits),
	{ }
};

static struct kunit_suite reset_suite = {
	.name = "smmu-reset",
	.test_cases = reset_cases,
};

kunit_test_suite(reset_suite);
