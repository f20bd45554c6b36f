// SPDX-License-Identifier: GPL-2.0-only
/*
 * Specifiers: a table of each form and each wrong one; windows beside a reference
 * that adds by hand in halves of 32 bits; streams beside a search through all IDs.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/sizes.h>

#include "specifier.h"

#define SPECIFIER_SMALL_BITS	10
#define SPECIFIER_TRIES		20000
#define SPECIFIER_MASKS		300

struct specifier_case {
	const char *name;
	u32 cells[SMMU_SPECIFIER_CELLS_MAX + 1];
	unsigned int nr;
	const char *why;
	struct smmu_specifier spec;
	u8 granule_lg2;	/* 0 for 4K */
};

static const char specifier_zero[] = "window size is 0";
static const char specifier_start[] = "window start is not on a granule";
static const char specifier_size[] = "window size is not a multiple of the granule";
static const char specifier_wraps[] = "window wraps around";
static const char specifier_mask[] = "too many streams under the mask";
static const char specifier_cells[] = "wrong number of cells";

#define SPECIFIER_WINDOW(_sid, _start, _last) \
	{ .sid = (_sid), .windowed = true, .window = { (_start), (_last) } }

static const struct specifier_case specifier_cases[] = {
	{ "no cells", { 0x77, 0x77 }, 0, NULL, { .all = true } },
	{ "StreamID", { 0x28 }, 1, NULL, { .sid = 0x28 } },
	{ "StreamID 0", { 0, 0x77 }, 1, NULL, { .sid = 0 } },
	{ "the last StreamID", { 0xffffffff }, 1, NULL, { .sid = 0xffffffff } },
	{ "empty mask", { 0x28, 0 }, 2, NULL, { .sid = 0x28 } },
	{ "mask", { 0x100, 0x7f }, 2, NULL, { .sid = 0x100, .mask = 0x7f } },
	{ "StreamID bits under the mask", { 0x1ff, 0xf0 }, 2, NULL,
	  { .sid = 0x10f, .mask = 0xf0 } },
	{ "nothing but the mask", { 0xff, 0xff }, 2, NULL, { .sid = 0, .mask = 0xff } },
	{ "mask of 4096", { 0xffffffff, 0xfff }, 2, NULL, { .sid = 0xfffff000, .mask = 0xfff } },
	{ "mask of 4096, bits apart", { 0, 0x8888f00f }, 2, NULL,
	  { .mask = 0x8888f00f } },
	{ "mask of 4096 at the top", { 0, 0xfff00000 }, 2, NULL, { .mask = 0xfff00000 } },
	{ "top bit under the mask", { 0x80000001, 0x80000000 }, 2, NULL,
	  { .sid = 1, .mask = 0x80000000 } },
	{ "mask of 8192", { 0, 0x1fff }, 2, specifier_mask },
	{ "mask of 8192, bits apart", { 0, 0x80000fff }, 2, specifier_mask },
	{ "mask of all bits", { 0, 0xffffffff }, 2, specifier_mask },
	{ "three cells", { 1, 2, 3 }, 3, specifier_cells },
	{ "six cells", { 1, 0, 0x1000, 0, 0x1000, 0 }, 6, specifier_cells },
	{ "very many cells", { 1 }, UINT_MAX, specifier_cells },

	{ "four: a granule at 0", { 8, 0, 0, 0x1000 }, 4, NULL, SPECIFIER_WINDOW(8, 0, 0xfff) },
	{ "four: 256 MiB", { 8, 0x10000000, 0, 0x10000000 }, 4, NULL,
	  SPECIFIER_WINDOW(8, 0x10000000, 0x1fffffff) },
	{ "four: 4 GiB", { 8, 0, 1, 0 }, 4, NULL, SPECIFIER_WINDOW(8, 0, 0xffffffff) },
	{ "four: 4 GiB, the old way", { 8, 0, 0, 0xffffffff }, 4, NULL,
	  { .sid = 8, .windowed = true, .old_4g = true, .window = { 0, 0xffffffff } } },
	{ "four: the old way from 1 GiB", { 8, 0x40000000, 0, 0xffffffff }, 4, NULL,
	  { .sid = 8, .windowed = true, .old_4g = true,
	    .window = { 0x40000000, 0x13fffffffULL } } },
	{ "four: high cell first", { 8, 0x1000, 2, 0x3000 }, 4, NULL,
	  SPECIFIER_WINDOW(8, 0x1000, 0x200003fffULL) },
	{ "four: from the last granule of 4 GiB", { 8, 0xfffff000, 0, 0x2000 }, 4, NULL,
	  SPECIFIER_WINDOW(8, 0xfffff000, 0x100000fffULL) },
	{ "four: size 0", { 8, 0x1000, 0, 0 }, 4, specifier_zero },
	{ "four: start", { 8, 0x1001, 0, 0x1000 }, 4, specifier_start },
	{ "four: size", { 8, 0x1000, 1, 0xfff }, 4, specifier_size },
	{ "four: the last start", { 8, 0xffffffff, 0, 0x1000 }, 4, specifier_start },
	{ "four: wraps by a granule", { 8, 0x2000, 0xffffffff, 0xfffff000 }, 4, specifier_wraps },
	{ "four: up to the last address", { 8, 0x1000, 0xffffffff, 0xfffff000 }, 4, NULL,
	  SPECIFIER_WINDOW(8, 0x1000, U64_MAX) },
	{ "four: 4K start, 64K pages", { 8, 0x1000, 0, 0x10000 }, 4, specifier_start, { }, 16 },
	{ "four: 64K pages", { 8, 0x10000, 0, 0x10000 }, 4, NULL,
	  SPECIFIER_WINDOW(8, 0x10000, 0x1ffff), 16 },

	{ "five: a granule at 0", { 8, 0, 0, 0, 0x1000 }, 5, NULL, SPECIFIER_WINDOW(8, 0, 0xfff) },
	{ "five: high cells first", { 8, 0x1, 0x2000, 0x3, 0x4000 }, 5, NULL,
	  SPECIFIER_WINDOW(8, 0x100002000ULL, 0x400005fffULL) },
	{ "five: 4 GiB", { 8, 0x1, 0, 0x1, 0 }, 5, NULL,
	  SPECIFIER_WINDOW(8, SZ_4G, 0x1ffffffffULL) },
	{ "five: 4 GiB, the old way", { 8, 0x1, 0, 0, 0xffffffff }, 5, NULL,
	  { .sid = 8, .windowed = true, .old_4g = true,
	    .window = { SZ_4G, 0x1ffffffffULL } } },
	{ "five: the last granule", { 8, 0xffffffff, 0xfffff000, 0, 0x1000 }, 5, NULL,
	  SPECIFIER_WINDOW(8, U64_MAX - 0xfff, U64_MAX) },
	{ "five: upper half", { 8, 0x80000000, 0, 0x80000000, 0 }, 5, NULL,
	  SPECIFIER_WINDOW(8, BIT_ULL(63), U64_MAX) },
	{ "five: wraps by a granule", { 8, 0xffffffff, 0xfffff000, 0, 0x2000 }, 5,
	  specifier_wraps },
	{ "five: the old way wraps", { 8, 0xffffffff, 0x1000, 0, 0xffffffff }, 5,
	  specifier_wraps },
	{ "five: size 0", { 8, 0, 0, 0, 0 }, 5, specifier_zero },
	{ "five: start", { 8, 1, 0x800, 0, 0x1000 }, 5, specifier_start },
	{ "five: the last start", { 8, 0xffffffff, 0xffffffff, 0, 0x1000 }, 5, specifier_start },
	{ "five: size", { 8, 1, 0, 0, 0x800 }, 5, specifier_size },
	{ "five: the largest size", { 8, 0, 0, 0xffffffff, 0xffffffff }, 5, specifier_size },
};

