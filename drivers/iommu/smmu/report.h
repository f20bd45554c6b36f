/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on their way to the owner of a domain.
 */
#ifndef SMMU_REPORT_H
#define SMMU_REPORT_H

#include <linux/list.h>

struct iommu_domain;
struct task_struct;

/**
 * struct smmu_report - a fault that is being told to the owner of a domain
 * @domain: the domain
 * @task: who tells; what the owner's handler does, this task does
 * @node: in the list of all
 */
struct smmu_report {
	const struct iommu_domain *domain;
	const struct task_struct *task;
	struct list_head node;
};

void smmu_report_begin(struct smmu_report *report, const struct iommu_domain *domain);
void smmu_report_end(struct smmu_report *report);
void smmu_report_wait(const struct iommu_domain *domain);

#endif /* SMMU_REPORT_H */
