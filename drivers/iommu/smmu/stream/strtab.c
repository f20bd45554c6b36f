// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream table (IHI 0070, 3.3.1 and 5.1).
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/device.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "hw/mmio.h"
#include "hw/regs.h"
#include "stream/strtab.h"

/* A second-level table of 256 STEs, 16 KiB: one PCI bus. */
#define SMMU_STRTAB_SPLIT		8
/*
 * The first level takes at most 1 MiB, a linear table at most 64 MiB; less, down to 4 MiB,
 * if that much is not to be had in one piece.
 */
#define SMMU_STRTAB_L1_MAX_LG2		17
#define SMMU_STRTAB_LINEAR_MAX_LG2	20
#define SMMU_STRTAB_LINEAR_MIN_LG2	16

static_assert(sizeof(__le64) << SMMU_STRTAB_L1_MAX_LG2 == SZ_1M);
static_assert(sizeof(struct smmu_ste) << SMMU_STRTAB_LINEAR_MAX_LG2 == SZ_64M);
static_assert(sizeof(struct smmu_ste) << SMMU_STRTAB_LINEAR_MIN_LG2 == SZ_4M);
/* A table of a split of n has a span of n + 1, and 11 is the largest (5.1). */
static_assert(SMMU_STRTAB_SPLIT + 1 <= 11);

static void smmu_strtab_fill_abort(struct smmu_ste *ste, unsigned int n)
{
	const struct smmu_ste abort = smmu_ste_abort();

	while (n--)
		*ste++ = abort;
}

static int smmu_strtab_init_linear(struct smmu_strtab *st)
{
	st->sid_bits = min_t(u8, st->sid_bits, SMMU_STRTAB_LINEAR_MAX_LG2);
	while (st->sid_bits > SMMU_STRTAB_LINEAR_MIN_LG2) {
		st->linear = smmu_mem_try_alloc(st->dev, sizeof(*st->linear) << st->sid_bits,
						&st->dma);
		if (st->linear)
			break;
		st->sid_bits--;
	}
	if (!st->linear)
		st->linear = smmu_mem_alloc(st->dev, sizeof(*st->linear) << st->sid_bits,
					    &st->dma, "stream table");
	if (!st->linear)
		return -ENOMEM;
	smmu_strtab_fill_abort(st->linear, 1U << st->sid_bits);
	st->base_cfg = FIELD_PREP(SMMU_STRTAB_BASE_CFG_FMT, SMMU_STRTAB_FMT_LINEAR) |
		       FIELD_PREP(SMMU_STRTAB_BASE_CFG_LOG2SIZE, st->sid_bits);
	return 0;
}

static int smmu_strtab_init_two_level(struct smmu_strtab *st)
{
	u32 n;

	st->split = SMMU_STRTAB_SPLIT;
	st->sid_bits = min_t(u8, st->sid_bits, SMMU_STRTAB_L1_MAX_LG2 + st->split);
	n = 1U << (st->sid_bits - st->split);
	st->l1 = smmu_mem_alloc(st->dev, n * sizeof(*st->l1), &st->dma, "stream table");
	if (!st->l1)
		return -ENOMEM;
	st->l2 = devm_kcalloc(st->dev, n, sizeof(*st->l2), GFP_KERNEL);
	if (!st->l2) {
		dev_err(st->dev, "no memory to keep track of the stream table\n");
		return -ENOMEM;
	}
	st->base_cfg = FIELD_PREP(SMMU_STRTAB_BASE_CFG_FMT, SMMU_STRTAB_FMT_TWO_LEVEL) |
		       FIELD_PREP(SMMU_STRTAB_BASE_CFG_LOG2SIZE, st->sid_bits) |
		       FIELD_PREP(SMMU_STRTAB_BASE_CFG_SPLIT, st->split);
	return 0;
}

/**
 * smmu_strtab_init() - Allocate a stream table in which every stream aborts
 * @st: the table to set up
 * @dev: the SMMU
 * @sid_bits: width of a StreamID
 * @two_level: whether the SMMU reads two-level tables
 *
 * A table that would be too large covers fewer StreamIDs; those beyond it are
 * terminated by the SMMU, and smmu_strtab_claim() refuses them.
 *
 * Context: may sleep. The memory goes with the binding of @dev.
 * Return: 0 or -ENOMEM. IHI 0070, 3.3.1.
 */
int smmu_strtab_init(struct smmu_strtab *st, struct device *dev, u8 sid_bits, bool two_level)
{
	int ret;

	st->dev = dev;
	st->sid_bits = sid_bits;
	if (two_level && sid_bits > SMMU_STRTAB_SPLIT)
		ret = smmu_strtab_init_two_level(st);
	else
		ret = smmu_strtab_init_linear(st);
	if (!ret && st->sid_bits < sid_bits)
		dev_warn(dev, "stream table covers %u of %u StreamID bits\n", st->sid_bits,
			 sid_bits);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_strtab_init);

