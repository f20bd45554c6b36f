// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups: masters that send one stream, their regions, and those that cannot live with
 * the others; masters that go with an SMMU.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "master.h"
#include "resv.h"
#include "tests/ports_env.h"

static const struct smmu_window group_window = {
	.nr = 2, .range = { { 0, 0x3fffffff }, { 0x80000000, 0xffffffff } },
};

/* What the core does with a device: its group, or none. */
static int group_enter(struct kunit *test, struct smmu_master *master)
{
	struct iommu_group *group = smmu_group_get(master);
	int ret;

	if (IS_ERR(group))
		return PTR_ERR(group);
	ret = iommu_group_add_device(group, master->dev);
	iommu_group_put(group);
	KUNIT_ASSERT_EQ(test, ret, 0);
	return 0;
}

static void group_leave_all(struct ports_test *p)
{
	unsigned int i;

	for (i = 0; i < PORTS_MASTERS; i++) {
		if (!p->masters[i])
			continue;
		smmu_master_leave_group(p->masters[i]);
		iommu_group_remove_device(p->masters[i]->dev);
		INIT_LIST_HEAD(&p->masters[i]->resv);
	}
}

static void group_exit(struct kunit *test)
{
	group_leave_all(test->priv);
	ports_exit(test);
}

/* Stream 0x10 of A, as ports_new_both() has it */
static struct smmu_master *group_new(struct ports_test *p, unsigned int n)
{
	struct smmu_master *master = ports_new_single(p, n, p->a, 0x10);

	master->window = group_window;
	return master;
}

static struct smmu_resv *group_keep(struct ports_test *p, unsigned int n, u64 start, u64 last)
{
	struct smmu_resv *resv = kunit_kzalloc(p->test, sizeof(*resv), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(p->test, resv);
	resv->range = (struct smmu_window_range){ start, last };
	list_add_tail(&resv->node, &p->masters[n]->resv);
	return resv;
}

static void group_lead(struct ports_test *p, unsigned int n, u64 start, u64 last, phys_addr_t phys)
{
	struct smmu_resv *resv = group_keep(p, n, start, last);

	resv->kind = phys == start ? SMMU_RESV_DIRECT : SMMU_RESV_MOVED;
	resv->phys = phys;
}

/* How often the core is told of a range */
static unsigned int group_told(const struct smmu_master *master, u64 start, u64 last,
			       enum iommu_resv_type type)
{
	struct iommu_resv_region *region, *next;
	LIST_HEAD(regions);
	unsigned int nr = 0;

	smmu_resv_list(master, &regions);
	list_for_each_entry_safe(region, next, &regions, list) {
		nr += region->start == start && region->start + region->length - 1 == last &&
		      region->type == type;
		kfree(region);
	}
	return nr;
}

/* Each tells of all, once. */
static void group_test_union(struct kunit *test)
{
	struct ports_test *p = test->priv;
	unsigned int i;

	ports_start_alike(p);
	group_new(p, 0);
	ports_new_both(p, 1, &group_window);
	group_keep(p, 0, 0x1000000, 0x1ffffff);
	group_keep(p, 0, 0x8000000, 0x8000fff);
	group_keep(p, 1, 0x1000000, 0x1ffffff);
	group_lead(p, 1, 0x3000000, 0x300ffff, 0x3000000);
	KUNIT_EXPECT_EQ(test, group_told(p->masters[0], 0x3000000, 0x300ffff,
					 IOMMU_RESV_DIRECT), 0);
	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[i]), 0);
	KUNIT_ASSERT_PTR_EQ(test, p->masters[0]->group, p->masters[1]->group);
	for (i = 0; i < 2; i++) {
		const struct smmu_master *master = p->masters[i];

		KUNIT_EXPECT_EQ(test, group_told(master, 0x1000000, 0x1ffffff,
						 IOMMU_RESV_RESERVED), 1);
		KUNIT_EXPECT_EQ(test, group_told(master, 0x8000000, 0x8000fff,
						 IOMMU_RESV_RESERVED), 1);
		KUNIT_EXPECT_EQ(test, group_told(master, 0x3000000, 0x300ffff,
						 IOMMU_RESV_DIRECT), 1);
		/* The usual place is not free for all of them. */
		KUNIT_EXPECT_EQ(test, group_told(master, 0xfff00000, 0xffffffff,
						 IOMMU_RESV_SW_MSI), 1);
	}
	smmu_master_leave_group(p->masters[1]);
	KUNIT_EXPECT_EQ(test, group_told(p->masters[0], 0x3000000, 0x300ffff,
					 IOMMU_RESV_DIRECT), 0);
}

