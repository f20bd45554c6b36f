/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of an SMMUv3 (IHI 0070 chapter 4). A command is two 64-bit words in
 * CPU order here; the queue converts them to little-endian.
 */
#ifndef SMMU_HW_CMD_H
#define SMMU_HW_CMD_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

#define SMMU_CMD_WORDS			2

/* 4.1.1: opcodes, by number */
#define SMMU_CMD_PREFETCH_CONFIG	0x01
#define SMMU_CMD_PREFETCH_ADDR		0x02
#define SMMU_CMD_CFGI_STE		0x03
#define SMMU_CMD_CFGI_STE_RANGE		0x04	/* CFGI_ALL with Range 31 */
#define SMMU_CMD_CFGI_CD		0x05
#define SMMU_CMD_CFGI_CD_ALL		0x06
#define SMMU_CMD_CFGI_VMS_PIDM		0x07
#define SMMU_CMD_TLBI_NH_ALL		0x10
#define SMMU_CMD_TLBI_NH_ASID		0x11
#define SMMU_CMD_TLBI_NH_VA		0x12
#define SMMU_CMD_TLBI_NH_VAA		0x13
#define SMMU_CMD_TLBI_EL3_ALL		0x18
#define SMMU_CMD_TLBI_EL3_VA		0x1a
#define SMMU_CMD_TLBI_EL2_ALL		0x20
#define SMMU_CMD_TLBI_EL2_ASID		0x21
#define SMMU_CMD_TLBI_EL2_VA		0x22
#define SMMU_CMD_TLBI_EL2_VAA		0x23
#define SMMU_CMD_TLBI_S12_VMALL		0x28
#define SMMU_CMD_TLBI_S2_IPA		0x2a
#define SMMU_CMD_TLBI_NSNH_ALL		0x30
#define SMMU_CMD_ATC_INV		0x40
#define SMMU_CMD_PRI_RESP		0x41
#define SMMU_CMD_RESUME			0x44
#define SMMU_CMD_STALL_TERM		0x45
#define SMMU_CMD_SYNC			0x46
#define SMMU_CMD_TLBI_S_EL2_ALL		0x50
#define SMMU_CMD_TLBI_S_EL2_ASID	0x51
#define SMMU_CMD_TLBI_S_EL2_VA		0x52
#define SMMU_CMD_TLBI_S_EL2_VAA		0x53
#define SMMU_CMD_TLBI_S_S12_VMALL	0x58
#define SMMU_CMD_TLBI_S_S2_IPA		0x5a
#define SMMU_CMD_TLBI_SNH_ALL		0x60
#define SMMU_CMD_DPTI_ALL		0x70
#define SMMU_CMD_DPTI_PA		0x73
#define SMMU_CMD_IMPDEF_FIRST		0x80
#define SMMU_CMD_IMPDEF_LAST		0x8f

/* 4.1.1: word 0 of every command */
#define SMMU_CMD_0_OP			GENMASK_ULL(7, 0)

/* 4.3: configuration invalidation */
#define SMMU_CMD_CFGI_0_SID		GENMASK_ULL(63, 32)
#define SMMU_CMD_CFGI_1_LEAF		BIT_ULL(0)
#define SMMU_CMD_CFGI_1_RANGE		GENMASK_ULL(4, 0)
#define SMMU_CMD_CFGI_RANGE_ALL		31

/* 4.4: TLB invalidation */
#define SMMU_CMD_TLBI_0_NUM		GENMASK_ULL(16, 12)
#define SMMU_CMD_TLBI_0_SCALE		GENMASK_ULL(24, 20)
#define SMMU_CMD_TLBI_0_VMID		GENMASK_ULL(47, 32)
#define SMMU_CMD_TLBI_0_ASID		GENMASK_ULL(63, 48)
#define SMMU_CMD_TLBI_1_LEAF		BIT_ULL(0)
#define SMMU_CMD_TLBI_1_TTL		GENMASK_ULL(9, 8)
#define SMMU_CMD_TLBI_1_TG		GENMASK_ULL(11, 10)
#define SMMU_TLBI_TG_NONE		0	/* not a range */
#define SMMU_TLBI_TG_4K			1
#define SMMU_TLBI_TG_16K		2
#define SMMU_TLBI_TG_64K		3
#define SMMU_CMD_TLBI_1_VA		GENMASK_ULL(63, 12)
#define SMMU_CMD_TLBI_1_IPA		GENMASK_ULL(51, 12)
#define SMMU_TLBI_NUM_MAX		31
#define SMMU_TLBI_SCALE_MAX		31

