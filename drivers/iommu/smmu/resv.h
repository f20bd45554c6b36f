/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of a master that are not for the DMA API to hand out.
 */
#ifndef SMMU_RESV_H
#define SMMU_RESV_H

#include <linux/list.h>
#include <linux/types.h>

#include "window.h"

struct smmu_domain;
struct smmu_master;

/* What becomes of a region. */
enum smmu_resv_kind {
	SMMU_RESV_HOLE,		/* left alone */
	SMMU_RESV_DIRECT,	/* mapped one to one, by whoever has the DMA API */
	SMMU_RESV_MOVED,	/* mapped elsewhere, by this driver */
};

/**
 * struct smmu_resv - a region that the firmware wants kept
 * @node: in the master's list
 * @kind: what becomes of it
 * @range: its addresses as the master sees them, whole granules
 * @phys: where it lies, if it is mapped
 * @prot: IOMMU_READ and so on, if it is mapped
 */
struct smmu_resv {
	struct list_head node;
	enum smmu_resv_kind kind;
	struct smmu_window_range range;
	phys_addr_t phys;
	int prot;
};

/* What had to be done to a region that is not as it should be. */
enum smmu_resv_shape {
	SMMU_RESV_AS_TOLD,
	SMMU_RESV_EMPTY,	/* of no bytes: it is none */
	SMMU_RESV_CUT,		/* it goes beyond all addresses: kept free up to the last */
	SMMU_RESV_OTHER_SIZE,	/* its memory is larger or smaller: kept free */
	SMMU_RESV_OTHER_OFFSET,	/* its memory lies otherwise on the granule: kept free */
	SMMU_RESV_WIDENED,	/* not on the granule: mapped with what is around it */
};

enum smmu_resv_shape smmu_resv_shape(u64 start, u64 bytes, const struct smmu_window_range *reg,
				     u8 granule_lg2, struct smmu_resv *resv);
bool smmu_resv_contradicts(const struct smmu_resv *a, const struct smmu_resv *b);
void smmu_resv_read_msi(struct smmu_master *master);
void smmu_resv_free(struct smmu_master *master);
bool smmu_resv_translates(const struct smmu_master *master);
void smmu_resv_list(const struct smmu_master *master, struct list_head *head);
int smmu_resv_check_group(const struct smmu_master *master, const struct smmu_master *other);
int smmu_resv_check_late(const struct smmu_master *master, const struct smmu_master *member);
int smmu_resv_map(struct smmu_domain *smmu_domain, const struct smmu_master *master);

#endif /* SMMU_RESV_H */