/* Others are none of its business. */
static void group_test_apart(struct kunit *test)
{
	struct ports_test *p = test->priv;

	ports_start_alike(p);
	group_new(p, 0);
	ports_new_single(p, 1, p->a, 0x11);
	group_lead(p, 0, 0x3000000, 0x300ffff, 0x3000000);
	group_lead(p, 1, 0x3000000, 0x300ffff, 0x5000000);
	KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[0]), 0);
	KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[1]), 0);
	KUNIT_EXPECT_PTR_NE(test, p->masters[0]->group, p->masters[1]->group);
	KUNIT_EXPECT_EQ(test, group_told(p->masters[0], 0x3000000, 0x300ffff,
					 IOMMU_RESV_DIRECT), 1);
	KUNIT_EXPECT_EQ(test, group_told(p->masters[0], 0x3000000, 0x300ffff,
					 IOMMU_RESV_RESERVED), 0);
}

static void group_test_contradiction(struct kunit *test)
{
	struct ports_test *p = test->priv;

	ports_start_alike(p);
	group_new(p, 0);
	group_new(p, 1);
	group_new(p, 2);
	group_lead(p, 0, 0x3000000, 0x300ffff, 0x5000000);
	group_lead(p, 1, 0x300f000, 0x301efff, 0x6000000);
	group_lead(p, 2, 0x3001000, 0x300ffff, 0x5001000);
	KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[0]), 0);
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[1]), -EINVAL);
	KUNIT_EXPECT_NULL(test, p->masters[1]->group);
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[2]), 0);
}

static void group_test_windows(struct kunit *test)
{
	struct ports_test *p = test->priv;

	ports_start_alike(p);
	group_new(p, 0);
	ports_new_both(p, 1, NULL);
	KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[0]), 0);
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[1]), -EINVAL);
}

/* B cannot walk what is made for A; A can walk what is made for both. */
static void group_check_smmus(struct kunit *test, const struct smmu_caps *b)
{
	const struct smmu_caps a = fake_smmu_caps();
	struct ports_test *p = test->priv;

	ports_start(p, &a, b, false);
	group_new(p, 0);
	ports_new_both(p, 1, &group_window);
	KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[0]), 0);
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[1]), -EINVAL);
	group_leave_all(p);
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[1]), 0);
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[0]), 0);
}

static void group_test_stages(struct kunit *test)
{
	struct smmu_caps caps = fake_smmu_caps();

	caps.s1 = false;
	group_check_smmus(test, &caps);
}

static void group_test_coherency(struct kunit *test)
{
	struct smmu_caps caps = fake_smmu_caps();

	caps.coherent = false;
	group_check_smmus(test, &caps);
}

static void group_test_outputs(struct kunit *test)
{
	struct smmu_caps caps = fake_smmu_caps();

	caps.oas_bits = 36;
	group_check_smmus(test, &caps);
}

/* Addresses are in use: a newcomer brings none that are not kept free already. */
static void group_test_late(struct kunit *test)
{
	static const struct {
		u64 start, last;
		int ret;
	} cases[] = {
		{ 0x1000000, 0x1ffffff, 0 },
		{ 0x1800000, 0x18fffff, 0 },
		/* Two masters keep it free together. */
		{ 0x1800000, 0x27fffff, 0 },
		/* One part is kept free, the other is outside of the window. */
		{ 0x3f000000, 0x40ffffff, 0 },
		{ 0x40000000, 0x7fffffff, 0 },
		{ 0x100000000, U64_MAX, 0 },
		{ 0x0fff000, 0x1ffffff, -EBUSY },
		{ 0x1800000, 0x3000fff, -EBUSY },
		{ 0x3f000000, 0x80000fff, -EBUSY },
		{ 0x3e000000, 0x3e000fff, -EBUSY },
		{ 0, U64_MAX, -EBUSY },
	};
	struct ports_test *p = test->priv;
	unsigned int i;

	ports_start_alike(p);
	group_new(p, 0);
	group_new(p, 1);
	group_new(p, 2);
	group_keep(p, 0, 0x1000000, 0x1ffffff);
	group_keep(p, 0, 0x3f000000, 0x3fffffff);
	group_lead(p, 1, 0x2000000, 0x2ffffff, 0x5000000);
	KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[0]), 0);
	KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[1]), 0);
	KUNIT_EXPECT_EQ(test, smmu_resv_check_late(p->masters[2], p->masters[0]), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		group_keep(p, 2, cases[i].start, cases[i].last);
		KUNIT_EXPECT_EQ_MSG(test, smmu_resv_check_late(p->masters[2], p->masters[0]),
				    cases[i].ret, "case %u", i);
		INIT_LIST_HEAD(&p->masters[2]->resv);
	}
}

