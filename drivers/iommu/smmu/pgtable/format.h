/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors of the VMSAv8-64 translation tables, in the order of the Arm ARM
 * (DDI 0487, section D8.3): what a bit means, nothing about how it is used.
 */
#ifndef SMMU_PGTABLE_FORMAT_H
#define SMMU_PGTABLE_FORMAT_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

#define SMMU_DESC_BYTES_LG2	3
#define SMMU_LEVEL_LAST		3

/* Input sizes: T0SZ is 39 at most, and 16 (12 with 64K) at least. D8.2 */
#define SMMU_IAS_MAX		48
#define SMMU_IAS_MAX_64K	52
#define SMMU_OAS_MAX		48
#define SMMU_OAS_MAX_64K	52

/* The kind of a descriptor, D8.3.1. Bit 0 clear: invalid. */
#define SMMU_DESC_VALID		BIT_ULL(0)
#define SMMU_DESC_TYPE		GENMASK_ULL(1, 0)
#define SMMU_DESC_BLOCK		1	/* levels 1 and 2 */
#define SMMU_DESC_TABLE		3	/* levels 0 to 2 */
#define SMMU_DESC_PAGE		3	/* level 3 */

/*
 * Addresses, D8.3.1. Granules of 4K and 16K: 48 bits. With 64K, bits 15 to 12
 * hold address bits 51 to 48 where the output size is 52 bits, and are zero
 * otherwise, just as the address bits are.
 */
#define SMMU_DESC_ADDR		GENMASK_ULL(47, 12)
#define SMMU_DESC_ADDR_64K	GENMASK_ULL(47, 16)
#define SMMU_DESC_ADDR_64K_HIGH	GENMASK_ULL(15, 12)
#define SMMU_DESC_ADDR_HIGH_SHIFT	36	/* from there to address bits 51 to 48 */

/* Table descriptors: the hardware ignores bits 58 to 51 at both stages. */
#define SMMU_TABLE_CLEANED	BIT_ULL(55)	/* ours, see table.c */

/* Lower attributes of stage 1 leaves, D8.3.2 */
#define SMMU_S1_ATTRINDX	GENMASK_ULL(4, 2)
#define SMMU_S1_AP_USER		BIT_ULL(6)	/* AP[1]: unprivileged, too */
#define SMMU_S1_AP_RDONLY	BIT_ULL(7)	/* AP[2] */
#define SMMU_S1_NG		BIT_ULL(11)	/* tagged with the ASID */

/* Lower attributes of stage 2 leaves, D8.3.2 */
#define SMMU_S2_MEMATTR		GENMASK_ULL(5, 2)
#define SMMU_S2_AP_READ		BIT_ULL(6)
#define SMMU_S2_AP_WRITE	BIT_ULL(7)

/* Both stages */
#define SMMU_LEAF_SH		GENMASK_ULL(9, 8)	/* SMMU_SH_ISH and so on */
#define SMMU_LEAF_AF		BIT_ULL(10)

/*
 * Contiguous: the leaf is one of a set that translates as one leaf would, so that
 * one TLB entry can hold all of it. The set is aligned in input and output
 * addresses, and all of it has the same attributes. D8.7.1
 */
#define SMMU_LEAF_CONT		BIT_ULL(52)

/* Leaves in a contiguous set: pages by granule; blocks of level 2. D8.7.1 */
#define SMMU_CONT_PAGES_4K	BIT(4)
#define SMMU_CONT_PAGES_16K	BIT(7)
#define SMMU_CONT_PAGES_64K	BIT(5)
#define SMMU_CONT_BLOCKS_4K	BIT(4)
#define SMMU_CONT_BLOCKS	BIT(5)	/* 16K and 64K */

/* Leaves: bits 58 to 55 are for software at both stages. */
#define SMMU_LEAF_WAS_CONT	BIT_ULL(55)	/* ours, see hint.c */

/*
 * Upper attributes. Stage 2 has XN in bit 54; bit 53 is RES0 without FEAT_XNX,
 * and with it 0b10 says the same: no execution at any level.
 */
#define SMMU_S1_PXN		BIT_ULL(53)
#define SMMU_S1_UXN		BIT_ULL(54)
#define SMMU_S2_XN		BIT_ULL(54)

/* Our use of the MAIR (D24.2, MAIR_EL1): indexes, their fields, attributes */
#define SMMU_MAIR_DEVICE	0
#define SMMU_MAIR_NC		1
#define SMMU_MAIR_WB		2
#define SMMU_MAIR_DEVICE_FIELD	GENMASK_ULL(7, 0)
#define SMMU_MAIR_NC_FIELD	GENMASK_ULL(15, 8)
#define SMMU_MAIR_WB_FIELD	GENMASK_ULL(23, 16)
#define SMMU_MAIR_ATTR_DEVICE	0x04	/* Device-nGnRE */
#define SMMU_MAIR_ATTR_NC	0x44	/* Normal, non-cacheable */
#define SMMU_MAIR_ATTR_WB	0xff	/* Normal, write-back, allocate */

/* MemAttr[3:0] of stage 2, D8.6.5 (6: with STE.S2FWB, D8.6.6) */
#define SMMU_S2_MEMATTR_DEVICE	1	/* Device-nGnRE */
#define SMMU_S2_MEMATTR_NC	5
#define SMMU_S2_MEMATTR_WB	15
#define SMMU_S2_MEMATTR_WB_FWB	6	/* write-back whatever stage 1 says */

/* attr.c: leaves by what their protection, IOMMU_READ to IOMMU_PRIV, can say */
#define SMMU_ATTRS		64

const u64 *smmu_attr_table(u8 stage, bool fwb);
u64 smmu_attr_mair(void);

#endif /* SMMU_PGTABLE_FORMAT_H */
