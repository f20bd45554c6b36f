// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shapes and descriptors of page tables, against values written out by hand
 * from the Arm ARM (D8).
 */
#include <linux/iommu.h>
#include <linux/mm.h>

#include "pgtable/table.h"
#include "tests/pgtable_ref.h"

/* D8.2: first level and size of the first table or tables */
struct shape {
	u8 stage, granule_lg2, ias, oas;
	u8 start_level;
	u32 root_bytes;
};

static const struct shape shapes[] = {
	{ 1, 12, 25, 32, 2, 16 * 8 },
	{ 1, 12, 30, 48, 2, SZ_4K },
	{ 1, 12, 31, 48, 1, 2 * 8 },
	{ 1, 12, 32, 48, 1, 4 * 8 },
	{ 1, 12, 39, 48, 1, SZ_4K },
	{ 1, 12, 40, 48, 0, 2 * 8 },
	{ 1, 12, 48, 48, 0, SZ_4K },
	{ 1, 14, 25, 32, 3, SZ_16K },
	{ 1, 14, 26, 32, 2, 2 * 8 },
	{ 1, 14, 36, 48, 2, SZ_16K },
	{ 1, 14, 37, 48, 1, 2 * 8 },
	{ 1, 14, 47, 48, 1, SZ_16K },
	{ 1, 14, 48, 48, 0, 2 * 8 },
	{ 1, 16, 25, 32, 3, 512 * 8 },
	{ 1, 16, 29, 48, 3, SZ_64K },
	{ 1, 16, 30, 48, 2, 2 * 8 },
	{ 1, 16, 42, 48, 2, SZ_64K },
	{ 1, 16, 43, 48, 1, 2 * 8 },
	{ 1, 16, 48, 48, 1, 64 * 8 },
	{ 1, 16, 52, 52, 1, 1024 * 8 },
	{ 2, 12, 25, 32, 2, 16 * 8 },
	{ 2, 12, 30, 32, 2, SZ_4K },
	{ 2, 12, 31, 32, 1, 2 * 8 },
	{ 2, 12, 34, 36, 1, 16 * 8 },
	{ 2, 12, 35, 36, 1, 32 * 8 },
	{ 2, 12, 39, 40, 1, SZ_4K },
	{ 2, 12, 40, 40, 1, 2 * SZ_4K },
	{ 2, 12, 42, 42, 1, 8 * SZ_4K },
	{ 2, 12, 43, 44, 0, 16 * 8 },
	{ 2, 12, 44, 44, 0, 32 * 8 },
	{ 2, 12, 48, 48, 0, SZ_4K },
	{ 2, 14, 25, 32, 3, SZ_16K },
	{ 2, 14, 29, 32, 2, 16 * 8 },
	{ 2, 14, 30, 32, 2, 32 * 8 },
	{ 2, 14, 40, 40, 2, 16 * SZ_16K },
	{ 2, 14, 41, 42, 1, 32 * 8 },
	{ 2, 14, 48, 48, 1, 2 * SZ_16K },
	{ 2, 16, 29, 32, 3, SZ_64K },
	{ 2, 16, 33, 36, 2, 16 * 8 },
	{ 2, 16, 34, 36, 2, 32 * 8 },
	{ 2, 16, 44, 44, 1, 4 * 8 },
	{ 2, 16, 46, 48, 1, 16 * 8 },
	{ 2, 16, 47, 48, 1, 32 * 8 },
	{ 2, 16, 52, 52, 1, 1024 * 8 },
};

static struct smmu_pgtable_cfg cfg_of(u8 stage, u8 granule_lg2, u8 ias, u8 oas)
{
	return (struct smmu_pgtable_cfg) {
		.stage = stage,
		.granule_lg2 = granule_lg2,
		.ias_bits = ias,
		.oas_bits = oas,
		.coherent = true,
		.nid = NUMA_NO_NODE,
	};
}

