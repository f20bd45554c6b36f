// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context descriptors (IHI 0070 section 5.4).
 */
#include <linux/export.h>
#include <kunit/visibility.h>

#include "hw/cd.h"
#include "hw/regs.h"

static u64 smmu_cd_walk(const struct smmu_walk *walk)
{
	u64 region = walk->coherent ? SMMU_WALK_RGN_WBWA : SMMU_WALK_RGN_NC;

	return FIELD_PREP(SMMU_CD_T0SZ, walk->t0sz) |
	       FIELD_PREP(SMMU_CD_TG0, smmu_walk_tg(walk->granule_lg2)) |
	       FIELD_PREP(SMMU_CD_IR0, region) |
	       FIELD_PREP(SMMU_CD_OR0, region) |
	       FIELD_PREP(SMMU_CD_SH0, walk->coherent ? SMMU_SH_ISH : SMMU_SH_OSH) |
	       FIELD_PREP(SMMU_CD_IPS, smmu_walk_ps(walk->oas_bits)) |
	       SMMU_CD_AA64;
}

/**
 * smmu_cd_s1() - CD of a stage-1 context
 * @cfg: what goes into it; its walk is one of stage 1
 *
 * Only the lower half of the address space translates (EPD1). Faults are recorded
 * and end in an abort (5.5: A and R). The ASID belongs to the SMMU alone (ASET).
 * Hardware updates of descriptors are off, and so is ignoring the top byte.
 *
 * Context: any; pure.
 * Return: The entry.
 */
struct smmu_cd smmu_cd_s1(const struct smmu_cd_s1 *cfg)
{
	return (struct smmu_cd){ {
		cpu_to_le64(SMMU_CD_V | SMMU_CD_EPD1 | smmu_cd_walk(cfg->walk) |
			    SMMU_CD_R | SMMU_CD_A |
			    FIELD_PREP(SMMU_CD_S, cfg->stall) |
			    SMMU_CD_ASET |
			    FIELD_PREP(SMMU_CD_ASID, cfg->asid)),
		cpu_to_le64(cfg->walk->ttb & SMMU_CD_TTB),
		0,
		cpu_to_le64(cfg->walk->mair),
	} };
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cd_s1);
