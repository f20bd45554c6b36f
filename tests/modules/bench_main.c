// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_bench's harness. It binds only to an edu device whose driver_override names
 * it. Files below /sys/kernel/debug/smmu_bench/:
 *
 *   cases  names, one a line
 *   run    write "CASE" or "CASE nothing" (the core's share): runs it; read: a line
 *          for each part: name, least time, median, number of the mark before it
 *   threads  write "NR turns|free MS": so many threads map and unmap for so long, one by
 *          one or as they can; read: unmaps in all, number of the mark before
 *   first  nanoseconds of the first mapping, made when the device was bound
 *   hold   write "CASE": its range is mapped and stays so, in a domain of its own;
 *          "unmap": the range goes; "free": so does the domain
 */

#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#include "bench.h"
#include "cases.h"
#include "edu.h"
#include "files.h"

/* One case runs at a time. */
static DEFINE_MUTEX(bench_lock);

static const struct case_list bench_lists[] = {
	CASE_LIST(bench_map_cases),
	CASE_LIST(bench_other_cases),
	CASE_LIST(bench_dma_cases),
	{ }
};

static int first_show(struct seq_file *seq, void *unused)
{
	struct bench *b = seq->private;

	seq_printf(seq, "%llu\n", b->first);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(first);

static ssize_t run_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct bench *b = file->private_data;
	char line[64], name[32], how[16] = "";
	const struct bench_case *one;
	int ret;

	ret = test_line(line, sizeof(line), from, bytes);
	if (ret)
		return ret;
	if (sscanf(line, "%31s %15s", name, how) < 1)
		return -EINVAL;
	one = case_find(bench_lists, name);
	if (!one)
		return -ENOENT;
	mutex_lock(&bench_lock);
	b->domain = strcmp(how, "nothing") ? b->real : b->nothing;
	ret = bench_run(b, one);
	mutex_unlock(&bench_lock);
	return ret ?: bytes;
}

static ssize_t run_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct bench *b = file->private_data;

	return test_answer(to, bytes, pos, b->answer);
}

DEFINE_TEST_FILE(run, run_read, run_write);

static int bench_hold_locked(struct bench *b, const char *what)
{
	const struct bench_case *one = case_find(bench_lists, what);

	lockdep_assert_held(&bench_lock);
	if (one)
		return bench_hold(b, one);
	if (!strcmp(what, "unmap"))
		bench_unmap_held(b);
	else if (!strcmp(what, "free"))
		bench_release(b);
	else
		return -ENOENT;
	return 0;
}

static ssize_t hold_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct bench *b = file->private_data;
	char line[64], what[32];
	int ret;

	ret = test_line(line, sizeof(line), from, bytes);
	if (ret)
		return ret;
	if (sscanf(line, "%31s", what) != 1)
		return -EINVAL;
	mutex_lock(&bench_lock);
	ret = bench_hold_locked(b, what);
	mutex_unlock(&bench_lock);
	return ret ?: bytes;
}

DEFINE_TEST_FILE(hold, NULL, hold_write);

static ssize_t threads_write(struct file *file, const char __user *from, size_t bytes,
			     loff_t *pos)
{
	struct bench *b = file->private_data;
	char line[64], how[16];
	unsigned int nr, ms;
	int ret;

	ret = test_line(line, sizeof(line), from, bytes);
	if (ret)
		return ret;
	if (sscanf(line, "%u %15s %u", &nr, how, &ms) != 3)
		return -EINVAL;
	mutex_lock(&bench_lock);
	ret = bench_threads(b, nr, !strcmp(how, "turns"), ms);
	mutex_unlock(&bench_lock);
	return ret ?: bytes;
}

DEFINE_TEST_FILE(threads, run_read, threads_write);

static int bench_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs = edu_claim_pci(pdev);
	struct bench *b;

	if (IS_ERR(regs))
		return PTR_ERR(regs);
	b = bench_new(&pdev->dev);
	if (IS_ERR(b))
		return PTR_ERR(b);
	pci_set_drvdata(pdev, b);
	b->dir = debugfs_create_dir("smmu_bench", NULL);
	debugfs_create_file("cases", 0400, b->dir, (void *)bench_lists, &cases_fops);
	debugfs_create_file("first", 0400, b->dir, b, &first_fops);
	debugfs_create_file("run", 0600, b->dir, b, &run_fops);
	debugfs_create_file("threads", 0600, b->dir, b, &threads_fops);
	debugfs_create_file("hold", 0200, b->dir, b, &hold_fops);
	return 0;
}

static void bench_remove(struct pci_dev *pdev)
{
	struct bench *b = pci_get_drvdata(pdev);

	debugfs_remove(b->dir);
	bench_free(b);
}

static const struct pci_device_id bench_ids[] = {
	{ }
};

static struct pci_driver bench_driver = {
	.name = "smmu_bench",
	.id_table = bench_ids,
	.probe = bench_probe,
	.remove = bench_remove,
};
module_pci_driver(bench_driver);

MODULE_DESCRIPTION("What calls of the IOMMU API cost");
MODULE_LICENSE("GPL");
