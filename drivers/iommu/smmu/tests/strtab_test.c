// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of the StreamIDs a stream table covers, and what it takes for that.
 */
#include <kunit/device.h>
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "hw/caps.h"
#include "hw/mmio.h"
#include "stream/strtab.h"

/**
 * struct strtab_test - a table, and memory that does not come from the DMA API
 * @st: the table
 * @dev: the SMMU
 * @largest: the largest piece that there is; 0 if there is no end
 * @nr: how many pieces there are; 0 if there is no end
 * @asked: how often a piece was asked for
 * @largest_asked: the largest one
 * @taken: bytes of what was had
 */
struct strtab_test {
	struct smmu_strtab st;
	struct device *dev;
	size_t largest;
	unsigned int nr;
	unsigned int asked;
	size_t largest_asked;
	size_t taken;
};

static void strtab_test_free(void *mem)
{
	vfree(mem);
}

static void *strtab_test_alloc(struct device *dev, size_t bytes, dma_addr_t *dma)
{
	struct kunit *test = kunit_get_current_test();
	struct strtab_test *t = test->priv;
	void *mem;

	t->asked++;
	t->largest_asked = max(t->largest_asked, bytes);
	if (t->largest && bytes > t->largest)
		return NULL;
	if (t->nr && t->asked > t->nr)
		return NULL;
	mem = vzalloc(bytes);
	if (!mem || kunit_add_action_or_reset(test, strtab_test_free, mem))
		return NULL;
	/* Addresses that tell the pieces apart. */
	*dma = (dma_addr_t)t->asked * SZ_64M;
	t->taken += bytes;
	return mem;
}

static int strtab_test_init(struct kunit *test)
{
	struct strtab_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->dev = kunit_device_register(test, "smmu-strtab");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t->dev);
	test->priv = t;
	kunit_activate_static_stub(test, smmu_mem_try_alloc, strtab_test_alloc);
	return 0;
}

