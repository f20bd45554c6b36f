// SPDX-License-Identifier: GPL-2.0-only
/* smmu_edu: the files of a piece of memory, the same ones for every kind. */

#include <linux/kstrtox.h>

#include "edu_memory.h"
#include "files.h"

static void memory_unmap_locked(struct smmu_edu_memory *m)
{
	lockdep_assert_held(&m->lock);
	if (m->mapped)
		m->kind->unmap(m);
	m->mapped = false;
}

static void memory_drop_locked(struct smmu_edu_memory *m)
{
	memory_unmap_locked(m);
	if (m->kind->drop)
		m->kind->drop(m);
}

static int memory_map_locked(struct smmu_edu_memory *m, u64 number)
{
	int ret;

	lockdep_assert_held(&m->lock);
	if (m->mapped && !m->kind->by_address)
		return -EBUSY;
	memory_drop_locked(m);
	ret = m->kind->map(m, number);
	m->mapped = !ret;
	return ret;
}

static ssize_t map_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu_memory *m = file->private_data;
	u64 number;
	int ret;

	ret = kstrtou64_from_user(from, bytes, 0, &number);
	if (ret)
		return ret;
	if (!m->kind->by_address && (!number || number > SMMU_EDU_BYTES_MAX))
		return -ERANGE;
	mutex_lock(&m->lock);
	ret = memory_map_locked(m, number);
	mutex_unlock(&m->lock);
	return ret ?: bytes;
}

static void memory_tell_locked(const struct smmu_edu_memory *m, char *line, size_t size)
{
	size_t n = scnprintf(line, size, "%pad", &m->iova);

	lockdep_assert_held(&m->lock);
	if (m->kind->words > 1)
		n += scnprintf(line + n, size - n, " %zu", m->bytes);
	if (m->kind->words > 2)
		n += scnprintf(line + n, size - n, " %pap", &m->phys);
	scnprintf(line + n, size - n, "\n");
}

static ssize_t map_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu_memory *m = file->private_data;
	char line[96] = "none\n";

	mutex_lock(&m->lock);
	if (m->mapped)
		memory_tell_locked(m, line, sizeof(line));
	mutex_unlock(&m->lock);
	return test_answer(to, bytes, pos, line);
}

DEFINE_TEST_FILE(map, map_read, map_write);

static ssize_t unmap_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu_memory *m = file->private_data;

	mutex_lock(&m->lock);
	memory_unmap_locked(m);
	mutex_unlock(&m->lock);
	return bytes;
}

DEFINE_TEST_FILE(unmap, NULL, unmap_write);

static void memory_end_locked(struct smmu_edu_memory *m, void *at, bool write)
{
	lockdep_assert_held(&m->lock);
	if (m->kind->end)
		m->kind->end(m, at, write);
}

static ssize_t bytes_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu_memory *m = file->private_data;
	ssize_t ret = -ENODATA;
	void *at;

	mutex_lock(&m->lock);
	at = m->kind->begin(m, false);
	if (at) {
		ret = simple_read_from_buffer(to, bytes, pos, at, m->bytes);
		memory_end_locked(m, at, false);
	}
	mutex_unlock(&m->lock);
	return ret;
}

static ssize_t bytes_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu_memory *m = file->private_data;
	ssize_t ret = -ENODATA;
	void *at;

	mutex_lock(&m->lock);
	at = m->kind->begin(m, true);
	if (at) {
		ret = simple_write_to_buffer(at, m->bytes, pos, from, bytes);
		memory_end_locked(m, at, true);
	}
	mutex_unlock(&m->lock);
	return ret ?: -ENOSPC;
}

static const struct file_operations bytes_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = bytes_read,
	.write = bytes_write,
	.llseek = default_llseek,
};

void smmu_edu_memory_init(struct smmu_edu_memory *m, const struct smmu_edu_kind *kind,
			  struct device *dev)
{
	m->kind = kind;
	m->dev = dev;
	mutex_init(&m->lock);
}

void smmu_edu_memory_show(struct smmu_edu_memory *m, struct dentry *dir)
{
	const struct smmu_edu_kind *kind = m->kind;

	debugfs_create_file(kind->map_file, 0600, dir, m, &map_fops);
	if (kind->unmap_file)
		debugfs_create_file(kind->unmap_file, 0200, dir, m, &unmap_fops);
	if (kind->bytes_file)
		debugfs_create_file(kind->bytes_file, 0600, dir, m, &bytes_fops);
}

void smmu_edu_memory_release(struct smmu_edu_memory *m)
{
	mutex_lock(&m->lock);
	memory_drop_locked(m);
	mutex_unlock(&m->lock);
}
