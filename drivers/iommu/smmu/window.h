/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows: the I/O addresses that a master may use. Pure.
 */
#ifndef SMMU_WINDOW_H
#define SMMU_WINDOW_H

#include <linux/compiler.h>
#include <linux/types.h>

/* As many as the schema allows in "iommu-ranges"; an intersection that has more is refused. */
#define SMMU_WINDOW_RANGES_MAX	8

/**
 * struct smmu_window_range - addresses without a hole
 * @start: first address
 * @last: last address, not below @start
 */
struct smmu_window_range {
	u64 start;
	u64 last;
};

/**
 * struct smmu_window - a set of addresses
 * @nr: ranges in use; 0 is the empty set
 * @range: the ranges, rising; between any two of them lies at least one address
 */
struct smmu_window {
	unsigned int nr;
	struct smmu_window_range range[SMMU_WINDOW_RANGES_MAX];
};

struct smmu_window smmu_window_all(void);
int smmu_window_check(u64 start, u64 bytes, u8 granule_lg2, struct smmu_window_range *range,
		      bool *old_4g, const char **why);
int smmu_window_add(struct smmu_window *w, const struct smmu_window_range *range);
int smmu_window_intersect(struct smmu_window *w, const struct smmu_window *other);
bool smmu_window_search(const struct smmu_window *w, u64 start, u64 last);
bool smmu_window_within(const struct smmu_window *inner, const struct smmu_window *outer);
bool smmu_window_equal(const struct smmu_window *a, const struct smmu_window *b);

/* The first address of a window that is not empty */
static inline u64 smmu_window_start(const struct smmu_window *w)
{
	return w->range[0].start;
}

/* The last address of a window that is not empty */
static inline u64 smmu_window_last(const struct smmu_window *w)
{
	return w->range[w->nr - 1].last;
}

/* A @start above @last is a sum that wrapped around; nothing holds it. */
static inline bool smmu_window_range_holds(const struct smmu_window_range *range, u64 start,
					   u64 last)
{
	return range->start <= start && start <= last && last <= range->last;
}

/*
 * Whether all of @start to @last lies in the window. Each map asks this, and
 * nearly every window is one range.
 */
static inline bool smmu_window_contains(const struct smmu_window *w, u64 start, u64 last)
{
	if (likely(w->nr == 1))
		return smmu_window_range_holds(&w->range[0], start, last);
	return smmu_window_search(w, start, last);
}

#endif /* SMMU_WINDOW_H */
