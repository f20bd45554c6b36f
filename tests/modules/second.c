// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_second: a second SMMU, for boards that have one.  Its registers are memory that the
 * kernel does not use, where the device tree shows a node "arm,smmu-v3" with
 * "smmu,memory".  A thread answers what the driver waits for; nothing passes through this
 * SMMU, since no device is behind it.
 *
 * It is there while the module is: loading attaches the driver, unloading detaches it.
 */
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>

#define SECOND_IDS	0x20
#define SECOND_CR0	0x20
#define SECOND_CR0ACK	0x24
#define SECOND_GBPA	0x44
#define SECOND_IRQ	0x50
#define SECOND_IRQACK	0x54
#define SECOND_PROD	0x98
#define SECOND_CONS	0x9c
#define SECOND_BYTES	0x20000

static struct platform_device *second;
static void __iomem *second_regs;
static struct task_struct *second_thread;

static void second_copy(unsigned int to, unsigned int from)
{
	writel(readl(second_regs + from), second_regs + to);
}

static int second_answer(void *ctx)
{
	while (!kthread_should_stop()) {
		u32 gbpa = readl(second_regs + SECOND_GBPA);

		if (gbpa & BIT(31))
			writel(gbpa & ~BIT(31), second_regs + SECOND_GBPA);
		second_copy(SECOND_IRQACK, SECOND_IRQ);
		second_copy(SECOND_CONS, SECOND_PROD);
		second_copy(SECOND_CR0ACK, SECOND_CR0);
		usleep_range(50, 100);
	}
	return 0;
}

/* What it can do is what the board's own SMMU can do. */
static int second_fill(struct device_node *np)
{
	struct device_node *first = of_parse_phandle(np, "smmu,memory", 0);
	void __iomem *regs = first ? of_iomap(first, 0) : NULL;
	unsigned int at;

	of_node_put(first);
	if (!regs)
		return -ENODEV;
	memset_io(second_regs, 0, SECOND_BYTES);
	for (at = 0; at < SECOND_IDS; at += 4)
		writel(readl(regs + at), second_regs + at);
	iounmap(regs);
	return 0;
}

static int second_start(struct device_node *np)
{
	int ret;

	second = of_find_device_by_node(np);
	if (!second)
		return -ENODEV;
	second_regs = of_iomap(np, 0);
	if (!second_regs)
		return -ENOMEM;
	ret = second_fill(np);
	if (ret)
		return ret;
	second_thread = kthread_run(second_answer, NULL, "smmu_second");
	return PTR_ERR_OR_ZERO(second_thread);
}

static void second_stop(void)
{
	if (!IS_ERR_OR_NULL(second_thread))
		kthread_stop(second_thread);
	if (second_regs)
		iounmap(second_regs);
	if (second)
		platform_device_put(second);
}

static int __init second_init(void)
{
	struct device_node *np = of_find_node_with_property(NULL, "smmu,memory");
	int ret = np ? second_start(np) : -ENODEV;

	of_node_put(np);
	if (!ret && device_attach(&second->dev) != 1)
		ret = -ENODEV;
	if (ret)
		second_stop();
	return ret;
}
module_init(second_init);

static void __exit second_exit(void)
{
	device_release_driver(&second->dev);
	second_stop();
}
module_exit(second_exit);

MODULE_DESCRIPTION("A second SMMU for tests of smmu");
MODULE_LICENSE("GPL");
