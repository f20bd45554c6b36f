/* SPDX-License-Identifier: GPL-2.0-only */
/* smmu_edu: what its kinds of device share (edu_pci.c, edu_platform.c, edu_part.c). */
#ifndef SMMU_TEST_EDU_CORE_H
#define SMMU_TEST_EDU_CORE_H

#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/io.h>

struct smmu_edu;

/*
 * A device's life: new, its interrupt (if any), show; hide, the interrupt given
 * back, release. Between show and hide there are files.
 */
struct smmu_edu *smmu_edu_new(struct device *dev, void __iomem *regs);
irqreturn_t smmu_edu_interrupt(int irq, void *data);
void smmu_edu_show(struct smmu_edu *edu, const char *irq_kind);
void smmu_edu_hide(struct smmu_edu *edu);
void smmu_edu_release(struct smmu_edu *edu);

int smmu_edu_pci_register(void);
void smmu_edu_pci_unregister(void);
int smmu_edu_platform_register(void);
void smmu_edu_platform_unregister(void);
int smmu_edu_parts_register(void);
void smmu_edu_parts_unregister(void);

#endif /* SMMU_TEST_EDU_CORE_H */
