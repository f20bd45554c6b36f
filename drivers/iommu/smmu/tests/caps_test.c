// SPDX-License-Identifier: GPL-2.0-only
/*
 * ID registers in, capabilities out: one case for each feature and each refusal.
 * Bit positions are written out here as IHI 0070 sections 6.3.1 to 6.3.8 give them.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "hw/caps.h"

enum caps_reg { IDR0, IDR1, IDR3, IDR5, IIDR, AIDR };

static u32 *caps_reg(struct smmu_id_regs *ids, enum caps_reg reg)
{
	u32 *const regs[] = {
		[IDR0] = &ids->idr0, [IDR1] = &ids->idr1, [IDR3] = &ids->idr3,
		[IDR5] = &ids->idr5, [IIDR] = &ids->iidr, [AIDR] = &ids->aidr,
	};

	return regs[reg];
}

/* An SMMUv3.1 with both stages, much like QEMU's */
static const struct smmu_id_regs caps_base_ids = {
	.idr0 = 1U << 27 |	/* ST_LEVEL: two levels */
		1U << 24 |	/* STALL_MODEL: none */
		2U << 21 |	/* TTENDIAN: little */
		1U << 18 |	/* VMID16 */
		1U << 12 |	/* ASID16 */
		1U << 4 |	/* COHACC */
		2U << 2 |	/* TTF: AArch64 */
		1U << 1 | 1U,	/* S1P, S2P */
	.idr1 = 19U << 21 |	/* CMDQS */
		18U << 16 |	/* EVENTQS */
		16U,		/* SIDSIZE */
	.idr3 = 2U << 11 |	/* BBML */
		1U << 10,	/* RIL */
	.idr5 = 7U << 4 |	/* GRAN64K, GRAN16K, GRAN4K */
		4U,		/* OAS: 44 bits */
	.aidr = 0x01,
};

static const struct smmu_caps caps_base = {
	.sid_bits = 16, .asid_bits = 16, .vmid_bits = 16,
	.oas_bits = 44, .va_bits = 48,
	.cmdq_max_lg2 = 19, .evtq_max_lg2 = 18,
	.minor = 1, .bbml = 2,
	.granules = 0x1000 | 0x4000 | 0x10000,
	.s1 = true, .s2 = true, .coherent = true, .two_level = true, .lazy_strtab = true,
	.range_inval = true, .contig = true,
};

static void caps_expect(struct kunit *test, const struct smmu_id_regs *ids,
			const struct smmu_caps *want)
{
	const char *why = NULL;
	struct smmu_caps got;

	KUNIT_EXPECT_EQ_MSG(test, smmu_caps_decode(ids, &got, &why), 0, "%s", why ?: "");
	KUNIT_EXPECT_MEMEQ(test, &got, want, sizeof(got));
}

static void caps_base_decodes(struct kunit *test)
{
	caps_expect(test, &caps_base_ids, &caps_base);
}

/* What one field of struct smmu_caps becomes */
struct caps_change {
	bool set;
	u16 offset;
	u32 value;
};

#define IS(_field, _value)	{ true, offsetof(struct smmu_caps, _field), (_value) }
#define CHANGES_MAX	2

struct caps_case {
	const char *name;
	enum caps_reg reg;
	u32 clear;
	u32 set;
	struct caps_change want[CHANGES_MAX];
};

static void caps_change(struct smmu_caps *caps, const struct caps_change *change)
{
	void *field = (void *)caps + change->offset;

	switch (change->offset) {
	case offsetof(struct smmu_caps, granules):
	case offsetof(struct smmu_caps, errata):
		*(u32 *)field = change->value;
		break;
	default:	/* u8 and bool */
		*(u8 *)field = change->value;
		break;
	}
}

