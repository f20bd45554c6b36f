/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stream table entries (IHI 0070 section 5.2) and level-1 stream table
 * descriptors (5.1). Field positions count from the start of their 64-bit word.
 */
#ifndef SMMU_HW_STE_H
#define SMMU_HW_STE_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

#include "hw/walk.h"

/* 5.1: level-1 descriptor */
#define SMMU_STRTAB_L1_SPAN		GENMASK_ULL(4, 0)
#define SMMU_STRTAB_L1_L2PTR		GENMASK_ULL(51, 6)

/* 5.2, word 0 */
#define SMMU_STE_V			BIT_ULL(0)
#define SMMU_STE_CONFIG			GENMASK_ULL(3, 1)
#define SMMU_STE_CONFIG_ABORT		0
#define SMMU_STE_CONFIG_BYPASS		4
#define SMMU_STE_CONFIG_S1		5
#define SMMU_STE_CONFIG_S2		6
#define SMMU_STE_CONFIG_NESTED		7
#define SMMU_STE_S1FMT			GENMASK_ULL(5, 4)
#define SMMU_STE_S1CONTEXTPTR		GENMASK_ULL(51, 6)
#define SMMU_STE_S1CDMAX		GENMASK_ULL(63, 59)

/* 5.2, word 1 */
#define SMMU_STE_S1DSS			GENMASK_ULL(1, 0)
#define SMMU_STE_S1CIR			GENMASK_ULL(3, 2)
#define SMMU_STE_S1COR			GENMASK_ULL(5, 4)
#define SMMU_STE_S1CSH			GENMASK_ULL(7, 6)
#define SMMU_STE_S1C_NC			0
#define SMMU_STE_S1C_WBRA		1
#define SMMU_STE_S2HWU			GENMASK_ULL(11, 8)
#define SMMU_STE_DRE			BIT_ULL(12)
#define SMMU_STE_CONT			GENMASK_ULL(16, 13)
#define SMMU_STE_DCP			BIT_ULL(17)
#define SMMU_STE_PPAR			BIT_ULL(18)
#define SMMU_STE_MEV			BIT_ULL(19)
#define SMMU_STE_S2FWB			BIT_ULL(25)
#define SMMU_STE_S1MPAM			BIT_ULL(26)
#define SMMU_STE_S1STALLD		BIT_ULL(27)
#define SMMU_STE_EATS			GENMASK_ULL(29, 28)
#define SMMU_STE_STRW			GENMASK_ULL(31, 30)
#define SMMU_STRW_NSEL1			0
#define SMMU_STRW_EL2			2
#define SMMU_STE_MEMATTR		GENMASK_ULL(35, 32)
#define SMMU_STE_MTCFG			BIT_ULL(36)
#define SMMU_STE_ALLOCCFG		GENMASK_ULL(40, 37)
#define SMMU_STE_SHCFG			GENMASK_ULL(45, 44)
#define SMMU_SHCFG_INCOMING		1
#define SMMU_STE_NSCFG			GENMASK_ULL(47, 46)
#define SMMU_STE_PRIVCFG		GENMASK_ULL(49, 48)
#define SMMU_STE_INSTCFG		GENMASK_ULL(51, 50)

/* 5.2, word 2 */
#define SMMU_STE_S2VMID			GENMASK_ULL(15, 0)
#define SMMU_STE_S2T0SZ			GENMASK_ULL(37, 32)
#define SMMU_STE_S2SL0			GENMASK_ULL(39, 38)
#define SMMU_STE_S2IR0			GENMASK_ULL(41, 40)
#define SMMU_STE_S2OR0			GENMASK_ULL(43, 42)
#define SMMU_STE_S2SH0			GENMASK_ULL(45, 44)
#define SMMU_STE_S2TG			GENMASK_ULL(47, 46)
#define SMMU_STE_S2PS			GENMASK_ULL(50, 48)
#define SMMU_STE_S2AA64			BIT_ULL(51)
#define SMMU_STE_S2ENDI			BIT_ULL(52)
#define SMMU_STE_S2AFFD			BIT_ULL(53)
#define SMMU_STE_S2PTW			BIT_ULL(54)
#define SMMU_STE_S2HD			BIT_ULL(55)
#define SMMU_STE_S2HA			BIT_ULL(56)
#define SMMU_STE_S2S			BIT_ULL(57)
#define SMMU_STE_S2R			BIT_ULL(58)

/* 5.2, word 3 */
#define SMMU_STE_S2TTB			GENMASK_ULL(51, 4)

/**
 * struct smmu_ste - one stream table entry as it lies in memory
 * @w: its words
 */
struct smmu_ste {
	__le64 w[SMMU_ENTRY_WORDS];
};

/**
 * struct smmu_ste_s1 - what makes up an STE that translates through stage 1
 * @cd: physical address of its one CD, 64-byte aligned
 * @stall_off: STE.S1STALLD: no CD may ask for stalls. Only where IDR0.STALL_MODEL
 *	offers both ways, otherwise the STE would be ILLEGAL.
 * @coherent: fetches of the CD snoop caches
 */
struct smmu_ste_s1 {
	u64 cd;
	bool stall_off;
	bool coherent;
};

/**
 * struct smmu_ste_s2 - what makes up an STE that translates through stage 2
 * @vmid: tag of its TLB entries
 * @walk: the page table
 * @fwb: IDR3.FWB is there and the table is written for it
 * @stall: faults stall; must be set where IDR0.STALL_MODEL forces stalls and clear
 *	where there are none
 */
struct smmu_ste_s2 {
	u16 vmid;
	const struct smmu_walk *walk;
	bool fwb;
	bool stall;
};

struct smmu_ste smmu_ste_abort(void);
struct smmu_ste smmu_ste_bypass(void);
struct smmu_ste smmu_ste_s1(const struct smmu_ste_s1 *cfg);
struct smmu_ste smmu_ste_s2(const struct smmu_ste_s2 *cfg);

void smmu_ste_clear_overrides(struct smmu_ste *ste);
void smmu_ste_used(const __le64 *entry, __le64 *used);

static inline bool smmu_ste_valid(const __le64 *entry)
{
	return FIELD_GET(SMMU_STE_V, le64_to_cpu(entry[0]));
}

/* SMMU_STE_CONFIG_*; meaningful only for a valid STE */
static inline u8 smmu_ste_config(const __le64 *entry)
{
	return FIELD_GET(SMMU_STE_CONFIG, le64_to_cpu(entry[0]));
}

/*
 * Level-1 descriptor (5.1) in CPU order. The second level holds 2^(span - 1)
 * STEs, span is 1 to 11; span 0 says there is none, and every stream below it
 * is refused with C_BAD_STREAMID.
 */
static inline u64 smmu_strtab_l1(u64 l2_addr, u8 span)
{
	return (l2_addr & SMMU_STRTAB_L1_L2PTR) | FIELD_PREP(SMMU_STRTAB_L1_SPAN, span);
}

#endif /* SMMU_HW_STE_H */
