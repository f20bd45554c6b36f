// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stream table entries (IHI 0070 section 5.2).
 */
#include <linux/export.h>
#include <linux/string.h>
#include <kunit/visibility.h>

#include "hw/regs.h"
#include "hw/ste.h"

/* Memory type and shareability are those that the transaction brings. */
static u64 smmu_ste_incoming(void)
{
	return FIELD_PREP(SMMU_STE_SHCFG, SMMU_SHCFG_INCOMING);
}

/**
 * smmu_ste_abort() - STE of a stream that must not reach memory
 *
 * Transactions end in an abort; no event is recorded (5.2, Config 0b000).
 *
 * Context: any; pure.
 * Return: The entry.
 */
struct smmu_ste smmu_ste_abort(void)
{
	return (struct smmu_ste){ {
		cpu_to_le64(SMMU_STE_V |
			    FIELD_PREP(SMMU_STE_CONFIG, SMMU_STE_CONFIG_ABORT)),
	} };
}
EXPORT_SYMBOL_IF_KUNIT(smmu_ste_abort);

/**
 * smmu_ste_bypass() - STE of a stream that is not translated
 *
 * Context: any; pure.
 * Return: The entry.
 */
struct smmu_ste smmu_ste_bypass(void)
{
	return (struct smmu_ste){ {
		cpu_to_le64(SMMU_STE_V |
			    FIELD_PREP(SMMU_STE_CONFIG, SMMU_STE_CONFIG_BYPASS)),
		cpu_to_le64(smmu_ste_incoming()),
	} };
}
EXPORT_SYMBOL_IF_KUNIT(smmu_ste_bypass);

/* How the CD is fetched. Non-cacheable counts as outer shareable anyway. */
static u64 smmu_ste_s1_fetch(bool coherent)
{
	u64 region = coherent ? SMMU_STE_S1C_WBRA : SMMU_STE_S1C_NC;

	return FIELD_PREP(SMMU_STE_S1CIR, region) |
	       FIELD_PREP(SMMU_STE_S1COR, region) |
	       FIELD_PREP(SMMU_STE_S1CSH, coherent ? SMMU_SH_ISH : SMMU_SH_OSH);
}

/**
 * smmu_ste_s1() - STE of a stream that stage 1 translates
 * @cfg: what goes into it
 *
 * There are no substreams, and ATS is off. VMID 0 tags its translations where stage 2
 * is implemented.
 *
 * Context: any; pure.
 * Return: The entry.
 */
struct smmu_ste smmu_ste_s1(const struct smmu_ste_s1 *cfg)
{
	return (struct smmu_ste){ {
		cpu_to_le64(SMMU_STE_V |
			    FIELD_PREP(SMMU_STE_CONFIG, SMMU_STE_CONFIG_S1) |
			    (cfg->cd & SMMU_STE_S1CONTEXTPTR)),
		cpu_to_le64(smmu_ste_s1_fetch(cfg->coherent) |
			    FIELD_PREP(SMMU_STE_S1STALLD, cfg->stall_off) |
			    FIELD_PREP(SMMU_STE_STRW, SMMU_STRW_NSEL1) |
			    smmu_ste_incoming()),
	} };
}
EXPORT_SYMBOL_IF_KUNIT(smmu_ste_s1);

/**
 * smmu_ste_clear_overrides() - Make an STE fit for an SMMU that cannot override attributes
 * @ste: the entry
 *
 * Without IDR1.ATTR_TYPES_OVR the field is RES0, and incoming attributes are used.
 *
 * Context: any; pure.
 */
void smmu_ste_clear_overrides(struct smmu_ste *ste)
{
	ste->w[1] &= cpu_to_le64(~SMMU_STE_SHCFG);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_ste_clear_overrides);

static u64 smmu_ste_s2_walk(const struct smmu_walk *walk)
{
	u64 region = walk->coherent ? SMMU_WALK_RGN_WBWA : SMMU_WALK_RGN_NC;

	return FIELD_PREP(SMMU_STE_S2T0SZ, walk->t0sz) |
	       FIELD_PREP(SMMU_STE_S2SL0, smmu_walk_sl0(walk->granule_lg2, walk->start_level)) |
	       FIELD_PREP(SMMU_STE_S2IR0, region) |
	       FIELD_PREP(SMMU_STE_S2OR0, region) |
	       FIELD_PREP(SMMU_STE_S2SH0, walk->coherent ? SMMU_SH_ISH : SMMU_SH_OSH) |
	       FIELD_PREP(SMMU_STE_S2TG, smmu_walk_tg(walk->granule_lg2)) |
	       FIELD_PREP(SMMU_STE_S2PS, smmu_walk_ps(walk->oas_bits)) |
	       SMMU_STE_S2AA64;
}

