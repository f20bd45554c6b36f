// SPDX-License-Identifier: GPL-2.0-only
/*
 * One specifier in "iommus". How many cells it has says what they are:
 *
 *	0	every stream
 *	1	StreamID
 *	2	StreamID, mask of the bits that do not count
 *	4	StreamID, window start, window size in two cells
 *	5	StreamID, window start in two cells, window size in two cells
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <kunit/visibility.h>

#include "specifier.h"

/**
 * smmu_specifier_cells_known() - Whether specifiers of this length mean something
 * @cells: value of #iommu-cells
 *
 * Context: any; pure.
 * Return: true if they do.
 */
bool smmu_specifier_cells_known(u32 cells)
{
	return cells <= SMMU_SPECIFIER_CELLS_MAX && cells != 3;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_specifier_cells_known);

/* Two cells, high one first */
static u64 smmu_specifier_u64(const u32 *cells)
{
	return (u64)cells[0] << 32 | cells[1];
}

/* Streams are counted by the bits of a mask. */
static_assert(!(SMMU_SPECIFIER_STREAMS_MAX & (SMMU_SPECIFIER_STREAMS_MAX - 1)));

static int smmu_specifier_decode_mask(u32 mask, struct smmu_specifier *spec, const char **why)
{
	spec->mask = mask;
	spec->sid &= ~mask;
	/* Counted by its bits: 1 << 32 would be no streams at all. */
	if (hweight32(mask) > const_ilog2(SMMU_SPECIFIER_STREAMS_MAX)) {
		*why = "too many streams under the mask";
		return -EINVAL;
	}
	return 0;
}

static int smmu_specifier_decode_window(u64 start, u64 bytes, u8 granule_lg2,
					struct smmu_specifier *spec, const char **why)
{
	spec->windowed = true;
	return smmu_window_check(start, bytes, granule_lg2, &spec->window, &spec->old_4g, why);
}

/**
 * smmu_specifier_decode() - Understand one specifier
 * @cells: its cells, in the CPU's order
 * @nr: how many
 * @granule_lg2: log2 of the granule that a window has to be on
 * @spec: where the meaning goes; of no use after a failure
 * @why: on failure, what is wrong
 *
 * Context: any; pure.
 * Return: 0 or -EINVAL.
 */
int smmu_specifier_decode(const u32 *cells, unsigned int nr, u8 granule_lg2,
			  struct smmu_specifier *spec, const char **why)
{
	*spec = (struct smmu_specifier){ .all = !nr, .sid = nr ? cells[0] : 0 };
	switch (nr) {
	case 0:
	case 1:
		return 0;
	case 2:
		return smmu_specifier_decode_mask(cells[1], spec, why);
	case 4:
		return smmu_specifier_decode_window(cells[1], smmu_specifier_u64(&cells[2]),
						    granule_lg2, spec, why);
	case 5:
		return smmu_specifier_decode_window(smmu_specifier_u64(&cells[1]),
						    smmu_specifier_u64(&cells[3]),
						    granule_lg2, spec, why);
	default:
		*why = "wrong number of cells";
		return -EINVAL;
	}
}
EXPORT_SYMBOL_IF_KUNIT(smmu_specifier_decode);

/**
 * smmu_specifier_nr_streams() - How many StreamIDs a specifier names
 * @spec: the specifier
 *
 * Context: any; pure.
 * Return: 1 to %SMMU_SPECIFIER_STREAMS_MAX; 1 if it means every stream.
 */
u32 smmu_specifier_nr_streams(const struct smmu_specifier *spec)
{
	return 1U << hweight32(spec->mask);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_specifier_nr_streams);

/**
 * smmu_specifier_sid() - One of the StreamIDs that a specifier names
 * @spec: the specifier
 * @n: which one, below smmu_specifier_nr_streams()
 *
 * The bits of @n go, in their order, to the places that the mask leaves open; so
 * the StreamIDs rise with @n.
 *
 * Context: any; pure.
 * Return: the StreamID.
 */
u32 smmu_specifier_sid(const struct smmu_specifier *spec, u32 n)
{
	const unsigned long places = spec->mask;
	u32 sid = spec->sid;
	unsigned int bit;

	for_each_set_bit(bit, &places, 32) {
		if (n & 1)
			sid |= BIT(bit);
		n >>= 1;
	}
	return sid;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_specifier_sid);
