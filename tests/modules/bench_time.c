// SPDX-License-Identifier: GPL-2.0-only
/* smmu_bench: rounds of a case, and what is made of their times. */

#include <linux/io.h>
#include <linux/sort.h>

#include "bench.h"

/* The first of the ID registers, which no driver reads (IHI 0070, 6.3). */
#define BENCH_MARK	0xfd0

/* Since the module came: the trace knows of no later beginning. */
static unsigned int bench_marks;

/* Returns the number of this mark, from 0. */
unsigned int bench_mark(struct bench *b)
{
	readl_relaxed(b->smmu + BENCH_MARK);
	return bench_marks++;
}

void (bench_stop)(struct bench *b, enum bench_part part, u64 now)
{
	unsigned int n = b->count[part], mark = bench_mark(b);

	if (!b->recording || n == BENCH_ROUNDS)
		return;
	b->ns[part][n] = now - b->began;
	b->count[part]++;
	/* The one that bench_start() made. */
	b->mark[part] = mark - 1;
}

static int bench_less(const void *one, const void *other)
{
	u64 a = *(const u64 *)one, c = *(const u64 *)other;

	return a < c ? -1 : a > c;
}

static int bench_rounds(struct bench *b, const struct bench_case *one)
{
	int i, ret = 0;

	memset(b->count, 0, sizeof(b->count));
	for (i = 0; !ret && i < BENCH_WARM + BENCH_ROUNDS; i++) {
		b->recording = i >= BENCH_WARM;
		ret = one->round(b, one);
	}
	return ret;
}

static int bench_round_beside(struct bench *b, const struct bench_case *one)
{
	unsigned long iova = one->iova + one->beside;
	int ret;

	if (!one->beside)
		return bench_rounds(b, one);
	ret = iommu_map(b->domain, iova, one->phys + one->beside, SZ_4K, BENCH_RW, GFP_KERNEL);
	if (ret)
		return ret;
	ret = bench_rounds(b, one);
	iommu_unmap(b->domain, iova, SZ_4K);
	return ret;
}

/* Leaves a line for each part in b->answer: name, least and median time, mark. */
int bench_run(struct bench *b, const struct bench_case *one)
{
	unsigned int i, n, at = 0;
	int ret;

	ret = bench_round_beside(b, one);
	if (ret)
		return ret;
	for (i = 0; i < BENCH_PARTS && one->part[i]; i++) {
		n = b->count[i];
		if (!n)
			return -EINVAL;
		sort(b->ns[i], n, sizeof(u64), bench_less, NULL);
		at += scnprintf(b->answer + at, sizeof(b->answer) - at, "%s %llu %llu %u\n",
				one->part[i], b->ns[i][0], b->ns[i][n / 2], b->mark[i]);
	}
	return 0;
}
