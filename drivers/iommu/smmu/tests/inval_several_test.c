// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations of a domain that several SMMUs translate for, and traffic that is stopped
 * when nothing can be invalidated any more.
 */
#include <kunit/test.h>
#include <linux/sizes.h>

#include "hw/regs.h"
#include "inval.h"
#include "inval_plan.h"
#include "queue/ring.h"
#include "reset.h"
#include "tests/fake_smmu.h"

#define SEVERAL_TEST_SMMUS	3
/* More than one round of them */
#define SEVERAL_TEST_TARGETS	20

struct several_test {
	struct fake_smmu_world world;
	struct fake_smmu *fakes[SEVERAL_TEST_SMMUS];
	struct smmu_inval_target targets[SEVERAL_TEST_TARGETS];
	struct list_head list;
};

static const struct smmu_inval_range several_test_range = {
	.start = SZ_1M, .last = SZ_1M + SZ_4K - 1, .leaf_sizes = SZ_4K, .granule_lg2 = 12,
	.leaf_only = true,
};

static int several_test_init(struct kunit *test)
{
	static const char *const names[] = { "smmu-several-a", "smmu-several-b", "smmu-several-c" };
	struct several_test *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	const struct smmu_caps caps = fake_smmu_caps();
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	INIT_LIST_HEAD(&s->list);
	for (i = 0; i < SEVERAL_TEST_SMMUS; i++)
		s->fakes[i] = fake_smmu_create(test, &s->world, names[i], &caps, false);
	test->priv = s;
	return 0;
}

static void several_test_exit(struct kunit *test)
{
	struct several_test *s = test->priv;
	unsigned int i;

	for (i = 0; s && i < SEVERAL_TEST_SMMUS; i++)
		fake_smmu_destroy(s->fakes[i]);
}

static void several_test_add(struct several_test *s, unsigned int n, struct fake_smmu *fake,
			     unsigned int users)
{
	s->targets[n] = (struct smmu_inval_target){
		.q = &fake->smmu.cmdq, .stage = 1, .ranges = true, .id = n + 1, .users = users,
	};
	list_add_tail(&s->targets[n].node, &s->list);
}

static bool several_test_is_told(const struct fake_smmu *fake)
{
	u32 prod = fake->regs[SMMU_CMDQ_PROD / sizeof(u32)];

	return smmu_ring_extend(fake->cons, prod, fake->smmu.cmdq.entries_lg2) != fake->cons;
}

/* The first SMMU begins to work. */
static void several_test_first_works(struct fake_smmu *fake)
{
	struct several_test *s = fake->test->priv;

	fake->on_consume = NULL;
	KUNIT_EXPECT_TRUE(fake->test, several_test_is_told(s->fakes[2]));
}

/* The last one has been told by then; one that translates nothing is left alone. */
static void several_test_at_once(struct kunit *test)
{
	struct several_test *s = test->priv;
	unsigned int round, i;

	for (i = 0; i < SEVERAL_TEST_SMMUS; i++)
		several_test_add(s, i, s->fakes[i], i != 1);
	for (round = 1; round <= 2; round++) {
		s->fakes[0]->on_consume = several_test_first_works;
		if (round == 1)
			smmu_inval_clear_range(&s->list, &several_test_range);
		else
			smmu_inval_clear_all(&s->list);
		KUNIT_EXPECT_NULL(test, s->fakes[0]->on_consume);
		KUNIT_EXPECT_EQ(test, s->fakes[0]->nr_log, round);
		KUNIT_EXPECT_EQ(test, s->fakes[1]->nr_log, 0);
		KUNIT_EXPECT_EQ(test, s->fakes[2]->nr_log, round);
	}
}

/* More of them than are told at a time */
static void several_test_many(struct kunit *test)
{
	struct several_test *s = test->priv;
	unsigned int i, n = 0;

	for (i = 0; i < SEVERAL_TEST_TARGETS; i++)
		several_test_add(s, i, s->fakes[i % SEVERAL_TEST_SMMUS], 1);
	smmu_inval_clear_all(&s->list);
	for (i = 0; i < SEVERAL_TEST_SMMUS; i++)
		n += fake_smmu_count(s->fakes[i], SMMU_CMD_TLBI_NH_ASID);
	KUNIT_EXPECT_EQ(test, n, SEVERAL_TEST_TARGETS);
}

/* A domain that is attached nowhere, or only once */
static void several_test_few(struct kunit *test)
{
	struct several_test *s = test->priv;

	smmu_inval_clear_range(&s->list, &several_test_range);
	smmu_inval_clear_all(&s->list);
	several_test_add(s, 0, s->fakes[0], 0);
	smmu_inval_clear_range(&s->list, &several_test_range);
	KUNIT_EXPECT_EQ(test, s->fakes[0]->nr_log, 0);
	s->targets[0].users = 1;
	smmu_inval_clear_range(&s->list, &several_test_range);
	KUNIT_EXPECT_EQ(test, s->fakes[0]->nr_log, 1);
}

/* Traffic has stopped when the SMMU says so, not when it was told to. */
static void several_test_cut_off(struct kunit *test)
{
	struct several_test *s = test->priv;
	struct fake_smmu *fake = s->fakes[0];
	u32 *cr0 = &fake->regs[SMMU_CR0 / sizeof(u32)];
	u32 *ack = &fake->regs[SMMU_CR0ACK / sizeof(u32)];

	*cr0 = SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN;
	*ack = SMMU_CR0_CMDQEN;
	KUNIT_EXPECT_EQ(test, smmu_reset_cut_off(&fake->smmu), 0);
	KUNIT_EXPECT_EQ(test, *cr0, SMMU_CR0_CMDQEN);

	*ack = SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN;
	KUNIT_EXPECT_EQ(test, smmu_reset_cut_off(&fake->smmu), -ETIMEDOUT);

	/* Disabled it would let everything pass. */
	fake->smmu.bypass_open = true;
	*cr0 = SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN;
	KUNIT_EXPECT_EQ(test, smmu_reset_cut_off(&fake->smmu), -EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, *cr0 & SMMU_CR0_SMMUEN);
}

static struct kunit_case several_test_cases[] = {
	KUNIT_CASE(several_test_at_once),
	KUNIT_CASE(several_test_many),
	KUNIT_CASE(several_test_few),
	KUNIT_CASE(several_test_cut_off),
	{ }
};

static struct kunit_suite several_test_suite = {
	.name = "smmu_inval_several",
	.init = several_test_init,
	.exit = several_test_exit,
	.test_cases = several_test_cases,
};

kunit_test_suites(&several_test_suite);
