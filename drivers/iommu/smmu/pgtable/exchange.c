// SPDX-License-Identifier: GPL-2.0-only
#include "pgtable/exchange.h"
#include "pgtable/internal.h"

bool smmu_exchange_for_table(struct smmu_pgtable *pt, __le64 *slot, u64 block,
			     unsigned int lg2, u64 iova, u64 bytes,
			     struct smmu_pgtable_cleared *c)
{
	return false;
}

bool smmu_exchange_for_block(struct smmu_pgtable *pt, __le64 *slot, u64 table,
			     unsigned int lg2, u64 iova, u64 block)
{
	return false;
}
