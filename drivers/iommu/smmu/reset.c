// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bring-up and shutdown (IHI 0070, 3.11, 6.3.9 and 6.3.14).
 *
 * Whatever firmware or an earlier kernel left behind, traffic aborts from the
 * first step on: GBPA is set to abort while the SMMU is still as it was found,
 * and only then is it disabled.  An SMMU whose GBPA does not keep that is told.
 */
#include <linux/crash_dump.h>
#include <linux/device.h>

#include <kunit/visibility.h>

#include "hw/regs.h"
#include "reset.h"
#include "smmu.h"

static int smmu_reset_fail(struct smmu_device *smmu, int ret, const char *what)
{
	dev_err(smmu->dev, "the SMMU does not acknowledge %s within %u ms: is its clock running?\n",
		what, SMMU_MMIO_ACK_TIMEOUT_US / 1000);
	return ret;
}

/*
 * Whoever waits for the command queue may cut traffic off at any time, which changes one
 * bit; without the lock it could write back what CR0 said before, and start what has
 * been stopped.  If it comes while an enable is waited for here, that is not acknowledged
 * as it was written, and fails, as it should: the queue is dead.
 */
VISIBLE_IF_KUNIT int smmu_reset_write_cr0(struct smmu_device *smmu, u32 cr0, const char *what)
{
	unsigned long flags;
	int ret;

	raw_spin_lock_irqsave(&smmu->cr0_lock, flags);
	smmu_mmio_write_ordered(&smmu->mmio, SMMU_CR0, cr0);
	raw_spin_unlock_irqrestore(&smmu->cr0_lock, flags);
	ret = smmu_mmio_wait_ack(&smmu->mmio, SMMU_CR0ACK, U32_MAX, cr0);
	return ret ? smmu_reset_fail(smmu, ret, what) : 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_reset_write_cr0);

static int smmu_reset_wait_gbpa(struct smmu_device *smmu, u32 *gbpa)
{
	return readl_relaxed_poll_timeout(smmu_mmio_addr(&smmu->mmio, SMMU_GBPA), *gbpa,
					  !(*gbpa & SMMU_GBPA_UPDATE), 1,
					  SMMU_MMIO_ACK_TIMEOUT_US);
}

/**
 * smmu_reset_abort_bypass() - What bypasses a disabled SMMU shall abort
 * @smmu: the SMMU
 *
 * Context: may sleep.
 * Return: 0; 1 if the SMMU took the update, and does not abort (and a line says so);
 * -ETIMEDOUT if it did not take it.
 */
VISIBLE_IF_KUNIT int smmu_reset_abort_bypass(struct smmu_device *smmu)
{
	u32 gbpa;
	int ret;

	ret = smmu_reset_wait_gbpa(smmu, &gbpa);
	if (!ret) {
		smmu_mmio_write(&smmu->mmio, SMMU_GBPA,
				gbpa | SMMU_GBPA_ABORT | SMMU_GBPA_UPDATE);
		ret = smmu_reset_wait_gbpa(smmu, &gbpa);
	}
	if (ret)
		return smmu_reset_fail(smmu, ret, "GBPA.ABORT");
	if (gbpa & SMMU_GBPA_ABORT)
		return 0;
	dev_warn(smmu->dev, "GBPA.ABORT does not hold: whenever this SMMU is disabled, all traffic passes untranslated\n");
	return 1;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_reset_abort_bypass);

/**
 * smmu_reset_lets_pass() - Whether any traffic passes an SMMU as it was found
 * @smmu: the SMMU; only its registers are known
 *
 * Context: any.
 * Return: false if it is disabled and aborts; true also if that depends on tables that
 * somebody else has made.
 */
bool smmu_reset_lets_pass(const struct smmu_device *smmu)
{
	return smmu_mmio_read(&smmu->mmio, SMMU_CR0) & SMMU_CR0_SMMUEN ||
	       !(smmu_mmio_read(&smmu->mmio, SMMU_GBPA) & SMMU_GBPA_ABORT);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_reset_lets_pass);

/**
 * smmu_reset_cut_off() - Let no traffic pass any more, whatever state all is in
 * @ctx: the struct smmu_device
 *
 * GBPA has been set to abort when the SMMU was brought up. With its acknowledgment of
 * SMMUEN = 0 the SMMU says that what had been translated before is complete. Where
 * GBPA.ABORT does not hold it stays enabled, since addresses that nothing translates are
 * worse than old translations.
 *
 * Context: any; spins for at most %SMMU_MMIO_ACK_TIMEOUT_US.
 * Return: 0; -ETIMEDOUT if the SMMU does not say that it has stopped; -EOPNOTSUPP if it
 * would let everything pass.
 * IHI 0070, 6.3.9.6 (SMMUEN).
 */
int smmu_reset_cut_off(void *ctx)
{
	struct smmu_device *smmu = ctx;
	unsigned long flags;
	u32 cr0;

	if (smmu->bypass_open)
		return -EOPNOTSUPP;
	raw_spin_lock_irqsave(&smmu->cr0_lock, flags);
	cr0 = smmu_mmio_read(&smmu->mmio, SMMU_CR0);
	smmu_mmio_write_ordered(&smmu->mmio, SMMU_CR0, cr0 & ~SMMU_CR0_SMMUEN);
	raw_spin_unlock_irqrestore(&smmu->cr0_lock, flags);
	/* The other bits are of no account here, and may change. */
	return smmu_mmio_wait_ack(&smmu->mmio, SMMU_CR0ACK, SMMU_CR0_SMMUEN, 0);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_reset_cut_off);

