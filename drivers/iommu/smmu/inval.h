/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who caches the translations of a domain, and the fewest commands that clear a
 * range of them.
 */
#ifndef SMMU_INVAL_H
#define SMMU_INVAL_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "hw/cmd.h"

struct smmu_cmdq;
struct smmu_ids;
struct smmu_inval_range;

/**
 * struct smmu_inval_target - one SMMU that may hold translations of a domain
 * @node: in the domain's list, for as long as the domain lives: nothing is ever taken
 *	out of it, so readers need only the order in which a new one becomes visible
 * @q: command queue of that SMMU; never changes
 * @ids: where @id came from; never changes
 * @stage: 1 or 2; never changes
 * @ranges: the SMMU takes range invalidations; never changes
 * @id: the ASID or VMID of the domain on that SMMU; never changes
 * @users: masters attached through this target; written under the domain's lock.
 *	While there are none, the SMMU holds nothing of the domain.
 */
struct smmu_inval_target {
	struct list_head node;
	struct smmu_cmdq *q;
	struct smmu_ids *ids;
	u8 stage;
	bool ranges;
	u16 id;
	unsigned int users;
};

void smmu_inval_config(struct smmu_cmdq *q, struct smmu_cmd cfgi);
void smmu_inval_clear_range(struct list_head *targets, const struct smmu_inval_range *range);
void smmu_inval_clear_target(const struct smmu_inval_target *target);
void smmu_inval_clear_all(struct list_head *targets);

#endif /* SMMU_INVAL_H */