static struct iommu_domain group_identity = { .type = IOMMU_DOMAIN_IDENTITY };

static struct iommu_domain *group_test_domain(struct device *dev)
{
	return &group_identity;
}

/* Nobody joins a group that is passed through who needs translation. */
static void group_test_identity(struct kunit *test)
{
	struct ports_test *p = test->priv;

	ports_start_alike(p);
	group_new(p, 0);
	group_new(p, 1);
	KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[0]), 0);
	kunit_activate_static_stub(test, smmu_group_domain, group_test_domain);
	group_lead(p, 1, 0x3000000, 0x300ffff, 0x5000000);
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[1]), -EINVAL);
	INIT_LIST_HEAD(&p->masters[1]->resv);
	p->masters[0]->windowed = true;
	p->masters[1]->windowed = true;
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[1]), -EINVAL);
	p->masters[1]->windowed = false;
	group_lead(p, 1, 0x3000000, 0x300ffff, 0x3000000);
	KUNIT_EXPECT_EQ(test, group_enter(test, p->masters[1]), 0);
}

/* What the core does when a device leaves its group */
static void group_test_remove_device(struct device *dev)
{
	struct ports_test *p = kunit_get_current_test()->priv;
	unsigned int i;

	for (i = 0; i < PORTS_MASTERS; i++) {
		if (!p->masters[i] || p->masters[i]->dev != dev)
			continue;
		smmu_master_leave_group(p->masters[i]);
		iommu_group_remove_device(dev);
		ports_drop_master(p, i);
	}
}

/* No port may be left to an SMMU that goes, also of a master whose first one is another. */
static void group_test_release_all(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master_source from = { .named = 1, .spec.sid = 0x25 };
	unsigned int i;

	ports_start_alike(p);
	from.smmu = &p->b->smmu;
	ports_new_single(p, 0, p->a, 0x11);
	ports_new_both(p, 1, NULL);
	ports_new_single(p, 2, p->b, 0x24);
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_EQ(test, group_enter(test, p->masters[i]), 0);
	kunit_activate_static_stub(test, smmu_master_remove_device, group_test_remove_device);
	smmu_master_release_all(&p->b->smmu);
	KUNIT_EXPECT_TRUE(test, xa_empty(&p->b->smmu.streams));
	KUNIT_EXPECT_NOT_NULL(test, p->masters[0]);
	KUNIT_EXPECT_NULL(test, p->masters[1]);
	KUNIT_EXPECT_NULL(test, p->masters[2]);
	/* Who found it before it went comes too late. */
	KUNIT_EXPECT_PTR_EQ(test, smmu_master_create(p->masters[0]->dev, &from, 1),
			    ERR_PTR(-ENODEV));
	smmu_master_release_all(&p->a->smmu);
	KUNIT_EXPECT_TRUE(test, xa_empty(&p->a->smmu.streams));
}

static struct kunit_case group_test_cases[] = {
	KUNIT_CASE(group_test_union),
	KUNIT_CASE(group_test_apart),
	KUNIT_CASE(group_test_contradiction),
	KUNIT_CASE(group_test_windows),
	KUNIT_CASE(group_test_stages),
	KUNIT_CASE(group_test_coherency),
	KUNIT_CASE(group_test_outputs),
	KUNIT_CASE(group_test_late),
	KUNIT_CASE(group_test_identity),
	KUNIT_CASE(group_test_release_all),
	{ }
};

static struct kunit_suite group_test_suite = {
	.name = "smmu_group",
	.init = ports_init,
	.exit = group_exit,
	.test_cases = group_test_cases,
};

kunit_test_suites(&group_test_suite);