static void check_shape(struct kunit *test, const struct shape *s)
{
	struct smmu_pgtable_cfg cfg = cfg_of(s->stage, s->granule_lg2, s->ias,
					     s->oas);
	struct smmu_pgtable *pt = smmu_pgtable_alloc(&cfg);
	const struct smmu_walk *walk;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pt);
	walk = smmu_pgtable_walk(pt);
	KUNIT_EXPECT_EQ_MSG(test, walk->start_level, s->start_level,
			    "stage %u granule %u ias %u", s->stage,
			    s->granule_lg2, s->ias);
	KUNIT_EXPECT_EQ_MSG(test, page_size(virt_to_page(phys_to_virt(walk->ttb))),
			    max_t(size_t, s->root_bytes, PAGE_SIZE),
			    "stage %u granule %u ias %u", s->stage,
			    s->granule_lg2, s->ias);
	KUNIT_EXPECT_EQ(test, walk->stage, s->stage);
	KUNIT_EXPECT_EQ(test, walk->granule_lg2, s->granule_lg2);
	KUNIT_EXPECT_EQ(test, walk->t0sz, 64 - s->ias);
	KUNIT_EXPECT_EQ(test, walk->oas_bits, s->oas);
	KUNIT_EXPECT_TRUE(test, walk->coherent);
	KUNIT_EXPECT_EQ(test, walk->ttb & (max(64U, s->root_bytes) - 1), 0);
	smmu_pgtable_free(pt);
}

static void pgtable_shapes(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		check_shape(test, &shapes[i]);
}

/* Leaf sizes; those of levels above the first are missing */
static void pgtable_sizes(struct kunit *test)
{
	static const struct {
		u8 stage, granule_lg2, ias, oas;
		u64 sizes;
	} cases[] = {
		{ 1, 12, 48, 48, SZ_4K | SZ_2M | SZ_1G },
		{ 1, 12, 39, 48, SZ_4K | SZ_2M | SZ_1G },
		{ 1, 12, 30, 48, SZ_4K | SZ_2M },
		{ 2, 12, 30, 48, SZ_4K | SZ_2M },
		{ 1, 14, 48, 48, SZ_16K | SZ_32M },
		{ 1, 14, 25, 48, SZ_16K },
		{ 2, 14, 48, 48, SZ_16K | SZ_32M },
		{ 1, 16, 52, 52, SZ_64K | SZ_512M },
		{ 1, 16, 29, 48, SZ_64K },
		{ 2, 16, 48, 48, SZ_64K | SZ_512M },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct smmu_pgtable_cfg cfg =
			cfg_of(cases[i].stage, cases[i].granule_lg2,
			       cases[i].ias, cases[i].oas);
		struct smmu_pgtable *pt = smmu_pgtable_alloc(&cfg);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pt);
		KUNIT_EXPECT_EQ_MSG(test, smmu_pgtable_sizes(pt),
				    cases[i].sizes, "case %d", i);
		smmu_pgtable_free(pt);
	}
}

/* 52 bits of output need the 64K granule */
static void pgtable_output_size_limited(struct kunit *test)
{
	static const u8 granules[] = { 12, 14 };
	int i;

	for (i = 0; i < ARRAY_SIZE(granules); i++) {
		struct smmu_pgtable_cfg cfg = cfg_of(1, granules[i], 48, 52);
		struct smmu_pgtable *pt = smmu_pgtable_alloc(&cfg);

		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pt);
		KUNIT_EXPECT_EQ(test, smmu_pgtable_walk(pt)->oas_bits, 48);
		smmu_pgtable_free(pt);
	}
}

static void pgtable_refuses_shapes(struct kunit *test)
{
	static const struct {
		u8 stage, granule_lg2, ias, oas;
	} bad[] = {
		{ 0, 12, 48, 48 }, { 3, 12, 48, 48 },
		{ 1, 13, 48, 48 }, { 1, 0, 48, 48 }, { 1, 18, 48, 48 },
		{ 1, 12, 24, 48 }, { 1, 12, 0, 48 }, { 1, 12, 49, 48 },
		{ 1, 14, 49, 48 }, { 1, 12, 52, 52 }, { 1, 16, 53, 52 },
		{ 1, 12, 48, 0 }, { 1, 12, 48, 39 }, { 1, 12, 48, 56 },
		{ 2, 12, 41, 40 }, { 2, 12, 48, 44 }, { 2, 16, 52, 48 },
		{ 2, 12, 24, 48 }, { 2, 14, 49, 52 }, { 2, 12, 255, 48 },
	};
	struct smmu_pgtable_cfg cfg;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		cfg = cfg_of(bad[i].stage, bad[i].granule_lg2, bad[i].ias,
			     bad[i].oas);
		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR(smmu_pgtable_alloc(&cfg)),
				    -EINVAL, "case %d", i);
	}
	cfg = cfg_of(1, 12, 48, 48);
	cfg.coherent = false;	/* and nobody to clean with */
	KUNIT_EXPECT_EQ(test, PTR_ERR(smmu_pgtable_alloc(&cfg)), -EINVAL);
}

