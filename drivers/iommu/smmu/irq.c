// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts and global errors (IHI 0070, 3.18 and 7.5).
 *
 * Wired interrupts, one combined wired interrupt, or MSIs that the SMMU sends
 * itself.  What has no interrupt, or none that can be had, is polled.
 */
#include <linux/interrupt.h>
#include <linux/msi.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include <kunit/visibility.h>

#include "hw/regs.h"
#include "reset.h"
#include "smmu.h"

#define SMMU_IRQ_POLL_INTERVAL	(HZ / 10)

/* Order of the MSIs, of smmu_irqs.msi_msg, and of the registers below. */
enum { SMMU_IRQ_EVENT, SMMU_IRQ_GERROR, SMMU_IRQ_COUNT };

static const u32 smmu_irq_cfg[SMMU_IRQ_COUNT][3] = {
	[SMMU_IRQ_EVENT] = {
		SMMU_EVENTQ_IRQ_CFG0, SMMU_EVENTQ_IRQ_CFG1, SMMU_EVENTQ_IRQ_CFG2,
	},
	[SMMU_IRQ_GERROR] = {
		SMMU_GERROR_IRQ_CFG0, SMMU_GERROR_IRQ_CFG1, SMMU_GERROR_IRQ_CFG2,
	},
};

static const struct {
	u32 bit;
	const char *text;
} smmu_irq_errors[] = {
	{ SMMU_GERROR_EVENTQ_ABT_ERR,
	  "a write to the event queue was aborted or the queue is full: faults were lost" },
	{ SMMU_GERROR_PRIQ_ABT_ERR,
	  "a write to the PRI queue was aborted: page requests were lost" },
	{ SMMU_GERROR_MSI_CMDQ_ABT_ERR, "the MSI of a CMD_SYNC was aborted" },
	{ SMMU_GERROR_MSI_EVENTQ_ABT_ERR, "the MSI of the event queue was aborted" },
	{ SMMU_GERROR_MSI_PRIQ_ABT_ERR, "the MSI of the PRI queue was aborted" },
	{ SMMU_GERROR_MSI_GERROR_ABT_ERR, "the MSI for global errors was aborted" },
	{ SMMU_GERROR_SFM_ERR,
	  "Service Failure Mode after an internal error: all traffic stopped; reset the system" },
	{ SMMU_GERROR_CMDQP_ERR, "error in an enhanced command queue that nobody uses" },
};

static void smmu_irq_report(struct smmu_device *smmu, u32 active)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(smmu_irq_errors); i++)
		if (active & smmu_irq_errors[i].bit)
			dev_err_ratelimited(smmu->dev, "global error: %s\n",
					    smmu_irq_errors[i].text);
}

/*
 * Acknowledges what is active, and returns it.  A command queue that cannot be
 * brought back stays unacknowledged, or the error would come again for ever.
 */
static u32 smmu_irq_take_errors_locked(struct smmu_device *smmu, struct smmu_cmdq_error *error)
{
	u32 gerrorn = smmu_mmio_read(&smmu->mmio, SMMU_GERRORN);
	u32 active = gerrorn ^ smmu_mmio_read(&smmu->mmio, SMMU_GERROR);

	lockdep_assert_held(&smmu->irqs.gerror_lock);
	if ((active & SMMU_GERROR_CMDQ_ERR) && !smmu_cmdq_recover(&smmu->cmdq, error))
		active &= ~SMMU_GERROR_CMDQ_ERR;
	if (active)
		smmu_mmio_write_ordered(&smmu->mmio, SMMU_GERRORN, gerrorn ^ active);
	return active;
}

/**
 * smmu_irq_accept_errors() - From here on a difference in GERROR is news
 * @smmu: the SMMU, its command queue restarted and not yet enabled
 *
 * Errors from before are not ours.
 *
 * Context: any.
 */
void smmu_irq_accept_errors(struct smmu_device *smmu)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&smmu->irqs.gerror_lock, flags);
	smmu_mmio_write(&smmu->mmio, SMMU_GERRORN, smmu_mmio_read(&smmu->mmio, SMMU_GERROR));
	smmu->irqs.errors_live = true;
	raw_spin_unlock_irqrestore(&smmu->irqs.gerror_lock, flags);
}

/**
 * smmu_irq_ignore_errors() - Leave GERROR alone until the next start
 * @smmu: the SMMU
 *
 * Context: any.
 */
void smmu_irq_ignore_errors(struct smmu_device *smmu)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&smmu->irqs.gerror_lock, flags);
	smmu->irqs.errors_live = false;
	raw_spin_unlock_irqrestore(&smmu->irqs.gerror_lock, flags);
}

/**
 * smmu_irq_check_errors() - Look for global errors and deal with them
 * @ctx: the struct smmu_device
 *
 * Context: any; also called by those who wait for the command queue.
 * IHI 0070, 7.5.
 */
