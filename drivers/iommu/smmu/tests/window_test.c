// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows, beside a bitmap of a universe of 64 units. Where the universe lies and
 * how large a unit is are parameters, so that it may begin at address 0, end at the
 * last one, lie across 4 GiB or be all addresses.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/sizes.h>

#include "window.h"

#define WINDOW_UNITS		64
#define WINDOW_STEPS		4000
#define WINDOW_TRIES		1000

/* The last granule of all addresses */
#define WINDOW_TOP		(U64_MAX - 0xfff)

struct window_check_case {
	const char *name;
	u64 start, bytes;
	u8 granule_lg2;
	const char *why;
	u64 last;
	bool old_4g;
};

static const char window_zero[] = "window size is 0";
static const char window_start[] = "window start is not on a granule";
static const char window_size[] = "window size is not a multiple of the granule";
static const char window_wraps[] = "window wraps around";

static const struct window_check_case window_check_cases[] = {
	{ "one granule at 0", 0, 0x1000, 12, NULL, 0xfff },
	{ "one granule", 0x5000, 0x1000, 12, NULL, 0x5fff },
	{ "256 MiB", 0x10000000, SZ_256M, 12, NULL, 0x1fffffff },
	{ "up to 4 GiB", 0xfffff000, 0x1000, 12, NULL, 0xffffffff },
	{ "across 4 GiB", 0xfffff000, 0x2000, 12, NULL, 0x100000fffULL },
	{ "4 GiB", 0, SZ_4G, 12, NULL, 0xffffffff },
	{ "4 GiB, the old way", 0, 0xffffffff, 12, NULL, 0xffffffff, true },
	{ "4 GiB, the old way, above 4 GiB", SZ_4G, 0xffffffff, 12, NULL, 0x1ffffffffULL, true },
	{ "4 GiB, the old way, 64K pages", 0, 0xffffffff, 16, NULL, 0xffffffff, true },
	{ "more than the old way has", 0, 0x1ffffffffULL, 12, window_size },
	{ "less than the old way has", 0, 0xfffffffe, 12, window_size },
	{ "all but the first granule", 0x1000, 0ULL - 0x1000, 12, NULL, U64_MAX },
	{ "all but the last granule", 0, 0ULL - 0x1000, 12, NULL, WINDOW_TOP - 1 },
	{ "upper half", BIT_ULL(63), BIT_ULL(63), 12, NULL, U64_MAX },
	{ "the last granule", WINDOW_TOP, 0x1000, 12, NULL, U64_MAX },
	{ "the last granule, 64K pages", U64_MAX - 0xffff, 0x10000, 16, NULL, U64_MAX },
	{ "nothing", 0x1000, 0, 12, window_zero },
	{ "nothing at 0", 0, 0, 12, window_zero },
	{ "nothing, not on a granule", 0x1001, 0, 12, window_zero },
	{ "start within a granule", 0x1800, 0x1000, 12, window_start },
	{ "start one off", 0x1001, 0x1000, 12, window_start },
	{ "start on the last address", U64_MAX, 0x1000, 12, window_start },
	{ "start and size off", 1, 1, 12, window_start },
	{ "the old way, start off", 0x800, 0xffffffff, 12, window_start, 0, true },
	{ "4K start with 64K pages", 0x1000, 0x10000, 16, window_start },
	{ "size within a granule", 0x1000, 0x1800, 12, window_size },
	{ "size one short", 0x1000, 0xfff, 12, window_size },
	{ "size one over", 0x1000, 0x1001, 12, window_size },
	{ "the largest size", 0, U64_MAX, 12, window_size },
	{ "4K size with 64K pages", 0x10000, 0x1000, 16, window_size },
	{ "4K size with 16K pages", 0x4000, 0x5000, 14, window_size },
	{ "one granule too far", WINDOW_TOP, 0x2000, 12, window_wraps },
	{ "one granule too many", 0x2000, 0ULL - 0x1000, 12, window_wraps },
	{ "the old way, too far", 0ULL - 0xfffff000, 0xffffffff, 12, window_wraps, 0, true },
	{ "the old way, just", 0ULL - SZ_4G, 0xffffffff, 12, NULL, U64_MAX, true },
	{ "two halves and more", BIT_ULL(63), BIT_ULL(63) + 0x1000, 12, window_wraps },
	{ "far around", WINDOW_TOP, WINDOW_TOP, 12, window_wraps },
};

