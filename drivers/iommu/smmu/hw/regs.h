/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of an SMMUv3, in the order of Arm IHI 0070 section 6.3. From IRQ_CTRL
 * on the numbers of the subsections differ between issues of the document, so only
 * the earlier ones are given.
 *
 * Offsets count from the start of the frame. What lives in register page 1 has
 * 0x10000 in its offset. Registers are 32 bits wide unless it says 64.
 */
#ifndef SMMU_HW_REGS_H
#define SMMU_HW_REGS_H

#include <linux/bits.h>
#include <linux/sizes.h>

/* Page 0 and page 1, 64 KiB each (6.1) */
#define SMMU_FRAME_BYTES		SZ_128K

/* 6.3.1 */
#define SMMU_IDR0			0x0
#define SMMU_IDR0_S2P			BIT(0)
#define SMMU_IDR0_S1P			BIT(1)
#define SMMU_IDR0_TTF			GENMASK(3, 2)
#define SMMU_TTF_AARCH32		1
#define SMMU_TTF_AARCH64		2
#define SMMU_TTF_BOTH			3
#define SMMU_IDR0_COHACC		BIT(4)
#define SMMU_IDR0_BTM			BIT(5)
#define SMMU_IDR0_HTTU			GENMASK(7, 6)
#define SMMU_IDR0_DORMHINT		BIT(8)
#define SMMU_IDR0_HYP			BIT(9)
#define SMMU_IDR0_ATS			BIT(10)
#define SMMU_IDR0_NS1ATS		BIT(11)
#define SMMU_IDR0_ASID16		BIT(12)
#define SMMU_IDR0_MSI			BIT(13)
#define SMMU_IDR0_SEV			BIT(14)
#define SMMU_IDR0_ATOS			BIT(15)
#define SMMU_IDR0_PRI			BIT(16)
#define SMMU_IDR0_VMW			BIT(17)
#define SMMU_IDR0_VMID16		BIT(18)
#define SMMU_IDR0_CD2L			BIT(19)
#define SMMU_IDR0_VATOS			BIT(20)
#define SMMU_IDR0_TTENDIAN		GENMASK(22, 21)
#define SMMU_TTENDIAN_MIXED		0
#define SMMU_TTENDIAN_LITTLE		2
#define SMMU_TTENDIAN_BIG		3
#define SMMU_IDR0_ATSRECERR		BIT(23)
#define SMMU_IDR0_STALL_MODEL		GENMASK(25, 24)
#define SMMU_STALL_MODEL_BOTH		0
#define SMMU_STALL_MODEL_NONE		1
#define SMMU_STALL_MODEL_FORCED		2
#define SMMU_IDR0_TERM_MODEL		BIT(26)
#define SMMU_IDR0_ST_LEVEL		GENMASK(28, 27)
#define SMMU_ST_LEVEL_LINEAR		0
#define SMMU_ST_LEVEL_TWO		1

/* 6.3.2 */
#define SMMU_IDR1			0x4
#define SMMU_IDR1_SIDSIZE		GENMASK(5, 0)
#define SMMU_IDR1_SSIDSIZE		GENMASK(10, 6)
#define SMMU_IDR1_PRIQS			GENMASK(15, 11)
#define SMMU_IDR1_EVENTQS		GENMASK(20, 16)
#define SMMU_IDR1_CMDQS			GENMASK(25, 21)
#define SMMU_IDR1_ATTR_PERMS_OVR	BIT(26)
#define SMMU_IDR1_ATTR_TYPES_OVR	BIT(27)
#define SMMU_IDR1_REL			BIT(28)
#define SMMU_IDR1_QUEUES_PRESET		BIT(29)
#define SMMU_IDR1_TABLES_PRESET		BIT(30)
#define SMMU_IDR1_ECMDQ			BIT(31)

