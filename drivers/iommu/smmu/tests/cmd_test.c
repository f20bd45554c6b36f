// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands, bit by bit as IHI 0070 chapter 4 draws them.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "hw/cmd.h"

/* The positions are those of the 128-bit drawings: 64 and up are word 1. */
struct cmd_case {
	const char *name;
	struct smmu_cmd (*build)(void);
	u64 w0;
	u64 w1;
};

static struct smmu_cmd cmd_sync(void)
{
	return smmu_cmd_sync();
}

static struct smmu_cmd cmd_resume_abort(void)
{
	return smmu_cmd_resume_abort(0x89abcdef, 0xbeef);
}

static struct smmu_cmd cmd_cfgi_ste_leaf(void)
{
	return smmu_cmd_cfgi_ste(0x89abcdef, true);
}

static struct smmu_cmd cmd_cfgi_ste_all_levels(void)
{
	return smmu_cmd_cfgi_ste(0x89abcdef, false);
}

static struct smmu_cmd cmd_cfgi_all(void)
{
	return smmu_cmd_cfgi_all();
}

static struct smmu_cmd cmd_tlbi_nsnh_all(void)
{
	return smmu_cmd_tlbi_nsnh_all();
}

static struct smmu_cmd cmd_tlbi_el2_all(void)
{
	return smmu_cmd_tlbi_el2_all();
}

static struct smmu_cmd cmd_tlbi_nh_asid(void)
{
	return smmu_cmd_tlbi_nh_asid(0xbeef, 0xcafe);
}

static struct smmu_cmd cmd_tlbi_s12_vmall(void)
{
	return smmu_cmd_tlbi_s12_vmall(0xbeef);
}

/* All fields at values that fill them, or nearly; the low 12 address bits are dirt */
static const struct smmu_tlbi cmd_tlbi_single = {
	.addr = 0xfedcba9876543fffULL, .vmid = 0xbeef, .asid = 0xcafe, .leaf = true,
	.tg = 0, .ttl = 3, .num = 31, .scale = 31,
};

static const struct smmu_tlbi cmd_tlbi_range = {
	.addr = 0xfedcba9876540000ULL, .vmid = 0xbeef, .asid = 0xcafe, .leaf = false,
	.tg = 3, .ttl = 2, .num = 0x15, .scale = 0x12,
};

static struct smmu_cmd cmd_tlbi_nh_va_single(void)
{
	return smmu_cmd_tlbi_nh_va(&cmd_tlbi_single);
}

static struct smmu_cmd cmd_tlbi_nh_va_range(void)
{
	return smmu_cmd_tlbi_nh_va(&cmd_tlbi_range);
}

static struct smmu_cmd cmd_tlbi_s2_ipa_single(void)
{
	return smmu_cmd_tlbi_s2_ipa(&cmd_tlbi_single);
}

static struct smmu_cmd cmd_tlbi_s2_ipa_range(void)
{
	return smmu_cmd_tlbi_s2_ipa(&cmd_tlbi_range);
}

static const struct cmd_case cmd_cases[] = {
	{ "RESUME: Ac [12] 0, Ab [13] 1, STAG [79:64]", cmd_resume_abort,
	  0x89abcdefULL << 32 | 1 << 13 | 0x44, 0xbeef },
	{ "SYNC, polled: CS [13:12] is 0", cmd_sync, 0x46, 0 },
	{ "CFGI_STE leaf: StreamID [63:32], Leaf [64]", cmd_cfgi_ste_leaf,
	  0x89abcdefULL << 32 | 0x03, 1 },
	{ "CFGI_STE", cmd_cfgi_ste_all_levels, 0x89abcdefULL << 32 | 0x03, 0 },
	{ "CFGI_ALL: Range [68:64] is 31", cmd_cfgi_all, 0x04, 31 },
	{ "TLBI_NSNH_ALL", cmd_tlbi_nsnh_all, 0x30, 0 },
	{ "TLBI_EL2_ALL", cmd_tlbi_el2_all, 0x20, 0 },
	{ "TLBI_NH_ASID: VMID [47:32], ASID [63:48]", cmd_tlbi_nh_asid,
	  0xcafeULL << 48 | 0xbeefULL << 32 | 0x11, 0 },
	{ "TLBI_S12_VMALL: VMID [47:32]", cmd_tlbi_s12_vmall, 0xbeefULL << 32 | 0x28, 0 },
	{ "TLBI_NH_VA, one: no range field, Leaf [64], Address [127:76]", cmd_tlbi_nh_va_single,
	  0xcafeULL << 48 | 0xbeefULL << 32 | 0x12, 0xfedcba9876543000ULL | 1 },
	{ "TLBI_NH_VA, range: NUM [16:12], SCALE [24:20], TTL [73:72], TG [75:74]",
	  cmd_tlbi_nh_va_range,
	  0xcafeULL << 48 | 0xbeefULL << 32 | 0x12ULL << 20 | 0x15ULL << 12 | 0x12,
	  0xfedcba9876540000ULL | 3ULL << 10 | 2ULL << 8 },
	{ "TLBI_S2_IPA, one: no ASID, Address [115:76]", cmd_tlbi_s2_ipa_single,
	  0xbeefULL << 32 | 0x2a, 0x000cba9876543000ULL | 1 },
	{ "TLBI_S2_IPA, range", cmd_tlbi_s2_ipa_range,
	  0xbeefULL << 32 | 0x12ULL << 20 | 0x15ULL << 12 | 0x2a,
	  0x000cba9876540000ULL | 3ULL << 10 | 2ULL << 8 },
};

