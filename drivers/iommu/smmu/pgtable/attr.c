// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOMMU_* protection flags to the attribute bits of a leaf, and back.
 *
 * There are 64 combinations of flags. What each means is worked out when the
 * driver is compiled, so that map has no decisions to make.
 */
#include <linux/build_bug.h>
#include <linux/iommu.h>

#include "pgtable/internal.h"

/**
 * smmu_attr_mair - the MAIR that goes with stage-1 leaves
 *
 * Arm ARM D24.2, MAIR_EL1; IHI 0070 section 5.4, CD.MAIR0 and CD.MAIR1.
 *
 * Return: both words of it; the indexes that are not used say Device-nGnRnE.
 */
u64 smmu_attr_mair(void)
{
	return FIELD_PREP(SMMU_MAIR_DEVICE_FIELD, SMMU_MAIR_ATTR_DEVICE) |
	       FIELD_PREP(SMMU_MAIR_NC_FIELD, SMMU_MAIR_ATTR_NC) |
	       FIELD_PREP(SMMU_MAIR_WB_FIELD, SMMU_MAIR_ATTR_WB);
}

/* One of three values: for device memory (MMIO beats CACHE), cacheable or not */
#define BY_TYPE(prot, device, cached, uncached)				\
	((prot) & IOMMU_MMIO ? (device) :				\
	 (prot) & IOMMU_CACHE ? (cached) : (uncached))

/*
 * Both stages. The access flag is set: nothing here counts accesses. Memory that
 * is not cacheable, and device memory, is outer shareable whatever SH says; SH
 * says so as well. Arm ARM D8.3.2.
 */
#define ENCODE(prot)							\
	(SMMU_DESC_PAGE | SMMU_LEAF_AF |				\
	 FIELD_PREP_CONST(SMMU_LEAF_SH, BY_TYPE(prot, SMMU_SH_OUTER,	\
						SMMU_SH_INNER,		\
						SMMU_SH_OUTER)))

/*
 * Stage 1 has no way to say "write only" or "no access": what is not
 * IOMMU_WRITE is read-only, and everything mapped is readable.
 */
#define ENCODE_S1(prot)							\
	(ENCODE(prot) | SMMU_S1_NG |					\
	 FIELD_PREP_CONST(SMMU_S1_ATTRINDX, BY_TYPE(prot, SMMU_MAIR_DEVICE, \
						    SMMU_MAIR_WB,	\
						    SMMU_MAIR_NC)) |	\
	 ((prot) & IOMMU_WRITE ? 0 : SMMU_S1_AP_RDONLY) |		\
	 ((prot) & IOMMU_PRIV ? 0 : SMMU_S1_AP_USER) |			\
	 ((prot) & IOMMU_NOEXEC ? SMMU_S1_UXN | SMMU_S1_PXN : 0))

/* Stage 2 does not tell privileged from unprivileged: IOMMU_PRIV is ignored. */
#define ENCODE_S2_CACHED(prot, cached)					\
	(ENCODE(prot) |							\
	 FIELD_PREP_CONST(SMMU_S2_MEMATTR,				\
			  BY_TYPE(prot, SMMU_S2_MEMATTR_DEVICE, cached,	\
				  SMMU_S2_MEMATTR_NC)) |		\
	 ((prot) & IOMMU_READ ? SMMU_S2_AP_READ : 0) |			\
	 ((prot) & IOMMU_WRITE ? SMMU_S2_AP_WRITE : 0) |		\
	 ((prot) & IOMMU_NOEXEC ? SMMU_S2_XN : 0))

#define ENCODE_S2(prot)		ENCODE_S2_CACHED(prot, SMMU_S2_MEMATTR_WB)
#define ENCODE_S2_FWB(prot)	ENCODE_S2_CACHED(prot, SMMU_S2_MEMATTR_WB_FWB)

/* Nothing may be mapped that can be neither read nor written. */
#define ALLOWED(encode, prot)						\
	((prot) & (IOMMU_READ | IOMMU_WRITE) ? encode(prot) : 0)

#define FOUR(encode, prot)						\
	ALLOWED(encode, prot), ALLOWED(encode, (prot) + 1),		\
	ALLOWED(encode, (prot) + 2), ALLOWED(encode, (prot) + 3)
#define SIXTEEN(encode, prot)						\
	FOUR(encode, prot), FOUR(encode, (prot) + 4),			\
	FOUR(encode, (prot) + 8), FOUR(encode, (prot) + 12)
#define ALL(encode)							\
	SIXTEEN(encode, 0), SIXTEEN(encode, 16),			\
	SIXTEEN(encode, 32), SIXTEEN(encode, 48)

static const u64 attrs_s1[] = { ALL(ENCODE_S1) };
static const u64 attrs_s2[] = { ALL(ENCODE_S2) };
static const u64 attrs_s2_fwb[] = { ALL(ENCODE_S2_FWB) };

static_assert(ARRAY_SIZE(attrs_s1) == SMMU_ATTRS);
static_assert((IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE | IOMMU_NOEXEC |
	       IOMMU_MMIO | IOMMU_PRIV) == SMMU_ATTRS - 1);

/**
 * smmu_attr_table - what leaves of a page table look like
 * @stage: 1 or 2
 * @fwb: stage 2 only, STE.S2FWB will be set
 *
 * Return: by IOMMU_READ, WRITE, CACHE, NOEXEC, MMIO and PRIV, everything of a
 * page descriptor but its address; 0 if neither READ nor WRITE is among them.
 */
const u64 *smmu_attr_table(u8 stage, bool fwb)
{
	if (stage == 1)
		return attrs_s1;
	return fwb ? attrs_s2_fwb : attrs_s2;
}

static int decode_s1(u64 desc)
{
	int prot = IOMMU_READ;

	if (FIELD_GET(SMMU_S1_ATTRINDX, desc) == SMMU_MAIR_WB)
		prot |= IOMMU_CACHE;
	if (FIELD_GET(SMMU_S1_ATTRINDX, desc) == SMMU_MAIR_DEVICE)
		prot |= IOMMU_MMIO;
	if (!(desc & SMMU_S1_AP_RDONLY))
		prot |= IOMMU_WRITE;
	if (!(desc & SMMU_S1_AP_USER))
		prot |= IOMMU_PRIV;
	if (desc & SMMU_S1_UXN)
		prot |= IOMMU_NOEXEC;
	return prot;
}

static int decode_s2(u64 desc)
{
	int prot = 0;

	switch (FIELD_GET(SMMU_S2_MEMATTR, desc)) {
	case SMMU_S2_MEMATTR_DEVICE:
		prot |= IOMMU_MMIO;
		break;
	case SMMU_S2_MEMATTR_WB:
	case SMMU_S2_MEMATTR_WB_FWB:
		prot |= IOMMU_CACHE;
		break;
	}
	if (desc & SMMU_S2_AP_READ)
		prot |= IOMMU_READ;
	if (desc & SMMU_S2_AP_WRITE)
		prot |= IOMMU_WRITE;
	if (desc & SMMU_S2_XN)
		prot |= IOMMU_NOEXEC;
	return prot;
}

/**
 * smmu_attr_decode - what a leaf allows
 * @pt: the page table
 * @desc: a page or block descriptor of it
 *
 * Return: IOMMU_* flags as the hardware will apply them, so a stage-1 leaf is
 * always IOMMU_READ.
 */
int smmu_attr_decode(const struct smmu_pgtable *pt, u64 desc)
{
	return pt->walk.stage == 1 ? decode_s1(desc) : decode_s2(desc);
}