static const struct caps_case caps_cases[] = {
	{ "IDR0.S2P clear", IDR0, BIT(0), 0,
	  { IS(s2, 0) } },
	{ "IDR0.S1P clear", IDR0, BIT(1), 0,
	  { IS(s1, 0) } },
	{ "IDR0.TTF both formats", IDR0, 0, 3 << 2, { } },
	{ "IDR0.COHACC clear", IDR0, BIT(4), 0, { IS(coherent, 0) } },
	{ "IDR0.Hyp", IDR0, 0, BIT(9), { IS(hyp, 1) } },
	{ "IDR0.Hyp with one stage", IDR0, BIT(0), BIT(9),
	  { IS(s2, 0) } },
	{ "IDR1.ATTR_TYPES_OVR", IDR1, 0, BIT(27), { IS(attr_types_ovr, 1) } },
	{ "IDR0.ATS", IDR0, 0, BIT(10), { IS(ats, 1) } },
	{ "IDR0.ASID16 clear", IDR0, BIT(12), 0, { IS(asid_bits, 8) } },
	{ "IDR0.MSI", IDR0, 0, BIT(13), { IS(msi, 1) } },
	{ "IDR0.VMID16 clear", IDR0, BIT(18), 0, { IS(vmid_bits, 8) } },
	{ "IDR0.TTENDIAN mixed", IDR0, 3 << 21, 0, { } },
	{ "IDR0.STALL_MODEL both", IDR0, 3 << 24, 0, { IS(stall, 1), IS(stall_choice, 1) } },
	{ "IDR0.STALL_MODEL forced", IDR0, 3 << 24, 2 << 24,
	  { IS(stall, 1), IS(stall_force, 1) } },
	{ "IDR0.ST_LEVEL linear", IDR0, 3 << 27, 0, { IS(two_level, 0) } },
	{ "IDR0.ST_LEVEL reserved 2", IDR0, 3 << 27, 2 << 27, { IS(two_level, 0) } },
	{ "IDR0.ST_LEVEL reserved 3", IDR0, 3 << 27, 3 << 27, { IS(two_level, 0) } },
	{ "IDR0 bits that nobody needs", IDR0, 0, GENMASK(8, 5) | BIT(11) | GENMASK(17, 14) |
	  BIT(19) | BIT(20) | BIT(23) | BIT(26) | GENMASK(31, 29), { } },
	{ "IDR1.SIDSIZE 0", IDR1, 0x3f, 0, { IS(sid_bits, 0) } },
	{ "IDR1.SIDSIZE 32", IDR1, 0x3f, 32, { IS(sid_bits, 32) } },
	{ "IDR1.SSIDSIZE 20", IDR1, 0, 20 << 6, { IS(ssid_bits, 20) } },
	{ "IDR1.PRIQS", IDR1, 0, 31 << 11, { } },
	{ "IDR1.EVENTQS 1", IDR1, 31 << 16, 1 << 16, { IS(evtq_max_lg2, 1) } },
	{ "IDR1.EVENTQS 19", IDR1, 31 << 16, 19 << 16, { IS(evtq_max_lg2, 19) } },
	{ "IDR1.CMDQS 6", IDR1, 31 << 21, 6 << 21, { IS(cmdq_max_lg2, 6) } },
	{ "IDR1 bits that nobody needs", IDR1, 0, BIT(26) | BIT(28) | BIT(31), { } },
	{ "IDR3.FWB", IDR3, 0, BIT(8), { IS(fwb, 1) } },
	{ "IDR3 bits that nobody needs", IDR3, 0, GENMASK(7, 0) | BIT(9) | GENMASK(14, 13), { } },
	{ "IDR3.RIL clear", IDR3, BIT(10), 0, { IS(range_inval, 0) } },
	{ "IDR3.BBML 0", IDR3, 3 << 11, 0, { IS(bbml, 0) } },
	{ "IDR3.BBML 1", IDR3, 3 << 11, 1 << 11, { IS(bbml, 1) } },
	{ "IDR3.BBML reserved", IDR3, 3 << 11, 3 << 11, { IS(bbml, 0) } },
	{ "IDR5.OAS 32", IDR5, 7, 0, { IS(oas_bits, 32) } },
	{ "IDR5.OAS 36", IDR5, 7, 1, { IS(oas_bits, 36) } },
	{ "IDR5.OAS 40", IDR5, 7, 2, { IS(oas_bits, 40) } },
	{ "IDR5.OAS 42", IDR5, 7, 3, { IS(oas_bits, 42) } },
	{ "IDR5.OAS 48", IDR5, 7, 5, { IS(oas_bits, 48) } },
	{ "IDR5.OAS 52", IDR5, 7, 6, { IS(oas_bits, 52) } },
	{ "IDR5.OAS 56 with D128", IDR5, 7, 7 | BIT(8), { IS(oas_bits, 52) } },
	{ "IDR5.GRAN4K only", IDR5, 7 << 4, BIT(4), { IS(granules, 0x1000) } },
	{ "IDR5.GRAN16K only", IDR5, 7 << 4, BIT(5), { IS(granules, 0x4000) } },
	{ "IDR5.GRAN64K only", IDR5, 7 << 4, BIT(6), { IS(granules, 0x10000) } },
	{ "IDR5.VAX 52", IDR5, 0, 1 << 10, { IS(va_bits, 52) } },
	{ "IDR5.VAX 56", IDR5, 0, 2 << 10, { IS(va_bits, 52) } },
	{ "IDR5.VAX reserved", IDR5, 0, 3 << 10, { } },
	{ "IDR5.VAX 52 without 64K", IDR5, BIT(6), 1 << 10, { IS(granules, 0x5000) } },
	{ "IDR5.STALL_MAX", IDR5, 0, 0xffff0000, { } },
	{ "AIDR SMMUv3.0", AIDR, 0xf, 0, { IS(minor, 0) } },
	{ "AIDR SMMUv3.4", AIDR, 0xf, 4, { IS(minor, 4) } },
	{ "IIDR of nobody known", IIDR, 0, 0xabcde123, { } },
};