/**
 * smmu_reset_stop() - Disable an SMMU; all traffic aborts from here on, if it can
 * @smmu: the SMMU
 *
 * Every step is tried, also after one that failed.  Translation goes off before
 * the command queue does: an unmap whose invalidation fails because the queue has
 * stopped must find that no traffic passes any more.
 *
 * Context: may sleep.
 * Return: 0, or -ETIMEDOUT if the SMMU did not acknowledge a step.
 */
int smmu_reset_stop(struct smmu_device *smmu)
{
	/* What does not hold has been told; the rest has to be done all the same. */
	int open = smmu_reset_abort_bypass(smmu);
	int ret = min(open, 0);
	int err;

	smmu->bypass_open = open > 0;

	err = smmu_irq_disable(smmu);
	if (err)
		ret = smmu_reset_fail(smmu, err, "IRQ_CTRL");
	err = smmu_reset_write_cr0(smmu, 0, "CR0 (disable)");
	smmu_irq_ignore_errors(smmu);
	smmu_cmdq_stop(&smmu->cmdq);
	smmu_evtq_stop(&smmu->evtq);
	return ret ?: err;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_reset_stop);

/* Attributes of the SMMU's own accesses, and where its tables are. */
static void smmu_reset_write_setup(struct smmu_device *smmu)
{
	u32 cache = smmu->caps.coherent ? SMMU_CR1_CACHE_WB : SMMU_CR1_CACHE_NC;
	u32 share = smmu->caps.coherent ? SMMU_SH_ISH : SMMU_SH_OSH;

	smmu_mmio_write(&smmu->mmio, SMMU_CR1,
			FIELD_PREP(SMMU_CR1_TABLE_SH, share) |
			FIELD_PREP(SMMU_CR1_TABLE_OC, cache) |
			FIELD_PREP(SMMU_CR1_TABLE_IC, cache) |
			FIELD_PREP(SMMU_CR1_QUEUE_SH, share) |
			FIELD_PREP(SMMU_CR1_QUEUE_OC, cache) |
			FIELD_PREP(SMMU_CR1_QUEUE_IC, cache));
	/* CPUs' broadcast TLB maintenance is none of ours: our ASIDs are not theirs. */
	smmu_mmio_write(&smmu->mmio, SMMU_CR2, SMMU_CR2_PTM | SMMU_CR2_RECINVSID);
	smmu_mmio_write64(&smmu->mmio, SMMU_STRTAB_BASE, smmu_strtab_base_reg(&smmu->strtab));
	smmu_mmio_write(&smmu->mmio, SMMU_STRTAB_BASE_CFG, smmu->strtab.base_cfg);
}

/* The SMMU may hold configuration and translations from before. */
static int smmu_reset_invalidate(struct smmu_device *smmu)
{
	struct smmu_cmdq_batch batch;
	int ret;

	smmu_cmdq_batch_init(&batch, &smmu->cmdq);
	smmu_cmdq_batch_add(&batch, smmu_cmd_cfgi_all());
	if (smmu->caps.hyp)
		smmu_cmdq_batch_add(&batch, smmu_cmd_tlbi_el2_all());
	smmu_cmdq_batch_add(&batch, smmu_cmd_tlbi_nsnh_all());
	ret = smmu_cmdq_batch_sync(&batch);
	if (ret)
		dev_err(smmu->dev, "cannot drop what the SMMU holds from before (%d)\n", ret);
	return ret;
}

static int smmu_reset_enable(struct smmu_device *smmu)
{
	u32 cr0 = SMMU_CR0_CMDQEN;
	int ret;

	smmu_cmdq_restart(&smmu->cmdq);
	smmu_irq_accept_errors(smmu);
	ret = smmu_reset_write_cr0(smmu, cr0, "CR0 (command queue)");
	if (ret)
		return ret;
	ret = smmu_reset_invalidate(smmu);
	if (ret)
		return ret;

	smmu_evtq_restart(&smmu->evtq);
	/* The crashed kernel's masters may still run, and fault without end. */
	if (!is_kdump_kernel())
		cr0 |= SMMU_CR0_EVENTQEN;
	ret = smmu_reset_write_cr0(smmu, cr0, "CR0 (event queue)");
	if (ret)
		return ret;
	/* A transaction that claims to be translated already is no exception. */
	if (smmu->caps.ats)
		cr0 |= SMMU_CR0_ATSCHK;
	ret = smmu_irq_enable(smmu);
	if (ret)
		return smmu_reset_fail(smmu, ret, "IRQ_CTRL");
	cr0 |= SMMU_CR0_SMMUEN;
	ret = smmu_reset_write_cr0(smmu, cr0, "CR0 (enable)");
	/*
	 * Given up meanwhile, it must not translate: unmaps would not be invalidated. Whoever
	 * gives it up may have written CR0 before us and be waiting for what we have undone.
	 */
	return ret ?: smmu_cmdq_is_dead(&smmu->cmdq) ? -EIO : 0;
}

/**
 * smmu_reset_start() - Bring an SMMU up with our tables and queues
 * @smmu: the SMMU, in any state; its tables and queues are allocated
 *
 * Also what resume does: the tables still say what they said before.
 *
 * Context: may sleep.
 * Return: 0; -ETIMEDOUT or -EIO, and then all traffic aborts as far as the SMMU
 * can still be made to.
 */
int smmu_reset_start(struct smmu_device *smmu)
{
	int ret;

	if (smmu_mmio_read(&smmu->mmio, SMMU_CR0) & SMMU_CR0_SMMUEN)
		dev_notice(smmu->dev, "found enabled; its masters are cut off until they are set up again\n");
	ret = smmu_reset_stop(smmu);
	if (ret)
		return ret;
	smmu_reset_write_setup(smmu);
	ret = smmu_reset_enable(smmu);
	if (ret)
		smmu_reset_stop(smmu);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_reset_start);