void smmu_irq_check_errors(void *ctx)
{
	struct smmu_device *smmu = ctx;
	struct smmu_cmdq_error error = { };
	unsigned long flags;
	u32 active = 0;

	raw_spin_lock_irqsave(&smmu->irqs.gerror_lock, flags);
	if (smmu->irqs.errors_live)
		active = smmu_irq_take_errors_locked(smmu, &error);
	raw_spin_unlock_irqrestore(&smmu->irqs.gerror_lock, flags);

	smmu_cmdq_report(&smmu->cmdq, &error);
	smmu_irq_report(smmu, active);
	/* It takes no commands from then on, and lets no traffic pass (12.3). */
	if (active & SMMU_GERROR_SFM_ERR)
		smmu_cmdq_give_up(&smmu->cmdq, "Service Failure Mode");
}
EXPORT_SYMBOL_IF_KUNIT(smmu_irq_check_errors);

static irqreturn_t smmu_irq_event_thread(int irq, void *ctx)
{
	struct smmu_device *smmu = ctx;

	smmu_evtq_drain(&smmu->evtq);
	return IRQ_HANDLED;
}

static irqreturn_t smmu_irq_gerror(int irq, void *ctx)
{
	smmu_irq_check_errors(ctx);
	return IRQ_HANDLED;
}

static irqreturn_t smmu_irq_combined(int irq, void *ctx)
{
	smmu_irq_check_errors(ctx);
	return IRQ_WAKE_THREAD;
}

static void smmu_irq_poll(struct work_struct *work)
{
	struct smmu_irqs *irqs = container_of(to_delayed_work(work), struct smmu_irqs, poll);
	struct smmu_device *smmu = container_of(irqs, struct smmu_device, irqs);

	smmu_irq_check_errors(smmu);
	smmu_evtq_drain(&smmu->evtq);
	schedule_delayed_work(&irqs->poll, SMMU_IRQ_POLL_INTERVAL);
}

static void smmu_irq_stop_poll(void *ctx)
{
	struct smmu_device *smmu = ctx;

	cancel_delayed_work_sync(&smmu->irqs.poll);
}

#ifdef CONFIG_GENERIC_MSI_IRQ
static void smmu_irq_write_msi(struct msi_desc *desc, struct msi_msg *msg)
{
	struct smmu_device *smmu = dev_get_drvdata(msi_desc_to_dev(desc));

	if (desc->msi_index >= SMMU_IRQ_COUNT)
		return;
	smmu->irqs.msi_msg[desc->msi_index].addr = (u64)msg->address_hi << 32 | msg->address_lo;
	smmu->irqs.msi_msg[desc->msi_index].data = msg->data;
}

static void smmu_irq_free_msis(void *ctx)
{
	platform_device_msi_free_irqs_all(ctx);
}

/* MSIs are worth having but never necessary: whatever fails leads to the wires. */
static int smmu_irq_setup_msi(struct smmu_device *smmu)
{
	struct smmu_irqs *irqs = &smmu->irqs;
	int ret;

	if (!smmu->caps.msi || !dev_get_msi_domain(smmu->dev))
		return 0;
	ret = platform_device_msi_init_and_alloc_irqs(smmu->dev, SMMU_IRQ_COUNT,
						      smmu_irq_write_msi);
	if (ret) {
		dev_warn(smmu->dev, "no MSIs (%d), using wired interrupts\n", ret);
		return 0;
	}
	irqs->msi = true;
	irqs->event = msi_get_virq(smmu->dev, SMMU_IRQ_EVENT);
	irqs->gerror = msi_get_virq(smmu->dev, SMMU_IRQ_GERROR);
	return devm_add_action_or_reset(smmu->dev, smmu_irq_free_msis, smmu->dev);
}
#else
static int smmu_irq_setup_msi(struct smmu_device *smmu)
{
	return 0;
}
#endif

/* A wire of that name, 0 if there is none, or the reason to try again later. */
static int smmu_irq_find_wire(struct smmu_device *smmu, const char *name)
{
	int irq = platform_get_irq_byname_optional(to_platform_device(smmu->dev), name);

	if (irq == -EPROBE_DEFER)
		return irq;
	return irq > 0 ? irq : 0;
}

static int smmu_irq_find_wires(struct smmu_device *smmu)
{
	struct smmu_irqs *irqs = &smmu->irqs;

	irqs->combined = smmu_irq_find_wire(smmu, "combined");
	if (irqs->combined)
		return min(irqs->combined, 0);
	irqs->event = smmu_irq_find_wire(smmu, "eventq");
	if (irqs->event < 0)
		return irqs->event;
	irqs->gerror = smmu_irq_find_wire(smmu, "gerror");
	return min(irqs->gerror, 0);
}

/*
 * An interrupt that cannot be had, as somebody else has it, say, or it is named twice, is
 * as good as none.
 */
static int smmu_irq_request(struct smmu_device *smmu, int *irq, irq_handler_t handler,
			    irq_handler_t thread, const char *what)
{
	/*
	 * A level that an earlier kernel left is taken away only when the SMMU is brought up,
	 * and without a thread to wait for it would interrupt without end until then.
	 */
	unsigned long flags = thread ? IRQF_ONESHOT : IRQF_NO_AUTOEN;
	int ret;

	if (!*irq)
		return 0;
	ret = devm_request_threaded_irq(smmu->dev, *irq, handler, thread, flags,
					dev_name(smmu->dev), smmu);
	if (ret == -EPROBE_DEFER)
		return dev_err_probe(smmu->dev, ret, "the %s interrupt is not there yet\n", what);
	if (!ret)
		return 0;
	dev_warn(smmu->dev, "cannot use the %s interrupt %d (%d): polling instead\n", what, *irq,
		 ret);
	*irq = 0;
	return 0;
}

