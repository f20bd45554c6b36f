// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that stopped the command queue (IHI 0070, 7.1).
 */
#include <linux/device.h>
#include <linux/io.h>

#include <kunit/visibility.h>

#include "hw/regs.h"
#include "queue/cmdq.h"
#include "queue/ring.h"

static void smmu_cmdq_read_slot(struct smmu_cmdq *q, u32 slot, struct smmu_cmd *cmd)
{
	const __le64 *words = &q->base[slot * SMMU_CMD_WORDS];

	cmd->w[0] = le64_to_cpu(words[0]);
	cmd->w[1] = le64_to_cpu(words[1]);
}

/* How often in a row the SMMU failed to fetch the command at @pos. */
static unsigned int smmu_cmdq_count_abort(struct smmu_cmdq *q, u32 pos)
{
	if (q->abort_pos != pos)
		q->abort_tries = 0;
	q->abort_pos = pos;
	return ++q->abort_tries;
}

/**
 * smmu_cmdq_recover() - Deal with the command that stopped the queue
 * @q: the queue
 * @error: what to report with smmu_cmdq_report() once no lock is held
 *
 * A command that the SMMU cannot decode is replaced by a CMD_SYNC; one that it
 * could not fetch is tried again a few times first.  If the replacement cannot be
 * fetched either, the queue stays stopped, and smmu_cmdq_report() gives it up.
 *
 * Context: the owner of GERROR, under its lock, while GERROR.CMDQ_ERR is active:
 * the SMMU consumes nothing then, so the slot at CONS is ours to write.
 * Return: true if GERROR.CMDQ_ERR shall be acknowledged, which lets the queue go
 * on. IHI 0070, 7.1 (command queue errors).
 */
bool smmu_cmdq_recover(struct smmu_cmdq *q, struct smmu_cmdq_error *error)
{
	const struct smmu_cmd sync = smmu_cmd_sync();
	u32 cons = readl(q->cons);
	unsigned int tries;

	error->err = FIELD_GET(SMMU_CMDQ_CONS_ERR, cons);
	error->slot = smmu_ring_slot(FIELD_GET(SMMU_Q_INDEX, cons), q->entries_lg2);
	smmu_cmdq_read_slot(q, error->slot, &error->cmd);

	switch (error->err) {
	case SMMU_CERROR_NONE:
		return true;
	case SMMU_CERROR_ABT:
		tries = smmu_cmdq_count_abort(q, smmu_cmdq_update_tail(q));
		error->stuck = tries > SMMU_CMDQ_ABORT_RETRIES + 1;
		if (error->stuck)
			return false;
		if (tries > SMMU_CMDQ_ABORT_RETRIES)
			break;
		error->err = SMMU_CERROR_NONE;
		return true;
	case SMMU_CERROR_ATC_INV_SYNC:
		/* The CMD_SYNC at CONS is run again; what timed out is lost. */
		atomic_inc(&q->rejected);
		return true;
	}

	smmu_cmdq_write_slot(q->base, error->slot, &sync);
	if (smmu_cmd_drops_all(&error->cmd))
		atomic_inc(&q->rejected_all);
	atomic_inc(&q->rejected);
	/* The new command must be in memory before the caller's write to GERRORN. */
	wmb();
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_recover);

/**
 * smmu_cmdq_report() - Name the command that stopped the queue, or give that up
 * @q: the queue
 * @error: from smmu_cmdq_recover()
 *
 * Context: any, without locks: printing may go out through a device of ours.
 */
void smmu_cmdq_report(struct smmu_cmdq *q, const struct smmu_cmdq_error *error)
{
	if (error->err == SMMU_CERROR_NONE)
		return;
	if (error->stuck) {
		smmu_cmdq_give_up(q, "a command cannot be fetched");
		return;
	}
	if (error->err == SMMU_CERROR_ATC_INV_SYNC) {
		dev_err_ratelimited(q->dev, "a device did not answer an ATS invalidation\n");
		return;
	}
	dev_err_ratelimited(q->dev,
			    "command refused (%s): %s [%#018llx %#018llx] in slot %u; replaced by CMD_SYNC\n",
			    smmu_cmd_error_name(error->err),
			    smmu_cmd_name(smmu_cmd_opcode(&error->cmd)),
			    error->cmd.w[0], error->cmd.w[1], error->slot);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_report);
