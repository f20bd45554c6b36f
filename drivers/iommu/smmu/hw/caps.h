/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an SMMU can do, from its ID registers. Pure: words in, facts out.
 */
#ifndef SMMU_CAPS_H
#define SMMU_CAPS_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <asm/page.h>

/*
 * The smallest command queue: two doorbells' worth of commands without a CMD_SYNC, see
 * SMMU_CMDQ_RING_CMDS.
 */
#define SMMU_CMDQ_MIN_LG2	6

/* The event queue must tell full from empty by more than the wrap bit */
#define SMMU_EVTQ_MIN_LG2	1

/**
 * struct smmu_id_regs - the ID registers as read (6.3.1 to 6.3.8)
 * @idr0: features
 * @idr1: sizes of StreamIDs and queues
 * @idr3: features
 * @idr5: sizes of addresses and granules
 * @iidr: who made it
 * @aidr: version of the architecture
 */
struct smmu_id_regs {
	u32 idr0;
	u32 idr1;
	u32 idr3;
	u32 idr5;
	u32 iidr;
	u32 aidr;
};

/* Errata that ask the driver to do something */
#define SMMU_ERRATUM_SYNC_EVERY_BATCH	BIT(0)	/* each batch of commands ends in a CMD_SYNC */
#define SMMU_ERRATUM_INVALIDATE_TWICE	BIT(1)	/* CFGI and TLBI again when they are complete */
#define SMMU_ERRATUM_CONTIG		BIT(2)	/* no contiguous hint on leaves */

/**
 * struct smmu_caps - what one SMMU can do
 * @sid_bits: bits of a StreamID, 0 to 32
 * @ssid_bits: bits of a SubstreamID, 0 for none
 * @asid_bits: 8 or 16
 * @vmid_bits: 8 or 16
 * @oas_bits: bits of a physical address, 32 to 52; for one granule ask
 *	smmu_caps_oas_bits()
 * @va_bits: bits of a stage-1 input address, 48 or 52; for one granule ask
 *	smmu_caps_va_bits()
 * @cmdq_max_lg2: largest command queue, log2 of entries
 * @evtq_max_lg2: largest event queue, log2 of entries
 * @minor: of the architecture: SMMUv3.minor
 * @bbml: level of break-before-make support, 0 to 2
 * @granules: SZ_4K | SZ_16K | SZ_64K
 * @errata: SMMU_ERRATUM_*
 * @s1: stage 1
 * @s2: stage 2
 * @coherent: fetches of tables, queues and descriptors snoop caches
 * @attr_types_ovr: STEs may override memory type and shareability
 * @two_level: two-level stream table
 * @lazy_strtab: first-level descriptors of a stream table may change while the SMMU is
 *	enabled, as the architecture has it; not so with a hypervisor that plays an SMMU
 *	and takes a copy
 * @range_inval: invalidation by range
 * @contig: contiguous sets of leaves can be used, as far as @bbml allows
 * @ats: PCIe ATS
 * @msi: the SMMU can send its own interrupts as MSIs
 * @hyp: EL2 translation regime
 * @fwb: stage 2 can force write-back
 * @stall: faults may stall
 * @stall_force: faults always stall: CD.S and STE.S2S must be set
 * @stall_choice: both ways are offered; only then may STE.S1STALLD be set
 */
struct smmu_caps {
	u8 sid_bits, ssid_bits, asid_bits, vmid_bits;
	u8 oas_bits;
	u8 va_bits;
	u8 cmdq_max_lg2, evtq_max_lg2;
	u8 minor;
	u8 bbml;
	u32 granules;
	u32 errata;
	bool s1, s2;
	bool coherent;
	bool attr_types_ovr;
	bool two_level;
	bool lazy_strtab;
	bool range_inval;
	bool contig;
	bool ats;
	bool msi;
	bool hyp;
	bool fwb;
	bool stall, stall_force, stall_choice;
};

int smmu_caps_decode(const struct smmu_id_regs *ids, struct smmu_caps *caps, const char **why);
u32 smmu_caps_errata_of_compatible(const char *compatible);
const char *smmu_caps_disable(struct smmu_caps *caps, const char *names);

/*
 * log2 of the granule to use of some: the CPU's page size where possible, since mappings of
 * single pages are what drivers ask for, and a larger granule could not express them.
 * 0 if all of them are larger.
 */
static inline u8 smmu_caps_granule_lg2(u32 granules)
{
	u32 usable = granules & (PAGE_SIZE | (PAGE_SIZE - 1));

	return usable ? __fls(usable) : 0;
}

/*
 * Bits of an output address that tables of one granule can hold. 4K and 16K
 * descriptors have room for 48 (IDR5.DS changes their format; not used).
 */
static inline u8 smmu_caps_oas_bits(const struct smmu_caps *caps, u8 granule_lg2)
{
	return granule_lg2 == 16 || caps->oas_bits <= 48 ? caps->oas_bits : 48;
}

/* Bits of a stage-1 input address that tables of one granule can translate */
static inline u8 smmu_caps_va_bits(const struct smmu_caps *caps, u8 granule_lg2)
{
	return granule_lg2 == 16 ? caps->va_bits : 48;
}

#endif /* SMMU_CAPS_H */