KUNIT_ARRAY_PARAM_DESC(window_check, window_check_cases, name);

static void window_test_check(struct kunit *test)
{
	const struct window_check_case *c = test->param_value;
	struct smmu_window_range range = { 0x123, 0x456 };
	bool old_4g = !c->old_4g;
	const char *why = NULL;
	int ret;

	ret = smmu_window_check(c->start, c->bytes, c->granule_lg2, &range, &old_4g, &why);
	KUNIT_EXPECT_EQ(test, old_4g, c->old_4g);
	KUNIT_EXPECT_EQ(test, ret, c->why ? -EINVAL : 0);
	KUNIT_EXPECT_EQ(test, range.start, c->why ? 0x123 : c->start);
	KUNIT_EXPECT_EQ(test, range.last, c->why ? 0x456 : c->last);
	if (c->why)
		KUNIT_EXPECT_STREQ(test, why, c->why);
	else
		KUNIT_EXPECT_NULL(test, why);
}

/* Ranges that are not in order may be added in any; those of a window are. */
static struct smmu_window window_of(struct kunit *test, const struct smmu_window_range *range,
				    unsigned int nr)
{
	struct smmu_window w = { };

	while (nr--)
		KUNIT_EXPECT_EQ(test, smmu_window_add(&w, range++), 0);
	return w;
}

static void window_expect(struct kunit *test, const struct smmu_window *w,
			  const struct smmu_window_range *range, unsigned int nr)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, w->nr, nr);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, w->range[i].start, range[i].start);
		KUNIT_EXPECT_EQ(test, w->range[i].last, range[i].last);
	}
}

#define WINDOW_CASE_RANGES	3

/* Cases that take two windows, or a window and a range, and give one */
struct window_case {
	const char *name;
	unsigned int nr_a, nr_b, nr_out;
	struct smmu_window_range a[WINDOW_CASE_RANGES];
	struct smmu_window_range b[WINDOW_CASE_RANGES];
	struct smmu_window_range out[WINDOW_CASE_RANGES];
};

static const struct window_case window_add_cases[] = {
	{ "to nothing", 0, 1, 1, { }, { { 5, 9 } }, { { 5, 9 } } },
	{ "all to nothing", 0, 1, 1, { }, { { 0, U64_MAX } }, { { 0, U64_MAX } } },
	{ "the same", 1, 1, 1, { { 5, 9 } }, { { 5, 9 } }, { { 5, 9 } } },
	{ "inside", 1, 1, 1, { { 5, 9 } }, { { 6, 8 } }, { { 5, 9 } } },
	{ "around", 1, 1, 1, { { 5, 9 } }, { { 4, 10 } }, { { 4, 10 } } },
	{ "touches below", 1, 1, 1, { { 5, 9 } }, { { 2, 4 } }, { { 2, 9 } } },
	{ "touches above", 1, 1, 1, { { 5, 9 } }, { { 10, 12 } }, { { 5, 12 } } },
	{ "one address between, below", 1, 1, 2, { { 5, 9 } }, { { 2, 3 } },
	  { { 2, 3 }, { 5, 9 } } },
	{ "one address between, above", 1, 1, 2, { { 5, 9 } }, { { 11, 12 } },
	  { { 5, 9 }, { 11, 12 } } },
	{ "overlaps below", 1, 1, 1, { { 5, 9 } }, { { 2, 5 } }, { { 2, 9 } } },
	{ "overlaps above", 1, 1, 1, { { 5, 9 } }, { { 9, 12 } }, { { 5, 12 } } },
	{ "fills a hole", 2, 1, 1, { { 0, 4 }, { 6, 9 } }, { { 5, 5 } }, { { 0, 9 } } },
	{ "into a hole", 2, 1, 3, { { 0, 3 }, { 7, 9 } }, { { 5, 5 } },
	  { { 0, 3 }, { 5, 5 }, { 7, 9 } } },
	{ "bridges two of three", 3, 1, 2, { { 0, 3 }, { 7, 9 }, { 20, 29 } }, { { 2, 8 } },
	  { { 0, 9 }, { 20, 29 } } },
	{ "covers three", 3, 1, 1, { { 1, 3 }, { 7, 9 }, { 20, 29 } }, { { 0, 30 } },
	  { { 0, 30 } } },
	{ "all covers three", 3, 1, 1, { { 1, 3 }, { 7, 9 }, { 20, 29 } }, { { 0, U64_MAX } },
	  { { 0, U64_MAX } } },
	{ "into all", 1, 1, 1, { { 0, U64_MAX } }, { { 5, 5 } }, { { 0, U64_MAX } } },
	{ "both ends into all", 1, 2, 1, { { 0, U64_MAX } }, { { 0, 0 }, { U64_MAX, U64_MAX } },
	  { { 0, U64_MAX } } },
	{ "two halves", 1, 1, 1, { { 0, BIT_ULL(63) - 1 } }, { { BIT_ULL(63), U64_MAX } },
	  { { 0, U64_MAX } } },
	{ "two halves, upper one first", 1, 1, 1, { { BIT_ULL(63), U64_MAX } },
	  { { 0, BIT_ULL(63) - 1 } }, { { 0, U64_MAX } } },
	{ "the ends do not touch", 1, 1, 2, { { U64_MAX, U64_MAX } }, { { 0, 0 } },
	  { { 0, 0 }, { U64_MAX, U64_MAX } } },
	{ "both ends and the rest", 2, 1, 1, { { 0, 0 }, { U64_MAX, U64_MAX } },
	  { { 1, U64_MAX - 1 } }, { { 0, U64_MAX } } },
	{ "a hole at the end", 1, 1, 2, { { 0, U64_MAX - 2 } }, { { U64_MAX, U64_MAX } },
	  { { 0, U64_MAX - 2 }, { U64_MAX, U64_MAX } } },
	{ "touches at 4 GiB", 1, 1, 1, { { 0, 0xffffffff } }, { { SZ_4G, SZ_4G + 0xfff } },
	  { { 0, SZ_4G + 0xfff } } },
	{ "touches the last granule", 1, 1, 1, { { WINDOW_TOP, U64_MAX } },
	  { { WINDOW_TOP - 0x1000, WINDOW_TOP - 1 } }, { { WINDOW_TOP - 0x1000, U64_MAX } } },
};

