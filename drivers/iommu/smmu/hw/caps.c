// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an SMMU can do, from its ID registers (IHI 0070 sections 6.3.1 to 6.3.8).
 */
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <kunit/visibility.h>

#include "hw/caps.h"
#include "hw/regs.h"

#define SMMU_SID_BITS_MAX	32
#define SMMU_SSID_BITS_MAX	20

/* IDR5.OAS (6.3.6). 56 bits need 128-bit descriptors; with others 52 are the most. */
static const u8 smmu_caps_oas[] = { 32, 36, 40, 42, 44, 48, 52, 52 };

/**
 * struct smmu_caps_rule - ID registers that the driver cannot work with
 * @reg: offset of the word in struct smmu_id_regs
 * @mask: bits looked at
 * @value: refused if they are this
 * @err: the error
 * @why: what it means
 */
struct smmu_caps_rule {
	size_t reg;
	u32 mask;
	u32 value;
	int err;
	const char *why;
};

#define SMMU_ID(_reg)	offsetof(struct smmu_id_regs, _reg)

static const struct smmu_caps_rule smmu_caps_rules[] = {
	{ SMMU_ID(idr0), SMMU_IDR0_S1P | SMMU_IDR0_S2P, 0, -ENODEV,
	  "IDR0.S1P, IDR0.S2P: neither stage of translation is implemented" },
	{ SMMU_ID(idr0), SMMU_IDR0_TTF, 0, -EINVAL,
	  "IDR0.TTF: reserved value" },
	{ SMMU_ID(idr0), SMMU_IDR0_TTF, FIELD_PREP_CONST(SMMU_IDR0_TTF, SMMU_TTF_AARCH32),
	  -EOPNOTSUPP, "IDR0.TTF: no AArch64 page tables" },
	{ SMMU_ID(idr0), SMMU_IDR0_TTENDIAN, FIELD_PREP_CONST(SMMU_IDR0_TTENDIAN, 1), -EINVAL,
	  "IDR0.TTENDIAN: reserved value" },
	{ SMMU_ID(idr0), SMMU_IDR0_TTENDIAN,
	  FIELD_PREP_CONST(SMMU_IDR0_TTENDIAN, SMMU_TTENDIAN_BIG), -EOPNOTSUPP,
	  "IDR0.TTENDIAN: page tables must be big-endian" },
	{ SMMU_ID(idr0), SMMU_IDR0_STALL_MODEL, FIELD_PREP_CONST(SMMU_IDR0_STALL_MODEL, 3), -EINVAL,
	  "IDR0.STALL_MODEL: reserved value" },
	{ SMMU_ID(idr1), SMMU_IDR1_TABLES_PRESET, SMMU_IDR1_TABLES_PRESET, -EOPNOTSUPP,
	  "IDR1.TABLES_PRESET: a stream table at a fixed address is not supported" },
	{ SMMU_ID(idr1), SMMU_IDR1_QUEUES_PRESET, SMMU_IDR1_QUEUES_PRESET, -EOPNOTSUPP,
	  "IDR1.QUEUES_PRESET: queues at fixed addresses are not supported" },
	{ SMMU_ID(idr5), SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN16K | SMMU_IDR5_GRAN64K, 0, -EINVAL,
	  "IDR5.GRAN4K, GRAN16K, GRAN64K: no page size is implemented" },
	{ SMMU_ID(idr5), SMMU_IDR5_OAS | SMMU_IDR5_D128, FIELD_PREP_CONST(SMMU_IDR5_OAS, 7),
	  -EINVAL, "IDR5.OAS: reserved value" },
};

/**
 * struct smmu_caps_quirk - one product that does not do what its registers say
 * @implementer: IIDR.Implementer
 * @product: IIDR.ProductID
 * @rp_last: last revision that has it, as 0x<variant><revision>
 * @errata: SMMU_ERRATUM_*
 */
struct smmu_caps_quirk {
	u16 implementer;
	u16 product;
	u8 rp_last;
	u32 errata;
};

