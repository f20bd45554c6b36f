/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event records (IHI 0070 section 7.3): four 64-bit words, here in CPU order.
 */
#ifndef SMMU_HW_EVENT_H
#define SMMU_HW_EVENT_H

#include <linux/bits.h>
#include <linux/types.h>

#define SMMU_EVENT_WORDS		4

/* 7.3: event numbers */
#define SMMU_EVENT_F_UUT		0x01
#define SMMU_EVENT_C_BAD_STREAMID	0x02
#define SMMU_EVENT_F_STE_FETCH		0x03
#define SMMU_EVENT_C_BAD_STE		0x04
#define SMMU_EVENT_F_BAD_ATS_TREQ	0x05
#define SMMU_EVENT_F_STREAM_DISABLED	0x06
#define SMMU_EVENT_F_TRANSL_FORBIDDEN	0x07
#define SMMU_EVENT_C_BAD_SUBSTREAMID	0x08
#define SMMU_EVENT_F_CD_FETCH		0x09
#define SMMU_EVENT_C_BAD_CD		0x0a
#define SMMU_EVENT_F_WALK_EABT		0x0b
#define SMMU_EVENT_F_TRANSLATION	0x10
#define SMMU_EVENT_F_ADDR_SIZE		0x11
#define SMMU_EVENT_F_ACCESS		0x12
#define SMMU_EVENT_F_PERMISSION		0x13
#define SMMU_EVENT_F_TLB_CONFLICT	0x20
#define SMMU_EVENT_F_CFG_CONFLICT	0x21
#define SMMU_EVENT_E_PAGE_REQUEST	0x24
#define SMMU_EVENT_F_VMS_FETCH		0x25
#define SMMU_EVENT_IMPDEF_FIRST		0xe0
#define SMMU_EVENT_IMPDEF_LAST		0xef

/* 7.3: word 0 */
#define SMMU_EVENT_0_TYPE		GENMASK_ULL(7, 0)
#define SMMU_EVENT_0_SSV		BIT_ULL(11)
#define SMMU_EVENT_0_SSID		GENMASK_ULL(31, 12)
#define SMMU_EVENT_0_SID		GENMASK_ULL(63, 32)

/* 7.3: word 1; which of these an event has depends on its number */
#define SMMU_EVENT_1_STAG		GENMASK_ULL(15, 0)
#define SMMU_EVENT_1_REASON		GENMASK_ULL(15, 0)
#define SMMU_EVENT_1_GPCF		BIT_ULL(16)
#define SMMU_EVENT_1_STALL		BIT_ULL(31)
#define SMMU_EVENT_1_PNU		BIT_ULL(33)
#define SMMU_EVENT_1_IND		BIT_ULL(34)
#define SMMU_EVENT_1_RNW		BIT_ULL(35)
#define SMMU_EVENT_1_S2			BIT_ULL(39)
#define SMMU_EVENT_1_CLASS		GENMASK_ULL(41, 40)
#define SMMU_EVENT_CLASS_CD		0
#define SMMU_EVENT_CLASS_TT		1
#define SMMU_EVENT_CLASS_IN		2

/* 7.3: word 2 of events about pages */
#define SMMU_EVENT_2_PAGE		GENMASK_ULL(63, 12)

/* 7.3: word 3 */
#define SMMU_EVENT_3_IPA		GENMASK_ULL(55, 12)
#define SMMU_EVENT_3_FETCH		GENMASK_ULL(55, 3)

/**
 * struct smmu_event - one event, decoded
 * @type: SMMU_EVENT_*
 * @sid: StreamID
 * @ssid: SubstreamID, with @ssv
 * @addr: input address, with @has_addr
 * @ipa: intermediate physical address, with @has_ipa
 * @fetch_addr: what the SMMU itself was fetching, with @has_fetch
 * @stag: tag to resume or end the transaction, with @stall
 * @reason: implementation-defined cause, with @has_reason
 * @class: SMMU_EVENT_CLASS_*: what the SMMU was doing, with @has_class
 * @ssv: @ssid is valid
 * @has_addr: @addr is valid
 * @has_ipa: @ipa is valid
 * @has_fetch: @fetch_addr is valid
 * @has_reason: @reason is valid
 * @has_class: @class is valid
 * @has_stage: @s2 is valid
 * @has_rw: @read is valid
 * @has_access: @priv and @inst are valid
 * @s2: it was stage 2
 * @read: it was a read
 * @priv: it was privileged
 * @inst: it was an instruction fetch
 * @stall: the transaction is stalled and waits for CMD_RESUME
 * @gpc: the abort was a granule protection fault
 */
struct smmu_event {
	u8 type;
	u32 sid;
	u32 ssid;
	u64 addr;
	u64 ipa;
	u64 fetch_addr;
	u16 stag;
	u16 reason;
	u8 class;
	bool ssv;
	bool has_addr, has_ipa, has_fetch, has_reason;
	bool has_class, has_stage, has_rw, has_access;
	bool s2;
	bool read, priv, inst;
	bool stall;
	bool gpc;
};

/* Longest line of smmu_event_describe(), with its NUL */
#define SMMU_EVENT_TEXT_BYTES		320

void smmu_event_decode(const u64 rec[SMMU_EVENT_WORDS], struct smmu_event *ev);
int smmu_event_describe(const struct smmu_event *ev, char *buf, size_t len);

#endif /* SMMU_HW_EVENT_H */