/**
 * smmu_strtab_base_reg() - Value of STRTAB_BASE for this table
 * @st: the table
 *
 * Context: any.
 * Return: the value. IHI 0070, 6.3.23.
 */
u64 smmu_strtab_base_reg(const struct smmu_strtab *st)
{
	return SMMU_STRTAB_BASE_RA | (st->dma & SMMU_STRTAB_BASE_ADDR);
}

/**
 * smmu_strtab_covers() - Whether a StreamID lies in the table
 * @st: the table
 * @sid: the StreamID
 *
 * Context: any.
 * Return: true if it does.
 */
bool smmu_strtab_covers(const struct smmu_strtab *st, u32 sid)
{
	return st->sid_bits >= 32 || !(sid >> st->sid_bits);
}

static struct smmu_ste *smmu_strtab_alloc_l2(struct smmu_strtab *st, dma_addr_t *dma)
{
	unsigned int n = 1U << st->split;
	struct smmu_ste *l2 = smmu_mem_alloc(st->dev, n * sizeof(*l2), dma,
					     "second-level stream table");

	if (l2)
		smmu_strtab_fill_abort(l2, n);
	return l2;
}

static void smmu_strtab_link_l2(struct smmu_strtab *st, u32 idx, struct smmu_ste *l2,
				dma_addr_t dma)
{
	__le64 desc = cpu_to_le64(smmu_strtab_l1(dma, st->split + 1));

	st->l2[idx] = l2;
	/*
	 * Earlier: the aborting STEs.  Later: the descriptor that leads to
	 * them.  Peer: the SMMU, which may walk the table at any time.
	 */
	dma_wmb();
	/* One 64-bit store, on 32-bit CPUs as well. */
	atomic64_set((atomic64_t *)&st->l1[idx], (__force s64)desc);
}

/**
 * smmu_strtab_claim() - Make sure that a stream has an STE
 * @st: the table
 * @sid: the StreamID
 *
 * Context: may sleep; the caller serialises.
 * Return: 0; 1 if a first-level descriptor was changed, so that the SMMU may
 * hold the old one (CMD_CFGI_STE with Leaf clear removes it); -ERANGE if @sid
 * lies beyond the table; -ENOMEM. IHI 0070, 5.1.
 */
int smmu_strtab_claim(struct smmu_strtab *st, u32 sid)
{
	struct smmu_ste *l2;
	dma_addr_t dma;
	u32 idx;

	if (!smmu_strtab_covers(st, sid))
		return -ERANGE;
	if (st->linear)
		return 0;
	idx = sid >> st->split;
	if (st->l2[idx])
		return 0;

	l2 = smmu_strtab_alloc_l2(st, &dma);
	if (!l2)
		return -ENOMEM;
	smmu_strtab_link_l2(st, idx, l2, dma);
	return 1;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_strtab_claim);

/**
 * smmu_strtab_claim_all() - Make sure that every stream has an STE
 * @st: the table
 *
 * For an SMMU that does not tell streams apart: all first-level descriptors point
 * to one second-level table, which smmu_strtab_entries() gives.
 *
 * Context: may sleep; the caller serialises and claims no stream by itself.
 * Return: as smmu_strtab_claim().
 */
int smmu_strtab_claim_all(struct smmu_strtab *st)
{
	u32 idx, n = 1U << (st->sid_bits - st->split);
	struct smmu_ste *l2;
	dma_addr_t dma;

	if (st->linear || st->l2[0])
		return 0;
	l2 = smmu_strtab_alloc_l2(st, &dma);
	if (!l2)
		return -ENOMEM;
	for (idx = 0; idx < n; idx++)
		smmu_strtab_link_l2(st, idx, l2, dma);
	return 1;
}

/**
 * smmu_strtab_entries() - All STEs, for smmu_entry_write_many()
 * @st: the table, after smmu_strtab_claim_all()
 * @nr: where their number goes
 *
 * Context: any.
 * Return: the first one, valid for as long as the driver has the SMMU.
 */
struct smmu_ste *smmu_strtab_entries(const struct smmu_strtab *st, u32 *nr)
{
	*nr = 1U << (st->linear ? st->sid_bits : st->split);
	return st->linear ?: st->l2[0];
}

/**
 * smmu_strtab_entry() - The STE of a claimed stream
 * @st: the table
 * @sid: a StreamID that was claimed
 *
 * Context: any.
 * Return: the entry, valid for as long as the driver has the SMMU.
 */
struct smmu_ste *smmu_strtab_entry(const struct smmu_strtab *st, u32 sid)
{
	if (st->linear)
		return &st->linear[sid];
	return &st->l2[sid >> st->split][sid & ((1U << st->split) - 1)];
}
EXPORT_SYMBOL_IF_KUNIT(smmu_strtab_entry);