#define SMMU_IMPLEMENTER_ARM	0x43b
#define SMMU_PRODUCT_MMU_700	0x487
#define SMMU_PRODUCT_MMU_S3	0x498

/* Revisions as in smmu_caps_quirk.rp_last */
#define SMMU_RP(_r, _p)		((_r) << 4 | (_p))

/*
 * Left out, since the driver uses none of it: wake-up events (MMU-600 1076982, up to
 * r0p2), both stages for one stream (MMU-600 1209401, up to r1; MMU-700 2268618 and
 * 2812531), broadcast TLB maintenance (MMU-700, the same).
 */
static const struct smmu_caps_quirk smmu_caps_quirks[] = {
	/* 2268618, 2812531 */
	{ SMMU_IMPLEMENTER_ARM, SMMU_PRODUCT_MMU_700, SMMU_RP(1, 0),
	  SMMU_ERRATUM_SYNC_EVERY_BATCH },
	/*
	 * 3777127 and 3673557: a contiguous set must be covered by one range command. A
	 * range that is planned in several would have to be widened, so no set is made.
	 */
	{ SMMU_IMPLEMENTER_ARM, SMMU_PRODUCT_MMU_700, 0xff, SMMU_ERRATUM_CONTIG },
	{ SMMU_IMPLEMENTER_ARM, SMMU_PRODUCT_MMU_S3, 0xff, SMMU_ERRATUM_CONTIG },
};

/* Products that IIDR does not tell from those without errata, by their compatible */
static const struct {
	const char *compatible;
	u32 errata;
} smmu_caps_compatibles[] = {
	{ "nvidia,tegra264-smmu", SMMU_ERRATUM_INVALIDATE_TWICE },
};

/* A device without clock or power reads as all zeros or all ones. */
static bool smmu_caps_dead(const struct smmu_id_regs *ids)
{
	const u32 all_and = ids->idr0 & ids->idr1 & ids->idr3 & ids->idr5 & ids->iidr & ids->aidr;
	const u32 all_or = ids->idr0 | ids->idr1 | ids->idr3 | ids->idr5 | ids->iidr | ids->aidr;

	return all_and == U32_MAX || !all_or;
}

static const struct smmu_caps_rule *smmu_caps_broken_rule(const struct smmu_id_regs *ids)
{
	const struct smmu_caps_rule *rule;

	for (rule = smmu_caps_rules; rule < smmu_caps_rules + ARRAY_SIZE(smmu_caps_rules); rule++) {
		const u32 *reg = (const void *)ids + rule->reg;

		if ((*reg & rule->mask) == rule->value)
			return rule;
	}
	return NULL;
}

/* Sizes in IDR1 that no SMMU can have, or that are too small to work with */
static const char *smmu_caps_bad_size(const struct smmu_caps *caps)
{
	if (caps->sid_bits > SMMU_SID_BITS_MAX)
		return "IDR1.SIDSIZE: more than 32 bits";
	if (caps->ssid_bits > SMMU_SSID_BITS_MAX)
		return "IDR1.SSIDSIZE: more than 20 bits";
	if (caps->cmdq_max_lg2 > SMMU_Q_MAX_LG2)
		return "IDR1.CMDQS: more than 2^19 entries";
	if (caps->cmdq_max_lg2 < SMMU_CMDQ_MIN_LG2)
		return "IDR1.CMDQS: the command queue is too small for a batch";
	if (caps->evtq_max_lg2 > SMMU_Q_MAX_LG2)
		return "IDR1.EVENTQS: more than 2^19 entries";
	if (caps->evtq_max_lg2 < SMMU_EVTQ_MIN_LG2)
		return "IDR1.EVENTQS: the event queue is too small";
	return NULL;
}