/**
 * smmu_ste_s2() - STE of a stream that stage 2 translates
 * @cfg: what goes into it; its walk is one of stage 2
 *
 * Faults are recorded. ATS and hardware updates of descriptors are off.
 *
 * Context: any; pure.
 * Return: The entry.
 */
struct smmu_ste smmu_ste_s2(const struct smmu_ste_s2 *cfg)
{
	return (struct smmu_ste){ {
		cpu_to_le64(SMMU_STE_V |
			    FIELD_PREP(SMMU_STE_CONFIG, SMMU_STE_CONFIG_S2)),
		cpu_to_le64(FIELD_PREP(SMMU_STE_S2FWB, cfg->fwb) |
			    smmu_ste_incoming()),
		cpu_to_le64(FIELD_PREP(SMMU_STE_S2VMID, cfg->vmid) |
			    smmu_ste_s2_walk(cfg->walk) |
			    FIELD_PREP(SMMU_STE_S2S, cfg->stall) |
			    SMMU_STE_S2R),
		cpu_to_le64(cfg->walk->ttb & SMMU_STE_S2TTB),
	} };
}
EXPORT_SYMBOL_IF_KUNIT(smmu_ste_s2);

/* Word 1 whatever is translated */
#define SMMU_STE_1_ALWAYS	(SMMU_STE_DRE | SMMU_STE_CONT | SMMU_STE_DCP |		\
				 SMMU_STE_PPAR | SMMU_STE_MEV | SMMU_STE_EATS |		\
				 SMMU_STE_NSCFG | SMMU_STE_PRIVCFG | SMMU_STE_INSTCFG)

/* Word 1 where stage 1 may leave the attributes of transactions alone (13.1.4) */
#define SMMU_STE_1_ATTRS	(SMMU_STE_MEMATTR | SMMU_STE_MTCFG |			\
				 SMMU_STE_ALLOCCFG | SMMU_STE_SHCFG)

#define SMMU_STE_1_S1		(SMMU_STE_S1CIR | SMMU_STE_S1COR | SMMU_STE_S1CSH |	\
				 SMMU_STE_S1MPAM | SMMU_STE_S1STALLD | SMMU_STE_STRW)

#define SMMU_STE_1_S2		(SMMU_STE_S2HWU | SMMU_STE_S2FWB)

/**
 * smmu_ste_used() - Bits of an STE that the hardware looks at
 * @entry: the STE, SMMU_ENTRY_WORDS words
 * @used: as many words; set to the bits that count
 *
 * What 5.2 calls IGNORED in this configuration is left out; so are words 4 to 7, which
 * nothing here sets. Nested translation and tables of several CDs are told apart for
 * what will build them.
 *
 * Context: any; pure.
 */
void smmu_ste_used(const __le64 *entry, __le64 *used)
{
	u8 config = smmu_ste_config(entry);
	bool s1 = config == SMMU_STE_CONFIG_S1 || config == SMMU_STE_CONFIG_NESTED;
	bool s2 = config == SMMU_STE_CONFIG_S2 || config == SMMU_STE_CONFIG_NESTED;
	bool substreams = s1 && FIELD_GET(SMMU_STE_S1CDMAX, le64_to_cpu(entry[0]));
	u64 word1 = SMMU_STE_1_ALWAYS;

	memset(used, 0, SMMU_ENTRY_WORDS * sizeof(*used));
	used[0] = cpu_to_le64(SMMU_STE_V);
	if (!smmu_ste_valid(entry))
		return;
	used[0] |= cpu_to_le64(SMMU_STE_CONFIG);
	if (config < SMMU_STE_CONFIG_BYPASS)
		return;

	if (!s1 || substreams)
		word1 |= SMMU_STE_1_ATTRS;
	if (substreams) {
		used[0] |= cpu_to_le64(SMMU_STE_S1FMT);
		word1 |= SMMU_STE_S1DSS;
	}
	if (s1) {
		used[0] |= cpu_to_le64(SMMU_STE_S1CONTEXTPTR | SMMU_STE_S1CDMAX);
		word1 |= SMMU_STE_1_S1;
		used[2] |= cpu_to_le64(SMMU_STE_S2VMID);
	}
	if (s2) {
		word1 |= SMMU_STE_1_S2;
		used[2] = cpu_to_le64(U64_MAX);
		used[3] = cpu_to_le64(U64_MAX);
	}
	used[1] = cpu_to_le64(word1);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_ste_used);
