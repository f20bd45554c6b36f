// SPDX-License-Identifier: GPL-2.0-only
/* smmu_edu: many coherent buffers at a time, to see between which addresses they lie. */

#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "edu_memory.h"
#include "files.h"

struct many_buffer {
	struct list_head node;
	void *cpu;
	dma_addr_t iova;
	size_t bytes;
};

static int many_add_locked(struct smmu_edu_many *many, size_t bytes)
{
	struct many_buffer *one;

	lockdep_assert_held(&many->lock);
	one = kzalloc(sizeof(*one), GFP_KERNEL);
	if (!one)
		return -ENOMEM;
	one->bytes = bytes;
	one->cpu = dma_alloc_coherent(many->dev, bytes, &one->iova, GFP_KERNEL);
	if (!one->cpu) {
		kfree(one);
		return -ENOSPC;
	}
	list_add(&one->node, &many->buffers);
	return 0;
}

static void many_free_locked(struct smmu_edu_many *many)
{
	struct many_buffer *one, *next;

	lockdep_assert_held(&many->lock);
	list_for_each_entry_safe(one, next, &many->buffers, node) {
		dma_free_coherent(many->dev, one->bytes, one->cpu, one->iova);
		list_del(&one->node);
		kfree(one);
	}
}

static ssize_t many_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu_many *many = file->private_data;
	unsigned int count, size;
	char line[32];
	int ret;

	ret = test_line(line, sizeof(line), from, bytes);
	if (ret)
		return ret;
	if (sscanf(line, "%u %u", &count, &size) != 2 || size > SMMU_EDU_BYTES_MAX ||
	    (count && !size))
		return -EINVAL;
	mutex_lock(&many->lock);
	if (!count)
		many_free_locked(many);
	while (count-- && !ret)
		ret = many_add_locked(many, size);
	mutex_unlock(&many->lock);
	return ret ?: bytes;
}

static ssize_t many_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu_many *many = file->private_data;
	u64 first = U64_MAX, last = 0;
	unsigned int count = 0;
	struct many_buffer *one;
	char line[64];

	mutex_lock(&many->lock);
	list_for_each_entry(one, &many->buffers, node) {
		first = min_t(u64, first, one->iova);
		last = max_t(u64, last, one->iova + one->bytes - 1);
		count++;
	}
	mutex_unlock(&many->lock);
	scnprintf(line, sizeof(line), "%u 0x%llx 0x%llx\n", count, first, last);
	return test_answer(to, bytes, pos, line);
}

DEFINE_TEST_FILE(many, many_read, many_write);

void smmu_edu_many_init(struct smmu_edu_many *many, struct device *dev)
{
	many->dev = dev;
	INIT_LIST_HEAD(&many->buffers);
	mutex_init(&many->lock);
}

void smmu_edu_many_show(struct smmu_edu_many *many, struct dentry *dir)
{
	debugfs_create_file("many", 0600, dir, many, &many_fops);
}

void smmu_edu_many_release(struct smmu_edu_many *many)
{
	mutex_lock(&many->lock);
	many_free_locked(many);
	mutex_unlock(&many->lock);
}
