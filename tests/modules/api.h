/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smmu_api: cases that exercise the kernel's IOMMU API on unmanaged domains of
 * edu devices. They look at what memory holds after a transfer, because nothing
 * in the machine reports a transfer that the SMMU refused.
 *
 * A case returns as soon as something is wrong; what it took is released by the
 * harness, newest first.
 */
#ifndef SMMU_TEST_API_H
#define SMMU_TEST_API_H

#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/sizes.h>

#include "edu.h"

#define API_DEVS		2
#define API_DOMAINS		10
#define API_BUFS		48
#define API_RW			(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)

/* Within the 28 bits that every edu device reaches, and off the MSI page. */
#define API_IOVA		0x2000000UL
/* A page of the device's own for api_reads(). */
#define API_SCRATCH_IOVA	0x1000000UL

struct api_dev {
	struct list_head node;
	struct device *dev;
	void __iomem *regs;
	struct dentry *dir;
	char answer[256];
};

struct api_run {
	/* dev[0] is the one the script asked for; dev[1] another, or NULL. */
	struct api_dev *dev[API_DEVS];
	struct iommu_domain *attached[API_DEVS];
	struct iommu_domain *domain[API_DOMAINS];
	void *buf[API_BUFS];
	unsigned int buf_order[API_BUFS];
	struct rnd_state rnd;
	bool wrong;
	bool skipped;
	char why[200];
};

struct api_case {
	const char *name;
	void (*run)(struct api_run *run);
};

static_assert(offsetof(struct api_case, name) == 0, "cases.h looks for the name there");

/* Address bits that the devices drive. */
extern unsigned int api_bits;

/* Whether they reach what is at @iova. */
static inline bool api_fits(u64 iova)
{
	return iova + SZ_4K <= BIT_ULL(api_bits);
}

extern const struct api_case api_map_cases[];
extern const struct api_case api_unmap_cases[];
extern const struct api_case api_strict_cases[];
extern const struct api_case api_attach_cases[];
extern const struct api_case api_fault_cases[];
extern const struct api_case api_random_cases[];
extern const struct api_case api_stress_cases[];
extern const struct api_case api_window_cases[];

/* Two for each of the device's ranges: its first and its last address. */
#define API_WINDOW_MAX		8
extern unsigned long long api_window[API_WINDOW_MAX];
extern unsigned int api_window_nr;

/* For the buses (api_bus.c): a device with its registers comes and goes. */
struct api_dev *api_add(struct device *dev, void __iomem *regs);
void api_del(struct api_dev *one);
int api_bus_register(void);
void api_bus_unregister(void);

/* What a case says: true if the case is over. Only the first one counts. */
__printf(3, 4) bool api_wrong(struct api_run *run, bool wrong, const char *fmt, ...);
bool api_skip(struct api_run *run, bool skip, const char *why);

/* What a case takes; all of it fails the case when there is none. */
struct iommu_domain *api_domain(struct api_run *run);
void api_domain_free(struct api_run *run, struct iommu_domain *domain);
void *api_buf(struct api_run *run, unsigned int order);
bool api_attach(struct api_run *run, unsigned int dev, struct iommu_domain *domain);
void api_detach(struct api_run *run, unsigned int dev);
bool api_map(struct api_run *run, struct iommu_domain *domain, unsigned long iova,
	     phys_addr_t phys, size_t bytes);
bool api_unmap(struct api_run *run, struct iommu_domain *domain, unsigned long iova, size_t bytes);
bool api_phys_is(struct api_run *run, struct iommu_domain *domain, unsigned long iova,
		 phys_addr_t phys);
void api_release(struct api_run *run);

/* Transfers; these fail the case if the device does not come to an end. */
bool api_changed(struct api_run *run, unsigned int dev, unsigned long iova, void *where,
		 bool *changed);
bool api_reaches(struct api_run *run, unsigned int dev, unsigned long iova, void *where);
bool api_refused(struct api_run *run, unsigned int dev, unsigned long iova, void *where);
bool api_reads(struct api_run *run, unsigned int dev, unsigned long iova, void *where,
	       void *scratch, bool *reads);
void api_fill(struct api_run *run, void *where, size_t bytes);

static inline size_t api_page_bytes(const struct iommu_domain *domain)
{
	return domain->pgsize_bitmap & -domain->pgsize_bitmap;
}

/* The second smallest leaf: a block of the last but one level. */
static inline size_t api_block_bytes(const struct iommu_domain *domain)
{
	unsigned long larger = domain->pgsize_bitmap & (domain->pgsize_bitmap - 1);

	return larger & -larger;
}

#endif /* SMMU_TEST_API_H */