/* Whole descriptors, D8.3.1 and D8.3.2 */
struct golden {
	u8 stage, granule_lg2;
	bool fwb;
	u64 pa, bytes;
	int prot;
	u64 desc;
};

#define R	IOMMU_READ
#define W	IOMMU_WRITE
#define C	IOMMU_CACHE
#define NX	IOMMU_NOEXEC
#define IO	IOMMU_MMIO
#define P	IOMMU_PRIV

static const struct golden goldens[] = {
	/* Stage 1: MAIR index 2 is WB, 1 is NC, 0 is device */
	{ 1, 12, 0, 0x40001000, SZ_4K, R | W | C, 0x40001f4bULL },
	{ 1, 12, 0, 0x40001000, SZ_4K, R | C, 0x40001fcbULL },
	{ 1, 12, 0, 0x40001000, SZ_4K, W | C, 0x40001f4bULL },
	{ 1, 12, 0, 0x40001000, SZ_4K, R | W, 0x40001e47ULL },
	{ 1, 12, 0, 0x40001000, SZ_4K, R | W | IO, 0x40001e43ULL },
	{ 1, 12, 0, 0x40001000, SZ_4K, R | W | IO | C, 0x40001e43ULL },
	{ 1, 12, 0, 0x40001000, SZ_4K, R | W | C | P, 0x40001f0bULL },
	{ 1, 12, 0, 0x40001000, SZ_4K, R | C | P, 0x40001f8bULL },
	{ 1, 12, 0, 0x40001000, SZ_4K, R | W | C | NX,
	  0x0060000040001f4bULL },
	{ 1, 12, 0, 0xfffffffff000ULL, SZ_4K, R | W | C,
	  0x0000ffffffffff4bULL },
	{ 1, 12, 0, 0x40200000, SZ_2M, R | W | C, 0x40200f49ULL },
	{ 1, 12, 0, 0x40000000, SZ_1G, R | W | C, 0x40000f49ULL },
	{ 1, 14, 0, 0x4000c000, SZ_16K, R | W | C, 0x4000cf4bULL },
	{ 1, 14, 0, 0x42000000, SZ_32M, R | W | C, 0x42000f49ULL },
	{ 1, 16, 0, 0x40030000, SZ_64K, R | W | C, 0x40030f4bULL },
	{ 1, 16, 0, 0x60000000, SZ_512M, R | W | C, 0x60000f49ULL },
	/* 52-bit addresses: bits 51 to 48 in bits 15 to 12 */
	{ 1, 16, 0, 0xa000040030000ULL, SZ_64K, R | W | C, 0x4003af4bULL },
	{ 1, 16, 0, 0xf000060000000ULL, SZ_512M, R | W | C, 0x6000ff49ULL },
	/* Stage 2 */
	{ 2, 12, 0, 0x40001000, SZ_4K, R | W | C, 0x400017ffULL },
	{ 2, 12, 0, 0x40001000, SZ_4K, R | C, 0x4000177fULL },
	{ 2, 12, 0, 0x40001000, SZ_4K, W | C, 0x400017bfULL },
	{ 2, 12, 0, 0x40001000, SZ_4K, R | W, 0x400016d7ULL },
	{ 2, 12, 0, 0x40001000, SZ_4K, R | W | IO, 0x400016c7ULL },
	{ 2, 12, 0, 0x40001000, SZ_4K, R | W | C | P, 0x400017ffULL },
	{ 2, 12, 0, 0x40001000, SZ_4K, R | W | C | NX,
	  0x00400000400017ffULL },
	{ 2, 12, 0, 0x40200000, SZ_2M, R | W | C, 0x402007fdULL },
	{ 2, 12, 0, 0x40000000, SZ_1G, R | W | C, 0x400007fdULL },
	{ 2, 16, 0, 0xa000040030000ULL, SZ_64K, R | W | C, 0x4003a7ffULL },
	/* with forced write-back */
	{ 2, 12, 1, 0x40001000, SZ_4K, R | W | C, 0x400017dbULL },
	{ 2, 12, 1, 0x40001000, SZ_4K, R | W, 0x400016d7ULL },
	{ 2, 12, 1, 0x40001000, SZ_4K, R | W | IO, 0x400016c7ULL },
};

