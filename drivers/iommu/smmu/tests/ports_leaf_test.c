// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaves of a domain that two SMMUs walk.
 */
#include <kunit/test.h>
#include <linux/iommu.h>

#include "pgtable/pgtable.h"
#include "tests/ports_env.h"

/* What one SMMU may do with leaves; the least of both counts. */
struct leaf_case {
	const char *name;
	u8 bbml[2];
	bool contig[2];
	bool want;
};

static const struct leaf_case leaf_cases[] = {
	{ "alike", { 2, 2 }, { true, true }, true },
	{ "A has an erratum", { 2, 2 }, { false, true }, false },
	{ "B has an erratum", { 2, 2 }, { true, false }, false },
	{ "B changes the hint only", { 2, 1 }, { true, true }, true },
	{ "B changes nothing that is in use", { 2, 0 }, { true, true }, false },
};

KUNIT_ARRAY_PARAM_DESC(leaf, leaf_cases, name);

/* The contiguous hint is used only if both SMMUs stand it. */
static void leaf_test_contig(struct kunit *test)
{
	const struct leaf_case *c = test->param_value;
	struct smmu_caps a = fake_smmu_caps(), b = a;
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	struct iommu_domain *domain;

	a.bbml = c->bbml[0];
	a.contig = c->contig[0];
	b.bbml = c->bbml[1];
	b.contig = c->contig[1];
	ports_start(p, &a, &b, false);
	master = ports_new_both(p, 0, NULL);
	domain = ports_new_domain(p, 0, master);
	KUNIT_EXPECT_EQ(test, smmu_pgtable_contig(to_smmu_domain(domain)->pt), c->want);
	KUNIT_EXPECT_EQ(test, ports_attach(domain, master), 0);
}

static struct kunit_case leaf_test_cases[] = {
	KUNIT_CASE_PARAM(leaf_test_contig, leaf_gen_params),
	{ }
};

static struct kunit_suite leaf_test_suite = {
	.name = "smmu_ports_leaf",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = leaf_test_cases,
};

kunit_test_suites(&leaf_test_suite);