KUNIT_ARRAY_PARAM_DESC(specifier, specifier_cases, name);

static void specifier_expect(struct kunit *test, const struct smmu_specifier *spec,
			     const struct smmu_specifier *want)
{
	KUNIT_EXPECT_EQ(test, spec->all, want->all);
	KUNIT_EXPECT_EQ(test, spec->sid, want->sid);
	KUNIT_EXPECT_EQ(test, spec->mask, want->mask);
	KUNIT_EXPECT_EQ(test, spec->windowed, want->windowed);
	KUNIT_EXPECT_EQ(test, spec->old_4g, want->old_4g);
	KUNIT_EXPECT_EQ(test, spec->window.start, want->window.start);
	KUNIT_EXPECT_EQ(test, spec->window.last, want->window.last);
}

static void specifier_test_case(struct kunit *test)
{
	const struct specifier_case *c = test->param_value;
	struct smmu_specifier spec;
	const char *why = NULL;
	int ret;

	memset(&spec, 0xa5, sizeof(spec));
	ret = smmu_specifier_decode(c->cells, c->nr, c->granule_lg2 ?: 12, &spec, &why);
	KUNIT_EXPECT_EQ(test, ret, c->why ? -EINVAL : 0);
	if (c->why) {
		KUNIT_EXPECT_STREQ(test, why, c->why);
		return;
	}
	KUNIT_EXPECT_NULL(test, why);
	specifier_expect(test, &spec, &c->spec);
	KUNIT_EXPECT_EQ(test, smmu_specifier_sid(&spec, 0), c->spec.sid);
	if (!c->spec.mask)
		KUNIT_EXPECT_EQ(test, smmu_specifier_nr_streams(&spec), 1);
}