KUNIT_ARRAY_PARAM_DESC(window_add, window_add_cases, name);

static void window_test_add(struct kunit *test)
{
	const struct window_case *c = test->param_value;
	struct smmu_window w = window_of(test, c->a, c->nr_a);
	unsigned int i;

	window_expect(test, &w, c->a, c->nr_a);
	for (i = 0; i < c->nr_b; i++)
		KUNIT_EXPECT_EQ(test, smmu_window_add(&w, &c->b[i]), 0);
	window_expect(test, &w, c->out, c->nr_out);
}

static const struct window_case window_intersect_cases[] = {
	{ "all and all", 1, 1, 1, { { 0, U64_MAX } }, { { 0, U64_MAX } }, { { 0, U64_MAX } } },
	{ "all and one", 1, 1, 1, { { 0, U64_MAX } }, { { 5, 9 } }, { { 5, 9 } } },
	{ "all and both ends", 1, 2, 2, { { 0, U64_MAX } }, { { 0, 0 }, { U64_MAX, U64_MAX } },
	  { { 0, 0 }, { U64_MAX, U64_MAX } } },
	{ "overlap", 1, 1, 1, { { 5, 9 } }, { { 8, 12 } }, { { 8, 9 } } },
	{ "one address", 1, 1, 1, { { 5, 9 } }, { { 9, 12 } }, { { 9, 9 } } },
	{ "touch only", 1, 1, 0, { { 5, 9 } }, { { 10, 12 } } },
	{ "touch at 4 GiB", 1, 1, 0, { { 0, 0xffffffff } }, { { SZ_4G, U64_MAX } } },
	{ "inside", 1, 1, 1, { { 5, 9 } }, { { 6, 8 } }, { { 6, 8 } } },
	{ "apart", 1, 1, 0, { { 5, 9 } }, { { 20, 29 } } },
	{ "the ends", 1, 1, 0, { { 0, 0 } }, { { U64_MAX, U64_MAX } } },
	{ "the last address", 2, 1, 1, { { 0, 9 }, { U64_MAX, U64_MAX } },
	  { { 20, U64_MAX } }, { { U64_MAX, U64_MAX } } },
	{ "same ends", 2, 2, 2, { { 0, 9 }, { 20, 29 } }, { { 5, 9 }, { 15, 29 } },
	  { { 5, 9 }, { 20, 29 } } },
	{ "comb and comb", 2, 2, 3, { { 0, 9 }, { 20, 29 } }, { { 5, 22 }, { 25, 40 } },
	  { { 5, 9 }, { 20, 22 }, { 25, 29 } } },
	{ "holes of the one are the other", 2, 1, 0, { { 0, 9 }, { 20, 29 } }, { { 10, 19 } } },
	{ "with nothing", 1, 0, 0, { { 0, U64_MAX } }, { } },
	{ "nothing with all", 0, 1, 0, { }, { { 0, U64_MAX } } },
	{ "nothing with nothing", 0, 0, 0, { }, { } },
};