static void smmu_caps_idr0(u32 idr0, struct smmu_caps *caps)
{
	const u8 stall_model = FIELD_GET(SMMU_IDR0_STALL_MODEL, idr0);

	caps->s1 = idr0 & SMMU_IDR0_S1P;
	caps->s2 = idr0 & SMMU_IDR0_S2P;
	caps->coherent = idr0 & SMMU_IDR0_COHACC;
	caps->hyp = caps->s1 && caps->s2 && idr0 & SMMU_IDR0_HYP;
	caps->ats = idr0 & SMMU_IDR0_ATS;
	caps->asid_bits = idr0 & SMMU_IDR0_ASID16 ? 16 : 8;
	caps->vmid_bits = idr0 & SMMU_IDR0_VMID16 ? 16 : 8;
	caps->msi = idr0 & SMMU_IDR0_MSI;
	caps->stall = stall_model != SMMU_STALL_MODEL_NONE;
	caps->stall_force = stall_model == SMMU_STALL_MODEL_FORCED;
	caps->stall_choice = stall_model == SMMU_STALL_MODEL_BOTH;
	caps->two_level = FIELD_GET(SMMU_IDR0_ST_LEVEL, idr0) == SMMU_ST_LEVEL_TWO;
}

static void smmu_caps_idr1(u32 idr1, struct smmu_caps *caps)
{
	caps->sid_bits = FIELD_GET(SMMU_IDR1_SIDSIZE, idr1);
	caps->ssid_bits = FIELD_GET(SMMU_IDR1_SSIDSIZE, idr1);
	caps->cmdq_max_lg2 = FIELD_GET(SMMU_IDR1_CMDQS, idr1);
	caps->evtq_max_lg2 = FIELD_GET(SMMU_IDR1_EVENTQS, idr1);
	caps->attr_types_ovr = idr1 & SMMU_IDR1_ATTR_TYPES_OVR;
}

static void smmu_caps_idr3(u32 idr3, struct smmu_caps *caps)
{
	const u8 bbml = FIELD_GET(SMMU_IDR3_BBML, idr3);

	caps->fwb = caps->s2 && idr3 & SMMU_IDR3_FWB;
	caps->range_inval = idr3 & SMMU_IDR3_RIL;
	/* A reserved level promises nothing. */
	caps->bbml = bbml <= 2 ? bbml : 0;
}

static void smmu_caps_idr5(u32 idr5, struct smmu_caps *caps)
{
	const u8 vax = FIELD_GET(SMMU_IDR5_VAX, idr5);
	const bool wide_va = vax == SMMU_VAX_52 || vax == SMMU_VAX_56;

	caps->granules = (idr5 & SMMU_IDR5_GRAN4K ? SZ_4K : 0) |
			 (idr5 & SMMU_IDR5_GRAN16K ? SZ_16K : 0) |
			 (idr5 & SMMU_IDR5_GRAN64K ? SZ_64K : 0);
	caps->oas_bits = smmu_caps_oas[FIELD_GET(SMMU_IDR5_OAS, idr5)];
	/* SMMUv3.0 has no address wider than 48 bits; there 52 is reserved. */
	if (!caps->minor)
		caps->oas_bits = min(caps->oas_bits, 48);
	caps->va_bits = caps->minor && wide_va && idr5 & SMMU_IDR5_GRAN64K ? 52 : 48;
}

static u32 smmu_caps_errata_of(u32 iidr)
{
	const u16 implementer = FIELD_GET(SMMU_IIDR_IMPLEMENTER, iidr);
	const u16 product = FIELD_GET(SMMU_IIDR_PRODUCT, iidr);
	const u8 rp = FIELD_GET(SMMU_IIDR_VARIANT | SMMU_IIDR_REVISION, iidr);
	u32 errata = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(smmu_caps_quirks); i++) {
		const struct smmu_caps_quirk *quirk = &smmu_caps_quirks[i];

		if (quirk->implementer == implementer && quirk->product == product &&
		    rp <= quirk->rp_last)
			errata |= quirk->errata;
	}
	return errata;
}

/**
 * smmu_caps_errata_of_compatible() - Errata of a product that only its node names
 * @compatible: one string of the node's "compatible"
 *
 * Context: any; pure.
 * Return: SMMU_ERRATUM_*, 0 for none.
 */