/* 6.3.4 */
#define SMMU_IDR3			0xc
#define SMMU_IDR3_HAD			BIT(2)
#define SMMU_IDR3_PBHA			BIT(3)
#define SMMU_IDR3_XNX			BIT(4)
#define SMMU_IDR3_PPS			BIT(5)
#define SMMU_IDR3_MPAM			BIT(7)
#define SMMU_IDR3_FWB			BIT(8)
#define SMMU_IDR3_STT			BIT(9)
#define SMMU_IDR3_RIL			BIT(10)
#define SMMU_IDR3_BBML			GENMASK(12, 11)
#define SMMU_IDR3_E0PD			BIT(13)
#define SMMU_IDR3_PTWNNC		BIT(14)

/* 6.3.6 */
#define SMMU_IDR5			0x14
#define SMMU_IDR5_OAS			GENMASK(2, 0)
#define SMMU_IDR5_GRAN4K		BIT(4)
#define SMMU_IDR5_GRAN16K		BIT(5)
#define SMMU_IDR5_GRAN64K		BIT(6)
#define SMMU_IDR5_DS			BIT(7)
#define SMMU_IDR5_D128			BIT(8)
#define SMMU_IDR5_VAX			GENMASK(11, 10)
#define SMMU_VAX_48			0
#define SMMU_VAX_52			1
#define SMMU_VAX_56			2
#define SMMU_IDR5_STALL_MAX		GENMASK(31, 16)

/* 6.3.7 */
#define SMMU_IIDR			0x18
#define SMMU_IIDR_IMPLEMENTER		GENMASK(11, 0)
#define SMMU_IIDR_REVISION		GENMASK(15, 12)
#define SMMU_IIDR_VARIANT		GENMASK(19, 16)
#define SMMU_IIDR_PRODUCT		GENMASK(31, 20)

/* 6.3.8 */
#define SMMU_AIDR			0x1c
#define SMMU_AIDR_MINOR			GENMASK(3, 0)
#define SMMU_AIDR_MAJOR			GENMASK(7, 4)

/* 6.3.9 and 6.3.10: the acknowledge register has the same fields */
#define SMMU_CR0			0x20
#define SMMU_CR0ACK			0x24
#define SMMU_CR0_SMMUEN			BIT(0)
#define SMMU_CR0_PRIQEN			BIT(1)
#define SMMU_CR0_EVENTQEN		BIT(2)
#define SMMU_CR0_CMDQEN			BIT(3)
#define SMMU_CR0_ATSCHK			BIT(4)
#define SMMU_CR0_VMW			GENMASK(8, 6)

/* 6.3.11 */
#define SMMU_CR1			0x28
#define SMMU_CR1_QUEUE_IC		GENMASK(1, 0)
#define SMMU_CR1_QUEUE_OC		GENMASK(3, 2)
#define SMMU_CR1_QUEUE_SH		GENMASK(5, 4)
#define SMMU_CR1_TABLE_IC		GENMASK(7, 6)
#define SMMU_CR1_TABLE_OC		GENMASK(9, 8)
#define SMMU_CR1_TABLE_SH		GENMASK(11, 10)
#define SMMU_CR1_CACHE_NC		0
#define SMMU_CR1_CACHE_WB		1
#define SMMU_CR1_CACHE_WT		2

/* Shareability, the same in CR1, STE, CD and leaves (6.3.11, 5.2, 5.4, Arm ARM D8.6) */
#define SMMU_SH_NSH			0
#define SMMU_SH_OSH			2
#define SMMU_SH_ISH			3

/* 6.3.12 */
#define SMMU_CR2			0x2c
#define SMMU_CR2_E2H			BIT(0)
#define SMMU_CR2_RECINVSID		BIT(1)
#define SMMU_CR2_PTM			BIT(2)

/* 6.3.14 */
#define SMMU_GBPA			0x44
#define SMMU_GBPA_MEMATTR		GENMASK(3, 0)
#define SMMU_GBPA_MTCFG			BIT(4)
#define SMMU_GBPA_ALLOCCFG		GENMASK(11, 8)
#define SMMU_GBPA_SHCFG			GENMASK(13, 12)
#define SMMU_GBPA_PRIVCFG		GENMASK(17, 16)
#define SMMU_GBPA_INSTCFG		GENMASK(19, 18)
#define SMMU_GBPA_ABORT			BIT(20)
#define SMMU_GBPA_UPDATE		BIT(31)

