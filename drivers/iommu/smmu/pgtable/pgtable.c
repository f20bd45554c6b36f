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

#include "pgtable/shortcut.h"
#include "pgtable/table.h"

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
 * smmu_pgtable_levels() - How many tables a walk goes through
 * @cfg: what a page table is to be like
 *
 * Context: any; pure.
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
	if (cfg->bbml > 2)
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

/*
 * Without BBML, a part of a contiguous set could not be unmapped: what stays would have
 * to be unmapped for a moment, too.
 */
static void lay_out_contig(struct smmu_pgtable *pt)
{
	pt->page_contig = SMMU_NO_CONTIG;
	pt->block_contig = SMMU_NO_CONTIG;
	if (!pt->contig)
		return;
	pt->page_contig = pt->granule_lg2 == 12 ? SMMU_CONT_PAGES_4K :
			  pt->granule_lg2 == 14 ? SMMU_CONT_PAGES_16K :
						  SMMU_CONT_PAGES_64K;
	pt->block_contig = pt->granule_lg2 == 12 ? SMMU_CONT_BLOCKS_4K :
						   SMMU_CONT_BLOCKS;
}

/* The sizes of leaves, tables and sets, once, for all that map and unmap do */
static void lay_out(struct smmu_pgtable *pt, const struct smmu_pgtable_cfg *cfg)
{
	u8 granule_lg2 = cfg->granule_lg2, index_lg2 = granule_lg2 - SMMU_DESC_BYTES_LG2;
	u8 plain_bits = min(pt->walk.oas_bits, SMMU_OAS_MAX);

	pt->granule_lg2 = granule_lg2;
	pt->index_lg2 = index_lg2;
	pt->index_mask = BIT_ULL(index_lg2) - 1;
	pt->addr_low = granule_lg2 == 16 ? SMMU_DESC_ADDR_64K : SMMU_DESC_ADDR;
	pt->addr_high = granule_lg2 == 16 ? SMMU_DESC_ADDR_64K_HIGH : 0;
	pt->page_mask = BIT_ULL(granule_lg2) - 1;
	pt->ias_bits = cfg->ias_bits;
	pt->root_lg2 = granule_lg2 + index_lg2 * (SMMU_LEVEL_LAST - pt->walk.start_level);
	pt->table_lg2 = min(granule_lg2 + index_lg2, pt->ias_bits);
	/* Blocks: 1G and 2M with 4K; 32M with 16K; 512M with 64K */
	pt->block_lg2 = granule_lg2 + index_lg2 * (granule_lg2 == 12 ? 2 : 1);
	pt->block_lg2 = min(pt->block_lg2, pt->root_lg2);
	pt->plain_bad = GENMASK_ULL(63, plain_bits) | pt->page_mask;
	pt->leaf_bad = pt->coherent ? pt->plain_bad : U64_MAX;
	pt->size_bad = ~smmu_pgtable_sizes(pt);
	lay_out_contig(pt);
}

static void describe(struct smmu_pgtable *pt, const struct smmu_pgtable_cfg *cfg)
{
	describe_walk(&pt->walk, cfg);
	pt->attrs = smmu_attr_table(cfg->stage, cfg->fwb);
	pt->coherent = cfg->coherent;
	pt->bbml = cfg->bbml;
	pt->contig = cfg->contig && cfg->bbml;
	pt->flush = cfg->flush;
	pt->flush_ctx = cfg->flush_ctx;
	pt->dev = cfg->dev;
	pt->nid = cfg->nid;
	lay_out(pt, cfg);
}

static __le64 *alloc_root(struct smmu_pgtable *pt)
{
	size_t bytes = smmu_slots(pt, pt->root_lg2) * sizeof(*pt->root);
	struct smmu_table_tally tally = { };
	__le64 *root = smmu_table_alloc(pt, bytes, GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	if (!root)
		return NULL;
	if (!smmu_table_dma_map(pt, root)) {
		smmu_table_discard(root);
		return NULL;
	}
	smmu_table_tally_add(&tally, root);
	smmu_table_tally_account(&tally);
	return root;
}

/**
 * smmu_pgtable_alloc() - Make an empty page table
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

	if (!cfg_valid(cfg))
		return ERR_PTR(-EINVAL);
	pt = kzalloc_node(sizeof(*pt), GFP_KERNEL_ACCOUNT, cfg->nid);
	if (!pt)
		return ERR_PTR(-ENOMEM);
	describe(pt, cfg);
	pt->root = alloc_root(pt);
	if (!pt->root) {
		kfree(pt);
		return ERR_PTR(-ENOMEM);
	}
	pt->walk.ttb = virt_to_phys(pt->root);
	/* A root that is all there is: the last level, and it never goes. */
	if (pt->root_lg2 == pt->granule_lg2)
		smmu_shortcut_keep(pt, 0, pt->root);
	return pt;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_alloc);

/**
 * smmu_pgtable_free() - Free a page table and all its tables
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
	struct smmu_pgtable_cleared c;

	if (!pt)
		return;
	smmu_pgtable_cleared_init(&c);
	smmu_table_collect(pt, pt->root, pt->root_lg2, &c);
	smmu_table_free_all(pt, &c.tables);
	kfree(pt);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_free);

/**
 * smmu_pgtable_walk() - What a CD or STE has to say about a page table
 * @pt: the page table
 *
 * Context: any.
 *
 * Return: valid and unchanging as long as @pt is.
 */
const struct smmu_walk *smmu_pgtable_walk(const struct smmu_pgtable *pt)
{
	return &pt->walk;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_walk);

/**
 * smmu_pgtable_bbml() - What its walkers must be able to do
 * @pt: the page table
 *
 * Context: any.
 *
 * Return: the least that IDR3.BBML of an SMMU may say which walks it.
 */
u8 smmu_pgtable_bbml(const struct smmu_pgtable *pt)
{
	return pt->bbml;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_bbml);

/**
 * smmu_pgtable_contig() - Whether its walkers meet the contiguous hint
 * @pt: the page table
 *
 * Context: any.
 *
 * Return: true if leaves may have it.
 */
bool smmu_pgtable_contig(const struct smmu_pgtable *pt)
{
	return pt->contig;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_contig);

/**
 * smmu_pgtable_sizes() - The sizes of its pages and blocks
 * @pt: the page table
 *
 * Context: any.
 *
 * Return: the sum of them, as the kernel wants it for pgsize_bitmap. Blocks of
 * levels above the first one are not in it. Nor are contiguous sets: the kernel
 * would make more calls, one for each size.
 */
u64 smmu_pgtable_sizes(const struct smmu_pgtable *pt)
{
	unsigned int slot_lg2;
	u64 sizes = 0;

	for (slot_lg2 = pt->granule_lg2; slot_lg2 <= pt->block_lg2; slot_lg2 += pt->index_lg2)
		sizes |= BIT_ULL(slot_lg2);
	return sizes;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_sizes);