u32 smmu_caps_errata_of_compatible(const char *compatible)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(smmu_caps_compatibles); i++)
		if (!strcmp(smmu_caps_compatibles[i].compatible, compatible))
			return smmu_caps_compatibles[i].errata;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_caps_errata_of_compatible);

/**
 * smmu_caps_decode() - Find out what an SMMU can do
 * @ids: its ID registers
 * @caps: filled in, also on error as far as possible
 * @why: on error, set to a phrase that names register and field
 *
 * Context: any; pure.
 * Return: 0; -ENODEV if this is no SMMUv3 or it does not answer, -EINVAL if the
 * registers contradict the architecture, -EOPNOTSUPP if the driver cannot use it.
 */
int smmu_caps_decode(const struct smmu_id_regs *ids, struct smmu_caps *caps, const char **why)
{
	const struct smmu_caps_rule *rule;

	memset(caps, 0, sizeof(*caps));
	if (smmu_caps_dead(ids)) {
		*why = "ID registers: all zeros or all ones, is the SMMU clocked and powered?";
		return -ENODEV;
	}

	caps->minor = FIELD_GET(SMMU_AIDR_MINOR, ids->aidr);
	smmu_caps_idr0(ids->idr0, caps);
	smmu_caps_idr1(ids->idr1, caps);
	smmu_caps_idr3(ids->idr3, caps);
	smmu_caps_idr5(ids->idr5, caps);
	caps->errata = smmu_caps_errata_of(ids->iidr);
	caps->contig = !(caps->errata & SMMU_ERRATUM_CONTIG);
	caps->lazy_strtab = true;

	/* Major versions count from SMMUv3 on. */
	if (FIELD_GET(SMMU_AIDR_MAJOR, ids->aidr)) {
		*why = "AIDR.ArchMajorRev: not an SMMUv3";
		return -ENODEV;
	}
	rule = smmu_caps_broken_rule(ids);
	if (rule) {
		*why = rule->why;
		return rule->err;
	}
	*why = smmu_caps_bad_size(caps);
	return *why ? -EINVAL : 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_caps_decode);

/**
 * struct smmu_caps_feature - a feature that users can disable
 * @name: what users call it
 * @offset: of its byte in struct smmu_caps
 */
struct smmu_caps_feature {
	const char *name;
	size_t offset;
};

static const struct smmu_caps_feature smmu_caps_features[] = {
	{ "range_inval", offsetof(struct smmu_caps, range_inval) },
	{ "bbml", offsetof(struct smmu_caps, bbml) },
	{ "contig", offsetof(struct smmu_caps, contig) },
	{ "lazy_strtab", offsetof(struct smmu_caps, lazy_strtab) },
};

static_assert(sizeof_field(struct smmu_caps, range_inval) == 1);
static_assert(sizeof_field(struct smmu_caps, bbml) == 1);
static_assert(sizeof_field(struct smmu_caps, contig) == 1);
static_assert(sizeof_field(struct smmu_caps, lazy_strtab) == 1);

static bool smmu_caps_disable_one(struct smmu_caps *caps, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(smmu_caps_features); i++) {
		const struct smmu_caps_feature *feature = &smmu_caps_features[i];

		if (strlen(feature->name) == len && !strncmp(feature->name, name, len)) {
			((u8 *)caps)[feature->offset] = 0;
			return true;
		}
	}
	return false;
}

/**
 * smmu_caps_disable() - Disable features, as if the SMMU lacked them
 * @caps: what it can do
 * @names: their names, with commas in between: "range_inval", "bbml", "contig",
 *	"lazy_strtab"
 *
 * Context: any; pure.
 * Return: %NULL, or what is left of @names from the first one on that is unknown;
 * those before it are disabled.
 */
const char *smmu_caps_disable(struct smmu_caps *caps, const char *names)
{
	while (*names) {
		size_t len = strcspn(names, ",");

		if (len && !smmu_caps_disable_one(caps, names, len))
			return names;
		names += len;
		names += *names == ',';
	}
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_caps_disable);
