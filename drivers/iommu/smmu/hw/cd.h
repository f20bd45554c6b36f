/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Context descriptors (IHI 0070 section 5.4). Field positions count from the
 * start of their 64-bit word.
 */
#ifndef SMMU_HW_CD_H
#define SMMU_HW_CD_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

#include "hw/walk.h"

/* 5.4, word 0 */
#define SMMU_CD_T0SZ			GENMASK_ULL(5, 0)
#define SMMU_CD_TG0			GENMASK_ULL(7, 6)
#define SMMU_CD_IR0			GENMASK_ULL(9, 8)
#define SMMU_CD_OR0			GENMASK_ULL(11, 10)
#define SMMU_CD_SH0			GENMASK_ULL(13, 12)
#define SMMU_CD_EPD0			BIT_ULL(14)
#define SMMU_CD_ENDI			BIT_ULL(15)
#define SMMU_CD_T1SZ			GENMASK_ULL(21, 16)
#define SMMU_CD_TG1			GENMASK_ULL(23, 22)
#define SMMU_CD_IR1			GENMASK_ULL(25, 24)
#define SMMU_CD_OR1			GENMASK_ULL(27, 26)
#define SMMU_CD_SH1			GENMASK_ULL(29, 28)
#define SMMU_CD_EPD1			BIT_ULL(30)
#define SMMU_CD_V			BIT_ULL(31)
#define SMMU_CD_IPS			GENMASK_ULL(34, 32)
#define SMMU_CD_AFFD			BIT_ULL(35)
#define SMMU_CD_WXN			BIT_ULL(36)
#define SMMU_CD_UWXN			BIT_ULL(37)
#define SMMU_CD_TBI0			BIT_ULL(38)
#define SMMU_CD_TBI1			BIT_ULL(39)
#define SMMU_CD_PAN			BIT_ULL(40)
#define SMMU_CD_AA64			BIT_ULL(41)
#define SMMU_CD_HD			BIT_ULL(42)
#define SMMU_CD_HA			BIT_ULL(43)
#define SMMU_CD_S			BIT_ULL(44)
#define SMMU_CD_R			BIT_ULL(45)
#define SMMU_CD_A			BIT_ULL(46)
#define SMMU_CD_ASET			BIT_ULL(47)
#define SMMU_CD_ASID			GENMASK_ULL(63, 48)

/* 5.4, word 1; word 2 is the same for the upper half of the address space */
#define SMMU_CD_NSCFG			BIT_ULL(0)
#define SMMU_CD_HAD			BIT_ULL(1)
#define SMMU_CD_E0PD			BIT_ULL(2)
#define SMMU_CD_TTB			GENMASK_ULL(51, 4)
#define SMMU_CD_HWU			GENMASK_ULL(63, 60)

/* 5.4, words 3 (MAIR) and 4 (AMAIR) have no fields */

/**
 * struct smmu_cd - one context descriptor as it lies in memory
 * @w: its words
 */
struct smmu_cd {
	__le64 w[SMMU_ENTRY_WORDS];
};

/**
 * struct smmu_cd_s1 - what makes up a CD
 * @asid: tag of its TLB entries
 * @walk: the page table of the lower half; the upper half is switched off
 * @stall: faults stall; must be set where IDR0.STALL_MODEL forces stalls and clear
 *	where there are none
 */
struct smmu_cd_s1 {
	u16 asid;
	const struct smmu_walk *walk;
	bool stall;
};

struct smmu_cd smmu_cd_s1(const struct smmu_cd_s1 *cfg);

static inline struct smmu_cd smmu_cd_invalid(void)
{
	return (struct smmu_cd){ };
}

#endif /* SMMU_HW_CD_H */
