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

#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "bench.h"
#include "edu.h"

#define BENCH_ORDER	get_order(2 * BENCH_SG * SZ_4K)

/* One case runs at a time. */
static DEFINE_MUTEX(bench_lock);

static const struct bench_case *const bench_lists[] = {
	bench_map_cases, bench_other_cases, bench_dma_cases,
};

const struct bench_case *bench_find(const char *name)
{
	const struct bench_case *one;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bench_lists); i++)
		for (one = bench_lists[i]; one->name; one++)
			if (!strcmp(one->name, name))
				return one;
	return NULL;
}

static int cases_show(struct seq_file *seq, void *unused)
{
	const struct bench_case *one;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bench_lists); i++)
		for (one = bench_lists[i]; one->name; one++)
			seq_printf(seq, "%s\n", one->name);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cases);

/* Of the first of all mappings, made before anything was warm. */
static int first_show(struct seq_file *seq, void *unused)
{
	struct bench *b = seq->private;

	seq_printf(seq, "%llu\n", b->first);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(first);

static int bench_words(const char __user *from, size_t bytes, char name[32], char how[16])
{
	char line[64];
	int words;

	if (bytes >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, bytes))
		return -EFAULT;
	line[bytes] = '\0';
	words = sscanf(line, "%31s %15s", name, how);
	return words < 1 ? -EINVAL : words;
}

static ssize_t run_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct bench *b = file->private_data;
	const struct bench_case *one;
	char name[32], how[16] = "";
	int ret;

	ret = bench_words(from, bytes, name, how);
	if (ret < 0)
		return ret;
	one = bench_find(name);
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

	return simple_read_from_buffer(to, bytes, pos, b->answer, strlen(b->answer));
}

static const struct file_operations bench_run_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = run_read,
	.write = run_write,
};

static ssize_t hold_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct bench *b = file->private_data;
	const struct bench_case *one;
	char name[32], how[16];
	int ret;

	ret = bench_words(from, bytes, name, how);
	if (ret < 0)
		return ret;
	one = bench_find(name);
	mutex_lock(&bench_lock);
	ret = 0;
	if (one)
		ret = bench_hold(b, one);
	else if (!strcmp(name, "unmap"))
		bench_unmap_held(b);
	else if (!strcmp(name, "free"))
		bench_release(b);
	else
		ret = -ENOENT;
	mutex_unlock(&bench_lock);
	return ret ?: bytes;
}

static const struct file_operations bench_hold_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = hold_write,
};

static ssize_t threads_write(struct file *file, const char __user *from, size_t bytes,
			     loff_t *pos)
{
	struct bench *b = file->private_data;
	char line[64], how[16];
	unsigned int nr, ms;
	int ret;

	if (bytes >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, bytes))
		return -EFAULT;
	line[bytes] = '\0';
	if (sscanf(line, "%u %15s %u", &nr, how, &ms) != 3)
		return -EINVAL;
	mutex_lock(&bench_lock);
	ret = bench_threads(b, nr, !strcmp(how, "turns"), ms);
	mutex_unlock(&bench_lock);
	return ret ?: bytes;
}

static const struct file_operations bench_threads_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = run_read,
	.write = threads_write,
};

static int bench_memory(struct bench *b)
{
	unsigned int i;

	b->pages = alloc_pages(GFP_KERNEL, BENCH_ORDER);
	if (!b->pages)
		return -ENOMEM;
	sg_init_table(b->sg, BENCH_SG);
	for (i = 0; i < BENCH_SG; i++)
		sg_set_page(&b->sg[i], b->pages + 2 * i, PAGE_SIZE, 0);
	return 0;
}

static int bench_registers(struct bench *b)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "arm,smmu-v3");

	b->smmu = node ? of_iomap(node, 0) : NULL;
	of_node_put(node);
	return b->smmu ? 0 : -ENODEV;
}

static int bench_first(struct bench *b)
{
	int ret;

	b->began = ktime_get_raw_ns();
	ret = iommu_map(b->real, SZ_1G, SZ_1G, SZ_4K, BENCH_RW, GFP_KERNEL);
	b->first = ktime_get_raw_ns() - b->began;
	if (!ret)
		iommu_unmap(b->real, SZ_1G, SZ_4K);
	return ret;
}

static int bench_domains(struct bench *b)
{
	struct iommu_domain *real = iommu_paging_domain_alloc(b->dev);

	if (IS_ERR(real))
		return PTR_ERR(real);
	b->real = real;
	b->nothing = bench_nothing_new(real);
	if (!b->nothing)
		return -ENOMEM;
	return iommu_attach_device(real, b->dev) ?: bench_first(b);
}

static void bench_free(struct bench *b)
{
	if (b->nothing)
		iommu_domain_free(b->nothing);
	if (b->real)
		iommu_domain_free(b->real);
	if (b->smmu)
		iounmap(b->smmu);
	if (b->pages)
		__free_pages(b->pages, BENCH_ORDER);
	kfree(b);
}

static int bench_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *regs = edu_claim_pci(pdev);
	struct bench *b;
	int ret;

	if (IS_ERR(regs))
		return PTR_ERR(regs);
	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	b->dev = &pdev->dev;
	pci_set_drvdata(pdev, b);
	ret = dma_set_mask_and_coherent(b->dev, DMA_BIT_MASK(28)) ?: bench_memory(b) ?:
	      bench_registers(b) ?: bench_domains(b);
	if (ret) {
		bench_free(b);
		return ret;
	}
	b->dir = debugfs_create_dir("smmu_bench", NULL);
	debugfs_create_file("cases", 0400, b->dir, NULL, &cases_fops);
	debugfs_create_file("first", 0400, b->dir, b, &first_fops);
	debugfs_create_file("run", 0600, b->dir, b, &bench_run_fops);
	debugfs_create_file("threads", 0600, b->dir, b, &bench_threads_fops);
	debugfs_create_file("hold", 0200, b->dir, b, &bench_hold_fops);
	return 0;
}

static void bench_remove(struct pci_dev *pdev)
{
	struct bench *b = pci_get_drvdata(pdev);

	debugfs_remove(b->dir);
	bench_release(b);
	iommu_detach_device(b->real, b->dev);
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
