/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bring-up, shutdown, suspend and resume.
 */
#ifndef SMMU_RESET_H
#define SMMU_RESET_H

struct smmu_device;

int smmu_reset_start(struct smmu_device *smmu);
void smmu_reset_cut_off(void *ctx);
int smmu_reset_stop(struct smmu_device *smmu);

#endif /* SMMU_RESET_H */