static int strtab_test_new(struct strtab_test *t, u8 sid_bits, bool two_level, bool lazy)
{
	const struct smmu_caps caps = {
		.sid_bits = sid_bits, .two_level = two_level, .lazy_strtab = lazy,
	};

	return smmu_strtab_init(&t->st, t->dev, &caps, false);
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

struct strtab_linear {
	const char *name;
	u8 sid_bits;
	size_t largest;		/* as in struct strtab_test */
	u8 covered;		/* 0 if there is to be no table */
	unsigned int asked;
	size_t largest_asked;
};

static const struct strtab_linear strtab_linears[] = {
	{ "3 bits", 3, 0, 3, 1, SZ_512 },
	{ "16 bits", 16, 0, 16, 1, SZ_4M },
	{ "17 bits", 17, 0, 17, 1, SZ_8M },
	{ "as large as it gets", 18, 0, 17, 1, SZ_8M },
	{ "the widest StreamIDs", 32, 0, 17, 1, SZ_8M },
	{ "no large pieces", 17, SZ_4M, 16, 2, SZ_8M },
	{ "the widest, no large pieces", 32, SZ_4M, 16, 2, SZ_8M },
	{ "no pieces of use", 17, SZ_2M, 0, 2, SZ_8M },
	{ "none for few StreamIDs", 10, SZ_32K, 0, 1, SZ_64K },
};

KUNIT_ARRAY_PARAM_DESC(strtab_linear, strtab_linears, name);

static void strtab_test_linear(struct kunit *test)
{
	const struct strtab_linear *c = test->param_value;
	struct strtab_test *t = test->priv;

	t->largest = c->largest;
	KUNIT_EXPECT_EQ(test, strtab_test_new(t, c->sid_bits, false, true),
			c->covered ? 0 : -ENOMEM);
	KUNIT_EXPECT_EQ(test, t->asked, c->asked);
	KUNIT_EXPECT_EQ(test, t->largest_asked, c->largest_asked);
	if (!c->covered)
		return;
	KUNIT_EXPECT_EQ(test, t->st.sid_bits, c->covered);
	KUNIT_EXPECT_EQ(test, t->taken, 64UL << c->covered);
	KUNIT_ASSERT_NOT_NULL(test, t->st.linear);
	KUNIT_EXPECT_EQ(test, t->st.base_cfg, c->covered);
	strtab_test_ends(test, &t->st);
	/* Nothing is added to it. */
	KUNIT_EXPECT_EQ(test, t->asked, c->asked);
}

/* Two levels for so few StreamIDs would be of no use. */
static void strtab_test_linear_small(struct kunit *test)
{
	struct strtab_test *t = test->priv;

	KUNIT_ASSERT_EQ(test, strtab_test_new(t, 3, true, true), 0);
	KUNIT_EXPECT_EQ(test, t->st.sid_bits, 3);
	KUNIT_EXPECT_NOT_NULL(test, t->st.linear);
	strtab_test_ends(test, &t->st);
}

/* The widest StreamIDs: the table stops where its first level would be too large. */
static void strtab_test_two_level(struct kunit *test)
{
	struct strtab_test *t = test->priv;

	KUNIT_ASSERT_EQ(test, strtab_test_new(t, 32, true, true), 0);
	KUNIT_EXPECT_EQ(test, t->st.sid_bits, 25);
	KUNIT_EXPECT_NULL(test, t->st.linear);
	KUNIT_EXPECT_EQ(test, t->taken, SZ_1M);
	/* LOG2SIZE, SPLIT, FMT (6.3.24) */
	KUNIT_EXPECT_EQ(test, t->st.base_cfg, 25 | 8 << 6 | 1 << 16);
	strtab_test_ends(test, &t->st);
	KUNIT_EXPECT_EQ(test, t->taken, SZ_1M + SZ_16K);
}

/* Where a table may not grow it is there as a whole, and claims change nothing. */
static void strtab_test_whole(struct kunit *test)
{
	struct strtab_test *t = test->priv;
	unsigned int idx;
	__le64 *l1;

	KUNIT_ASSERT_EQ(test, strtab_test_new(t, 12, true, false), 0);
	KUNIT_EXPECT_EQ(test, t->st.base_cfg, 12 | 8 << 6 | 1 << 16);
	KUNIT_EXPECT_EQ(test, t->taken, 16 * sizeof(*l1) + 16 * SZ_16K);
	l1 = kunit_kmalloc_array(test, 16, sizeof(*l1), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, l1);
	memcpy(l1, t->st.l1, 16 * sizeof(*l1));
	/* Pieces 2 to 17, one after the other; a span of 9 (5.1) */
	for (idx = 0; idx < 16; idx++)
		KUNIT_EXPECT_EQ(test, le64_to_cpu(l1[idx]), (idx + 2ULL) * SZ_64M + 9);
	for (idx = 0; idx < 16; idx++)
		KUNIT_EXPECT_EQ(test, smmu_strtab_claim(&t->st, idx << 8 | idx), 0);
	KUNIT_EXPECT_MEMEQ(test, t->st.l1, l1, 16 * sizeof(*l1));
	KUNIT_EXPECT_EQ(test, t->asked, 17);
	strtab_test_ends(test, &t->st);
}

/* That has an end as well, */
static void strtab_test_whole_wide(struct kunit *test)
{
	struct strtab_test *t = test->priv;

	t->nr = 1 + 100;
	KUNIT_EXPECT_EQ(test, strtab_test_new(t, 32, true, false), -ENOMEM);
	KUNIT_EXPECT_EQ(test, t->st.sid_bits, 20);
	KUNIT_EXPECT_EQ(test, t->st.base_cfg, 20 | 8 << 6 | 1 << 16);
	KUNIT_EXPECT_EQ(test, t->taken, SZ_32K + 100 * SZ_16K);
}

/* and where streams are not told apart it takes one second-level table. */
static void strtab_test_shared(struct kunit *test)
{
	const struct smmu_caps caps = { .sid_bits = 12, .two_level = true };
	struct strtab_test *t = test->priv;
	unsigned int idx;

	KUNIT_ASSERT_EQ(test, smmu_strtab_init(&t->st, t->dev, &caps, true), 0);
	KUNIT_EXPECT_EQ(test, t->asked, 2);
	for (idx = 0; idx < 16; idx++)
		KUNIT_EXPECT_EQ(test, le64_to_cpu(t->st.l1[idx]), 2ULL * SZ_64M + 9);
}

static struct kunit_case strtab_test_cases[] = {
	KUNIT_CASE_PARAM(strtab_test_linear, strtab_linear_gen_params),
	KUNIT_CASE(strtab_test_linear_small),
	KUNIT_CASE(strtab_test_two_level),
	KUNIT_CASE(strtab_test_whole),
	KUNIT_CASE(strtab_test_whole_wide),
	KUNIT_CASE(strtab_test_shared),
	{ }
};

static struct kunit_suite strtab_test_suite = {
	.name = "smmu_strtab",
	.init = strtab_test_init,
	.test_cases = strtab_test_cases,
};

kunit_test_suites(&strtab_test_suite);
