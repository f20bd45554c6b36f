/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts and global errors.
 */
#ifndef SMMU_IRQ_H
#define SMMU_IRQ_H

struct smmu_device;

void smmu_irq_accept_errors(struct smmu_device *smmu);
void smmu_irq_ignore_errors(struct smmu_device *smmu);
int smmu_irq_setup(struct smmu_device *smmu);
int smmu_irq_disable(struct smmu_device *smmu);
int smmu_irq_enable(struct smmu_device *smmu);
void smmu_irq_check_errors(void *ctx);

#endif /* SMMU_IRQ_H */