/* 4.6.1: CMD_RESUME; Ac and Ab read as one number */
#define SMMU_CMD_RESUME_0_RESP		GENMASK_ULL(13, 12)
#define SMMU_RESUME_TERMINATE		0
#define SMMU_RESUME_RETRY		1
#define SMMU_RESUME_ABORT		2
#define SMMU_CMD_RESUME_0_SID		GENMASK_ULL(63, 32)
#define SMMU_CMD_RESUME_1_STAG		GENMASK_ULL(15, 0)

/* 4.7.3: CMD_SYNC */
#define SMMU_CMD_SYNC_0_CS		GENMASK_ULL(13, 12)
#define SMMU_SYNC_CS_NONE		0
#define SMMU_SYNC_CS_IRQ		1
#define SMMU_SYNC_CS_SEV		2

/* 7.1: what CMDQ_CONS.ERR says about the command at CMDQ_CONS.RD */
#define SMMU_CERROR_NONE		0
#define SMMU_CERROR_ILL			1
#define SMMU_CERROR_ABT			2
#define SMMU_CERROR_ATC_INV_SYNC	3

/**
 * struct smmu_cmd - one command
 * @w: its words in CPU order
 */
struct smmu_cmd {
	u64 w[SMMU_CMD_WORDS];
};

/**
 * struct smmu_tlbi - one invalidation of translations by address (4.4.1)
 * @addr: first input address, aligned to the granule or, with @ttl, to the size
 *	of a leaf of that level
 * @vmid: VMID of the translations
 * @asid: their ASID, stage 1 only
 * @leaf: only last-level translations need to go
 * @tg: SMMU_TLBI_TG_*; NONE invalidates the one translation that holds @addr,
 *	anything else needs IDR3.RIL
 * @ttl: level of the leaves, 0 for unknown; only with @tg; 16K has no level 1
 * @num: with @tg, the range is (@num + 1) * 2^@scale granules
 * @scale: see @num. With @tg, @num, @scale and @ttl must not all be 0: the
 *	architecture reserves it.
 */
struct smmu_tlbi {
	u64 addr;
	u16 vmid;
	u16 asid;
	bool leaf;
	u8 tg;
	u8 ttl;
	u8 num;
	u8 scale;
};

/* 4.7.3, polled: completion shows only as CMDQ_CONS.RD moving past it */
static inline struct smmu_cmd smmu_cmd_sync(void)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_SYNC) |
		FIELD_PREP(SMMU_CMD_SYNC_0_CS, SMMU_SYNC_CS_NONE),
	} };
}

/* 4.3.1; not @leaf also drops cached level-1 descriptors */
static inline struct smmu_cmd smmu_cmd_cfgi_ste(u32 sid, bool leaf)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_CFGI_STE) |
		FIELD_PREP(SMMU_CMD_CFGI_0_SID, sid),
		FIELD_PREP(SMMU_CMD_CFGI_1_LEAF, leaf),
	} };
}

/* 4.3.6: CFGI_STE_RANGE of all StreamIDs */
static inline struct smmu_cmd smmu_cmd_cfgi_all(void)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_CFGI_STE_RANGE),
		FIELD_PREP(SMMU_CMD_CFGI_1_RANGE, SMMU_CMD_CFGI_RANGE_ALL),
	} };
}

/* 4.4: everything of the Non-secure world that is not EL2's */
static inline struct smmu_cmd smmu_cmd_tlbi_nsnh_all(void)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_TLBI_NSNH_ALL),
	} };
}

/* 4.4.2.7: everything of EL2; needs IDR0.Hyp */
static inline struct smmu_cmd smmu_cmd_tlbi_el2_all(void)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_TLBI_EL2_ALL),
	} };
}

/* 4.4.2.2: every non-global stage-1 translation of one ASID */
static inline struct smmu_cmd smmu_cmd_tlbi_nh_asid(u16 vmid, u16 asid)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_TLBI_NH_ASID) |
		FIELD_PREP(SMMU_CMD_TLBI_0_VMID, vmid) |
		FIELD_PREP(SMMU_CMD_TLBI_0_ASID, asid),
	} };
}

