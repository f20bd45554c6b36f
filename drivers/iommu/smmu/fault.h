/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From an event record to the one who should know.
 */
#ifndef SMMU_FAULT_H
#define SMMU_FAULT_H

struct smmu_event;

void smmu_fault_sink(void *ctx, const struct smmu_event *ev);

#endif /* SMMU_FAULT_H */