KUNIT_ARRAY_PARAM_DESC(caps, caps_cases, name);

static void caps_feature(struct kunit *test)
{
	const struct caps_case *c = test->param_value;
	struct smmu_id_regs ids = caps_base_ids;
	struct smmu_caps want = caps_base;
	u32 *reg = caps_reg(&ids, c->reg);
	int i;

	*reg = (*reg & ~c->clear) | c->set;
	for (i = 0; i < CHANGES_MAX && c->want[i].set; i++)
		caps_change(&want, &c->want[i]);
	caps_expect(test, &ids, &want);
}

static void caps_fwb_needs_stage_2(struct kunit *test)
{
	struct smmu_id_regs ids = caps_base_ids;
	const char *why;
	struct smmu_caps got;

	ids.idr0 &= ~1U;
	ids.idr3 |= 1U << 8;
	KUNIT_ASSERT_EQ(test, smmu_caps_decode(&ids, &got, &why), 0);
	KUNIT_EXPECT_FALSE(test, got.fwb);
}

static void caps_v3_0_is_48_bits_wide(struct kunit *test)
{
	struct smmu_id_regs ids = caps_base_ids;
	const char *why;
	struct smmu_caps got;

	ids.aidr = 0;
	ids.idr5 = (ids.idr5 & ~7U) | 6 | 1U << 10;
	KUNIT_ASSERT_EQ(test, smmu_caps_decode(&ids, &got, &why), 0);
	KUNIT_EXPECT_EQ(test, got.oas_bits, 48);
	KUNIT_EXPECT_EQ(test, got.va_bits, 48);
}

/* No larger than the CPU's pages, and else the largest */
static void caps_granule(struct kunit *test)
{
	u32 all = SZ_4K | SZ_16K | SZ_64K;

	KUNIT_EXPECT_EQ(test, smmu_caps_granule_lg2(all), PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, smmu_caps_granule_lg2(PAGE_SIZE), PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, smmu_caps_granule_lg2(PAGE_SIZE << 1), 0);
	KUNIT_EXPECT_EQ(test, smmu_caps_granule_lg2(0), 0);
	KUNIT_EXPECT_EQ(test, smmu_caps_granule_lg2(PAGE_SIZE >> 1 | PAGE_SIZE >> 2),
			PAGE_SHIFT - 1);
}

static void caps_width_by_granule(struct kunit *test)
{
	const struct smmu_caps wide = { .oas_bits = 52, .va_bits = 52 };
	const struct smmu_caps narrow = { .oas_bits = 40, .va_bits = 48 };

	KUNIT_EXPECT_EQ(test, smmu_caps_oas_bits(&wide, 16), 52);
	KUNIT_EXPECT_EQ(test, smmu_caps_oas_bits(&wide, 14), 48);
	KUNIT_EXPECT_EQ(test, smmu_caps_oas_bits(&wide, 12), 48);
	KUNIT_EXPECT_EQ(test, smmu_caps_oas_bits(&narrow, 16), 40);
	KUNIT_EXPECT_EQ(test, smmu_caps_oas_bits(&narrow, 12), 40);
	KUNIT_EXPECT_EQ(test, smmu_caps_va_bits(&wide, 16), 52);
	KUNIT_EXPECT_EQ(test, smmu_caps_va_bits(&wide, 14), 48);
	KUNIT_EXPECT_EQ(test, smmu_caps_va_bits(&wide, 12), 48);
	KUNIT_EXPECT_EQ(test, smmu_caps_va_bits(&narrow, 16), 48);
}

struct caps_refusal {
	const char *name;
	enum caps_reg reg;
	u32 clear;
	u32 set;
	int err;
	const char *why;	/* the phrase starts with this */
};

