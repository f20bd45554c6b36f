/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stream table: where the STE of a stream lies.  What it says is written by
 * attach alone; a fresh STE aborts.
 */
#ifndef SMMU_STRTAB_H
#define SMMU_STRTAB_H

#include <linux/types.h>

#include "hw/ste.h"

struct device;
struct smmu_caps;

/**
 * struct smmu_strtab - the stream table of one SMMU
 * @dev: the SMMU; never changes
 * @sid_bits: width of a StreamID that the table covers; never changes
 * @split: StreamID bits that the second level resolves; 0 for a linear table
 * @linear: the table itself if it is linear
 * @l1: first level if there are two
 * @l2: second-level tables. %NULL until a stream in them is claimed, or all there from the
 *	start if the table may not grow under the SMMU (smmu_caps.lazy_strtab); all the same
 *	one if the SMMU does not tell streams apart
 * @dma: address of the table as the SMMU sees it; never changes
 * @base_cfg: value of STRTAB_BASE_CFG; never changes
 *
 * The caller serialises smmu_strtab_claim().  A second-level table stays until
 * the driver lets the SMMU go.
 */
struct smmu_strtab {
	struct device *dev;
	u8 sid_bits;
	u8 split;
	struct smmu_ste *linear;
	__le64 *l1;
	struct smmu_ste **l2;
	dma_addr_t dma;
	u32 base_cfg;
};

int smmu_strtab_init(struct smmu_strtab *st, struct device *dev, const struct smmu_caps *caps,
		     bool shared);
u64 smmu_strtab_base_reg(const struct smmu_strtab *st);
bool smmu_strtab_covers(const struct smmu_strtab *st, u32 sid);
int smmu_strtab_claim(struct smmu_strtab *st, u32 sid);
struct smmu_ste *smmu_strtab_entry(const struct smmu_strtab *st, u32 sid);
struct smmu_ste *smmu_strtab_entries(const struct smmu_strtab *st, u32 *nr);

#endif /* SMMU_STRTAB_H */
