// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaves of a domain that two SMMUs walk.
 */
#include <kunit/test.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

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

/* A part of a block goes with all of it, for the core and in both TLBs. */
static void leaf_test_part(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct iommu_iotlb_gather gather;
	struct smmu_master *master;
	struct iommu_domain *domain;
	unsigned long iova;
	size_t block;

	ports_start_alike(p);
	master = ports_new_both(p, 0, NULL);
	domain = ports_new_domain(p, 0, master);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, master), 0);
	block = (size_t)PAGE_SIZE * PAGE_SIZE / 8;
	iova = 2 * block;

	KUNIT_ASSERT_EQ(test, ports_map(domain, iova, 3 * block, 2 * block), 0);
	ports_expect(p, master, iova, 3 * block);
	ports_expect(p, master, iova + block / 2, 3 * block + block / 2);
	ports_expect(p, master, iova + block, 4 * block);
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, iova, PAGE_SIZE), block);
	ports_expect(p, master, iova, FAKE_SMMU_FAULT);
	ports_expect(p, master, iova + block / 2, FAKE_SMMU_FAULT);
	ports_expect(p, master, iova + block, 4 * block);
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, iova, block), 0);

	/* From its middle on, beyond its end */
	KUNIT_ASSERT_EQ(test, ports_map(domain, iova, 3 * block, block), 0);
	ports_expect(p, master, iova, 3 * block);
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, iova + block / 2, block), block + block / 2);
	ports_expect(p, master, iova, FAKE_SMMU_FAULT);
	ports_expect(p, master, iova + block, FAKE_SMMU_FAULT);

	/* Lazy mode: all of it is reached until everything is forgotten. */
	KUNIT_ASSERT_EQ(test, ports_map(domain, iova, 3 * block, block), 0);
	ports_expect(p, master, iova + PAGE_SIZE, 3 * block + PAGE_SIZE);
	iommu_iotlb_gather_init(&gather);
	gather.queued = true;
	KUNIT_EXPECT_EQ(test, domain->ops->unmap_pages(domain, iova, PAGE_SIZE, 1, &gather), block);
	domain->ops->flush_iotlb_all(domain);
	ports_expect(p, master, iova, FAKE_SMMU_FAULT);
	ports_expect(p, master, iova + PAGE_SIZE, FAKE_SMMU_FAULT);
}

/* What the core adds up never comes to 4 GiB where that would be nothing. */
static void leaf_test_told(struct kunit *test)
{
	const u64 gib = SZ_1G, end = 4 * gib;

	/* Blocks that end below, or are what was asked for */
	KUNIT_EXPECT_EQ(test, smmu_domain_unmapped(0, SZ_4K, SZ_2M, U32_MAX), SZ_2M);
	KUNIT_EXPECT_EQ(test, smmu_domain_unmapped(2 * gib, SZ_4K, gib, U32_MAX), gib);
	KUNIT_EXPECT_EQ(test, smmu_domain_unmapped(3 * gib, gib, gib, U32_MAX), gib);
	/* Less than was asked for */
	KUNIT_EXPECT_EQ(test, smmu_domain_unmapped(end - SZ_2M, SZ_2M, SZ_4K, U32_MAX), SZ_4K);
	/* Three blocks, and then a part of the last one: 4 GiB altogether */
	KUNIT_EXPECT_EQ(test, smmu_domain_unmapped(3 * gib, gib - SZ_2M, gib, U32_MAX),
			gib - SZ_2M);
	/* Where it is no end */
	KUNIT_EXPECT_EQ(test, smmu_domain_unmapped(3 * gib, gib - SZ_2M, gib, U64_MAX), gib);
}

static struct kunit_case leaf_test_cases[] = {
	KUNIT_CASE_PARAM(leaf_test_contig, leaf_gen_params),
	KUNIT_CASE(leaf_test_part),
	KUNIT_CASE(leaf_test_told),
	{ }
};

static struct kunit_suite leaf_test_suite = {
	.name = "smmu_ports_leaf",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = leaf_test_cases,
};

kunit_test_suites(&leaf_test_suite);
