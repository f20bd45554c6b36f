/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leaves, and the contiguous hint on them.
 */
#ifndef SMMU_PGTABLE_HINT_H
#define SMMU_PGTABLE_HINT_H

#include <linux/types.h>

struct smmu_pgtable;

void smmu_hint_fill(const struct smmu_pgtable *pt, __le64 *slot, u32 slots,
		    unsigned int lg2, u64 iova, u64 desc);
void smmu_hint_take(struct smmu_pgtable *pt, __le64 *slot, u32 slots,
		    unsigned int lg2, u64 *start, u64 *last);

#endif /* SMMU_PGTABLE_HINT_H */