/* Interrupts on and off; ACK has the same fields */
#define SMMU_IRQ_CTRL			0x50
#define SMMU_IRQ_CTRLACK		0x54
#define SMMU_IRQ_CTRL_GERROR		BIT(0)
#define SMMU_IRQ_CTRL_PRIQ		BIT(1)
#define SMMU_IRQ_CTRL_EVENTQ		BIT(2)

/* Global errors: one is active while the two differ in its bit (7.5) */
#define SMMU_GERROR			0x60
#define SMMU_GERRORN			0x64
#define SMMU_GERROR_CMDQ_ERR		BIT(0)
#define SMMU_GERROR_EVENTQ_ABT_ERR	BIT(2)
#define SMMU_GERROR_PRIQ_ABT_ERR	BIT(3)
#define SMMU_GERROR_MSI_CMDQ_ABT_ERR	BIT(4)
#define SMMU_GERROR_MSI_EVENTQ_ABT_ERR	BIT(5)
#define SMMU_GERROR_MSI_PRIQ_ABT_ERR	BIT(6)
#define SMMU_GERROR_MSI_GERROR_ABT_ERR	BIT(7)
#define SMMU_GERROR_SFM_ERR		BIT(8)
#define SMMU_GERROR_CMDQP_ERR		BIT(9)

/* MSIs. CFG0 is 64 bits wide, here and for both queues below. */
#define SMMU_GERROR_IRQ_CFG0		0x68
#define SMMU_GERROR_IRQ_CFG1		0x70
#define SMMU_GERROR_IRQ_CFG2		0x74
#define SMMU_IRQ_CFG0_ADDR		GENMASK_ULL(51, 2)
#define SMMU_IRQ_CFG2_SH		GENMASK(5, 4)
#define SMMU_IRQ_CFG2_MEMATTR		GENMASK(3, 0)
#define SMMU_MEMATTR_DEVICE_NGNRE	0x1

/* Stream table, 64 bits */
#define SMMU_STRTAB_BASE		0x80
#define SMMU_STRTAB_BASE_ADDR		GENMASK_ULL(51, 6)
#define SMMU_STRTAB_BASE_RA		BIT_ULL(62)

#define SMMU_STRTAB_BASE_CFG		0x88
#define SMMU_STRTAB_BASE_CFG_LOG2SIZE	GENMASK(5, 0)
#define SMMU_STRTAB_BASE_CFG_SPLIT	GENMASK(10, 6)
#define SMMU_STRTAB_BASE_CFG_FMT	GENMASK(17, 16)
#define SMMU_STRTAB_FMT_LINEAR		0
#define SMMU_STRTAB_FMT_TWO_LEVEL	1

/* Fields that the bases and indexes of all three queues share */
#define SMMU_Q_BASE_LOG2SIZE		GENMASK_ULL(4, 0)
#define SMMU_Q_BASE_ADDR		GENMASK_ULL(51, 5)
#define SMMU_Q_BASE_RWA			BIT_ULL(62)	/* RA for CMDQ, WA for the others */
#define SMMU_Q_INDEX			GENMASK(19, 0)	/* RD or WR, below its wrap bit */
#define SMMU_Q_OVFLG			BIT(31)		/* OVFLG in PROD, OVACKFLG in CONS */
#define SMMU_Q_MAX_LG2			19

/* Command queue; the base is 64 bits wide */
#define SMMU_CMDQ_BASE			0x90
#define SMMU_CMDQ_PROD			0x98
#define SMMU_CMDQ_CONS			0x9c
#define SMMU_CMDQ_CONS_ERR		GENMASK(30, 24)

/* Event queue; the base is 64 bits wide */
#define SMMU_EVENTQ_BASE		0xa0
#define SMMU_EVENTQ_IRQ_CFG0		0xb0
#define SMMU_EVENTQ_IRQ_CFG1		0xb8
#define SMMU_EVENTQ_IRQ_CFG2		0xbc
#define SMMU_EVENTQ_PROD		0x100a8
#define SMMU_EVENTQ_CONS		0x100ac

#endif /* SMMU_HW_REGS_H */