struct seen {
	struct smmu_pgtable_leaf leaf;
	int count;
};

static int see(const struct smmu_pgtable_leaf *leaf, void *ctx)
{
	struct seen *seen = ctx;

	seen->leaf = *leaf;
	seen->count++;
	return 0;
}

/* The descriptor of the leaf for address 0: always in the first slot of a table */
static u64 first_leaf(const struct smmu_walk *walk)
{
	u64 pa = walk->ttb, desc;
	int level;

	for (level = walk->start_level; ; level++) {
		desc = le64_to_cpup(phys_to_virt(pa));
		if (level == 3 || (desc & 3) != 3)
			return desc;
		pa = desc & GENMASK_ULL(47, 12);
	}
}

static void check_golden(struct kunit *test, const struct golden *g)
{
	u8 oas = g->granule_lg2 == 16 ? 52 : 48;
	struct smmu_pgtable_cfg cfg = cfg_of(g->stage, g->granule_lg2, 48, oas);
	struct smmu_pgtable *pt;
	struct seen seen = { };
	size_t mapped = 0;

	cfg.fwb = g->fwb;
	pt = smmu_pgtable_alloc(&cfg);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pt);
	KUNIT_EXPECT_EQ(test, 0, smmu_pgtable_map(pt, 0, g->pa, g->bytes,
						  g->prot, GFP_KERNEL,
						  &mapped));
	KUNIT_EXPECT_EQ(test, 0, smmu_pgtable_visit(pt, 0, U64_MAX, see,
						    &seen));
	KUNIT_EXPECT_EQ(test, seen.count, 1);
	KUNIT_EXPECT_EQ_MSG(test, first_leaf(smmu_pgtable_walk(pt)), g->desc,
			    "stage %u, %llx, protection %x", g->stage, g->pa,
			    g->prot);
	KUNIT_EXPECT_EQ(test, seen.leaf.pa, g->pa);
	KUNIT_EXPECT_EQ(test, seen.leaf.bytes, g->bytes);
	smmu_pgtable_free(pt);
}

static void pgtable_descriptors(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(goldens); i++) {
		if (goldens[i].pa > (phys_addr_t)~0ULL)
			continue;
		check_golden(test, &goldens[i]);
	}
}

static void pgtable_mair(struct kunit *test)
{
	struct smmu_pgtable_cfg cfg = cfg_of(1, 12, 48, 48);
	struct smmu_pgtable *pt = smmu_pgtable_alloc(&cfg);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pt);
	KUNIT_EXPECT_EQ(test, smmu_pgtable_walk(pt)->mair, 0xff4404ULL);
	smmu_pgtable_free(pt);

	cfg.stage = 2;
	pt = smmu_pgtable_alloc(&cfg);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pt);
	KUNIT_EXPECT_EQ(test, smmu_pgtable_walk(pt)->mair, 0);
	smmu_pgtable_free(pt);
}

/* The allocator itself, which the other tests replace */
static void pgtable_page(struct kunit *test)
{
	struct page *page = smmu_table_get_page(NUMA_NO_NODE,
						GFP_KERNEL | __GFP_ZERO |
						__GFP_HIGHMEM, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, compound_order(page), 2);
	KUNIT_ASSERT_NOT_NULL(test, page_address(page));
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0,
					   PAGE_SIZE << 2));
	__free_pages(page, 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pgtable_shapes),
	KUNIT_CASE(pgtable_sizes),
	KUNIT_CASE(pgtable_output_size_limited),
	KUNIT_CASE(pgtable_refuses_shapes),
	KUNIT_CASE(pgtable_descriptors),
	KUNIT_CASE(pgtable_mair),
	KUNIT_CASE(pgtable_page),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-format",
	.test_cases = cases,
};

kunit_test_suites(&suite);
