/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smmu_bench: what calls of the IOMMU API cost, by the clock, on a domain of an edu
 * device. Nothing does DMA: physical addresses need not be memory.
 *
 * Under QEMU's "-smp 1 -icount shift=0,sleep=off" a nanosecond is an instruction, so
 * figures are the same in every run. They include one reading of the clock (the case
 * "clock"), and a few instructions of them depend on where the stack of the round ends:
 * the kernel clears and copies what lies there by lines of 64 bytes. A mark, a read of a
 * register that no driver reads, stands before and behind whatever is measured: in
 * QEMU's trace it tells which commands belong to it.
 */
#ifndef SMMU_TEST_BENCH_H
#define SMMU_TEST_BENCH_H

#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/ktime.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>

#define BENCH_ROUNDS		9
/* Rounds before, which fill caches and allocate tables. */
#define BENCH_WARM		2
#define BENCH_SG		256
#define BENCH_RW		(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)

/* Parts of a case. */
enum bench_part { BENCH_MAP, BENCH_UNMAP, BENCH_PARTS };

struct bench {
	struct device *dev;
	struct dentry *dir;
	/* The SMMU's registers, for marks. */
	void __iomem *smmu;

	/* What calls go to: a domain of the driver's, or one that does nothing. */
	struct iommu_domain *domain;
	struct iommu_domain *real;
	struct iommu_domain *nothing;
	bool attached;

	/* 2 MiB of memory, of which the scatterlist has every other page. */
	struct page *pages;
	struct scatterlist sg[BENCH_SG];

	u64 first;
	u64 began;
	bool recording;
	u64 ns[BENCH_PARTS][BENCH_ROUNDS];
	unsigned int count[BENCH_PARTS];
	/* The mark before the last round. */
	unsigned int mark[BENCH_PARTS];

	const struct bench_case *held;
	struct iommu_domain *held_in;
	char answer[256];
};

struct bench_case {
	const char *name;
	/* Names of the parts; a case with one part has one name. */
	const char *part[BENCH_PARTS];
	int (*round)(struct bench *b, const struct bench_case *one);
	unsigned long iova;
	phys_addr_t phys;
	size_t bytes;
	/* A page at this distance stays mapped, and with it their table; 0: none. */
	size_t beside;
	/* Calls go through the DMA API, to the default domain. */
	bool dma_api;
};

static_assert(offsetof(struct bench_case, name) == 0, "cases.h looks for the name there");

extern const struct bench_case bench_map_cases[];
extern const struct bench_case bench_other_cases[];
extern const struct bench_case bench_dma_cases[];

/* bench_device.c: a device with all that cases use, attached to the driver's domain. */
struct bench *bench_new(struct device *dev);
void bench_free(struct bench *b);

/* The device's default domain, and what operations it has. */
struct bench_default {
	struct iommu_domain *domain;
	const struct iommu_domain_ops *ops;
};

/*
 * The device in its default domain, as it is under every driver, and back. A case that
 * runs on nothing has that domain do nothing for so long.
 */
struct bench_default bench_enter_default(struct bench *b);
int bench_leave_default(struct bench *b, struct bench_default usual);

/* bench_time.c */
unsigned int bench_mark(struct bench *b);
int bench_run(struct bench *b, const struct bench_case *one);

/* Around what is measured; nothing of their own is between the two readings. */
static inline void bench_start(struct bench *b)
{
	bench_mark(b);
	b->began = ktime_get_raw_ns();
}

void bench_stop(struct bench *b, enum bench_part part, u64 now);
#define bench_stop(b, part)	bench_stop(b, part, ktime_get_raw_ns())

/* bench_nothing.c: a domain of which every call succeeds at once. */
struct iommu_domain *bench_nothing_new(const struct iommu_domain *like);
extern const struct iommu_domain_ops bench_nothing_ops;

/* bench_threads.c */
int bench_threads(struct bench *b, unsigned int nr, bool turns, unsigned int ms);

/* bench_hold.c: a mapping that stays, for whoever counts pages. */
int bench_hold(struct bench *b, const struct bench_case *one);
void bench_unmap_held(struct bench *b);
void bench_release(struct bench *b);

#endif /* SMMU_TEST_BENCH_H */
