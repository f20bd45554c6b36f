// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_edu: memory by its physical address. More files beside those of edu_core.c:
 *
 *   page      write ADDRESS: dma_map_page() of a page at or above that physical
 *             address, anew; read: "IOVA BYTES PHYS"
 *   unpage    write: dma_unmap_page(); the page stays for "pagebuf" to show
 *   pagebuf   the bytes of that page. Nothing is synced for anybody: what is seen
 *             there does not come from a bounce buffer
 *   resource  write ADDRESS: dma_map_resource() of a page of registers, anew; read:
 *             its IOVA
 */

#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/uaccess.h>

#include "edu.h"
#include "edu_core.h"

/* Memory is looked through in pieces, as large as Arm's allocator has them. */
#define SMMU_EDU_PAGE_ORDER	10
#define SMMU_EDU_PAGE_TRIES	1024

struct smmu_edu_page {
	struct device *dev;

	/* Guards what follows. */
	struct mutex lock;
	struct page *page;
	dma_addr_t iova;
	bool mapped;
	dma_addr_t resource;
	bool resource_mapped;
};

/* The first page of a piece of memory at or above an address. */
static struct page *smmu_edu_page_find(phys_addr_t least)
{
	gfp_t gfp = GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY;
	struct page *page, *next, *found = NULL;
	unsigned int tries = SMMU_EDU_PAGE_TRIES;
	LIST_HEAD(lower);

	while (!found && tries--) {
		page = alloc_pages(gfp, SMMU_EDU_PAGE_ORDER);
		if (!page)
			break;
		if (page_to_phys(page) >= least)
			found = page;
		else
			list_add(&page->lru, &lower);
	}
	list_for_each_entry_safe(page, next, &lower, lru) {
		list_del(&page->lru);
		__free_pages(page, SMMU_EDU_PAGE_ORDER);
	}
	return found;
}

static void smmu_edu_page_unmap_locked(struct smmu_edu_page *one)
{
	lockdep_assert_held(&one->lock);
	if (one->mapped)
		dma_unmap_page(one->dev, one->iova, PAGE_SIZE, DMA_BIDIRECTIONAL);
	one->mapped = false;
}

static void smmu_edu_page_free_locked(struct smmu_edu_page *one)
{
	lockdep_assert_held(&one->lock);
	smmu_edu_page_unmap_locked(one);
	if (one->page)
		__free_pages(one->page, SMMU_EDU_PAGE_ORDER);
	one->page = NULL;
}

static int smmu_edu_page_map_locked(struct smmu_edu_page *one, phys_addr_t least)
{
	lockdep_assert_held(&one->lock);
	smmu_edu_page_free_locked(one);
	one->page = smmu_edu_page_find(least);
	if (!one->page)
		return -ENOMEM;
	one->iova = dma_map_page(one->dev, one->page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(one->dev, one->iova))
		return -ENOSPC;
	one->mapped = true;
	return 0;
}

static ssize_t page_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu_page *one = file->private_data;
	u64 least;
	int ret;

	ret = kstrtou64_from_user(from, bytes, 0, &least);
	if (ret)
		return ret;
	mutex_lock(&one->lock);
	ret = smmu_edu_page_map_locked(one, least);
	mutex_unlock(&one->lock);
	return ret ?: bytes;
}

static ssize_t page_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu_page *one = file->private_data;
	phys_addr_t phys;
	char line[96];

	mutex_lock(&one->lock);
	if (one->mapped) {
		phys = page_to_phys(one->page);
		scnprintf(line, sizeof(line), "%pad %lu %pap\n", &one->iova, PAGE_SIZE, &phys);
	} else {
		scnprintf(line, sizeof(line), "none\n");
	}
	mutex_unlock(&one->lock);
	return simple_read_from_buffer(to, bytes, pos, line, strlen(line));
}

static const struct file_operations smmu_edu_page_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = page_read,
	.write = page_write,
};

