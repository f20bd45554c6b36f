// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA windows of a master on two SMMUs: what they refuse, and the page tables that
 * they make smaller.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "arm32/arm32.h"
#include "ops.h"
#include "pgtable/table.h"
#include "tests/ports_env.h"

/* 256 MiB */
static const struct smmu_window ports_window = {
	.nr = 1, .range = { { 0x10000000, 0x1fffffff } },
};

static const struct smmu_window ports_window_parts = {
	.nr = 2, .range = { { 0x10000000, 0x100fffff }, { 0x10200000, 0x102fffff } },
};

struct ports_window_map {
	unsigned long iova;
	unsigned long bytes;
	bool inside;
};

static const struct ports_window_map ports_window_maps[] = {
	{ 0x10000000, SZ_64K, true },
	{ 0x1fff0000, SZ_64K, true },
	{ 0x10000000, SZ_256M, true },
	{ 0x0fff0000, SZ_64K },
	{ 0x20000000, SZ_64K },
	{ 0x0fff0000, 2 * SZ_64K },
	{ 0x1fff0000, 2 * SZ_64K },
	{ 0x0fff0000, SZ_256M + 2 * SZ_64K },
	{ 0, SZ_64K },
	{ 0, SZ_1G },
	{ 0x7fff0000, SZ_64K },
	{ 0xffff0000, SZ_64K },
	/* The last page, and round to the first one. */
	{ 0UL - SZ_64K, SZ_64K },
	{ 0UL - SZ_64K, 2 * SZ_64K },
};

static const struct ports_window_map ports_window_parts_maps[] = {
	{ 0x10000000, SZ_1M, true },
	{ 0x10200000, SZ_1M, true },
	{ 0x10100000, SZ_64K },
	{ 0x101f0000, SZ_64K },
	{ 0x100f0000, 2 * SZ_64K },
	{ 0x101f0000, 2 * SZ_64K },
	{ 0x10100000, SZ_1M },
	{ 0x10000000, 3 * SZ_1M },
};

/* No memory: -ENOMEM would tell of a table that was asked for */
static struct page *ports_window_no_page(int nid, gfp_t gfp, unsigned int order)
{
	return NULL;
}

/* One call to the driver, without the core's way of cutting a map to pieces */
static void ports_window_judge(struct ports_test *p, struct iommu_domain *domain,
			       const struct ports_window_map *m)
{
	const phys_addr_t lead = m->inside ? PORTS_PA : 0;
	struct kunit *test = p->test;
	size_t mapped = 0;

	ports_forget_logs(p);
	if (!m->inside)
		kunit_activate_static_stub(test, smmu_table_get_page, ports_window_no_page);
	KUNIT_EXPECT_EQ_MSG(test, domain->ops->map_pages(domain, m->iova, PORTS_PA, PAGE_SIZE,
							 m->bytes / PAGE_SIZE, IOMMU_READ,
							 GFP_KERNEL, &mapped),
			    m->inside ? 0 : -ERANGE, "%#lx bytes at %#lx", m->bytes, m->iova);
	KUNIT_EXPECT_EQ(test, mapped, m->inside ? m->bytes : 0);
	KUNIT_EXPECT_EQ(test, iommu_iova_to_phys(domain, m->iova), lead);
	KUNIT_EXPECT_EQ(test, iommu_iova_to_phys(domain, m->iova + m->bytes - PAGE_SIZE),
			lead ? lead + m->bytes - PAGE_SIZE : 0);
	/* A block where an empty table was left behind is the one that takes commands. */
	if (!m->inside || m->bytes < SZ_2M)
		ports_expect_silence(p);
	if (m->inside)
		KUNIT_EXPECT_EQ(test, iommu_unmap(domain, m->iova, m->bytes), m->bytes);
	else
		kunit_deactivate_static_stub(test, smmu_table_get_page);
}

static void ports_window_start(struct ports_test *p, u8 stage)
{
	struct smmu_caps caps = fake_smmu_caps();

	caps.s1 = stage == 1;
	ports_start(p, &caps, &caps, false);
}

