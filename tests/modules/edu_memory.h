/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smmu_edu: memory that a device is given through the DMA API. A device has at most one
 * piece of each kind; the list of its files in edu_core.c says what they do.
 */
#ifndef SMMU_TEST_EDU_MEMORY_H
#define SMMU_TEST_EDU_MEMORY_H

#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct dentry;
struct page;
struct smmu_edu_kind;

#define SMMU_EDU_BYTES_MAX	SZ_4M

/* What a device has of one kind. The first two never change. */
struct smmu_edu_memory {
	const struct smmu_edu_kind *kind;
	struct device *dev;

	/* Guards what follows. */
	struct mutex lock;
	/* The device may use it. */
	bool mapped;
	/* Where the device sees it. */
	dma_addr_t iova;
	/* Where it is, for a kind that tells. */
	phys_addr_t phys;
	size_t bytes;
	/* Where the CPU sees it, for a kind that the CPU has mapped all the time. */
	void *cpu;
	/* Its first page, for a kind that has pages. */
	struct page *page;
};

/**
 * struct smmu_edu_kind - a way of the DMA API to give a device memory
 * @map_file: name of the file that maps memory and tells where it is
 * @unmap_file: name of the file that unmaps it, or NULL
 * @bytes_file: name of the file with its bytes, or NULL
 * @words: how many of "IOVA BYTES PHYS" @map_file tells
 * @by_address: what is written to @map_file is a physical address, and memory that is
 *	mapped gives way. Otherwise it is a size, and refused while memory is mapped
 * @map: find memory and map it; fills the struct, also where it then fails
 * @unmap: end the device's use of it
 * @drop: free what @unmap leaves for @bytes_file; NULL if that is nothing
 * @begin: where the CPU may read or write the bytes; NULL if there are none
 * @end: after that; NULL if there is nothing to do
 *
 * All are called with the lock held, @unmap only for memory that is mapped.
 */
struct smmu_edu_kind {
	const char *map_file;
	const char *unmap_file;
	const char *bytes_file;
	unsigned int words;
	bool by_address;
	int (*map)(struct smmu_edu_memory *m, u64 number);
	void (*unmap)(struct smmu_edu_memory *m);
	void (*drop)(struct smmu_edu_memory *m);
	void *(*begin)(struct smmu_edu_memory *m, bool write);
	void (*end)(struct smmu_edu_memory *m, void *at, bool write);
};

/* edu_buffer.c */
extern const struct smmu_edu_kind smmu_edu_coherent;
extern const struct smmu_edu_kind smmu_edu_streaming;

/* edu_page.c */
extern const struct smmu_edu_kind smmu_edu_page;
extern const struct smmu_edu_kind smmu_edu_resource;

void smmu_edu_memory_init(struct smmu_edu_memory *m, const struct smmu_edu_kind *kind,
			  struct device *dev);
void smmu_edu_memory_show(struct smmu_edu_memory *m, struct dentry *dir);
void smmu_edu_memory_release(struct smmu_edu_memory *m);

/* As many coherent buffers as a script asks for. The device never changes. */
struct smmu_edu_many {
	struct device *dev;

	/* Guards the list. */
	struct mutex lock;
	struct list_head buffers;
};

/* edu_many.c */
void smmu_edu_many_init(struct smmu_edu_many *many, struct device *dev);
void smmu_edu_many_show(struct smmu_edu_many *many, struct dentry *dir);
void smmu_edu_many_release(struct smmu_edu_many *many);

#endif /* SMMU_TEST_EDU_MEMORY_H */
