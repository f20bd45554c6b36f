/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bring-up, shutdown, suspend and resume; interrupts and global errors.
 */
#ifndef SMMU_RESET_H
#define SMMU_RESET_H

#include <linux/types.h>

struct smmu_device;

int smmu_reset_start(struct smmu_device *smmu);
bool smmu_reset_lets_pass(const struct smmu_device *smmu);
int smmu_reset_cut_off(void *ctx);
int smmu_reset_stop(struct smmu_device *smmu);

void smmu_irq_accept_errors(struct smmu_device *smmu);
void smmu_irq_ignore_errors(struct smmu_device *smmu);
int smmu_irq_setup(struct smmu_device *smmu);
int smmu_irq_disable(struct smmu_device *smmu);
int smmu_irq_enable(struct smmu_device *smmu);
void smmu_irq_check_errors(void *ctx);

#if IS_ENABLED(CONFIG_KUNIT)
int smmu_reset_abort_bypass(struct smmu_device *smmu);
int smmu_reset_write_cr0(struct smmu_device *smmu, u32 cr0, const char *what);
#endif

#endif /* SMMU_RESET_H */