KUNIT_ARRAY_PARAM_DESC(cmd, cmd_cases, name);

static void cmd_encoding(struct kunit *test)
{
	const struct cmd_case *c = test->param_value;
	struct smmu_cmd cmd = c->build();

	KUNIT_EXPECT_EQ(test, cmd.w[0], c->w0);
	KUNIT_EXPECT_EQ(test, cmd.w[1], c->w1);
	KUNIT_EXPECT_EQ(test, smmu_cmd_opcode(&cmd), (u8)c->w0);
}

/* 4.1.1 */
static const struct {
	u8 opcode;
	const char *name;
} cmd_names[] = {
	{ 0x01, "CMD_PREFETCH_CONFIG" }, { 0x02, "CMD_PREFETCH_ADDR" },
	{ 0x03, "CMD_CFGI_STE" }, { 0x04, "CMD_CFGI_STE_RANGE" }, { 0x05, "CMD_CFGI_CD" },
	{ 0x06, "CMD_CFGI_CD_ALL" }, { 0x07, "CMD_CFGI_VMS_PIDM" },
	{ 0x10, "CMD_TLBI_NH_ALL" }, { 0x11, "CMD_TLBI_NH_ASID" },
	{ 0x12, "CMD_TLBI_NH_VA" }, { 0x13, "CMD_TLBI_NH_VAA" },
	{ 0x18, "CMD_TLBI_EL3_ALL" }, { 0x1a, "CMD_TLBI_EL3_VA" },
	{ 0x20, "CMD_TLBI_EL2_ALL" }, { 0x21, "CMD_TLBI_EL2_ASID" },
	{ 0x22, "CMD_TLBI_EL2_VA" }, { 0x23, "CMD_TLBI_EL2_VAA" },
	{ 0x28, "CMD_TLBI_S12_VMALL" }, { 0x2a, "CMD_TLBI_S2_IPA" },
	{ 0x30, "CMD_TLBI_NSNH_ALL" },
	{ 0x40, "CMD_ATC_INV" }, { 0x41, "CMD_PRI_RESP" }, { 0x44, "CMD_RESUME" },
	{ 0x45, "CMD_STALL_TERM" }, { 0x46, "CMD_SYNC" },
	{ 0x50, "CMD_TLBI_S_EL2_ALL" }, { 0x51, "CMD_TLBI_S_EL2_ASID" },
	{ 0x52, "CMD_TLBI_S_EL2_VA" }, { 0x53, "CMD_TLBI_S_EL2_VAA" },
	{ 0x58, "CMD_TLBI_S_S12_VMALL" }, { 0x5a, "CMD_TLBI_S_S2_IPA" },
	{ 0x60, "CMD_TLBI_SNH_ALL" }, { 0x70, "CMD_DPTI_ALL" }, { 0x73, "CMD_DPTI_PA" },
};

static const char *cmd_name_ref(int opcode)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(cmd_names); i++)
		if (cmd_names[i].opcode == opcode)
			return cmd_names[i].name;
	return opcode >= 0x80 && opcode <= 0x8f ? "implementation-defined command" :
						  "reserved opcode";
}

static void cmd_every_opcode_has_its_name(struct kunit *test)
{
	int opcode;

	for (opcode = 0; opcode < 256; opcode++)
		KUNIT_EXPECT_STREQ_MSG(test, smmu_cmd_name(opcode), cmd_name_ref(opcode),
				       "opcode %#x", opcode);
}

/* 7.1 */
static void cmd_every_error_has_its_name(struct kunit *test)
{
	int err;

	KUNIT_EXPECT_PTR_EQ(test, strstr(smmu_cmd_error_name(0), "CERROR"), NULL);
	KUNIT_EXPECT_PTR_NE(test, strstr(smmu_cmd_error_name(1), "CERROR_ILL"), NULL);
	KUNIT_EXPECT_PTR_NE(test, strstr(smmu_cmd_error_name(2), "CERROR_ABT"), NULL);
	KUNIT_EXPECT_PTR_NE(test, strstr(smmu_cmd_error_name(3), "CERROR_ATC_INV_SYNC"), NULL);
	for (err = 4; err < 256; err++)
		KUNIT_EXPECT_STREQ(test, smmu_cmd_error_name(err), "unknown error");
}

static struct kunit_case cmd_test_cases[] = {
	KUNIT_CASE_PARAM(cmd_encoding, cmd_gen_params),
	KUNIT_CASE(cmd_every_opcode_has_its_name),
	KUNIT_CASE(cmd_every_error_has_its_name),
	{}
};

static struct kunit_suite cmd_test_suite = {
	.name = "smmu-cmd",
	.test_cases = cmd_test_cases,
};

kunit_test_suite(cmd_test_suite);
