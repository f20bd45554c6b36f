// SPDX-License-Identifier: GPL-2.0-only
/*
 * STEs and CDs, bit by bit as IHI 0070 sections 5.2 and 5.4 number them.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "hw/cd.h"
#include "hw/ste.h"

/* A field of an entry: bits [hi:lo] of the 512, as the architecture counts them */
struct entry_field {
	u16 hi;
	u16 lo;
	u64 value;
};

#define FIELDS_MAX	24

/* Build an entry from the document's numbers; a field never crosses a word */
static void entry_ref(const struct entry_field *fields, u64 *words)
{
	memset(words, 0, SMMU_ENTRY_WORDS * sizeof(*words));
	for (; fields->hi; fields++)
		words[fields->lo / 64] |= fields->value << (fields->lo % 64);
}

static void entry_expect(struct kunit *test, const __le64 *got, const u64 *want)
{
	int i;

	for (i = 0; i < SMMU_ENTRY_WORDS; i++)
		KUNIT_EXPECT_EQ_MSG(test, le64_to_cpu(got[i]), want[i], "word %d", i);
}

static const struct smmu_walk walk_s1_4k = {
	.ttb = 0x000fedcba9876000ULL, .mair = 0x0011223344556677ULL, .stage = 1, .t0sz = 16,
	.granule_lg2 = 12, .start_level = 0, .oas_bits = 48, .coherent = true,
};

static const struct smmu_walk walk_s1_64k = {
	.ttb = 0x000fedcba9870000ULL, .mair = 0xff44ULL, .stage = 1, .t0sz = 25,
	.granule_lg2 = 16, .start_level = 2, .oas_bits = 52, .coherent = false,
};

static const struct smmu_walk walk_s2_4k = {
	.ttb = 0x000fedcba9876000ULL, .stage = 2, .t0sz = 20,
	.granule_lg2 = 12, .start_level = 1, .oas_bits = 44, .coherent = true,
};

static const struct smmu_walk walk_s2_16k = {
	.ttb = 0x0000000a98764000ULL, .stage = 2, .t0sz = 28,
	.granule_lg2 = 14, .start_level = 2, .oas_bits = 36, .coherent = false,
};

struct ste_case {
	const char *name;
	struct smmu_ste (*build)(void);
	struct entry_field want[FIELDS_MAX];
};

static struct smmu_ste ste_abort(void)
{
	return smmu_ste_abort();
}

static struct smmu_ste ste_bypass(void)
{
	return smmu_ste_bypass();
}

static struct smmu_ste ste_s1(void)
{
	return smmu_ste_s1(&(struct smmu_ste_s1){
		.cd = 0x000fedcba9876540ULL, .coherent = true,
	});
}

static struct smmu_ste ste_s1_full(void)
{
	return smmu_ste_s1(&(struct smmu_ste_s1){
		.cd = 0x000fedcba9876540ULL, .stall_off = true, .coherent = false,
	});
}

static struct smmu_ste ste_s2(void)
{
	return smmu_ste_s2(&(struct smmu_ste_s2){ .vmid = 0xbeef, .walk = &walk_s2_4k });
}

static struct smmu_ste ste_s2_full(void)
{
	return smmu_ste_s2(&(struct smmu_ste_s2){
		.vmid = 0x1, .walk = &walk_s2_16k, .fwb = true, .stall = true,
	});
}

static const struct ste_case ste_cases[] = {
	{ "abort", ste_abort, {
		{ 3, 0, 1 },		/* V, Config 0b000 */
	} },
	{ "bypass", ste_bypass, {
		{ 3, 1, 4 }, { 3, 0, 1 },
		{ 109, 108, 1 },	/* SHCFG: incoming */
	} },
	{ "stage 1", ste_s1, {
		{ 3, 1, 5 }, { 3, 0, 1 },
		{ 55, 6, 0x000fedcba9876540ULL >> 6 },
		{ 67, 66, 1 }, { 69, 68, 1 }, { 71, 70, 3 },	/* S1CIR, S1COR, S1CSH */
		{ 109, 108, 1 },
	} },
	{ "stage 1 with every option", ste_s1_full, {
		{ 3, 1, 5 }, { 3, 0, 1 },
		{ 55, 6, 0x000fedcba9876540ULL >> 6 },
		{ 67, 66, 0 }, { 69, 68, 0 }, { 71, 70, 2 },
		{ 91, 91, 1 },					/* S1STALLD */
		{ 109, 108, 1 },
	} },
	{ "stage 2", ste_s2, {
		{ 3, 1, 6 }, { 3, 0, 1 },
		{ 109, 108, 1 },
		{ 143, 128, 0xbeef },				/* S2VMID */
		{ 165, 160, 20 }, { 167, 166, 1 },		/* S2T0SZ, S2SL0 */
		{ 169, 168, 1 }, { 171, 170, 1 }, { 173, 172, 3 },
		{ 175, 174, 0 }, { 178, 176, 4 },		/* S2TG, S2PS */
		{ 179, 179, 1 }, { 186, 186, 1 },		/* S2AA64, S2R */
		{ 247, 196, 0x000fedcba9876000ULL >> 4 },	/* S2TTB */
	} },
	{ "stage 2 with every option", ste_s2_full, {
		{ 3, 1, 6 }, { 3, 0, 1 },
		{ 89, 89, 1 },					/* S2FWB */
		{ 109, 108, 1 },
		{ 143, 128, 1 },
		{ 165, 160, 28 }, { 167, 166, 1 },
		{ 169, 168, 0 }, { 171, 170, 0 }, { 173, 172, 2 },
		{ 175, 174, 2 }, { 178, 176, 1 },
		{ 179, 179, 1 }, { 185, 185, 1 }, { 186, 186, 1 },	/* S2S */
		{ 247, 196, 0x0000000a98764000ULL >> 4 },
	} },
};

