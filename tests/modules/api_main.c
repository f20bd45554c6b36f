// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_api's harness. It binds only to an edu device whose driver_override
 * names it. Files below /sys/kernel/debug/smmu_api/:
 *
 *   cases         names, one a line
 *   <name>/run    write "CASE [SEED]": runs it; read: "pass", "skip WHY" or
 *                 "fail WHY", each with the seed
 */

#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "api.h"
#include "cases.h"
#include "files.h"

unsigned int api_bits = 28;
module_param_named(bits, api_bits, uint, 0644);
MODULE_PARM_DESC(bits, "address bits that the devices drive (QEMU: dma_mask)");

unsigned long long api_window[API_WINDOW_MAX];
unsigned int api_window_nr;
module_param_array_named(window, api_window, ullong, &api_window_nr, 0644);
MODULE_PARM_DESC(window, "for the case \"window\": first and last address of each range");

static struct dentry *api_root;
static LIST_HEAD(api_devs);
/* Guards the list above; one case runs at a time. */
static DEFINE_MUTEX(api_lock);

static const struct case_list api_lists[] = {
	CASE_LIST(api_map_cases),
	CASE_LIST(api_unmap_cases),
	CASE_LIST(api_strict_cases),
	CASE_LIST(api_attach_cases),
	CASE_LIST(api_fault_cases),
	CASE_LIST(api_random_cases),
	CASE_LIST(api_stress_cases),
	CASE_LIST(api_window_cases),
	{ }
};

bool api_wrong(struct api_run *run, bool wrong, const char *fmt, ...)
{
	va_list args;

	if (!wrong || run->wrong)
		return run->wrong;
	run->wrong = true;
	va_start(args, fmt);
	vscnprintf(run->why, sizeof(run->why), fmt, args);
	va_end(args);
	return true;
}

bool api_skip(struct api_run *run, bool skip, const char *why)
{
	if (skip) {
		run->skipped = true;
		strscpy(run->why, why, sizeof(run->why));
	}
	return skip;
}

/* What reading the device's file gives from now on */
static void api_set_answer(struct api_dev *dev, const struct api_run *run, u32 seed)
{
	const char *verdict = "pass";

	if (run->wrong)
		verdict = "fail";
	else if (run->skipped)
		verdict = "skip";
	scnprintf(dev->answer, sizeof(dev->answer), "%s %s (seed %u)\n", verdict, run->why, seed);
}

static int api_run_case(struct api_dev *dev, const struct api_case *one, u32 seed)
{
	struct api_dev *other;
	struct api_run *run;

	lockdep_assert_held(&api_lock);
	run = kzalloc(sizeof(*run), GFP_KERNEL);
	if (!run)
		return -ENOMEM;
	run->dev[0] = dev;
	list_for_each_entry(other, &api_devs, node)
		if (other != dev)
			run->dev[1] = other;
	prandom_seed_state(&run->rnd, seed);
	one->run(run);
	api_release(run);
	api_set_answer(dev, run, seed);
	kfree(run);
	return 0;
}

static ssize_t run_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	const struct api_case *one;
	char line[64], name[32];
	u32 seed = 0;
	int ret;

	ret = test_line(line, sizeof(line), from, bytes);
	if (ret)
		return ret;
	ret = sscanf(line, "%31s %u", name, &seed);
	if (ret < 1)
		return -EINVAL;
	if (ret < 2)
		seed = get_random_u32();
	one = case_find(api_lists, name);
	if (!one)
		return -ENOENT;
	mutex_lock(&api_lock);
	ret = api_run_case(file->private_data, one, seed);
	mutex_unlock(&api_lock);
	return ret ?: bytes;
}

static ssize_t run_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct api_dev *dev = file->private_data;
	ssize_t ret;

	mutex_lock(&api_lock);
	ret = test_answer(to, bytes, pos, dev->answer);
	mutex_unlock(&api_lock);
	return ret;
}

DEFINE_TEST_FILE(run, run_read, run_write);

struct api_dev *api_add(struct device *dev, void __iomem *regs)
{
	struct api_dev *one;

	if (IS_ERR(regs))
		return ERR_CAST((__force void *)regs);
	one = devm_kzalloc(dev, sizeof(*one), GFP_KERNEL);
	if (!one)
		return ERR_PTR(-ENOMEM);
	one->dev = dev;
	one->regs = regs;
	if (dma_set_mask_and_coherent(dev, DMA_BIT_MASK(api_bits)))
		return ERR_PTR(-EIO);
	if (!device_iommu_mapped(dev))
		return ERR_PTR(dev_err_probe(dev, -ENODEV, "no IOMMU translates this device\n"));
	mutex_lock(&api_lock);
	list_add(&one->node, &api_devs);
	mutex_unlock(&api_lock);
	one->dir = debugfs_create_dir(dev_name(dev), api_root);
	debugfs_create_file("run", 0600, one->dir, one, &run_fops);
	return one;
}

void api_del(struct api_dev *one)
{
	debugfs_remove(one->dir);
	mutex_lock(&api_lock);
	list_del(&one->node);
	mutex_unlock(&api_lock);
}

static int __init api_init(void)
{
	int ret;

	api_root = debugfs_create_dir("smmu_api", NULL);
	debugfs_create_file("cases", 0400, api_root, (void *)api_lists, &cases_fops);
	ret = api_bus_register();
	if (ret)
		debugfs_remove(api_root);
	return ret;
}
module_init(api_init);

static void __exit api_exit(void)
{
	api_bus_unregister();
	debugfs_remove(api_root);
}
module_exit(api_exit);

MODULE_DESCRIPTION("Cases for the IOMMU API, checked by the DMA of edu devices");
MODULE_LICENSE("GPL");