static const struct caps_refusal caps_refusals[] = {
	{ "neither stage", IDR0, 3, 0, -ENODEV, "IDR0.S1P" },
	{ "TTF reserved", IDR0, 3 << 2, 0, -EINVAL, "IDR0.TTF" },
	{ "TTF AArch32 only", IDR0, 3 << 2, 1 << 2, -EOPNOTSUPP, "IDR0.TTF" },
	{ "TTENDIAN reserved", IDR0, 3 << 21, 1 << 21, -EINVAL, "IDR0.TTENDIAN" },
	{ "TTENDIAN big only", IDR0, 3 << 21, 3 << 21, -EOPNOTSUPP, "IDR0.TTENDIAN" },
	{ "STALL_MODEL reserved", IDR0, 3 << 24, 3 << 24, -EINVAL, "IDR0.STALL_MODEL" },
	{ "SIDSIZE 33", IDR1, 0x3f, 33, -EINVAL, "IDR1.SIDSIZE" },
	{ "SIDSIZE 63", IDR1, 0x3f, 63, -EINVAL, "IDR1.SIDSIZE" },
	{ "SSIDSIZE 21", IDR1, 0, 21 << 6, -EINVAL, "IDR1.SSIDSIZE" },
	{ "EVENTQS 0", IDR1, 31 << 16, 0, -EINVAL, "IDR1.EVENTQS" },
	{ "EVENTQS 20", IDR1, 31 << 16, 20 << 16, -EINVAL, "IDR1.EVENTQS" },
	{ "CMDQS 0", IDR1, 31 << 21, 0, -EINVAL, "IDR1.CMDQS" },
	{ "CMDQS 5", IDR1, 31 << 21, 5 << 21, -EINVAL, "IDR1.CMDQS" },
	{ "CMDQS 20", IDR1, 31 << 21, 20 << 21, -EINVAL, "IDR1.CMDQS" },
	{ "QUEUES_PRESET", IDR1, 0, BIT(29), -EOPNOTSUPP, "IDR1.QUEUES_PRESET" },
	{ "TABLES_PRESET", IDR1, 0, BIT(30), -EOPNOTSUPP, "IDR1.TABLES_PRESET" },
	{ "TABLES_PRESET, relative", IDR1, 0, BIT(30) | BIT(28), -EOPNOTSUPP,
	  "IDR1.TABLES_PRESET" },
	{ "OAS reserved", IDR5, 7, 7, -EINVAL, "IDR5.OAS" },
	{ "no granule", IDR5, 7 << 4, 0, -EINVAL, "IDR5.GRAN4K" },
	{ "SMMUv4", AIDR, 0, 0x10, -ENODEV, "AIDR.ArchMajorRev" },
	{ "SMMUv18", AIDR, 0, 0xf0, -ENODEV, "AIDR.ArchMajorRev" },
};

KUNIT_ARRAY_PARAM_DESC(caps_refusal, caps_refusals, name);

static void caps_expect_refusal(struct kunit *test, const struct smmu_id_regs *ids, int err,
				const char *start)
{
	const char *why = NULL;
	struct smmu_caps caps;

	KUNIT_EXPECT_EQ(test, smmu_caps_decode(ids, &caps, &why), err);
	KUNIT_ASSERT_NOT_NULL(test, why);
	KUNIT_EXPECT_EQ_MSG(test, strncmp(why, start, strlen(start)), 0, "said: %s", why);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(why, ": "), "said: %s", why);
}

static void caps_refused(struct kunit *test)
{
	const struct caps_refusal *c = test->param_value;
	struct smmu_id_regs ids = caps_base_ids;
	u32 *reg = caps_reg(&ids, c->reg);

	*reg = (*reg & ~c->clear) | c->set;
	caps_expect_refusal(test, &ids, c->err, c->why);
}

static void caps_dead_device(struct kunit *test)
{
	struct smmu_id_regs ids;

	memset(&ids, 0xff, sizeof(ids));
	caps_expect_refusal(test, &ids, -ENODEV, "ID registers");
	memset(&ids, 0, sizeof(ids));
	caps_expect_refusal(test, &ids, -ENODEV, "ID registers");
}

/* IIDR: ProductID [31:20], Variant [19:16], Revision [15:12], Implementer [11:0] */
struct caps_erratum {
	const char *name;
	u32 iidr;
	u32 errata;
};