static int smmu_irq_start_poll(struct smmu_device *smmu)
{
	struct smmu_irqs *irqs = &smmu->irqs;

	if (irqs->combined || (irqs->event && irqs->gerror))
		return 0;
	dev_warn(smmu->dev,
		 "no usable %s interrupt: polling every %u ms; \"eventq\" and \"gerror\", or \"combined\", are to be in interrupt-names, with an interrupt for each\n",
		 irqs->event ? "gerror" : irqs->gerror ? "eventq" : "eventq and gerror",
		 jiffies_to_msecs(SMMU_IRQ_POLL_INTERVAL));
	irqs->polled = true;
	return devm_add_action(smmu->dev, smmu_irq_stop_poll, smmu);
}

/**
 * smmu_irq_setup() - Find and request the interrupts of an SMMU
 * @smmu: the SMMU, its queues allocated and its drvdata set
 *
 * "priq" and "cmdq-sync" may be there as well; nothing waits for them. What cannot be
 * requested is polled.
 *
 * Context: may sleep. Undone with the binding of the device.
 * Return: 0, -EPROBE_DEFER if an interrupt controller is missing, or -ENOMEM.
 */
int smmu_irq_setup(struct smmu_device *smmu)
{
	struct smmu_irqs *irqs = &smmu->irqs;
	int ret;

	raw_spin_lock_init(&irqs->gerror_lock);
	INIT_DELAYED_WORK(&irqs->poll, smmu_irq_poll);

	ret = smmu_irq_setup_msi(smmu);
	if (!ret && !irqs->msi)
		ret = smmu_irq_find_wires(smmu);
	if (ret)
		return dev_err_probe(smmu->dev, ret, "cannot find the interrupts\n");

	ret = smmu_irq_request(smmu, &irqs->combined, smmu_irq_combined, smmu_irq_event_thread,
			       "combined");
	if (!ret)
		ret = smmu_irq_request(smmu, &irqs->event, NULL, smmu_irq_event_thread, "eventq");
	if (!ret)
		ret = smmu_irq_request(smmu, &irqs->gerror, smmu_irq_gerror, NULL, "gerror");
	if (!ret)
		ret = smmu_irq_start_poll(smmu);
	return ret;
}

/**
 * smmu_irq_disable() - Stop the SMMU from sending interrupts
 * @smmu: the SMMU
 *
 * Context: may sleep.
 * Return: 0 or -ETIMEDOUT.
 */
int smmu_irq_disable(struct smmu_device *smmu)
{
	if (smmu->irqs.polled)
		cancel_delayed_work_sync(&smmu->irqs.poll);
	return smmu_mmio_write_ack(&smmu->mmio, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK, 0);
}

/* Without MSIs the address is zero, which selects the wire (IHI 0070, 3.18.1). */
static void smmu_irq_write_cfg(struct smmu_device *smmu, unsigned int which)
{
	const u32 *cfg = smmu_irq_cfg[which];

	smmu_mmio_write64(&smmu->mmio, cfg[0], smmu->irqs.msi_msg[which].addr &
			  SMMU_IRQ_CFG0_ADDR);
	smmu_mmio_write(&smmu->mmio, cfg[1], smmu->irqs.msi_msg[which].data);
	smmu_mmio_write(&smmu->mmio, cfg[2], SMMU_MEMATTR_DEVICE_NGNRE);
}

/**
 * smmu_irq_enable() - Let the SMMU send interrupts, or start polling
 * @smmu: the SMMU, with interrupts disabled
 *
 * Context: may sleep.
 * Return: 0 or -ETIMEDOUT.
 */
int smmu_irq_enable(struct smmu_device *smmu)
{
	struct smmu_irqs *irqs = &smmu->irqs;
	u32 ctrl = 0;
	unsigned int i;
	int ret;

	/* A wire that could not be had may be another driver's, who would get our interrupts. */
	if (irqs->combined || irqs->event)
		ctrl |= SMMU_IRQ_CTRL_EVENTQ;
	if (irqs->combined || irqs->gerror)
		ctrl |= SMMU_IRQ_CTRL_GERROR;
	if (smmu->caps.msi)
		for (i = 0; i < SMMU_IRQ_COUNT; i++)
			smmu_irq_write_cfg(smmu, i);
	if (irqs->gerror && !irqs->gerror_enabled) {
		irqs->gerror_enabled = true;
		enable_irq(irqs->gerror);
	}
	ret = smmu_mmio_write_ack(&smmu->mmio, SMMU_IRQ_CTRL, SMMU_IRQ_CTRLACK, ctrl);
	if (!ret && smmu->irqs.polled)
		schedule_delayed_work(&smmu->irqs.poll, SMMU_IRQ_POLL_INTERVAL);
	return ret;
}
