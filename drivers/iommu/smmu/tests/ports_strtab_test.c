// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first level of the stream table in the lives of masters: on A, which a hypervisor
 * plays, it may not change; on B it grows.
 */
#include <kunit/test.h>
#include <linux/iommu.h>

#include "ops.h"
#include "tests/ports_env.h"

/* Commands that drop a first-level descriptor */
static unsigned int strtab_test_l1_commands(const struct fake_smmu *fake)
{
	unsigned int i, n = 0;

	for (i = 0; i < fake->nr_log; i++)
		n += smmu_cmd_opcode(&fake->log[i]) == SMMU_CMD_CFGI_STE &&
		     !(fake->log[i].w[1] & SMMU_CMD_CFGI_1_LEAF);
	return n;
}

static size_t strtab_test_l1_bytes(const struct fake_smmu *fake)
{
	const struct smmu_strtab *st = &fake->smmu.strtab;

	return sizeof(*st->l1) << (st->sid_bits - st->split);
}

static __le64 *strtab_test_copy_l1(struct ports_test *p, const struct fake_smmu *fake)
{
	__le64 *copy = kunit_kmalloc(p->test, strtab_test_l1_bytes(fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(p->test, copy);
	memcpy(copy, fake->smmu.strtab.l1, strtab_test_l1_bytes(fake));
	return copy;
}

/* A master comes, is attached to everything that there is, and stays. */
static void strtab_test_live(struct ports_test *p, unsigned int n, u32 sid)
{
	const struct smmu_master_source from[] = { ports_to(p->a, sid, 0),
						   ports_to(p->b, sid, 0) };
	struct smmu_master *master = ports_new_master(p, n, from, ARRAY_SIZE(from), NULL);
	struct iommu_domain *domain = ports_new_domain(p, n, master);

	KUNIT_EXPECT_EQ(p->test, ports_map(domain, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(p->test, ports_attach(smmu_ops.identity_domain, master), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_IOVA);
	KUNIT_EXPECT_EQ(p->test, ports_attach(domain, master), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA);
}

static void strtab_test_l1(struct kunit *test)
{
	struct smmu_caps a = fake_smmu_caps(), b = a;
	struct ports_test *p = test->priv;
	__le64 *l1[2];

	a.lazy_strtab = false;
	ports_start(p, &a, &b, false);
	l1[0] = strtab_test_copy_l1(p, p->a);
	l1[1] = strtab_test_copy_l1(p, p->b);
	strtab_test_live(p, 0, 0x10);
	strtab_test_live(p, 1, 0x1ff);
	strtab_test_live(p, 2, 0x3ff);
	KUNIT_EXPECT_EQ(test, strtab_test_l1_commands(p->a), 0);
	KUNIT_EXPECT_MEMEQ(test, l1[0], p->a->smmu.strtab.l1, strtab_test_l1_bytes(p->a));
	/* The other way to live is seen here. */
	KUNIT_EXPECT_EQ(test, strtab_test_l1_commands(p->b), 3);
	KUNIT_EXPECT_MEMNEQ(test, l1[1], p->b->smmu.strtab.l1, strtab_test_l1_bytes(p->b));
}

/* Masters that are not told apart share a table that is there from the start. */
static void strtab_test_one_context(struct kunit *test)
{
	const struct smmu_caps caps = fake_smmu_caps();
	struct ports_test *p = test->priv;
	struct smmu_master_source from;
	__le64 *l1;

	ports_start(p, &caps, &caps, true);
	l1 = strtab_test_copy_l1(p, p->a);
	from = (struct smmu_master_source){ .smmu = &p->a->smmu, .spec = { .all = true } };
	ports_new_master(p, 0, &from, 1, NULL);
	KUNIT_EXPECT_EQ(test, p->a->nr_log, 0);
	KUNIT_EXPECT_MEMEQ(test, l1, p->a->smmu.strtab.l1, strtab_test_l1_bytes(p->a));
}

static struct kunit_case strtab_test_cases[] = {
	KUNIT_CASE(strtab_test_l1),
	KUNIT_CASE(strtab_test_one_context),
	{ }
};

static struct kunit_suite strtab_test_suite = {
	.name = "smmu_ports_strtab",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = strtab_test_cases,
};

kunit_test_suites(&strtab_test_suite);