/* 4.4: every translation of one VMID, both stages */
static inline struct smmu_cmd smmu_cmd_tlbi_s12_vmall(u16 vmid)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_TLBI_S12_VMALL) |
		FIELD_PREP(SMMU_CMD_TLBI_0_VMID, vmid),
	} };
}

/* 4.4.1: the range fields are RES0 without TG */
static inline u64 smmu_cmd_tlbi_range_0(const struct smmu_tlbi *t)
{
	if (t->tg == SMMU_TLBI_TG_NONE)
		return 0;
	return FIELD_PREP(SMMU_CMD_TLBI_0_NUM, t->num) |
	       FIELD_PREP(SMMU_CMD_TLBI_0_SCALE, t->scale);
}

static inline u64 smmu_cmd_tlbi_range_1(const struct smmu_tlbi *t)
{
	if (t->tg == SMMU_TLBI_TG_NONE)
		return 0;
	return FIELD_PREP(SMMU_CMD_TLBI_1_TTL, t->ttl) |
	       FIELD_PREP(SMMU_CMD_TLBI_1_TG, t->tg);
}

/* 4.4.2.4: stage 1, by address */
static inline struct smmu_cmd smmu_cmd_tlbi_nh_va(const struct smmu_tlbi *t)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_TLBI_NH_VA) |
		FIELD_PREP(SMMU_CMD_TLBI_0_VMID, t->vmid) |
		FIELD_PREP(SMMU_CMD_TLBI_0_ASID, t->asid) |
		smmu_cmd_tlbi_range_0(t),
		FIELD_PREP(SMMU_CMD_TLBI_1_LEAF, t->leaf) |
		smmu_cmd_tlbi_range_1(t) |
		(t->addr & SMMU_CMD_TLBI_1_VA),
	} };
}

/* 4.4: stage 2, by intermediate physical address */
static inline struct smmu_cmd smmu_cmd_tlbi_s2_ipa(const struct smmu_tlbi *t)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_TLBI_S2_IPA) |
		FIELD_PREP(SMMU_CMD_TLBI_0_VMID, t->vmid) |
		smmu_cmd_tlbi_range_0(t),
		FIELD_PREP(SMMU_CMD_TLBI_1_LEAF, t->leaf) |
		smmu_cmd_tlbi_range_1(t) |
		(t->addr & SMMU_CMD_TLBI_1_IPA),
	} };
}

/* 4.6.1: end a stalled transaction with an abort that its device sees */
static inline struct smmu_cmd smmu_cmd_resume_abort(u32 sid, u16 stag)
{
	return (struct smmu_cmd){ {
		FIELD_PREP(SMMU_CMD_0_OP, SMMU_CMD_RESUME) |
		FIELD_PREP(SMMU_CMD_RESUME_0_RESP, SMMU_RESUME_ABORT) |
		FIELD_PREP(SMMU_CMD_RESUME_0_SID, sid),
		FIELD_PREP(SMMU_CMD_RESUME_1_STAG, stag),
	} };
}

static inline u8 smmu_cmd_opcode(const struct smmu_cmd *cmd)
{
	return FIELD_GET(SMMU_CMD_0_OP, cmd->w[0]);
}

/* 4.3 and 4.4: does it drop configuration or translations? */
static inline bool smmu_cmd_invalidates(u8 opcode)
{
	return (opcode >= SMMU_CMD_CFGI_STE && opcode <= SMMU_CMD_CFGI_VMS_PIDM) ||
	       (opcode >= SMMU_CMD_TLBI_NH_ALL && opcode <= SMMU_CMD_TLBI_NSNH_ALL) ||
	       (opcode >= SMMU_CMD_TLBI_S_EL2_ALL && opcode <= SMMU_CMD_TLBI_SNH_ALL);
}

/* Is it smmu_cmd_tlbi_nsnh_all() or smmu_cmd_cfgi_all()? */
static inline bool smmu_cmd_drops_all(const struct smmu_cmd *cmd)
{
	const u8 opcode = smmu_cmd_opcode(cmd);

	return opcode == SMMU_CMD_TLBI_NSNH_ALL ||
	       (opcode == SMMU_CMD_CFGI_STE_RANGE &&
		FIELD_GET(SMMU_CMD_CFGI_1_RANGE, cmd->w[1]) == SMMU_CMD_CFGI_RANGE_ALL);
}

const char *smmu_cmd_name(u8 opcode);
const char *smmu_cmd_error_name(u8 err);

#endif /* SMMU_HW_CMD_H */
