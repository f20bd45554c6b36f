// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions that the firmware wants kept: what becomes of those that bootloaders leave
 * behind, and what the core is told of them.
 */
#include <kunit/test.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "master.h"
#include "ops.h"
#include "resv.h"
#include "tests/ports_env.h"

struct resv_case {
	const char *name;
	u64 start, bytes;
	/* Where it lies; no bytes if it does not say */
	u64 reg, reg_bytes;
	u8 granule_lg2;
	enum smmu_resv_shape shape;
	struct smmu_resv resv;
};

static const struct resv_case resv_cases[] = {
	{ "one to one", 0x70000000, SZ_64K, 0x70000000, SZ_64K, 12, SMMU_RESV_AS_TOLD,
	  { .kind = SMMU_RESV_DIRECT, .range = { 0x70000000, 0x7000ffff }, .phys = 0x70000000 } },
	{ "elsewhere", 0x1000000, SZ_64K, 0x70000000, SZ_64K, 16, SMMU_RESV_AS_TOLD,
	  { .kind = SMMU_RESV_MOVED, .range = { 0x1000000, 0x100ffff }, .phys = 0x70000000 } },
	{ "kept free", 0x1000000, SZ_64K, 0, 0, 12, SMMU_RESV_AS_TOLD,
	  { .kind = SMMU_RESV_HOLE, .range = { 0x1000000, 0x100ffff } } },
	{ "kept free, off the granule", 0x1000800, 0x1000, 0, 0, 12, SMMU_RESV_AS_TOLD,
	  { .kind = SMMU_RESV_HOLE, .range = { 0x1000000, 0x1001fff } } },
	{ "not filled in", 0, 0, 0, 0, 12, SMMU_RESV_EMPTY },
	{ "not filled in, with memory", 0x1000, 0, 0x70000000, SZ_64K, 12, SMMU_RESV_EMPTY },
	{ "a framebuffer", 0xf1000000, 0x1fa400, 0xf1000000, 0x1fa400, 12, SMMU_RESV_WIDENED,
	  { .kind = SMMU_RESV_DIRECT, .range = { 0xf1000000, 0xf11fafff }, .phys = 0xf1000000 } },
	{ "a framebuffer, 64K", 0xf1001000, SZ_4K, 0xf1001000, SZ_4K, 16, SMMU_RESV_WIDENED,
	  { .kind = SMMU_RESV_DIRECT, .range = { 0xf1000000, 0xf100ffff }, .phys = 0xf1000000 } },
	{ "elsewhere, off the granule", 0x20000400, SZ_4K, 0x70000400, SZ_4K, 12,
	  SMMU_RESV_WIDENED,
	  { .kind = SMMU_RESV_MOVED, .range = { 0x20000000, 0x20001fff }, .phys = 0x70000000 } },
	{ "elsewhere on the granule", 0x20000400, SZ_4K, 0x70000800, SZ_4K, 12,
	  SMMU_RESV_OTHER_OFFSET,
	  { .kind = SMMU_RESV_HOLE, .range = { 0x20000000, 0x20001fff } } },
	{ "4K apart on 64K", 0x20001000, SZ_4K, 0x70002000, SZ_4K, 16, SMMU_RESV_OTHER_OFFSET,
	  { .kind = SMMU_RESV_HOLE, .range = { 0x20000000, 0x2000ffff } } },
	{ "less than its memory", 0x70000000, SZ_32K, 0x70000000, SZ_64K, 12,
	  SMMU_RESV_OTHER_SIZE,
	  { .kind = SMMU_RESV_HOLE, .range = { 0x70000000, 0x70007fff } } },
	{ "more than its memory", 0x70000000, SZ_128K, 0x70000000, SZ_64K, 12,
	  SMMU_RESV_OTHER_SIZE,
	  { .kind = SMMU_RESV_HOLE, .range = { 0x70000000, 0x7001ffff } } },
	{ "all the rest", 0x30000000, U64_MAX - 0x30000000 + 1, 0, 0, 12, SMMU_RESV_AS_TOLD,
	  { .kind = SMMU_RESV_HOLE, .range = { 0x30000000, U64_MAX } } },
	{ "as good as all", 0, U64_MAX, 0, 0, 16, SMMU_RESV_AS_TOLD,
	  { .kind = SMMU_RESV_HOLE, .range = { 0, U64_MAX } } },
	{ "beyond all", 0x30000000, U64_MAX, 0, 0, 12, SMMU_RESV_CUT,
	  { .kind = SMMU_RESV_HOLE, .range = { 0x30000000, U64_MAX } } },
	{ "beyond all, with memory", U64_MAX - 0xfff, 0x2000, 0x70000000, 0x2000, 12,
	  SMMU_RESV_CUT, { .kind = SMMU_RESV_HOLE, .range = { U64_MAX - 0xfff, U64_MAX } } },
};

