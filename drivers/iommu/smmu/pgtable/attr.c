// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOMMU_* protection flags to the attribute bits of a leaf.
 *
 * There are 64 combinations of flags. What each means is worked out once, so that
 * map has no decisions to make.
 */
#include <linux/build_bug.h>
#include <linux/iommu.h>
#include <linux/once.h>

#include "hw/regs.h"
#include "pgtable/format.h"

/* A page with address 0, by stage and S2FWB, and by protection */
static u64 attrs_s1[SMMU_ATTRS];
static u64 attrs_s2[SMMU_ATTRS];
static u64 attrs_s2_fwb[SMMU_ATTRS];

static_assert((IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE | IOMMU_NOEXEC |
	       IOMMU_MMIO | IOMMU_PRIV) == SMMU_ATTRS - 1);

/**
 * smmu_attr_mair() - The MAIR that goes with stage-1 leaves
 *
 * Arm ARM D24.2, MAIR_EL1; IHI 0070 section 5.4, CD.MAIR0 and CD.MAIR1.
 *
 * Context: any; pure.
 *
 * Return: both words of it; the indexes that are not used say Device-nGnRnE.
 */
u64 smmu_attr_mair(void)
{
	return FIELD_PREP(SMMU_MAIR_DEVICE_FIELD, SMMU_MAIR_ATTR_DEVICE) |
	       FIELD_PREP(SMMU_MAIR_NC_FIELD, SMMU_MAIR_ATTR_NC) |
	       FIELD_PREP(SMMU_MAIR_WB_FIELD, SMMU_MAIR_ATTR_WB);
}

/*
 * Stage 1 has no way to say "write only" or "no access": what is not
 * IOMMU_WRITE is read-only, and everything mapped is readable.
 */
static u64 encode_s1(int prot)
{
	u64 attr = SMMU_S1_NG;

	if (prot & IOMMU_MMIO)
		attr |= FIELD_PREP(SMMU_S1_ATTRINDX, SMMU_MAIR_DEVICE);
	else if (prot & IOMMU_CACHE)
		attr |= FIELD_PREP(SMMU_S1_ATTRINDX, SMMU_MAIR_WB);
	else
		attr |= FIELD_PREP(SMMU_S1_ATTRINDX, SMMU_MAIR_NC);
	if (!(prot & IOMMU_WRITE))
		attr |= SMMU_S1_AP_RDONLY;
	if (!(prot & IOMMU_PRIV))
		attr |= SMMU_S1_AP_USER;
	if (prot & IOMMU_NOEXEC)
		attr |= SMMU_S1_UXN | SMMU_S1_PXN;
	return attr;
}

/* Stage 2 does not tell privileged from unprivileged: IOMMU_PRIV is ignored. */
static u64 encode_s2(int prot, bool fwb)
{
	u64 attr = 0;

	if (prot & IOMMU_MMIO)
		attr |= FIELD_PREP(SMMU_S2_MEMATTR, SMMU_S2_MEMATTR_DEVICE);
	else if (!(prot & IOMMU_CACHE))
		attr |= FIELD_PREP(SMMU_S2_MEMATTR, SMMU_S2_MEMATTR_NC);
	else if (fwb)
		attr |= FIELD_PREP(SMMU_S2_MEMATTR, SMMU_S2_MEMATTR_WB_FWB);
	else
		attr |= FIELD_PREP(SMMU_S2_MEMATTR, SMMU_S2_MEMATTR_WB);
	if (prot & IOMMU_READ)
		attr |= SMMU_S2_AP_READ;
	if (prot & IOMMU_WRITE)
		attr |= SMMU_S2_AP_WRITE;
	if (prot & IOMMU_NOEXEC)
		attr |= SMMU_S2_XN;
	return attr;
}

/*
 * Everything of a page but its address. The access flag is set: nothing here counts
 * accesses. Memory that is not cacheable, and device memory, is outer shareable
 * whatever SH says; SH says so as well. Arm ARM D8.3.2. MMIO beats CACHE.
 */
static u64 encode(int prot, u64 stage_attr)
{
	bool inner = (prot & IOMMU_CACHE) && !(prot & IOMMU_MMIO);

	/* Nothing may be mapped that can be neither read nor written. */
	if (!(prot & (IOMMU_READ | IOMMU_WRITE)))
		return 0;
	return stage_attr | SMMU_DESC_PAGE | SMMU_LEAF_AF |
	       FIELD_PREP(SMMU_LEAF_SH, inner ? SMMU_SH_ISH : SMMU_SH_OSH);
}

static void fill_tables(void)
{
	int prot;

	for (prot = 0; prot < SMMU_ATTRS; prot++) {
		attrs_s1[prot] = encode(prot, encode_s1(prot));
		attrs_s2[prot] = encode(prot, encode_s2(prot, false));
		attrs_s2_fwb[prot] = encode(prot, encode_s2(prot, true));
	}
}

/**
 * smmu_attr_table() - What leaves of a page table look like
 * @stage: 1 or 2
 * @fwb: stage 2 only, STE.S2FWB will be set
 *
 * Context: may sleep.
 *
 * Return: by IOMMU_READ, WRITE, CACHE, NOEXEC, MMIO and PRIV, everything of a
 * page descriptor but its address; 0 if neither READ nor WRITE is among them.
 */
const u64 *smmu_attr_table(u8 stage, bool fwb)
{
	DO_ONCE_SLEEPABLE(fill_tables);
	if (stage == 1)
		return attrs_s1;
	return fwb ? attrs_s2_fwb : attrs_s2;
}