KUNIT_ARRAY_PARAM_DESC(ste, ste_cases, name);

static void ste_encoding(struct kunit *test)
{
	const struct ste_case *c = test->param_value;
	struct smmu_ste ste = c->build();
	u64 want[SMMU_ENTRY_WORDS];

	entry_ref(c->want, want);
	entry_expect(test, ste.w, want);
	KUNIT_EXPECT_TRUE(test, smmu_ste_valid(ste.w));
	KUNIT_EXPECT_EQ(test, smmu_ste_config(ste.w), (u8)(want[0] >> 1 & 7));
}

struct cd_case {
	const char *name;
	struct smmu_cd_s1 cfg;
	struct entry_field want[FIELDS_MAX];
};

static const struct cd_case cd_cases[] = {
	{ "4K, coherent, 48 bits", { .asid = 0xcafe, .walk = &walk_s1_4k }, {
		{ 5, 0, 16 }, { 7, 6, 0 },			/* T0SZ, TG0 */
		{ 9, 8, 1 }, { 11, 10, 1 }, { 13, 12, 3 },	/* IR0, OR0, SH0 */
		{ 30, 30, 1 }, { 31, 31, 1 },			/* EPD1, V */
		{ 34, 32, 5 }, { 41, 41, 1 },			/* IPS, AA64 */
		{ 45, 45, 1 }, { 46, 46, 1 }, { 47, 47, 1 },	/* R, A, ASET */
		{ 63, 48, 0xcafe },
		{ 119, 68, 0x000fedcba9876000ULL >> 4 },	/* TTB0 */
		{ 255, 192, 0x0011223344556677ULL },		/* MAIR */
	} },
	{ "64K, not coherent, 52 bits, stalling",
	  { .asid = 1, .walk = &walk_s1_64k, .stall = true }, {
		{ 5, 0, 25 }, { 7, 6, 1 },
		{ 9, 8, 0 }, { 11, 10, 0 }, { 13, 12, 2 },
		{ 30, 30, 1 }, { 31, 31, 1 },
		{ 34, 32, 6 }, { 41, 41, 1 },
		{ 44, 44, 1 }, { 45, 45, 1 }, { 46, 46, 1 }, { 47, 47, 1 },	/* S */
		{ 63, 48, 1 },
		{ 119, 68, 0x000fedcba9870000ULL >> 4 },
		{ 255, 192, 0xff44 },
	} },
};

KUNIT_ARRAY_PARAM_DESC(cd, cd_cases, name);

static void cd_encoding(struct kunit *test)
{
	const struct cd_case *c = test->param_value;
	struct smmu_cd cd = smmu_cd_s1(&c->cfg);
	u64 want[SMMU_ENTRY_WORDS];

	entry_ref(c->want, want);
	entry_expect(test, cd.w, want);
}

static void cd_invalid(struct kunit *test)
{
	static const u64 zero[SMMU_ENTRY_WORDS];
	struct smmu_cd cd = smmu_cd_invalid();

	entry_expect(test, cd.w, zero);
}

/* The encodings that STE and CD share, value by value */
static void walk_encodings(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, smmu_walk_tg(12), 0);
	KUNIT_EXPECT_EQ(test, smmu_walk_tg(14), 2);
	KUNIT_EXPECT_EQ(test, smmu_walk_tg(16), 1);

	KUNIT_EXPECT_EQ(test, smmu_walk_ps(32), 0);
	KUNIT_EXPECT_EQ(test, smmu_walk_ps(36), 1);
	KUNIT_EXPECT_EQ(test, smmu_walk_ps(40), 2);
	KUNIT_EXPECT_EQ(test, smmu_walk_ps(42), 3);
	KUNIT_EXPECT_EQ(test, smmu_walk_ps(44), 4);
	KUNIT_EXPECT_EQ(test, smmu_walk_ps(48), 5);
	KUNIT_EXPECT_EQ(test, smmu_walk_ps(52), 6);
	KUNIT_EXPECT_EQ(test, smmu_walk_ps(47), 0);

	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(12, 0), 2);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(12, 1), 1);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(12, 2), 0);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(12, 3), 3);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(14, 1), 2);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(14, 2), 1);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(14, 3), 0);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(16, 1), 2);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(16, 2), 1);
	KUNIT_EXPECT_EQ(test, smmu_walk_sl0(16, 3), 0);
}

