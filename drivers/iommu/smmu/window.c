// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows: the I/O addresses that a master may use. Ends are closed, so that a
 * window may reach the last of 2^64 addresses.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <kunit/visibility.h>

#include "window.h"

/* How 4 GiB was written where sizes had one cell */
#define SMMU_WINDOW_OLD_4G	0xffffffffULL

/**
 * smmu_window_all() - The window of a master that nothing limits
 *
 * Context: any; pure.
 * Return: all addresses.
 */
struct smmu_window smmu_window_all(void)
{
	return (struct smmu_window){ .nr = 1, .range = { { 0, U64_MAX } } };
}
EXPORT_SYMBOL_IF_KUNIT(smmu_window_all);

static const char *smmu_window_wrong(u64 start, u64 bytes, u8 granule_lg2)
{
	const u64 offset = BIT_ULL(granule_lg2) - 1;

	if (!bytes)
		return "window size is 0";
	if (start & offset)
		return "window start is not on a granule";
	if (bytes & offset)
		return "window size is not a multiple of the granule";
	if (bytes - 1 > U64_MAX - start)
		return "window wraps around";
	return NULL;
}

/**
 * smmu_window_check() - Make a range of what firmware says
 * @start: first address
 * @bytes: size; 0xffffffff stands for 4 GiB
 * @granule_lg2: log2 of the granule that start and size have to be multiples of
 * @range: where the range goes; written on success only
 * @old_4g: set to whether @bytes was 0xffffffff
 * @why: on failure, what is wrong
 *
 * Context: any; pure.
 * Return: 0 or -EINVAL.
 */
int smmu_window_check(u64 start, u64 bytes, u8 granule_lg2, struct smmu_window_range *range,
		      bool *old_4g, const char **why)
{
	const char *wrong;

	*old_4g = bytes == SMMU_WINDOW_OLD_4G;
	if (*old_4g)
		bytes = SZ_4G;
	wrong = smmu_window_wrong(start, bytes, granule_lg2);
	if (wrong) {
		*why = wrong;
		return -EINVAL;
	}
	range->start = start;
	range->last = start + (bytes - 1);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_window_check);

/* Whether @a lies below @b with an address between them */
static bool smmu_window_apart(const struct smmu_window_range *a,
			      const struct smmu_window_range *b)
{
	return a->last < b->start && b->start - a->last > 1;
}

/**
 * smmu_window_add() - Add a range to a window
 * @w: the window; unchanged on failure
 * @range: the range; it may overlap or touch what is there
 *
 * Context: any; pure.
 * Return: 0, or -E2BIG if that makes more than %SMMU_WINDOW_RANGES_MAX ranges.
 */
int smmu_window_add(struct smmu_window *w, const struct smmu_window_range *range)
{
	struct smmu_window_range joined = *range;
	unsigned int first = 0, end;

	while (first < w->nr && smmu_window_apart(&w->range[first], range))
		first++;
	/* From first to end, without end: what becomes one with the new range */
	for (end = first; end < w->nr && !smmu_window_apart(range, &w->range[end]); end++) {
		joined.start = min(joined.start, w->range[end].start);
		joined.last = max(joined.last, w->range[end].last);
	}
	if (first == end && w->nr == SMMU_WINDOW_RANGES_MAX)
		return -E2BIG;
	memmove(&w->range[first + 1], &w->range[end], (w->nr - end) * sizeof(joined));
	w->range[first] = joined;
	w->nr = w->nr - (end - first) + 1;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_window_add);

/* Append what two ranges have in common, if anything, to a window below it. */
static int smmu_window_append_common(struct smmu_window *w, const struct smmu_window_range *a,
				     const struct smmu_window_range *b)
{
	const u64 start = max(a->start, b->start);
	const u64 last = min(a->last, b->last);

	if (start > last)
		return 0;
	if (w->nr == SMMU_WINDOW_RANGES_MAX)
		return -E2BIG;
	w->range[w->nr++] = (struct smmu_window_range){ start, last };
	return 0;
}

/**
 * smmu_window_intersect() - Keep of a window what lies in another one as well
 * @w: the window
 * @other: the other one
 *
 * Context: any; pure.
 * Return: 0; -ENOSPC if nothing is left, and then @w is empty; -E2BIG if more than
 * %SMMU_WINDOW_RANGES_MAX ranges are left, and then @w is as it was.
 */
int smmu_window_intersect(struct smmu_window *w, const struct smmu_window *other)
{
	struct smmu_window common = { };
	unsigned int i = 0, j = 0;

	while (i < w->nr && j < other->nr) {
		const struct smmu_window_range *a = &w->range[i], *b = &other->range[j];
		int ret = smmu_window_append_common(&common, a, b);

		if (ret)
			return ret;
		/* What ends first meets nothing more of the other window. */
		if (a->last < b->last)
			i++;
		else
			j++;
	}
	*w = common;
	return w->nr ? 0 : -ENOSPC;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_window_intersect);

/**
 * smmu_window_search() - Whether a window has a range that holds these addresses
 * @w: the window
 * @start: first address
 * @last: last address
 *
 * For smmu_window_contains(). No two ranges touch, so addresses without a hole
 * lie in one of them or not in the window.
 *
 * Context: any; pure.
 * Return: true if all of @start to @last lie in the window.
 */
bool smmu_window_search(const struct smmu_window *w, u64 start, u64 last)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++)
		if (smmu_window_range_holds(&w->range[i], start, last))
			return true;
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_window_search);

/**
 * smmu_window_within() - Whether one window holds all of another
 * @inner: the one that should lie inside; empty lies in anything
 * @outer: the one that should hold it
 *
 * Context: any; pure.
 * Return: true if it does.
 */
bool smmu_window_within(const struct smmu_window *inner, const struct smmu_window *outer)
{
	unsigned int i;

	for (i = 0; i < inner->nr; i++)
		if (!smmu_window_search(outer, inner->range[i].start, inner->range[i].last))
			return false;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_window_within);

/**
 * smmu_window_equal() - Whether two windows hold the same addresses
 * @a: one
 * @b: the other
 *
 * Context: any; pure.
 * Return: true if they do.
 */
bool smmu_window_equal(const struct smmu_window *a, const struct smmu_window *b)
{
	return a->nr == b->nr && !memcmp(a->range, b->range, a->nr * sizeof(a->range[0]));
}
EXPORT_SYMBOL_IF_KUNIT(smmu_window_equal);
