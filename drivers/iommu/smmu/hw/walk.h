/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a CD or a stage-2 STE says about a page table, and the encodings the two
 * have in common (IHI 0070 sections 5.2 and 5.4).
 */
#ifndef SMMU_HW_WALK_H
#define SMMU_HW_WALK_H

#include <linux/types.h>

#define SMMU_ENTRY_WORDS	8	/* 64-bit words in an STE and in a CD */

/**
 * struct smmu_walk - how the hardware is to walk one page table
 * @ttb: physical address of the first table
 * @mair: memory attributes by index, stage 1 only
 * @stage: 1 or 2
 * @t0sz: 64 minus the bits of an input address
 * @granule_lg2: 12, 14 or 16
 * @start_level: level of the first table, 0 to 3
 * @oas_bits: bits of an output address: 32, 36, 40, 42, 44, 48 or 52
 * @coherent: the walker snoops caches: reads are write-back and inner shareable;
 *	otherwise they are non-cacheable and outer shareable
 */
struct smmu_walk {
	u64 ttb;
	u64 mair;
	u8 stage;
	u8 t0sz;
	u8 granule_lg2;
	u8 start_level;
	u8 oas_bits;
	bool coherent;
};

/* TG0 of a CD (5.4) and S2TG of an STE (5.2) */
static inline u8 smmu_walk_tg(u8 granule_lg2)
{
	switch (granule_lg2) {
	case 16:
		return 1;
	case 14:
		return 2;
	default:
		return 0;
	}
}

/*
 * IPS of a CD (5.4), S2PS of an STE (5.2), OAS of IDR5 (6.3.6). A size the
 * architecture does not have becomes the smallest: too small faults, too large
 * would be ILLEGAL or worse.
 */
static inline u8 smmu_walk_ps(u8 oas_bits)
{
	switch (oas_bits) {
	case 36:
		return 1;
	case 40:
		return 2;
	case 42:
		return 3;
	case 44:
		return 4;
	case 48:
		return 5;
	case 52:
		return 6;
	default:
		return 0;
	}
}

/*
 * S2SL0 of an STE (5.2): counts upwards from level 2 for 4K and from level 3
 * for 16K and 64K; for 4K, level 3 takes the value that is left.
 */
static inline u8 smmu_walk_sl0(u8 granule_lg2, u8 start_level)
{
	if (granule_lg2 != 12)
		return 3 - start_level;
	return start_level == 3 ? 3 : 2 - start_level;
}

/* IR0, OR0 and SH0 of a CD, S2IR0, S2OR0 and S2SH0 of an STE */
#define SMMU_WALK_RGN_NC	0
#define SMMU_WALK_RGN_WBWA	1	/* write-back, read- and write-allocate */

#endif /* SMMU_HW_WALK_H */
