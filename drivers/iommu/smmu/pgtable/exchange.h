/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A block for an empty table.
 */
#ifndef SMMU_PGTABLE_EXCHANGE_H
#define SMMU_PGTABLE_EXCHANGE_H

#include <linux/types.h>

struct smmu_pgtable;

bool smmu_exchange_for_block(struct smmu_pgtable *pt, __le64 *slot, u64 table,
			     unsigned int slot_lg2, u64 iova, u64 block);

#endif /* SMMU_PGTABLE_EXCHANGE_H */
