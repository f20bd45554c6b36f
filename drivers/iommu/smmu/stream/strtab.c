// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream table (IHI 0070, 3.3.1 and 5.1).
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/device.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <kunit/visibility.h>

#include "hw/caps.h"
#include "hw/mmio.h"
#include "hw/regs.h"
#include "stream/strtab.h"

/* A second-level table of 256 STEs, 16 KiB: one PCI bus. */
#define SMMU_STRTAB_SPLIT		8
/*
 * The first level takes at most 1 MiB.  A linear table takes at most 8 MiB, or 4 MiB if that
 * much is not to be had: it has to be in one piece, aligned to its size, and for that may be
 * allocated twice as large, out of memory that other devices need as well (CMA).  A table
 * whose second level is allocated at once takes at most 64 MiB, in pieces of 16 KiB; with
 * pages of 64 KiB each piece takes one, so four times as much.
 */
#define SMMU_STRTAB_L1_MAX_LG2		17
#define SMMU_STRTAB_LINEAR_MAX_LG2	17
#define SMMU_STRTAB_LINEAR_MIN_LG2	16
#define SMMU_STRTAB_WHOLE_MAX_LG2	20

static_assert(sizeof(__le64) << SMMU_STRTAB_L1_MAX_LG2 == SZ_1M);
static_assert(sizeof(struct smmu_ste) << SMMU_STRTAB_LINEAR_MAX_LG2 == SZ_8M);
static_assert(sizeof(struct smmu_ste) << SMMU_STRTAB_LINEAR_MIN_LG2 == SZ_4M);
static_assert(sizeof(struct smmu_ste) << SMMU_STRTAB_WHOLE_MAX_LG2 == SZ_64M);
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

static int smmu_strtab_init_two_level(struct smmu_strtab *st, u8 max_bits)
{
	u32 n;

	st->split = SMMU_STRTAB_SPLIT;
	st->sid_bits = min_t(u8, st->sid_bits, max_bits);
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
EXPORT_SYMBOL_IF_KUNIT(smmu_strtab_base_reg);

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

static int smmu_strtab_add_l2(struct smmu_strtab *st, u32 idx)
{
	dma_addr_t dma;
	struct smmu_ste *l2 = smmu_strtab_alloc_l2(st, &dma);

	if (!l2)
		return -ENOMEM;
	smmu_strtab_link_l2(st, idx, l2, dma);
	return 0;
}

/* All first-level descriptors lead to one second-level table. */
static int smmu_strtab_init_shared(struct smmu_strtab *st)
{
	u32 idx, n = 1U << (st->sid_bits - st->split);
	struct smmu_ste *l2;
	dma_addr_t dma;

	l2 = smmu_strtab_alloc_l2(st, &dma);
	if (!l2)
		return -ENOMEM;
	for (idx = 0; idx < n; idx++)
		smmu_strtab_link_l2(st, idx, l2, dma);
	return 0;
}

static int smmu_strtab_init_whole(struct smmu_strtab *st)
{
	u32 idx, n = 1U << (st->sid_bits - st->split);
	int ret = 0;

	for (idx = 0; idx < n && !ret; idx++) {
		ret = smmu_strtab_add_l2(st, idx);
		cond_resched();
	}
	return ret;
}

static int smmu_strtab_init_levels(struct smmu_strtab *st, bool shared, bool whole)
{
	int ret = smmu_strtab_init_two_level(st, whole ? SMMU_STRTAB_WHOLE_MAX_LG2 :
					     SMMU_STRTAB_L1_MAX_LG2 + SMMU_STRTAB_SPLIT);

	if (ret)
		return ret;
	if (shared)
		return smmu_strtab_init_shared(st);
	return whole ? smmu_strtab_init_whole(st) : 0;
}

/**
 * smmu_strtab_init() - Allocate a stream table in which every stream aborts
 * @st: the table to set up
 * @dev: the SMMU
 * @caps: what it can do: the width of a StreamID, whether it reads two-level tables,
 *	and whether those may grow under it
 * @shared: it does not tell streams apart: all StreamIDs share the STEs that
 *	smmu_strtab_entries() gives, and none has to be claimed
 *
 * A table that would be too large covers fewer StreamIDs; those beyond it are
 * terminated by the SMMU, and smmu_strtab_claim() refuses them.
 *
 * Context: may sleep. The memory goes with the binding of @dev.
 * Return: 0 or -ENOMEM. IHI 0070, 3.3.1.
 */
int smmu_strtab_init(struct smmu_strtab *st, struct device *dev, const struct smmu_caps *caps,
		     bool shared)
{
	const bool whole = !shared && !caps->lazy_strtab;
	int ret;

	st->dev = dev;
	st->sid_bits = caps->sid_bits;
	if (caps->two_level && caps->sid_bits > SMMU_STRTAB_SPLIT)
		ret = smmu_strtab_init_levels(st, shared, whole);
	else
		ret = smmu_strtab_init_linear(st);
	if (!ret && st->sid_bits < caps->sid_bits)
		dev_warn(dev,
			 "the %s stream table covers %u of %u StreamID bits, as more would be too large or is not to be had: masters with StreamIDs from %#x on will be refused\n",
			 st->linear ? "linear" : whole ? "preallocated" : "two-level",
			 st->sid_bits, caps->sid_bits, 1U << st->sid_bits);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_strtab_init);

/**
 * smmu_strtab_claim() - Make sure that a stream has an STE
 * @st: the table
 * @sid: the StreamID
 *
 * Context: may sleep; the caller serialises.
 * Return: 0; 1 if a first-level descriptor was changed, so that the SMMU may
 * hold the old one (CMD_CFGI_STE with Leaf clear removes it), which never happens without
 * smmu_caps.lazy_strtab; -ERANGE if @sid lies beyond the table; -ENOMEM. IHI 0070, 5.1.
 */
int smmu_strtab_claim(struct smmu_strtab *st, u32 sid)
{
	u32 idx;
	int ret;

	if (!smmu_strtab_covers(st, sid))
		return -ERANGE;
	if (st->linear)
		return 0;
	idx = sid >> st->split;
	if (st->l2[idx])
		return 0;
	ret = smmu_strtab_add_l2(st, idx);
	return ret ?: 1;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_strtab_claim);

/**
 * smmu_strtab_entries() - All STEs, for smmu_entry_write_many()
 * @st: the table, of an SMMU that does not tell streams apart
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