static const u8 ports_stages[] = { 1, 2 };

static void ports_stage_desc(const u8 *stage, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "stage %u", *stage);
}

KUNIT_ARRAY_PARAM(ports_stage, ports_stages, ports_stage_desc);

static void ports_window_test_map(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master_source to_b;
	struct smmu_master *one, *parts;
	struct iommu_domain *domain;
	unsigned int i;

	ports_window_start(p, *(const u8 *)test->param_value);
	one = ports_new_both(p, 0, &ports_window);
	domain = ports_new_domain(p, 0, one);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, one), 0);
	for (i = 0; i < ARRAY_SIZE(ports_window_maps); i++)
		ports_window_judge(p, domain, &ports_window_maps[i]);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, one), 0);

	to_b = ports_to(p->b, 0x40, 0);
	parts = ports_new_master(p, 1, &to_b, 1, &ports_window_parts);
	domain = ports_new_domain(p, 1, parts);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, parts), 0);
	for (i = 0; i < ARRAY_SIZE(ports_window_parts_maps); i++)
		ports_window_judge(p, domain, &ports_window_parts_maps[i]);
}

/* The core cuts a map to pieces; a part inside does not stay when another is refused. */
static void ports_window_test_straddle(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	struct iommu_domain *domain;

	ports_window_start(p, *(const u8 *)test->param_value);
	master = ports_new_both(p, 0, &ports_window);
	domain = ports_new_domain(p, 0, master);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, master), 0);
	/* A block that fits, and pages that do not. */
	KUNIT_EXPECT_EQ(test, ports_map(domain, 0x1fe00000, 0x50000000, SZ_2M + SZ_64K), -ERANGE);
	KUNIT_EXPECT_EQ(test, iommu_iova_to_phys(domain, 0x1fe00000), 0);
	KUNIT_EXPECT_EQ(test, ports_map(domain, 0x1fe00000, 0x50000000, SZ_2M), 0);
	KUNIT_EXPECT_EQ(test, iommu_iova_to_phys(domain, 0x1fffffff), 0x501fffff);
	ports_expect(p, master, 0x20000000, FAKE_SMMU_FAULT);
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, 0x1fe00000, SZ_2M), SZ_2M);
}