KUNIT_ARRAY_PARAM_DESC(resv, resv_cases, name);

static void resv_test_shape(struct kunit *test)
{
	const struct resv_case *c = test->param_value;
	const struct smmu_window_range reg = { c->reg, c->reg + c->reg_bytes - 1 };
	struct smmu_resv resv = { };

	KUNIT_ASSERT_EQ(test, smmu_resv_shape(c->start, c->bytes, c->reg_bytes ? &reg : NULL,
					      c->granule_lg2, &resv), c->shape);
	if (c->shape == SMMU_RESV_EMPTY)
		return;
	KUNIT_EXPECT_EQ(test, resv.kind, c->resv.kind);
	KUNIT_EXPECT_EQ(test, resv.range.start, c->resv.range.start);
	KUNIT_EXPECT_EQ(test, resv.range.last, c->resv.range.last);
	if (resv.kind != SMMU_RESV_HOLE)
		KUNIT_EXPECT_EQ(test, resv.phys, c->resv.phys);
}

static void resv_test_contradicts(struct kunit *test)
{
	const struct smmu_resv direct = {
		.kind = SMMU_RESV_DIRECT, .range = { 0x70000000, 0x70000fff }, .phys = 0x70000000,
	};
	const struct smmu_resv hole = { .range = direct.range };
	struct smmu_resv moved = {
		.kind = SMMU_RESV_MOVED, .range = { 0x70000000, 0x70001fff }, .phys = 0x50000000,
	};

	KUNIT_EXPECT_FALSE(test, smmu_resv_contradicts(&direct, &direct));
	KUNIT_EXPECT_FALSE(test, smmu_resv_contradicts(&direct, &hole));
	KUNIT_EXPECT_TRUE(test, smmu_resv_contradicts(&direct, &moved));
	moved.range.start = 0x70001000;
	KUNIT_EXPECT_FALSE(test, smmu_resv_contradicts(&moved, &direct));
}

/* A region that the core is told of, in the order in which it is */
struct resv_told {
	u64 start, last;
	enum iommu_resv_type type;
};

static void resv_expect(struct kunit *test, struct smmu_master *master,
			const struct resv_told *told, unsigned int nr)
{
	struct iommu_resv_region *region, *next;
	LIST_HEAD(regions);
	unsigned int i = 0;

	smmu_resv_list(master, &regions);
	list_for_each_entry_safe(region, next, &regions, list) {
		if (i < nr) {
			KUNIT_EXPECT_EQ(test, region->start, told[i].start);
			KUNIT_EXPECT_EQ(test, region->start + region->length - 1, told[i].last);
			KUNIT_EXPECT_EQ(test, region->type, told[i].type);
		}
		i++;
		kfree(region);
	}
	KUNIT_EXPECT_EQ(test, i, nr);
}

static void resv_keep(struct smmu_master *master, struct smmu_resv *resv)
{
	list_add_tail(&resv->node, &master->resv);
}