/* A fixed association has no cells to read. */
static void specifier_test_no_cells(struct kunit *test)
{
	struct smmu_specifier spec;
	const char *why;

	KUNIT_EXPECT_EQ(test, smmu_specifier_decode(NULL, 0, 12, &spec, &why), 0);
	KUNIT_EXPECT_TRUE(test, spec.all);
	KUNIT_EXPECT_EQ(test, smmu_specifier_nr_streams(&spec), 1);
}

static void specifier_test_cells_known(struct kunit *test)
{
	static const bool known[] = { true, true, true, false, true, true, false, false };
	u32 cells;

	for (cells = 0; cells < ARRAY_SIZE(known); cells++)
		KUNIT_EXPECT_EQ(test, smmu_specifier_cells_known(cells), known[cells]);
	KUNIT_EXPECT_FALSE(test, smmu_specifier_cells_known(U32_MAX));
	KUNIT_EXPECT_FALSE(test, smmu_specifier_cells_known(BIT(31) + 1));
}

/* What is understood has a length, and the other way round. */
static void specifier_test_cells_decode(struct kunit *test)
{
	static const u32 cells[12] = { 1, 0, 0x1000, 0x1000, 0x1000 };
	struct smmu_specifier spec;
	const char *why;
	u32 nr;

	for (nr = 0; nr < ARRAY_SIZE(cells); nr++)
		KUNIT_EXPECT_EQ(test, !smmu_specifier_decode(cells, nr, 12, &spec, &why),
				smmu_specifier_cells_known(nr));
}

/* A window's ends as 32-bit halves, added by hand */
static const char *specifier_ref(const u32 *start, const u32 *size, u32 granule, u32 *last)
{
	u32 high = size[0], low = size[1];
	u64 sum;

	if (!high && low == 0xffffffff) {
		high = 1;
		low = 0;
	}
	if (!high && !low)
		return specifier_zero;
	if (start[1] % granule)
		return specifier_start;
	if (low % granule)
		return specifier_size;
	/* The last address is the sum of start and size, and of all ones. */
	sum = (u64)start[1] + low;
	last[1] = sum;
	sum = (u64)start[0] + high + (sum >> 32);
	last[0] = sum;
	if (sum >> 32 && (last[0] || last[1]))
		return specifier_wraps;
	last[0] -= !last[1];
	last[1]--;
	return NULL;
}

/* Mostly values at which something happens */
static u32 specifier_random_cell(struct rnd_state *rnd)
{
	static const u32 edges[] = { 0, 1, 0x800, 0xfff, 0x1000, 0x10000, 0x7fffffff, 0x80000000,
				     0xfffe0000, 0xffff0000, 0xfffff000, 0xfffffffe, 0xffffffff };
	u32 value = prandom_u32_state(rnd);

	switch (value % 4) {
	case 0:
		return prandom_u32_state(rnd);
	case 1:
		return prandom_u32_state(rnd) & ~0xfffU;
	default:
		return edges[(value >> 2) % ARRAY_SIZE(edges)];
	}
}

static void specifier_test_random_window(struct kunit *test)
{
	static const u8 granules[] = { 12, 14, 16 };
	unsigned int i, good = 0, wraps = 0;
	u32 seed = get_random_u32();
	struct rnd_state rnd;

	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&rnd, seed);
	for (i = 0; i < SPECIFIER_TRIES; i++) {
		u32 cells[SMMU_SPECIFIER_CELLS_MAX], start[2] = { }, last[2];
		u8 granule_lg2 = granules[prandom_u32_state(&rnd) % 3];
		unsigned int nr = 4 + prandom_u32_state(&rnd) % 2;
		const char *why = NULL, *want;
		struct smmu_specifier spec;
		unsigned int j;

		for (j = 0; j < nr; j++)
			cells[j] = specifier_random_cell(&rnd);
		start[1] = cells[nr - 3];
		if (nr == 5)
			start[0] = cells[1];
		want = specifier_ref(start, &cells[nr - 2], 1U << granule_lg2, last);
		KUNIT_ASSERT_EQ(test, smmu_specifier_decode(cells, nr, granule_lg2, &spec, &why),
				want ? -EINVAL : 0);
		KUNIT_ASSERT_EQ(test, !why, !want);
		if (want) {
			KUNIT_ASSERT_STREQ(test, why, want);
			wraps += want == specifier_wraps;
			continue;
		}
		good++;
		KUNIT_ASSERT_EQ(test, spec.sid, cells[0]);
		KUNIT_ASSERT_TRUE(test, spec.windowed);
		KUNIT_ASSERT_EQ(test, spec.old_4g,
				!cells[nr - 2] && cells[nr - 1] == 0xffffffff);
		KUNIT_ASSERT_EQ(test, upper_32_bits(spec.window.start), start[0]);
		KUNIT_ASSERT_EQ(test, lower_32_bits(spec.window.start), start[1]);
		KUNIT_ASSERT_EQ(test, upper_32_bits(spec.window.last), last[0]);
		KUNIT_ASSERT_EQ(test, lower_32_bits(spec.window.last), last[1]);
	}
	KUNIT_EXPECT_GT(test, good, 100);
	KUNIT_EXPECT_GT(test, wraps, 100);
}

