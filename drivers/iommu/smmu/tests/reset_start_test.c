// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bring-up of an SMMU that firmware, or an earlier kernel that crashed, has left in some
 * state: enabled, its queues running or full, with errors that nobody acknowledged, or
 * silent.
 *
 * Its registers are memory, and a timer plays the SMMU: the driver waits without giving
 * its CPU away, which may be the only one.  It judges each change of CR0, which the driver
 * makes one by one, by the rules of IHI 0070 (6.3.9).
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/jiffies.h>
#include <linux/timer.h>

#include "hw/cmd.h"
#include "hw/regs.h"
#include "queue/ring.h"
#include "reset.h"
#include "smmu.h"

#define START_TEST_LG2		SMMU_CMDQ_MIN_LG2
#define START_TEST_GIVE_UP_MS	1000
#define START_TEST_ALL	(SMMU_CR0_SMMUEN | SMMU_CR0_EVENTQEN | SMMU_CR0_CMDQEN)

/**
 * struct start_left - what the registers say when the driver comes
 * @name: in words
 * @cr0: CR0 and its acknowledgment
 * @gbpa: GBPA
 * @cmdq_prod: CMDQ_PROD
 * @cmdq_cons: CMDQ_CONS, perhaps with an error
 * @evtq_prod: EVENTQ_PROD, perhaps with an overflow
 * @evtq_cons: EVENTQ_CONS
 * @gerror: GERROR
 * @gerrorn: GERRORN: what differs is pending
 * @irq_ctrl: IRQ_CTRL and its acknowledgment
 * @silent: CR0 is never acknowledged
 */
struct start_left {
	const char *name;
	u32 cr0, gbpa;
	u32 cmdq_prod, cmdq_cons;
	u32 evtq_prod, evtq_cons;
	u32 gerror, gerrorn;
	u32 irq_ctrl;
	bool silent;
};

static const struct start_left start_lefts[] = {
	{ "out of reset", },
	{ "bypassing, as firmware uses it", .gbpa = SMMU_GBPA_MTCFG },
	{ "enabled and idle", .cr0 = START_TEST_ALL, .cmdq_prod = 0x1234, .cmdq_cons = 0x1234,
	  .evtq_prod = 0x77, .evtq_cons = 0x77, .irq_ctrl = 5 },
	{ "enabled, commands not consumed", .cr0 = START_TEST_ALL, .cmdq_prod = 0x2b,
	  .cmdq_cons = 0x13 },
	{ "enabled, events not read", .cr0 = START_TEST_ALL, .evtq_prod = 0x80000155,
	  .evtq_cons = 0x55 },
	{ "queues running, not enabled", .cr0 = SMMU_CR0_EVENTQEN | SMMU_CR0_CMDQEN,
	  .cmdq_prod = 0x2b, .cmdq_cons = 0x13, .evtq_prod = 0x155, .evtq_cons = 0x55 },
	{ "command queue error pending", .cr0 = START_TEST_ALL, .cmdq_prod = 0x2b,
	  .cmdq_cons = 0x13 | SMMU_CERROR_ILL << 24, .gerror = SMMU_GERROR_CMDQ_ERR },
	{ "command queue error pending, as a zero", .cr0 = START_TEST_ALL, .cmdq_prod = 0x2b,
	  .cmdq_cons = 0x13 | SMMU_CERROR_ILL << 24, .gerrorn = SMMU_GERROR_CMDQ_ERR },
	{ "all errors pending, queues off",
	  .gerror = SMMU_GERROR_CMDQ_ERR | SMMU_GERROR_EVENTQ_ABT_ERR | SMMU_GERROR_SFM_ERR },
	{ "enabled and silent", .cr0 = START_TEST_ALL, .silent = true },
	{ "disabled and silent", .silent = true },
};

KUNIT_ARRAY_PARAM_DESC(start, start_lefts, name);

/**
 * struct start_test - an SMMU
 * @smmu: what the driver sees
 * @regs: its registers
 * @hardware: a step of the SMMU is due
 * @left: what it was left like
 * @held: CFGI of everything and TLBI of everything are still to come, one bit for each
 * @unsynced: commands since the last CMD_SYNC
 * @passed: it was disabled while GBPA did not abort, or enabled with something held
 * @errors: what else went against the rules
 */
struct start_test {
	struct smmu_device smmu;
	u32 *regs;
	struct timer_list hardware;
	const struct start_left *left;
	unsigned int held;
	bool unsynced;
	unsigned int passed;
	unsigned int errors;
};

#define START_TEST_HOLDS_CONFIG	BIT(0)
#define START_TEST_HOLDS_TLB	BIT(1)

static u32 start_test_get(struct start_test *t, u32 reg)
{
	return READ_ONCE(t->regs[reg / sizeof(u32)]);
}

static void start_test_set(struct start_test *t, u32 reg, u32 value)
{
	WRITE_ONCE(t->regs[reg / sizeof(u32)], value);
}

static u64 start_test_get64(struct start_test *t, u32 reg)
{
	return start_test_get(t, reg) | (u64)start_test_get(t, reg + 4) << 32;
}