/* A region for good: all of it or nothing, and once more without harm */
static void ports_window_test_region(struct kunit *test)
{
	const int prot = IOMMU_READ | IOMMU_WRITE;
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	struct smmu_domain *smmu_domain;
	struct iommu_domain *domain;

	ports_window_start(p, *(const u8 *)test->param_value);
	master = ports_new_both(p, 0, &ports_window);
	domain = ports_new_domain(p, 0, master);
	smmu_domain = to_smmu_domain(domain);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, master), 0);

	/* It may lie at physical 0, which is also what an unmapped address says. */
	KUNIT_EXPECT_EQ(test, smmu_domain_map_region(smmu_domain, 0x10000000, 0, SZ_64K, prot), 0);
	ports_expect(p, master, 0x1000f000, 0xf000);
	KUNIT_EXPECT_EQ(test, smmu_domain_map_region(smmu_domain, 0x10000000, 0, SZ_64K, prot), 0);
	KUNIT_EXPECT_EQ(test, smmu_domain_map_region(smmu_domain, 0x10000000, SZ_1M, SZ_64K, prot),
			-EEXIST);
	ports_expect(p, master, 0x1000f000, 0xf000);

	/* The same start, and more than is there. */
	KUNIT_EXPECT_EQ(test, smmu_domain_map_region(smmu_domain, 0x10000000, 0, SZ_128K, prot),
			0);
	ports_expect(p, master, 0x1000f000, 0xf000);
	ports_expect(p, master, 0x1001f000, 0x1f000);

	/* Two pages of it are there, as wanted. */
	KUNIT_EXPECT_EQ(test, ports_map(domain, 0x10140000, 0x50040000, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, ports_map(domain, 0x10180000, 0x50080000, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, smmu_domain_map_region(smmu_domain, 0x10100000, 0x50000000, SZ_1M,
						     prot), 0);
	ports_expect(p, master, 0x10100000, 0x50000000);
	ports_expect(p, master, 0x10140000, 0x50040000);
	ports_expect(p, master, 0x10170000, 0x50070000);
	ports_expect(p, master, 0x101ff000, 0x500ff000);

	/* A page leads elsewhere: nothing is mapped. */
	KUNIT_EXPECT_EQ(test, ports_map(domain, 0x10280000, 0x70000000, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, smmu_domain_map_region(smmu_domain, 0x10200000, 0x60000000, SZ_1M,
						     prot), -EEXIST);
	ports_expect(p, master, 0x10200000, FAKE_SMMU_FAULT);
	ports_expect(p, master, 0x10280000, 0x70000000);

	KUNIT_EXPECT_EQ(test, smmu_domain_map_region(smmu_domain, 0x1fff0000, 0, SZ_128K, prot),
			-ERANGE);
	ports_expect(p, master, 0x1fff0000, FAKE_SMMU_FAULT);
}

static void ports_window_test_levels(struct kunit *test)
{
	const u8 stage = *(const u8 *)test->param_value;
	struct ports_test *p = test->priv;
	struct smmu_master *small, *large;
	const struct smmu_cdtab *cdtab;
	struct iommu_domain *domain;

	if (PAGE_SIZE != SZ_4K)
		kunit_skip(test, "the levels are those of pages of 4K");
	ports_window_start(p, stage);
	small = ports_new_both(p, 0, &ports_window);
	domain = ports_new_domain(p, 0, small);
	/* 29 bits: 12 of a page, 9 and 8 of tables; 512 MiB are enough for 0x1fffffff. */
	KUNIT_EXPECT_EQ(test, 64 - ports_walk(domain)->t0sz, 29);
	KUNIT_EXPECT_EQ(test, ports_walk(domain)->start_level, 2);
	KUNIT_EXPECT_EQ(test, domain->geometry.aperture_start, 0x10000000);
	KUNIT_EXPECT_EQ(test, domain->geometry.aperture_end, 0x1fffffff);
	KUNIT_EXPECT_TRUE(test, domain->geometry.force_aperture);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, small), 0);
	KUNIT_EXPECT_EQ(test, ports_map(domain, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	ports_expect(p, small, PORTS_IOVA, PORTS_PA);
	cdtab = &small->ports[1].cdtab;
	if (stage == 1)
		KUNIT_EXPECT_EQ(test, le64_get_bits(cdtab->cds[cdtab->used].w[0], SMMU_CD_T0SZ),
				35);
	else
		KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_STE_S2T0SZ,
						le64_to_cpu(small->ports[1].ste.w[2])), 35);

	large = ports_new_single(p, 1, p->a, 0x30);
	domain = ports_new_domain(p, 1, large);
	KUNIT_EXPECT_EQ(test, 64 - ports_walk(domain)->t0sz, 48);
	KUNIT_EXPECT_EQ(test, ports_walk(domain)->start_level, 0);
	KUNIT_EXPECT_EQ(test, domain->geometry.aperture_start, 0);
	KUNIT_EXPECT_EQ(test, domain->geometry.aperture_end, BIT_ULL(48) - 1);
}

/* The smallest window still has as many bits as an SMMU asks for. */
static void ports_window_test_tiny(struct kunit *test)
{
	const struct smmu_window first = { .nr = 1, .range = { { 0, PAGE_SIZE - 1 } } };
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	struct iommu_domain *domain;

	ports_window_start(p, *(const u8 *)test->param_value);
	master = ports_new_both(p, 0, &first);
	domain = ports_new_domain(p, 0, master);
	KUNIT_EXPECT_EQ(test, ports_walk(domain)->t0sz, 39);
	KUNIT_EXPECT_EQ(test, domain->geometry.aperture_end, PAGE_SIZE - 1);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, master), 0);
	KUNIT_EXPECT_EQ(test, ports_map(domain, 0, PORTS_PA, PAGE_SIZE), 0);
	ports_expect(p, master, 0, PORTS_PA);
	KUNIT_EXPECT_EQ(test, ports_map(domain, PAGE_SIZE, PORTS_PA, PAGE_SIZE), -ERANGE);
}

