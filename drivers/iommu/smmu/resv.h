/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of a master that are not for the DMA API to hand out.
 */
#ifndef SMMU_RESV_H
#define SMMU_RESV_H

#include <linux/types.h>

struct list_head;
struct smmu_domain;
struct smmu_master;

int smmu_resv_read(struct smmu_master *master);
void smmu_resv_free(struct smmu_master *master);
bool smmu_resv_translates(const struct smmu_master *master);
void smmu_resv_list(const struct smmu_master *master, struct list_head *head);
int smmu_resv_map(struct smmu_domain *smmu_domain, const struct smmu_master *master);

#endif /* SMMU_RESV_H */