static void start_test_gbpa(struct start_test *t)
{
	u32 gbpa = start_test_get(t, SMMU_GBPA);

	if (gbpa & SMMU_GBPA_UPDATE)
		start_test_set(t, SMMU_GBPA, gbpa & ~SMMU_GBPA_UPDATE);
}

/* A queue that is enabled begins where PROD and CONS agree, in the driver's memory. */
static void start_test_judge_queues(struct start_test *t, u32 on)
{
	struct smmu_device *smmu = &t->smmu;

	if (on & SMMU_CR0_CMDQEN) {
		t->errors += start_test_get(t, SMMU_CMDQ_PROD) != start_test_get(t, SMMU_CMDQ_CONS);
		t->errors += start_test_get64(t, SMMU_CMDQ_BASE) != smmu_cmdq_base_reg(&smmu->cmdq);
		/* Nothing would be consumed. */
		t->errors += (start_test_get(t, SMMU_GERROR) ^ start_test_get(t, SMMU_GERRORN)) &
			     SMMU_GERROR_CMDQ_ERR;
	}
	if (on & SMMU_CR0_EVENTQEN) {
		t->errors += start_test_get(t, SMMU_EVENTQ_PROD) !=
			     start_test_get(t, SMMU_EVENTQ_CONS);
		t->errors += (start_test_get64(t, SMMU_EVENTQ_BASE) & SMMU_Q_BASE_ADDR) !=
			     smmu->evtq.base_dma;
	}
}

static void start_test_judge_cr0(struct start_test *t, u32 old, u32 new)
{
	const u32 off = old & ~new, on = new & ~old;

	if (off & SMMU_CR0_SMMUEN && !(start_test_get(t, SMMU_GBPA) & SMMU_GBPA_ABORT))
		t->passed++;
	start_test_judge_queues(t, on);
	if (!(on & SMMU_CR0_SMMUEN))
		return;
	if (t->held || t->unsynced)
		t->passed++;
	t->errors += start_test_get64(t, SMMU_STRTAB_BASE) !=
		     smmu_strtab_base_reg(&t->smmu.strtab);
	t->errors += start_test_get(t, SMMU_STRTAB_BASE_CFG) != t->smmu.strtab.base_cfg;
}

static void start_test_execute(struct start_test *t, const __le64 *slot)
{
	switch (le64_to_cpu(slot[0]) & 0xff) {
	case SMMU_CMD_CFGI_STE_RANGE:
		t->held &= ~START_TEST_HOLDS_CONFIG;
		break;
	case SMMU_CMD_TLBI_NSNH_ALL:
		t->held &= ~START_TEST_HOLDS_TLB;
		break;
	case SMMU_CMD_SYNC:
		t->unsynced = false;
		return;
	default:
		t->errors++;
	}
	t->unsynced = true;
}

/* Commands of the driver; those of an earlier one lead nowhere. */
static void start_test_consume(struct start_test *t)
{
	struct smmu_cmdq *q = &t->smmu.cmdq;
	u32 cons = start_test_get(t, SMMU_CMDQ_CONS);
	u32 prod = start_test_get(t, SMMU_CMDQ_PROD);

	if ((start_test_get(t, SMMU_GERROR) ^ start_test_get(t, SMMU_GERRORN)) &
	    SMMU_GERROR_CMDQ_ERR)
		return;
	if (start_test_get64(t, SMMU_CMDQ_BASE) != smmu_cmdq_base_reg(q))
		return;
	/* Slots may be read only after the PROD that covers them. */
	smp_rmb();
	for (; cons != prod; cons = smmu_ring_hw(cons + 1, q->entries_lg2))
		start_test_execute(t, &q->base[2 * smmu_ring_slot(cons, q->entries_lg2)]);
	start_test_set(t, SMMU_CMDQ_CONS, cons);
}

static void start_test_hardware(struct timer_list *timer)
{
	struct start_test *t = container_of(timer, struct start_test, hardware);
	u32 cr0 = start_test_get(t, SMMU_CR0);
	u32 ack = start_test_get(t, SMMU_CR0ACK);

	start_test_gbpa(t);
	if (cr0 != ack && !t->left->silent) {
		start_test_judge_cr0(t, ack, cr0);
		start_test_set(t, SMMU_CR0ACK, cr0);
	}
	start_test_set(t, SMMU_IRQ_CTRLACK, start_test_get(t, SMMU_IRQ_CTRL));
	if (start_test_get(t, SMMU_CR0ACK) & SMMU_CR0_CMDQEN)
		start_test_consume(t);
	mod_timer(timer, jiffies + 1);
}