/* IDR1.ATTR_TYPES_OVR clear: SHCFG is RES0, and everything else is as it was. */
static void ste_clear_overrides(struct kunit *test)
{
	const struct smmu_walk walk = { .granule_lg2 = 12, .oas_bits = 44, .t0sz = 24 };
	const struct smmu_ste all[] = {
		smmu_ste_bypass(),
		smmu_ste_abort(),
		smmu_ste_s1(&(struct smmu_ste_s1){ .cd = 0x40, .coherent = true }),
		smmu_ste_s2(&(struct smmu_ste_s2){ .vmid = 1, .walk = &walk }),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		struct smmu_ste ste = all[i];

		smmu_ste_clear_overrides(&ste);
		KUNIT_EXPECT_EQ(test, le64_to_cpu(ste.w[1]) & (3ULL << 44), 0ULL);
		ste.w[1] |= all[i].w[1] & cpu_to_le64(3ULL << 44);
		KUNIT_EXPECT_MEMEQ(test, &ste, &all[i], sizeof(ste));
	}
}

/* 5.1: Span [4:0], L2Ptr [55:6] */
static void strtab_l1(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, smmu_strtab_l1(0, 0), 0ULL);
	KUNIT_EXPECT_EQ(test, smmu_strtab_l1(0x000fedcba9876000ULL, 9),
			0x000fedcba9876009ULL);
	KUNIT_EXPECT_EQ(test, smmu_strtab_l1(0x40, 1), 0x41ULL);
}

/* What counts, configuration by configuration; the masks are written out by hand */
struct used_case {
	const char *name;
	u64 entry0;
	u64 used[SMMU_ENTRY_WORDS];
};

/* Bits [hi:lo] of the 512, as a mask of their word */
#define AT(_hi, _lo)	GENMASK_ULL((_hi) % 64, (_lo) % 64)
#define ALL_BITS	(~0ULL)

/* CONT and DRE; MEV, PPAR, DCP; EATS; INSTCFG, PRIVCFG, NSCFG */
#define USED_1_ALWAYS	(AT(80, 76) | AT(83, 81) | AT(93, 92) | AT(115, 110))
/* ALLOCCFG, MTCFG, MemAttr; SHCFG */
#define USED_1_ATTRS	(AT(104, 96) | AT(109, 108))
/* S1CSH, S1COR, S1CIR; S1STALLD, S1MPAM; STRW */
#define USED_1_S1	(AT(71, 66) | AT(91, 90) | AT(95, 94))
/* S1DSS, and the attributes of what it lets bypass stage 1 */
#define USED_1_SSID	(AT(65, 64) | USED_1_ATTRS)
/* S2HWU, S2FWB */
#define USED_1_S2	(AT(75, 72) | AT(89, 89))
/* S1ContextPtr as far as 52-bit addresses go, S1CDMax */
#define USED_0_S1	(AT(51, 6) | AT(63, 59))

static const struct used_case used_cases[] = {
	{ "invalid", 0xfffffffffffffffeULL, { 0x1 } },
	{ "abort", 0xfffffffffffffff1ULL, { 0xf } },
	{ "reserved abort", 0x7, { 0xf } },
	{ "bypass", 0x9, { 0xf, USED_1_ALWAYS | USED_1_ATTRS } },
	{ "stage 1, one CD", 0xb,
	  { 0xf | USED_0_S1, USED_1_ALWAYS | USED_1_S1, AT(143, 128) } },
	{ "stage 1, substreams", 0xb | 1ULL << 59,
	  { 0x3f | USED_0_S1, USED_1_ALWAYS | USED_1_S1 | USED_1_SSID, AT(143, 128) } },
	{ "stage 2", 0xd,
	  { 0xf, USED_1_ALWAYS | USED_1_ATTRS | USED_1_S2, ALL_BITS, ALL_BITS } },
	{ "both stages", 0xf,
	  { 0xf | USED_0_S1, USED_1_ALWAYS | USED_1_S1 | USED_1_S2, ALL_BITS, ALL_BITS } },
};

KUNIT_ARRAY_PARAM_DESC(used, used_cases, name);

static void used_bits(struct kunit *test)
{
	const struct used_case *c = test->param_value;
	__le64 entry[SMMU_ENTRY_WORDS] = { cpu_to_le64(c->entry0) };
	__le64 used[SMMU_ENTRY_WORDS];

	memset(used, 0xa5, sizeof(used));
	smmu_ste_used(entry, used);
	entry_expect(test, used, c->used);
}

static struct kunit_case ste_cd_test_cases[] = {
	KUNIT_CASE_PARAM(ste_encoding, ste_gen_params),
	KUNIT_CASE_PARAM(cd_encoding, cd_gen_params),
	KUNIT_CASE(cd_invalid),
	KUNIT_CASE(walk_encodings),
	KUNIT_CASE(ste_clear_overrides),
	KUNIT_CASE(strtab_l1),
	KUNIT_CASE_PARAM(used_bits, used_gen_params),
	{}
};

static struct kunit_suite ste_cd_test_suite = {
	.name = "smmu-ste-cd",
	.test_cases = ste_cd_test_cases,
};

kunit_test_suite(ste_cd_test_suite);
