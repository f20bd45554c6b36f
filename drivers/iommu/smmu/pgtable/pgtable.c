// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shape of a page table: how many levels, where they start, and its life.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/math.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "pgtable/internal.h"

/*
 * Whether stage 2 may start at a level. The highest one needs an output of more
 * than so many bits; with the 4K granule the last one needs TTST. Arm ARM D8.2.2.
 */
static bool s2_may_start(const struct smmu_pgtable_cfg *cfg, int level)
{
	switch (cfg->granule_lg2) {
	case 12:
		return level < SMMU_LEVEL_LAST && (level > 0 || cfg->oas_bits > 42);
	case 14:
		return level > 1 || (level == 1 && cfg->oas_bits > 40);
	default:
		return level > 1 || (level == 1 && cfg->oas_bits > 42);
	}
}

/*
 * The level that leaves the fewest steps with one table to start from. At stage 2,
 * up to 16 tables side by side can stand for a level with as many entries. That is
 * done only where the architecture asks for it: it saves a step of the walk, but
 * QEMU 10.0, for one, finds none of the tables after the first.
 */
static u8 start_level(const struct smmu_pgtable_cfg *cfg)
{
	unsigned int index_bits = cfg->granule_lg2 - SMMU_DESC_BYTES_LG2;
	unsigned int bits = cfg->ias_bits - cfg->granule_lg2;
	int level = SMMU_LEVEL_LAST + 1 - DIV_ROUND_UP(bits, index_bits);

	if (cfg->stage == 1 || s2_may_start(cfg, level))
		return level;
	return level == SMMU_LEVEL_LAST ? level - 1 : level + 1;
}

/**
 * smmu_pgtable_levels - how many tables a walk goes through
 * @cfg: what a page table is to be like
 *
 * Return: 1 to 4, with the tables side by side that stage 2 may start with
 * counted as one.
 */
u8 smmu_pgtable_levels(const struct smmu_pgtable_cfg *cfg)
{
	return SMMU_LEVEL_LAST + 1 - start_level(cfg);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_levels);

static bool oas_known(u8 oas_bits)
{
	switch (oas_bits) {
	case 32:
	case 36:
	case 40:
	case 42:
	case 44:
	case 48:
	case 52:
		return true;
	default:
		return false;
	}
}

static bool cfg_valid(const struct smmu_pgtable_cfg *cfg)
{
	u8 ias_max = SMMU_IAS_MAX;

	if (cfg->stage != 1 && cfg->stage != 2)
		return false;
	if (cfg->granule_lg2 == 16)
		ias_max = SMMU_IAS_MAX_64K;
	else if (cfg->granule_lg2 != 12 && cfg->granule_lg2 != 14)
		return false;
	if (!oas_known(cfg->oas_bits))
		return false;
	if (cfg->stage == 2)
		ias_max = min(ias_max, cfg->oas_bits);
	if (cfg->ias_bits < SMMU_PGTABLE_IAS_MIN || cfg->ias_bits > ias_max)
		return false;
	return cfg->coherent || cfg->dev;
}

static void describe_walk(struct smmu_walk *walk,
			  const struct smmu_pgtable_cfg *cfg)
{
	u8 oas_max = cfg->granule_lg2 == 16 ? SMMU_OAS_MAX_64K : SMMU_OAS_MAX;

	*walk = (struct smmu_walk) {
		.mair = cfg->stage == 1 ? smmu_attr_mair() : 0,
		.stage = cfg->stage,
		.t0sz = 64 - cfg->ias_bits,
		.granule_lg2 = cfg->granule_lg2,
		.start_level = start_level(cfg),
		.oas_bits = min(cfg->oas_bits, oas_max),
		.coherent = cfg->coherent,
	};
}

/**
 * smmu_pgtable_alloc - make an empty page table
 * @cfg: what it is to be like; not needed afterwards
 *
 * Context: may sleep.
 *
 * Return: the page table, or ERR_PTR of -EINVAL (a combination the architecture
 * does not have) or -ENOMEM (also if the walker cannot reach the memory).
 */
struct smmu_pgtable *smmu_pgtable_alloc(const struct smmu_pgtable_cfg *cfg)
{
	struct smmu_pgtable *pt;
	size_t bytes;

	if (!cfg_valid(cfg))
		return ERR_PTR(-EINVAL);
	pt = kzalloc_node(sizeof(*pt), GFP_KERNEL_ACCOUNT, cfg->nid);
	if (!pt)
		return ERR_PTR(-ENOMEM);
	describe_walk(&pt->walk, cfg);
	pt->dev = cfg->dev;
	pt->nid = cfg->nid;
	pt->ias_bits = cfg->ias_bits;
	pt->fwb = cfg->fwb;

	bytes = smmu_level_slots(pt, pt->walk.start_level) * sizeof(*pt->root);
	pt->root = smmu_table_alloc(pt, bytes, GFP_KERNEL_ACCOUNT);
	if (!pt->root) {
		kfree(pt);
		return ERR_PTR(-ENOMEM);
	}
	pt->walk.ttb = virt_to_phys(pt->root);
	return pt;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_alloc);

/* Calls itself three times deep at most: the levels above the last. */
static void free_tables(struct smmu_pgtable *pt, __le64 *table,
			unsigned int level)
{
	u32 slots = smmu_level_slots(pt, level);
	u32 i;

	for (i = 0; level < SMMU_LEVEL_LAST && i < slots; i++) {
		u64 desc = smmu_desc_read(&table[i]);

		if (smmu_desc_is_table(desc, level))
			free_tables(pt, smmu_desc_table(pt, desc), level + 1);
	}
	smmu_table_free(pt, table);
}

/**
 * smmu_pgtable_free - free a page table and all its tables
 * @pt: the page table, or NULL
 *
 * The caller has made sure that nothing uses it: no entry points to it, TLBs
 * and walk caches are invalidated, no lookup is under way, and all tables that
 * unmap took out have been put.
 *
 * Context: may sleep.
 */
void smmu_pgtable_free(struct smmu_pgtable *pt)
{
	if (!pt)
		return;
	free_tables(pt, pt->root, pt->walk.start_level);
	kfree(pt);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_free);

/**
 * smmu_pgtable_walk - what a CD or STE has to say about a page table
 * @pt: the page table
 *
 * Return: valid and unchanging as long as @pt is.
 */
const struct smmu_walk *smmu_pgtable_walk(const struct smmu_pgtable *pt)
{
	return &pt->walk;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_walk);

/**
 * smmu_pgtable_sizes - the sizes of its pages and blocks
 * @pt: the page table
 *
 * Return: the sum of them, as the kernel wants it for pgsize_bitmap. Blocks of
 * levels above the first one are not in it.
 */
u64 smmu_pgtable_sizes(const struct smmu_pgtable *pt)
{
	unsigned int level;
	u64 sizes = 0;

	for (level = smmu_level_top_leaf(pt); level <= SMMU_LEVEL_LAST; level++)
		sizes |= smmu_level_bytes(pt, level);
	return sizes;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_sizes);

/**
 * smmu_pgtable_bytes - table memory it holds
 * @pt: the page table
 *
 * Return: bytes, with the tables that wait for smmu_pgtable_put_tables().
 */
size_t smmu_pgtable_bytes(const struct smmu_pgtable *pt)
{
	return atomic_long_read(&pt->bytes);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_bytes);
