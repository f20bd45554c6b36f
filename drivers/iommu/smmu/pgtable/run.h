/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs of slots in one table. All slots of a run belong to the caller, who alone
 * writes to them; lookups and the walker may be reading them.
 */
#ifndef SMMU_PGTABLE_RUN_H
#define SMMU_PGTABLE_RUN_H

#include <linux/types.h>

u32 smmu_run_empty(const __le64 *slot, u32 slots);
u32 smmu_run_pages(const __le64 *slot, u32 slots);
u32 smmu_run_blocks(const __le64 *slot, u32 slots);
void smmu_run_fill(__le64 *slot, u32 slots, u64 desc, u64 step);
void smmu_run_clear(__le64 *slot, u32 slots);

#endif /* SMMU_PGTABLE_RUN_H */