KUNIT_ARRAY_PARAM_DESC(window_intersect, window_intersect_cases, name);

static void window_test_intersect(struct kunit *test)
{
	const struct window_case *c = test->param_value;
	const int ret = c->nr_out ? 0 : -ENOSPC;
	const struct smmu_window a = window_of(test, c->a, c->nr_a);
	const struct smmu_window b = window_of(test, c->b, c->nr_b);
	struct smmu_window w;

	w = a;
	KUNIT_EXPECT_EQ(test, smmu_window_intersect(&w, &b), ret);
	window_expect(test, &w, c->out, c->nr_out);
	w = b;
	KUNIT_EXPECT_EQ(test, smmu_window_intersect(&w, &a), ret);
	window_expect(test, &w, c->out, c->nr_out);
	KUNIT_EXPECT_TRUE(test, smmu_window_within(&w, &a));
	KUNIT_EXPECT_TRUE(test, smmu_window_within(&w, &b));
}

static void window_test_all(struct kunit *test)
{
	const struct smmu_window all = smmu_window_all(), none = { };

	KUNIT_EXPECT_EQ(test, all.nr, 1);
	KUNIT_EXPECT_EQ(test, smmu_window_start(&all), 0);
	KUNIT_EXPECT_EQ(test, smmu_window_last(&all), U64_MAX);
	KUNIT_EXPECT_TRUE(test, smmu_window_contains(&all, 0, U64_MAX));
	KUNIT_EXPECT_TRUE(test, smmu_window_contains(&all, U64_MAX, U64_MAX));
	KUNIT_EXPECT_FALSE(test, smmu_window_contains(&all, 1, 0));
	KUNIT_EXPECT_TRUE(test, smmu_window_within(&none, &all));
	KUNIT_EXPECT_TRUE(test, smmu_window_within(&none, &none));
	KUNIT_EXPECT_FALSE(test, smmu_window_within(&all, &none));
	KUNIT_EXPECT_TRUE(test, smmu_window_equal(&none, &none));
	KUNIT_EXPECT_FALSE(test, smmu_window_equal(&none, &all));
	KUNIT_EXPECT_FALSE(test, smmu_window_contains(&none, 0, 0));
}

/* An empty range that nothing uses any more does not make windows differ. */
static void window_test_equal_stale(struct kunit *test)
{
	const struct smmu_window_range range = { 0, 0x3000 - 1 };
	struct smmu_window a = { .nr = 1, .range = { range, { 5, 6 } } };
	struct smmu_window b = { .nr = 1, .range = { range, { 7, 8 } } };

	KUNIT_EXPECT_TRUE(test, smmu_window_equal(&a, &b));
	b.range[0].last++;
	KUNIT_EXPECT_FALSE(test, smmu_window_equal(&a, &b));
}

/* The one with nr == 1 is inline; both have to give the same answers. */
static void window_test_contains(struct kunit *test)
{
	const struct smmu_window_range ranges[] = { { 0x1000, 0x2fff }, { 0x8000, 0x8fff } };
	unsigned int nr;

	for (nr = 1; nr <= ARRAY_SIZE(ranges); nr++) {
		const struct smmu_window w = window_of(test, ranges, nr);

		KUNIT_EXPECT_TRUE(test, smmu_window_contains(&w, 0x1000, 0x2fff));
		KUNIT_EXPECT_TRUE(test, smmu_window_contains(&w, 0x1000, 0x1000));
		KUNIT_EXPECT_TRUE(test, smmu_window_contains(&w, 0x2fff, 0x2fff));
		KUNIT_EXPECT_FALSE(test, smmu_window_contains(&w, 0xfff, 0x2fff));
		KUNIT_EXPECT_FALSE(test, smmu_window_contains(&w, 0x1000, 0x3000));
		KUNIT_EXPECT_FALSE(test, smmu_window_contains(&w, 0x3000, 0x7fff));
		KUNIT_EXPECT_FALSE(test, smmu_window_contains(&w, 0x1000, 0x8fff));
		KUNIT_EXPECT_FALSE(test, smmu_window_contains(&w, 0, U64_MAX));
		KUNIT_EXPECT_EQ(test, smmu_window_contains(&w, 0x8000, 0x8fff), nr == 2);
		/* A sum that wrapped around: its ends may both lie inside. */
		KUNIT_EXPECT_FALSE(test, smmu_window_contains(&w, 0x2fff, 0x1000));
		KUNIT_EXPECT_FALSE(test, smmu_window_contains(&w, 0x2000, 0x1fff));
		KUNIT_EXPECT_FALSE(test, smmu_window_contains(&w, U64_MAX, 0x1000));
	}
}

