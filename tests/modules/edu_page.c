// SPDX-License-Identifier: GPL-2.0-only
/* smmu_edu: memory by its physical address, pages of the machine's and registers. */

#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/list.h>

#include "edu_memory.h"

/* Memory is looked through in pieces, as large as Arm's allocator has them. */
#define PAGE_ORDER	10
#define PAGE_TRIES	1024

/* The first page of a piece of memory at or above an address. */
static struct page *page_find(phys_addr_t least)
{
	gfp_t gfp = GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY;
	struct page *page, *next, *found = NULL;
	unsigned int tries = PAGE_TRIES;
	LIST_HEAD(lower);

	while (!found && tries--) {
		page = alloc_pages(gfp, PAGE_ORDER);
		if (!page)
			break;
		if (page_to_phys(page) >= least)
			found = page;
		else
			list_add(&page->lru, &lower);
	}
	list_for_each_entry_safe(page, next, &lower, lru) {
		list_del(&page->lru);
		__free_pages(page, PAGE_ORDER);
	}
	return found;
}

static int page_map(struct smmu_edu_memory *m, u64 least)
{
	m->bytes = PAGE_SIZE;
	m->page = page_find(least);
	if (!m->page)
		return -ENOMEM;
	m->phys = page_to_phys(m->page);
	m->iova = dma_map_page(m->dev, m->page, 0, m->bytes, DMA_BIDIRECTIONAL);
	return dma_mapping_error(m->dev, m->iova) ? -ENOSPC : 0;
}

static void page_unmap(struct smmu_edu_memory *m)
{
	dma_unmap_page(m->dev, m->iova, m->bytes, DMA_BIDIRECTIONAL);
}

static void page_drop(struct smmu_edu_memory *m)
{
	if (m->page)
		__free_pages(m->page, PAGE_ORDER);
	m->page = NULL;
}

/* Nothing is synced: what is seen here does not come from a bounce buffer. */
static void *page_begin(struct smmu_edu_memory *m, bool write)
{
	return m->page ? kmap_local_page(m->page) : NULL;
}

static void page_end(struct smmu_edu_memory *m, void *at, bool write)
{
	kunmap_local(at);
}

const struct smmu_edu_kind smmu_edu_page = {
	.map_file = "page",
	.unmap_file = "unpage",
	.bytes_file = "pagebuf",
	.words = 3,
	.by_address = true,
	.map = page_map,
	.unmap = page_unmap,
	.drop = page_drop,
	.begin = page_begin,
	.end = page_end,
};

static int resource_map(struct smmu_edu_memory *m, u64 phys)
{
	m->bytes = PAGE_SIZE;
	m->iova = dma_map_resource(m->dev, phys, m->bytes, DMA_BIDIRECTIONAL, 0);
	return dma_mapping_error(m->dev, m->iova) ? -ENOSPC : 0;
}

static void resource_unmap(struct smmu_edu_memory *m)
{
	dma_unmap_resource(m->dev, m->iova, m->bytes, DMA_BIDIRECTIONAL, 0);
}

const struct smmu_edu_kind smmu_edu_resource = {
	.map_file = "resource",
	.words = 1,
	.by_address = true,
	.map = resource_map,
	.unmap = resource_unmap,
};