static ssize_t unpage_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu_page *one = file->private_data;

	mutex_lock(&one->lock);
	smmu_edu_page_unmap_locked(one);
	mutex_unlock(&one->lock);
	return bytes;
}

static const struct file_operations smmu_edu_unpage_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = unpage_write,
};

static ssize_t pagebuf_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu_page *one = file->private_data;
	ssize_t ret = -ENODATA;
	void *at;

	mutex_lock(&one->lock);
	if (one->page) {
		at = kmap_local_page(one->page);
		ret = simple_read_from_buffer(to, bytes, pos, at, PAGE_SIZE);
		kunmap_local(at);
	}
	mutex_unlock(&one->lock);
	return ret;
}

static ssize_t pagebuf_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu_page *one = file->private_data;
	ssize_t ret = -ENODATA;
	void *at;

	mutex_lock(&one->lock);
	if (one->page) {
		at = kmap_local_page(one->page);
		ret = simple_write_to_buffer(at, PAGE_SIZE, pos, from, bytes);
		kunmap_local(at);
	}
	mutex_unlock(&one->lock);
	return ret ?: -ENOSPC;
}

static const struct file_operations smmu_edu_pagebuf_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = pagebuf_read,
	.write = pagebuf_write,
	.llseek = default_llseek,
};

static void smmu_edu_resource_unmap_locked(struct smmu_edu_page *one)
{
	lockdep_assert_held(&one->lock);
	if (one->resource_mapped)
		dma_unmap_resource(one->dev, one->resource, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	one->resource_mapped = false;
}

static int smmu_edu_resource_map_locked(struct smmu_edu_page *one, phys_addr_t phys)
{
	lockdep_assert_held(&one->lock);
	smmu_edu_resource_unmap_locked(one);
	one->resource = dma_map_resource(one->dev, phys, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	if (dma_mapping_error(one->dev, one->resource))
		return -ENOSPC;
	one->resource_mapped = true;
	return 0;
}

static ssize_t resource_write(struct file *file, const char __user *from, size_t bytes,
			      loff_t *pos)
{
	struct smmu_edu_page *one = file->private_data;
	u64 phys;
	int ret;

	ret = kstrtou64_from_user(from, bytes, 0, &phys);
	if (ret)
		return ret;
	mutex_lock(&one->lock);
	ret = smmu_edu_resource_map_locked(one, phys);
	mutex_unlock(&one->lock);
	return ret ?: bytes;
}

static ssize_t resource_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu_page *one = file->private_data;
	char line[32] = "none\n";

	mutex_lock(&one->lock);
	if (one->resource_mapped)
		scnprintf(line, sizeof(line), "%pad\n", &one->resource);
	mutex_unlock(&one->lock);
	return simple_read_from_buffer(to, bytes, pos, line, strlen(line));
}

static const struct file_operations smmu_edu_resource_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = resource_read,
	.write = resource_write,
};

struct smmu_edu_page *smmu_edu_page_new(struct device *dev)
{
	struct smmu_edu_page *one = devm_kzalloc(dev, sizeof(*one), GFP_KERNEL);

	if (!one)
		return NULL;
	one->dev = dev;
	mutex_init(&one->lock);
	return one;
}

void smmu_edu_page_show(struct smmu_edu_page *one, struct dentry *dir)
{
	debugfs_create_file("page", 0600, dir, one, &smmu_edu_page_fops);
	debugfs_create_file("unpage", 0200, dir, one, &smmu_edu_unpage_fops);
	debugfs_create_file("pagebuf", 0600, dir, one, &smmu_edu_pagebuf_fops);
	debugfs_create_file("resource", 0600, dir, one, &smmu_edu_resource_fops);
}

void smmu_edu_page_release(struct smmu_edu_page *one)
{
	mutex_lock(&one->lock);
	smmu_edu_page_free_locked(one);
	smmu_edu_resource_unmap_locked(one);
	mutex_unlock(&one->lock);
}