/* Ranges of one granule with one between them */
static struct smmu_window window_comb(struct kunit *test, u64 base, unsigned int teeth)
{
	struct smmu_window w = { };
	unsigned int i;

	for (i = 0; i < teeth; i++) {
		const u64 start = base + i * 0x2000;
		const struct smmu_window_range tooth = { start, start + 0xfff };

		KUNIT_EXPECT_EQ(test, smmu_window_add(&w, &tooth), 0);
	}
	KUNIT_EXPECT_EQ(test, w.nr, teeth);
	return w;
}

static void window_test_too_many(struct kunit *test)
{
	const u64 base = 0x100000;
	const struct smmu_window full = window_comb(test, base, SMMU_WINDOW_RANGES_MAX);
	const struct smmu_window_range more[] = {
		{ base - 0x2000, base - 0x1001 }, { base + 0x1400, base + 0x17ff },
		{ base + 0x10000, base + 0x10fff }, { U64_MAX, U64_MAX }, { 0, 0 },
	};
	const struct smmu_window_range fits[] = {
		{ base - 0x1000, base - 1 }, { base + 0x1000, base + 0x1fff },
		{ base + 0xf000, base + 0xffff }, { base + 0xe800, U64_MAX }, { 0, base },
		{ base, base }, { 0, U64_MAX },
	};
	struct smmu_window w = full;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(more); i++) {
		KUNIT_EXPECT_EQ(test, smmu_window_add(&w, &more[i]), -E2BIG);
		window_expect(test, &w, full.range, full.nr);
	}
	for (i = 0; i < ARRAY_SIZE(fits); i++) {
		w = full;
		KUNIT_EXPECT_EQ(test, smmu_window_add(&w, &fits[i]), 0);
		KUNIT_EXPECT_LE(test, w.nr, SMMU_WINDOW_RANGES_MAX);
		KUNIT_EXPECT_TRUE(test, smmu_window_within(&full, &w));
		KUNIT_EXPECT_TRUE(test, smmu_window_contains(&w, fits[i].start, fits[i].last));
	}
}

/* Two combs of eight that leave nine pieces, and of those eight */
static void window_test_intersect_too_many(struct kunit *test)
{
	const struct smmu_window comb = window_comb(test, 0x100000, SMMU_WINDOW_RANGES_MAX);
	const struct smmu_window_range halves[] = { { 0, 0x1003ff }, { 0x100800, U64_MAX } };
	const struct smmu_window_range less[] = { { 0, 0x1003ff }, { 0x100800, 0x10dfff } };
	const struct smmu_window nine = window_of(test, halves, 2);
	const struct smmu_window eight = window_of(test, less, 2);
	struct smmu_window w = comb;

	KUNIT_EXPECT_EQ(test, smmu_window_intersect(&w, &nine), -E2BIG);
	window_expect(test, &w, comb.range, comb.nr);
	KUNIT_EXPECT_EQ(test, smmu_window_intersect(&w, &eight), 0);
	KUNIT_EXPECT_EQ(test, w.nr, SMMU_WINDOW_RANGES_MAX);
	KUNIT_EXPECT_EQ(test, smmu_window_last(&w), 0x10cfff);
}

struct window_place {
	const char *name;
	u64 base;
	u8 unit_lg2;
};

static const struct window_place window_places[] = {
	{ "addresses from 0 on", 0, 0 },
	{ "addresses up to the last", 0ULL - WINDOW_UNITS, 0 },
	{ "addresses across 4 GiB", SZ_4G - WINDOW_UNITS / 2, 0 },
	{ "granules from 0 on", 0, 12 },
	{ "granules up to the last", 0ULL - ((u64)WINDOW_UNITS << 12), 12 },
	{ "granules across 4 GiB", SZ_4G - ((u64)WINDOW_UNITS << 11), 12 },
	{ "units of 4 GiB", 0, 32 },
	{ "all addresses", 0, 58 },
};

