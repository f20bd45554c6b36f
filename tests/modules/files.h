/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the test modules in debugfs have in common. */
#ifndef SMMU_TEST_FILES_H
#define SMMU_TEST_FILES_H

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/* A file of lines, name_fops: @reader or @writer may be NULL. */
#define DEFINE_TEST_FILE(name, reader, writer)				\
static const struct file_operations name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = simple_open,						\
	.read = reader,							\
	.write = writer,						\
}

/* The line that a script wrote, as a string of less than @size characters */
static inline int test_line(char *line, size_t size, const char __user *from, size_t bytes)
{
	if (bytes >= size)
		return -EINVAL;
	if (copy_from_user(line, from, bytes))
		return -EFAULT;
	line[bytes] = '\0';
	return 0;
}

static inline ssize_t test_answer(char __user *to, size_t bytes, loff_t *pos, const char *line)
{
	return simple_read_from_buffer(to, bytes, pos, line, strlen(line));
}

#endif /* SMMU_TEST_FILES_H */
