// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last master leaves a domain: whoever sees no user of it on an SMMU sends no command,
 * so by then nothing of it may be held there.
 */
#include <kunit/test.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "inval.h"
#include "ops.h"
#include "tests/ports_env.h"

struct leave_case {
	const char *name;
	u8 stage;
};

static const struct leave_case leave_cases[] = {
	{ "stage 1", 1 },
	{ "stage 2", 2 },
};

KUNIT_ARRAY_PARAM_DESC(leave, leave_cases, name);

/* An SMMU is about to take commands, so what they drop is still there. */
static void leave_test_look(struct fake_smmu *fake)
{
	struct ports_test *p = fake->test->priv;
	const struct smmu_domain *domain = to_smmu_domain(p->domains[0]);
	const struct smmu_inval_target *target;

	list_for_each_entry(target, &domain->targets, node)
		if (target->q == &fake->smmu.cmdq && !READ_ONCE(target->users))
			KUNIT_EXPECT_EQ(fake->test,
					fake_smmu_cached(fake, target->stage, target->id), 0);
}

/* One of two masters leaves, then the other; one comes back and leaves. */
static void leave_test_last(struct kunit *test)
{
	const struct leave_case *c = test->param_value;
	struct smmu_caps caps = fake_smmu_caps();
	struct ports_test *p = test->priv;
	struct smmu_master *one, *two;
	struct iommu_domain *domain;
	struct smmu_cmd all;
	u16 tag;

	caps.s1 = c->stage == 1;
	ports_start(p, &caps, &caps, false);
	one = ports_new_single(p, 0, p->a, 1);
	two = ports_new_single(p, 1, p->a, 2);
	domain = ports_new_domain(p, 0, one);
	KUNIT_ASSERT_EQ(test, to_smmu_domain(domain)->stage, c->stage);
	KUNIT_ASSERT_EQ(test, ports_map(domain, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, one), 0);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, two), 0);
	ports_expect(p, one, PORTS_IOVA, PORTS_PA);
	tag = ports_tag(domain, p->a);
	all = ports_cmd_all(c->stage, tag);
	p->a->on_consume = leave_test_look;

	ports_forget_logs(p);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, one), 0);
	KUNIT_EXPECT_LT(test, fake_smmu_find(p->a, &all), 0);
	ports_expect(p, two, PORTS_IOVA, PORTS_PA);
	KUNIT_EXPECT_NE(test, fake_smmu_cached(p->a, c->stage, tag), 0);

	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, two), 0);
	KUNIT_EXPECT_GE(test, fake_smmu_find(p->a, &all), 0);
	KUNIT_EXPECT_EQ(test, fake_smmu_cached(p->a, c->stage, tag), 0);

	KUNIT_EXPECT_EQ(test, ports_attach(domain, one), 0);
	ports_expect(p, one, PORTS_IOVA, PORTS_PA);
	ports_forget_logs(p);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, one), 0);
	KUNIT_EXPECT_GE(test, fake_smmu_find(p->a, &all), 0);
	KUNIT_EXPECT_EQ(test, fake_smmu_cached(p->a, c->stage, tag), 0);
	p->a->on_consume = NULL;
}

static struct kunit_case leave_test_cases[] = {
	KUNIT_CASE_PARAM(leave_test_last, leave_gen_params),
	{ }
};

static struct kunit_suite leave_test_suite = {
	.name = "smmu_ports_leave",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = leave_test_cases,
};

kunit_test_suites(&leave_test_suite);