KUNIT_ARRAY_PARAM_DESC(window, window_places, name);

/**
 * struct window_ref - a window, and what should be in it
 * @test: the test
 * @place: where the universe lies
 * @rnd: random numbers
 * @w: the window
 * @bits: the units that it holds
 */
struct window_ref {
	struct kunit *test;
	const struct window_place *place;
	struct rnd_state rnd;
	struct smmu_window w;
	u64 bits;
};

static u64 window_unit_first(const struct window_ref *ref, unsigned int unit)
{
	return ref->place->base + ((u64)unit << ref->place->unit_lg2);
}

static u64 window_unit_last(const struct window_ref *ref, unsigned int unit)
{
	return window_unit_first(ref, unit) + (BIT_ULL(ref->place->unit_lg2) - 1);
}

static bool window_bit(u64 bits, int unit)
{
	return unit >= 0 && unit < WINDOW_UNITS && (bits & BIT_ULL(unit));
}

/* The ranges of a bitmap, in a list that is long enough for any */
static unsigned int window_runs(const struct window_ref *ref, u64 bits,
				struct smmu_window_range *runs)
{
	unsigned int nr = 0;
	int unit;

	for (unit = 0; unit < WINDOW_UNITS; unit++) {
		if (window_bit(bits, unit) && !window_bit(bits, unit - 1))
			runs[nr].start = window_unit_first(ref, unit);
		if (window_bit(bits, unit) && !window_bit(bits, unit + 1))
			runs[nr++].last = window_unit_last(ref, unit);
	}
	return nr;
}

static bool window_ref_same(const struct window_ref *ref)
{
	struct smmu_window_range runs[WINDOW_UNITS / 2];
	unsigned int i, nr = window_runs(ref, ref->bits, runs);

	if (ref->w.nr != nr)
		return false;
	for (i = 0; i < nr; i++)
		if (ref->w.range[i].start != runs[i].start || ref->w.range[i].last != runs[i].last)
			return false;
	return !nr || (smmu_window_start(&ref->w) == runs[0].start &&
		       smmu_window_last(&ref->w) == runs[nr - 1].last);
}

static bool window_too_many(const struct window_ref *ref, u64 bits)
{
	struct smmu_window_range runs[WINDOW_UNITS / 2];

	return window_runs(ref, bits, runs) > SMMU_WINDOW_RANGES_MAX;
}

static unsigned int window_random(struct window_ref *ref, unsigned int below)
{
	return prandom_u32_state(&ref->rnd) % below;
}

static u64 window_bits(unsigned int first, unsigned int last)
{
	return GENMASK_ULL(last, first);
}

/* Two numbers of units, in order; mostly not far from each other */
static void window_random_units(struct window_ref *ref, unsigned int *first, unsigned int *last)
{
	unsigned int most = window_random(ref, 4) ? 6 : WINDOW_UNITS;

	*first = window_random(ref, WINDOW_UNITS);
	*last = min(*first + window_random(ref, most), WINDOW_UNITS - 1U);
}

static void window_ref_add(struct window_ref *ref)
{
	struct smmu_window_range range;
	unsigned int first, last;
	bool too_many;
	u64 bits;

	window_random_units(ref, &first, &last);
	bits = ref->bits | window_bits(first, last);
	range.start = window_unit_first(ref, first);
	range.last = window_unit_last(ref, last);
	too_many = window_too_many(ref, bits);
	KUNIT_EXPECT_EQ(ref->test, smmu_window_add(&ref->w, &range), too_many ? -E2BIG : 0);
	if (!too_many)
		ref->bits = bits;
}

/* A window that has nothing to do with the other, of up to eight ranges */
static u64 window_ref_other(struct window_ref *ref, struct smmu_window *other)
{
	struct window_ref fresh = { .test = ref->test, .place = ref->place };
	unsigned int n = window_random(ref, 12);

	prandom_seed_state(&fresh.rnd, prandom_u32_state(&ref->rnd));
	while (n--)
		window_ref_add(&fresh);
	if (!window_random(ref, 8)) {
		fresh.w = ref->w;
		fresh.bits = ref->bits;
	}
	*other = fresh.w;
	return fresh.bits;
}

