/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ASIDs and VMIDs of one SMMU.
 */
#ifndef SMMU_IDS_H
#define SMMU_IDS_H

#include <linux/idr.h>
#include <linux/types.h>

/* The VMID that stage-1 contexts carry; no stage-2 context gets it. */
#define SMMU_VMID_STAGE1	0

/**
 * struct smmu_ids - the tags that tell contexts apart in the TLB
 * @asid: ASIDs in use, all under %SMMU_VMID_STAGE1
 * @vmid: VMIDs in use by stage-2 contexts
 * @asid_bits: width of an ASID; never changes
 * @vmid_bits: width of a VMID; never changes
 *
 * A free tag has nothing in the TLB: whoever gives one back has invalidated it.
 */
struct smmu_ids {
	struct ida asid;
	struct ida vmid;
	u8 asid_bits;
	u8 vmid_bits;
};

void smmu_ids_init(struct smmu_ids *ids, u8 asid_bits, u8 vmid_bits);
int smmu_ids_get(struct smmu_ids *ids, unsigned int stage);
void smmu_ids_put(struct smmu_ids *ids, unsigned int stage, u16 id);
void smmu_ids_destroy(struct smmu_ids *ids);

#endif /* SMMU_IDS_H */