/* Every ID of a small space: does it match, and is it the next one in the list? */
static void specifier_enumerate(struct kunit *test, const u32 *cells, u32 base)
{
	struct smmu_specifier spec;
	u32 id, n = 0;
	const char *why;

	KUNIT_ASSERT_EQ(test, smmu_specifier_decode(cells, 2, 12, &spec, &why), 0);
	for (id = 0; id < BIT(SPECIFIER_SMALL_BITS); id++) {
		if (((base | id) ^ cells[0]) & ~cells[1])
			continue;
		KUNIT_ASSERT_EQ_MSG(test, smmu_specifier_sid(&spec, n), base | id,
				    "<%#x %#x>, number %u", cells[0], cells[1], n);
		n++;
	}
	KUNIT_ASSERT_EQ_MSG(test, smmu_specifier_nr_streams(&spec), n, "<%#x %#x>", cells[0],
			    cells[1]);
}

static void specifier_test_random_streams(struct kunit *test)
{
	const u32 small = BIT(SPECIFIER_SMALL_BITS) - 1;
	u32 seed = get_random_u32();
	struct rnd_state rnd;
	unsigned int i;

	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&rnd, seed);
	for (i = 0; i < SPECIFIER_MASKS; i++) {
		const u32 base = i & 1 ? prandom_u32_state(&rnd) & ~small : 0;
		const u32 cells[] = { base | (prandom_u32_state(&rnd) & small),
				      prandom_u32_state(&rnd) & small };

		specifier_enumerate(test, cells, base);
	}
}

/* Masks of up to 12 bits anywhere: as many as there can be, each a match, rising */
static void specifier_test_random_masks(struct kunit *test)
{
	u32 seed = get_random_u32();
	struct rnd_state rnd;
	unsigned int i;

	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&rnd, seed);
	for (i = 0; i < SPECIFIER_MASKS; i++) {
		unsigned int bits = i % 16, streams = 1;
		u32 cells[] = { prandom_u32_state(&rnd), 0 };
		struct smmu_specifier spec;
		const char *why;
		u32 n;

		while (bits) {
			u32 bit = BIT(prandom_u32_state(&rnd) % 32);

			if (cells[1] & bit)
				continue;
			cells[1] |= bit;
			streams *= 2;
			bits--;
		}
		KUNIT_ASSERT_EQ(test, smmu_specifier_decode(cells, 2, 12, &spec, &why),
				streams > SMMU_SPECIFIER_STREAMS_MAX ? -EINVAL : 0);
		if (streams > SMMU_SPECIFIER_STREAMS_MAX)
			continue;
		KUNIT_ASSERT_EQ(test, smmu_specifier_nr_streams(&spec), streams);
		for (n = 0; n < streams; n++) {
			u32 sid = smmu_specifier_sid(&spec, n);

			KUNIT_ASSERT_EQ(test, (sid ^ cells[0]) & ~cells[1], 0);
			if (n)
				KUNIT_ASSERT_GT(test, sid, smmu_specifier_sid(&spec, n - 1));
		}
	}
}

static struct kunit_case specifier_test_cases[] = {
	KUNIT_CASE_PARAM(specifier_test_case, specifier_gen_params),
	KUNIT_CASE(specifier_test_no_cells),
	KUNIT_CASE(specifier_test_cells_known),
	KUNIT_CASE(specifier_test_cells_decode),
	KUNIT_CASE(specifier_test_random_window),
	KUNIT_CASE(specifier_test_random_streams),
	KUNIT_CASE(specifier_test_random_masks),
	{ }
};

static struct kunit_suite specifier_test_suite = {
	.name = "smmu_specifier",
	.test_cases = specifier_test_cases,
};

kunit_test_suites(&specifier_test_suite);