/* A domain may have less than the window of a master, not more. */
static void ports_window_test_attach(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master *small, *large;
	struct iommu_domain *of_small, *of_large;

	ports_window_start(p, *(const u8 *)test->param_value);
	small = ports_new_both(p, 0, &ports_window);
	large = ports_new_single(p, 1, p->a, 0x30);
	of_small = ports_new_domain(p, 0, small);
	of_large = ports_new_domain(p, 1, large);
	KUNIT_EXPECT_EQ(test, ports_map(of_small, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test, ports_attach(of_small, small), 0);

	ports_forget_logs(p);
	KUNIT_EXPECT_EQ(test, ports_attach(of_large, small), -EINVAL);
	ports_expect_silence(p);
	ports_expect(p, small, PORTS_IOVA, PORTS_PA);
	KUNIT_EXPECT_EQ(test, ports_attach(of_small, large), 0);
	ports_expect(p, large, PORTS_IOVA, PORTS_PA);
}

static void ports_window_test_identity(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	struct iommu_domain *domain;

	if (smmu_arm32.attach_default)
		kunit_skip(test, "there identity is what comes before a domain");
	ports_window_start(p, *(const u8 *)test->param_value);
	master = ports_new_both(p, 0, &ports_window);
	domain = ports_new_domain(p, 0, master);
	KUNIT_EXPECT_EQ(test, ports_map(domain, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, master), 0);
	ports_forget_logs(p);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.identity_domain, master), -EINVAL);
	ports_expect_silence(p);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA);
}

/* Nothing of the window can be translated, or only a part. */
static void ports_window_test_beyond(struct kunit *test)
{
	const struct smmu_window beyond = {
		.nr = 1, .range = { { BIT_ULL(48), BIT_ULL(48) + 0xffff } },
	};
	const struct smmu_window partly = {
		.nr = 2, .range = { { 0x10000, 0x1ffff }, { BIT_ULL(47), BIT_ULL(50) - 1 } },
	};
	struct ports_test *p = test->priv;
	struct smmu_master_source to_b;
	struct smmu_master *master;
	struct iommu_domain *domain;

	ports_window_start(p, *(const u8 *)test->param_value);
	master = ports_new_both(p, 0, &beyond);
	domain = smmu_ops.domain_alloc_paging(master->dev);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(domain), -ERANGE);

	to_b = ports_to(p->b, 0x40, 0);
	master = ports_new_master(p, 1, &to_b, 1, &partly);
	domain = ports_new_domain(p, 0, master);
	KUNIT_EXPECT_EQ(test, domain->geometry.aperture_start, 0x10000);
	KUNIT_EXPECT_EQ(test, domain->geometry.aperture_end, BIT_ULL(48) - 1);
	KUNIT_EXPECT_EQ(test, ports_attach(domain, master), 0);
}

static struct kunit_case ports_window_test_cases[] = {
	KUNIT_CASE_PARAM(ports_window_test_map, ports_stage_gen_params),
	KUNIT_CASE_PARAM(ports_window_test_straddle, ports_stage_gen_params),
	KUNIT_CASE_PARAM(ports_window_test_region, ports_stage_gen_params),
	KUNIT_CASE_PARAM(ports_window_test_levels, ports_stage_gen_params),
	KUNIT_CASE_PARAM(ports_window_test_tiny, ports_stage_gen_params),
	KUNIT_CASE_PARAM(ports_window_test_attach, ports_stage_gen_params),
	KUNIT_CASE_PARAM(ports_window_test_identity, ports_stage_gen_params),
	KUNIT_CASE_PARAM(ports_window_test_beyond, ports_stage_gen_params),
	{ }
};

static struct kunit_suite ports_window_test_suite = {
	.name = "smmu_ports_window",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = ports_window_test_cases,
};

kunit_test_suites(&ports_window_test_suite);