/* Regions leave nothing but START to LAST of 48 bits, and the doorbells are from MSI on. */
static void resv_expect_between(struct kunit *test, u64 start, u64 last, u64 msi)
{
	const struct smmu_window window = { .nr = 1, .range = { { 0, BIT_ULL(48) - 1 } } };
	const struct resv_told told[] = {
		{ msi, last, IOMMU_RESV_SW_MSI },
		{ 0, start - 1, IOMMU_RESV_RESERVED },
		{ last + 1, BIT_ULL(48) - 1, IOMMU_RESV_RESERVED },
	};
	struct smmu_resv below = { .range = { 0, start - 1 } };
	struct smmu_resv above = { .range = { last + 1, U64_MAX } };
	struct ports_test *p = test->priv;
	struct smmu_master *master;

	ports_start_alike(p);
	master = ports_new_both(p, 0, &window);
	resv_keep(master, &below);
	resv_keep(master, &above);
	resv_expect(test, master, told, ARRAY_SIZE(told));
	INIT_LIST_HEAD(&master->resv);
}

/* A window that is told by all that lies outside of it */
static void resv_test_rest(struct kunit *test)
{
	resv_expect_between(test, 0x25800000, 0x2fffffff, 0x2ff00000);
}

/* What lies outside of the window, as a whole or in part, need not be told. */
static void resv_test_outside(struct kunit *test)
{
	const struct smmu_window window = {
		.nr = 2, .range = { { 0x10000000, 0x1fffffff }, { 0x30000000, 0x3fffffff } },
	};
	const struct resv_told told[] = {
		{ 0x3ff00000, 0x3fffffff, IOMMU_RESV_SW_MSI },
		{ 0x20000000, 0x2fffffff, IOMMU_RESV_RESERVED },
		{ 0x10000000, 0x10000fff, IOMMU_RESV_RESERVED },
	};
	struct smmu_resv below = { .range = { 0x1000, 0x1fff } };
	struct smmu_resv above = { .range = { 0x40000000, U64_MAX } };
	struct smmu_resv edge = { .range = { 0, 0x10000fff } };
	struct ports_test *p = test->priv;
	struct smmu_master *master;

	ports_start_alike(p);
	master = ports_new_both(p, 0, &window);
	resv_keep(master, &below);
	resv_keep(master, &above);
	resv_keep(master, &edge);
	resv_expect(test, master, told, ARRAY_SIZE(told));
	INIT_LIST_HEAD(&master->resv);
}

/* Nothing is left, and the list still ends. */
static void resv_test_everything(struct kunit *test)
{
	struct smmu_resv all = { .range = { 0, U64_MAX } };
	struct iommu_resv_region *region, *next;
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	LIST_HEAD(regions);

	ports_start_alike(p);
	master = ports_new_both(p, 0, NULL);
	resv_keep(master, &all);
	smmu_resv_list(master, &regions);
	KUNIT_EXPECT_LE(test, list_count_nodes(&regions), 2);
	list_for_each_entry_safe(region, next, &regions, list)
		kfree(region);
	INIT_LIST_HEAD(&master->resv);
}

/* The doorbells take an eighth of the gap that they lie in, not the only one. */
static void resv_test_small_gap(struct kunit *test)
{
	resv_expect_between(test, 0x10000000, 0x100fffff, 0x100e0000);
}

static struct kunit_case resv_test_cases[] = {
	KUNIT_CASE_PARAM(resv_test_shape, resv_gen_params),
	KUNIT_CASE(resv_test_contradicts),
	KUNIT_CASE(resv_test_rest),
	KUNIT_CASE(resv_test_outside),
	KUNIT_CASE(resv_test_everything),
	KUNIT_CASE(resv_test_small_gap),
	{ }
};

static struct kunit_suite resv_test_suite = {
	.name = "smmu_resv",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = resv_test_cases,
};

kunit_test_suites(&resv_test_suite);