static void start_test_leave(struct start_test *t)
{
	const struct start_left *left = t->left;

	start_test_set(t, SMMU_CR0, left->cr0);
	start_test_set(t, SMMU_CR0ACK, left->cr0);
	start_test_set(t, SMMU_GBPA, left->gbpa);
	start_test_set(t, SMMU_CMDQ_PROD, left->cmdq_prod);
	start_test_set(t, SMMU_CMDQ_CONS, left->cmdq_cons);
	start_test_set(t, SMMU_EVENTQ_PROD, left->evtq_prod);
	start_test_set(t, SMMU_EVENTQ_CONS, left->evtq_cons);
	start_test_set(t, SMMU_GERROR, left->gerror);
	start_test_set(t, SMMU_GERRORN, left->gerrorn);
	start_test_set(t, SMMU_IRQ_CTRL, left->irq_ctrl);
	start_test_set(t, SMMU_IRQ_CTRLACK, left->irq_ctrl);
	t->held = START_TEST_HOLDS_CONFIG | START_TEST_HOLDS_TLB;
}

static void start_test_no_event(void *ctx, const struct smmu_event *ev)
{
	struct start_test *t = ctx;

	t->errors++;
}

static const struct smmu_cmdq_ops start_test_cmdq_ops = {
	.poll_errors = smmu_irq_check_errors,
	.cut_off = smmu_reset_cut_off,
};

static void start_test_init_device(struct kunit *test, struct start_test *t)
{
	struct smmu_device *smmu = &t->smmu;

	smmu->dev = kunit_device_register(test, "smmu-start");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, smmu->dev);
	smmu->dev->coherent_dma_mask = DMA_BIT_MASK(64);
	smmu->mmio.page0 = (void __iomem __force *)t->regs;
	smmu->mmio.page1 = smmu->mmio.page0 + SZ_64K;
	smmu->caps = (struct smmu_caps){ .sid_bits = 10, .two_level = true, .coherent = true,
					 .lazy_strtab = true };
	raw_spin_lock_init(&smmu->cr0_lock);
	raw_spin_lock_init(&smmu->irqs.gerror_lock);
	KUNIT_ASSERT_EQ(test, 0, smmu_cmdq_init(&smmu->cmdq, smmu->dev, &smmu->mmio,
						START_TEST_LG2, 0, &start_test_cmdq_ops, smmu));
	smmu->cmdq.give_up_ms = START_TEST_GIVE_UP_MS;
	KUNIT_ASSERT_EQ(test, 0, smmu_evtq_init(&smmu->evtq, smmu->dev, &smmu->mmio,
						START_TEST_LG2, start_test_no_event, t));
	KUNIT_ASSERT_EQ(test, 0, smmu_strtab_init(&smmu->strtab, smmu->dev, &smmu->caps, false));
}

static void start_test_runs(struct kunit *test, struct start_test *t)
{
	struct smmu_device *smmu = &t->smmu;

	KUNIT_EXPECT_EQ(test, start_test_get(t, SMMU_CR0), START_TEST_ALL);
	KUNIT_EXPECT_EQ(test, t->held, 0);
	/* What was pending is not ours. */
	KUNIT_EXPECT_EQ(test, start_test_get(t, SMMU_GERROR), start_test_get(t, SMMU_GERRORN));
	KUNIT_EXPECT_EQ(test, atomic_read(&smmu->cmdq.rejected), 0);
	KUNIT_EXPECT_FALSE(test, smmu->cmdq.dead);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&smmu->cmdq, smmu_cmd_cfgi_all()), 0);
	smmu_evtq_drain(&smmu->evtq);
	KUNIT_EXPECT_EQ(test, smmu->evtq.overflows, 0);
	KUNIT_EXPECT_EQ(test, smmu_reset_stop(smmu), 0);
}

static void start_test_left(struct kunit *test)
{
	struct start_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->left = test->param_value;
	t->regs = kunit_kzalloc(test, SMMU_FRAME_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->regs);
	start_test_init_device(test, t);
	start_test_leave(t);
	timer_setup(&t->hardware, start_test_hardware, 0);
	mod_timer(&t->hardware, jiffies + 1);

	ret = smmu_reset_start(&t->smmu);
	KUNIT_EXPECT_EQ(test, ret, t->left->silent ? -ETIMEDOUT : 0);
	if (!ret)
		start_test_runs(test, t);
	timer_shutdown_sync(&t->hardware);
	/* Whatever became of it, nothing passes that is not to pass. */
	KUNIT_EXPECT_EQ(test, start_test_get(t, SMMU_CR0), 0);
	KUNIT_EXPECT_EQ(test, start_test_get(t, SMMU_GBPA), t->left->gbpa | SMMU_GBPA_ABORT);
	KUNIT_EXPECT_EQ(test, start_test_get(t, SMMU_IRQ_CTRL), 0);
	KUNIT_EXPECT_EQ(test, t->passed, 0);
	KUNIT_EXPECT_EQ(test, t->errors, 0);
	KUNIT_EXPECT_EQ(test, smmu_cmdq_sync(&t->smmu.cmdq, smmu_cmd_cfgi_all()), -ETIMEDOUT);
}

static struct kunit_case start_test_cases[] = {
	KUNIT_CASE_PARAM(start_test_left, start_gen_params),
	{ }
};

static struct kunit_suite start_test_suite = {
	.name = "smmu_reset_start",
	.test_cases = start_test_cases,
};

kunit_test_suites(&start_test_suite);