static const struct caps_erratum caps_errata[] = {
	{ "MMU-600 r0p0", 0x4830043b, 0 },
	{ "MMU-700 r0p0", 0x4870043b, SMMU_ERRATUM_SYNC_EVERY_BATCH | SMMU_ERRATUM_CONTIG },
	{ "MMU-700 r1p0", 0x4871043b, SMMU_ERRATUM_SYNC_EVERY_BATCH | SMMU_ERRATUM_CONTIG },
	{ "MMU-700 r1p1", 0x4871143b, SMMU_ERRATUM_CONTIG },
	{ "MMU-700 r15p15", 0x487ff43b, SMMU_ERRATUM_CONTIG },
	{ "MMU S3 r0p0", 0x4980043b, SMMU_ERRATUM_CONTIG },
	{ "MMU S3 r15p15", 0x498ff43b, SMMU_ERRATUM_CONTIG },
	{ "product of Arm without errata", 0x4990043b, 0 },
	{ "same product number, not Arm", 0x4870043c, 0 },
	{ "nobody", 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(caps_erratum, caps_errata, name);

static void caps_erratum_found(struct kunit *test)
{
	const struct caps_erratum *c = test->param_value;
	struct smmu_id_regs ids = caps_base_ids;
	const char *why;
	struct smmu_caps got;

	ids.iidr = c->iidr;
	KUNIT_ASSERT_EQ(test, smmu_caps_decode(&ids, &got, &why), 0);
	KUNIT_EXPECT_EQ(test, got.errata, c->errata);
	KUNIT_EXPECT_EQ(test, got.contig, !(c->errata & SMMU_ERRATUM_CONTIG));
}

/* What the parameter "disable_features" can say */
static void caps_disable(struct kunit *test)
{
	struct smmu_caps caps = { .range_inval = true, .contig = true, .bbml = 2, .s1 = true,
				  .lazy_strtab = true };
	struct smmu_caps all = caps;
	const char *names = "range_inval,range_invalidation";

	KUNIT_EXPECT_NULL(test, smmu_caps_disable(&caps, ""));
	KUNIT_EXPECT_MEMEQ(test, &caps, &all, sizeof(caps));
	KUNIT_EXPECT_NULL(test, smmu_caps_disable(&caps, "bbml"));
	KUNIT_EXPECT_EQ(test, caps.bbml, 0);
	KUNIT_EXPECT_TRUE(test, caps.range_inval);
	caps = all;
	KUNIT_EXPECT_NULL(test, smmu_caps_disable(&caps, "contig"));
	KUNIT_EXPECT_FALSE(test, caps.contig);
	KUNIT_EXPECT_EQ(test, caps.bbml, 2);
	caps = all;
	KUNIT_EXPECT_NULL(test, smmu_caps_disable(&caps, "lazy_strtab"));
	KUNIT_EXPECT_FALSE(test, caps.lazy_strtab);
	KUNIT_EXPECT_TRUE(test, caps.contig);
	caps = all;
	KUNIT_EXPECT_NULL(test, smmu_caps_disable(&caps, "bbml,,range_inval,"));
	KUNIT_EXPECT_EQ(test, caps.bbml, 0);
	KUNIT_EXPECT_FALSE(test, caps.range_inval);
	KUNIT_EXPECT_TRUE(test, caps.s1);
	caps = all;
	KUNIT_EXPECT_PTR_EQ(test, smmu_caps_disable(&caps, names), names + strlen("range_inval,"));
	KUNIT_EXPECT_FALSE(test, caps.range_inval);
	KUNIT_EXPECT_NOT_NULL(test, smmu_caps_disable(&caps, "range"));
}

static struct kunit_case caps_test_cases[] = {
	KUNIT_CASE(caps_base_decodes),
	KUNIT_CASE_PARAM(caps_feature, caps_gen_params),
	KUNIT_CASE(caps_fwb_needs_stage_2),
	KUNIT_CASE(caps_v3_0_is_48_bits_wide),
	KUNIT_CASE(caps_granule),
	KUNIT_CASE(caps_width_by_granule),
	KUNIT_CASE_PARAM(caps_refused, caps_refusal_gen_params),
	KUNIT_CASE(caps_dead_device),
	KUNIT_CASE(caps_disable),
	KUNIT_CASE_PARAM(caps_erratum_found, caps_erratum_gen_params),
	{}
};

static struct kunit_suite caps_test_suite = {
	.name = "smmu-caps",
	.test_cases = caps_test_cases,
};

kunit_test_suite(caps_test_suite);
