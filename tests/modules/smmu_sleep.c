// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_sleep: with it the system can be suspended to "mem", as far as "platform" of
 * /sys/power/pm_test, and once all devices sleep, the SMMU of the board loses what a
 * loss of power costs it: it is disabled, and its registers say nothing any more. What
 * arrives before it is set up again aborts.
 */

#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/suspend.h>

#include "../../drivers/iommu/smmu/hw/regs.h"

static unsigned long base = 0x9050000;
module_param(base, ulong, 0444);
MODULE_PARM_DESC(base, "where the SMMU's registers are");

static void __iomem *regs;

/* Registers of 64 bits as two of 32: this is for 32-bit kernels, too. */
static const u32 sleep_lost[] = {
	SMMU_IRQ_CTRL, SMMU_CR1, SMMU_CR2, SMMU_STRTAB_BASE, SMMU_STRTAB_BASE + 4,
	SMMU_CMDQ_BASE, SMMU_CMDQ_BASE + 4, SMMU_CMDQ_PROD, SMMU_CMDQ_CONS,
	SMMU_EVENTQ_BASE, SMMU_EVENTQ_BASE + 4, SMMU_EVENTQ_PROD, SMMU_EVENTQ_CONS,
};

static int sleep_valid(suspend_state_t state)
{
	return state == PM_SUSPEND_MEM;
}

/* Called with every device asleep; its failure would wake them and fail the script. */
static int sleep_prepare_late(void)
{
	unsigned int i;
	u32 value;
	int ret;

	writel(SMMU_GBPA_ABORT | SMMU_GBPA_UPDATE, regs + SMMU_GBPA);
	writel(0, regs + SMMU_CR0);
	ret = readl_poll_timeout_atomic(regs + SMMU_CR0ACK, value, !value, 1, 1000);
	for (i = 0; i < ARRAY_SIZE(sleep_lost); i++)
		writel(0, regs + sleep_lost[i]);
	pr_info("smmu_sleep: the SMMU lost its registers\n");
	return ret;
}

/* Nobody gets here: /sys/power/pm_test says "platform". */
static int sleep_enter(suspend_state_t state)
{
	return -EPERM;
}

static const struct platform_suspend_ops sleep_ops = {
	.valid = sleep_valid,
	.prepare_late = sleep_prepare_late,
	.enter = sleep_enter,
};

static int __init sleep_init(void)
{
	regs = ioremap(base, SMMU_FRAME_BYTES);
	if (!regs)
		return -ENOMEM;
	suspend_set_ops(&sleep_ops);
	return 0;
}
module_init(sleep_init);

static void __exit sleep_exit(void)
{
	suspend_set_ops(NULL);
	iounmap(regs);
}
module_exit(sleep_exit);

MODULE_DESCRIPTION("An SMMU that loses its registers in a test of suspend");
MODULE_LICENSE("GPL");
