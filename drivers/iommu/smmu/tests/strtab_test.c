// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of the StreamIDs a stream table covers.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-mapping.h>

#include "stream/strtab.h"

static struct smmu_strtab *strtab_test_new(struct kunit *test, u8 sid_bits, bool two_level)
{
	struct smmu_strtab *st = kunit_kzalloc(test, sizeof(*st), GFP_KERNEL);
	struct device *dev = kunit_device_register(test, "smmu-strtab");

	KUNIT_ASSERT_NOT_NULL(test, st);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	KUNIT_ASSERT_EQ(test, smmu_strtab_init(st, dev, sid_bits, two_level), 0);
	return st;
}

/* What lies inside has an STE, what lies beyond is refused. */
static void strtab_test_ends(struct kunit *test, struct smmu_strtab *st)
{
	const u64 first_beyond = 1ULL << st->sid_bits;

	KUNIT_EXPECT_GE(test, smmu_strtab_claim(st, first_beyond - 1), 0);
	KUNIT_EXPECT_TRUE(test, smmu_ste_valid(smmu_strtab_entry(st, first_beyond - 1)->w));
	if (first_beyond >> 32)
		return;
	KUNIT_EXPECT_EQ(test, smmu_strtab_claim(st, first_beyond), -ERANGE);
	KUNIT_EXPECT_EQ(test, smmu_strtab_claim(st, U32_MAX), -ERANGE);
}

/* One piece of 8 MiB may not be there; then it is smaller. */
static void strtab_test_linear(struct kunit *test)
{
	struct smmu_strtab *st = strtab_test_new(test, 17, false);

	KUNIT_EXPECT_GE(test, st->sid_bits, 16);
	KUNIT_EXPECT_LE(test, st->sid_bits, 17);
	KUNIT_EXPECT_NOT_NULL(test, st->linear);
	KUNIT_EXPECT_EQ(test, st->base_cfg, st->sid_bits);
	strtab_test_ends(test, st);
}

static void strtab_test_linear_small(struct kunit *test)
{
	struct smmu_strtab *st = strtab_test_new(test, 3, true);

	KUNIT_EXPECT_EQ(test, st->sid_bits, 3);
	KUNIT_EXPECT_NOT_NULL(test, st->linear);
	strtab_test_ends(test, st);
}

/* The widest StreamIDs: the table stops where its first level would be too large. */
static void strtab_test_two_level(struct kunit *test)
{
	struct smmu_strtab *st = strtab_test_new(test, 32, true);

	KUNIT_EXPECT_EQ(test, st->sid_bits, 25);
	KUNIT_EXPECT_NULL(test, st->linear);
	/* LOG2SIZE, SPLIT, FMT (6.3.24) */
	KUNIT_EXPECT_EQ(test, st->base_cfg, 25 | 8 << 6 | 1 << 16);
	strtab_test_ends(test, st);
}

static struct kunit_case strtab_test_cases[] = {
	KUNIT_CASE(strtab_test_linear),
	KUNIT_CASE(strtab_test_linear_small),
	KUNIT_CASE(strtab_test_two_level),
	{ }
};

static struct kunit_suite strtab_test_suite = {
	.name = "smmu_strtab",
	.test_cases = strtab_test_cases,
};

kunit_test_suites(&strtab_test_suite);
