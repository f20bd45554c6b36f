// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context descriptors (IHI 0070 section 5.4).
 */
#include <linux/export.h>
#include <linux/string.h>
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

/* Word 0 of one half of the address space, ignored if its EPD is set */
#define SMMU_CD_0_LOWER		(SMMU_CD_T0SZ | SMMU_CD_TG0 | SMMU_CD_IR0 |	\
				 SMMU_CD_OR0 | SMMU_CD_SH0)
#define SMMU_CD_0_UPPER		(SMMU_CD_T1SZ | SMMU_CD_TG1 | SMMU_CD_IR1 |	\
				 SMMU_CD_OR1 | SMMU_CD_SH1)

/**
 * smmu_cd_used() - Bits of a CD that the hardware looks at
 * @entry: the CD, SMMU_ENTRY_WORDS words
 * @used: as many words; set to the bits that count
 */
void smmu_cd_used(const __le64 *entry, __le64 *used)
{
	u64 word0 = le64_to_cpu(entry[0]);
	u64 used0 = U64_MAX;

	memset(used, 0, SMMU_ENTRY_WORDS * sizeof(*used));
	used[0] = cpu_to_le64(SMMU_CD_V);
	if (!smmu_cd_valid(entry))
		return;

	if (word0 & SMMU_CD_EPD0)
		used0 &= ~SMMU_CD_0_LOWER;
	else
		used[1] = cpu_to_le64(U64_MAX);
	if (word0 & SMMU_CD_EPD1)
		used0 &= ~SMMU_CD_0_UPPER;
	else
		used[2] = cpu_to_le64(U64_MAX);
	used[0] = cpu_to_le64(used0);
	used[3] = cpu_to_le64(U64_MAX);
	used[4] = cpu_to_le64(U64_MAX);
	used[5] = cpu_to_le64(U64_MAX);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cd_used);