static void window_ref_intersect(struct window_ref *ref)
{
	struct smmu_window other;
	u64 bits = ref->bits & window_ref_other(ref, &other);
	int want = window_too_many(ref, bits) ? -E2BIG : bits ? 0 : -ENOSPC;

	KUNIT_EXPECT_EQ(ref->test, smmu_window_intersect(&ref->w, &other), want);
	if (want != -E2BIG)
		ref->bits = bits;
}

static void window_ref_compare(struct window_ref *ref)
{
	struct smmu_window other;
	u64 bits = window_ref_other(ref, &other);

	KUNIT_EXPECT_EQ(ref->test, smmu_window_equal(&ref->w, &other), ref->bits == bits);
	KUNIT_EXPECT_EQ(ref->test, smmu_window_within(&ref->w, &other), !(ref->bits & ~bits));
	KUNIT_EXPECT_EQ(ref->test, smmu_window_within(&other, &ref->w), !(bits & ~ref->bits));
}

/* The ends may lie anywhere in their units. */
static void window_ref_contains(struct window_ref *ref)
{
	const u64 within = BIT_ULL(ref->place->unit_lg2) - 1;
	unsigned int first, last;
	u64 bits, start, end;

	window_random_units(ref, &first, &last);
	bits = window_bits(first, last);
	start = window_unit_first(ref, first) + (prandom_u32_state(&ref->rnd) & within);
	end = window_unit_last(ref, last) - (prandom_u32_state(&ref->rnd) & within);
	KUNIT_EXPECT_EQ(ref->test, smmu_window_contains(&ref->w, start, end),
			start <= end && (ref->bits & bits) == bits);
	if (start < end)
		KUNIT_EXPECT_FALSE(ref->test, smmu_window_contains(&ref->w, end, start));
}

static void window_test_random(struct kunit *test)
{
	struct window_ref *ref = kunit_kzalloc(test, sizeof(*ref), GFP_KERNEL);
	u32 seed = get_random_u32();
	unsigned int i, full = 0;

	KUNIT_ASSERT_NOT_NULL(test, ref);
	ref->test = test;
	ref->place = test->param_value;
	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&ref->rnd, seed);
	for (i = 0; i < WINDOW_STEPS; i++) {
		if (window_random(ref, 8))
			window_ref_add(ref);
		else
			window_ref_intersect(ref);
		KUNIT_ASSERT_TRUE_MSG(test, window_ref_same(ref), "step %u, units %#llx", i,
				      ref->bits);
		window_ref_compare(ref);
		window_ref_contains(ref);
		full += ref->w.nr == SMMU_WINDOW_RANGES_MAX;
	}
	KUNIT_EXPECT_GT_MSG(test, full, 0, "never had all ranges in use");
}

/* What nothing limits is the unit of the intersection, whatever comes. */
static void window_test_random_all(struct kunit *test)
{
	struct window_ref *ref = kunit_kzalloc(test, sizeof(*ref), GFP_KERNEL);
	u32 seed = get_random_u32();
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, ref);
	ref->test = test;
	ref->place = test->param_value;
	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&ref->rnd, seed);
	for (i = 0; i < WINDOW_TRIES; i++) {
		struct smmu_window other;

		ref->bits = window_ref_other(ref, &other);
		ref->w = smmu_window_all();
		KUNIT_EXPECT_EQ(test, smmu_window_intersect(&ref->w, &other),
				ref->bits ? 0 : -ENOSPC);
		KUNIT_ASSERT_TRUE(test, window_ref_same(ref));
	}
}

static struct kunit_case window_test_cases[] = {
	KUNIT_CASE_PARAM(window_test_check, window_check_gen_params),
	KUNIT_CASE_PARAM(window_test_add, window_add_gen_params),
	KUNIT_CASE_PARAM(window_test_intersect, window_intersect_gen_params),
	KUNIT_CASE(window_test_all),
	KUNIT_CASE(window_test_equal_stale),
	KUNIT_CASE(window_test_contains),
	KUNIT_CASE(window_test_too_many),
	KUNIT_CASE(window_test_intersect_too_many),
	KUNIT_CASE_PARAM(window_test_random, window_gen_params),
	KUNIT_CASE_PARAM(window_test_random_all, window_gen_params),
	{ }
};

static struct kunit_suite window_test_suite = {
	.name = "smmu_window",
	.test_cases = window_test_cases,
};

kunit_test_suites(&window_test_suite);
