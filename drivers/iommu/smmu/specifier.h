/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One specifier in "iommus": which streams, and which window. Pure.
 */
#ifndef SMMU_SPECIFIER_H
#define SMMU_SPECIFIER_H

#include <linux/types.h>

#include "window.h"

#define SMMU_SPECIFIER_CELLS_MAX	5
/* Each gets a record: a mask of all 32 bits must not take all memory. */
#define SMMU_SPECIFIER_STREAMS_MAX	4096

/**
 * struct smmu_specifier - what the cells after the phandle say
 * @all: there were no cells: every stream of the SMMU, whatever its ID
 * @sid: the StreamID; the bits under @mask are clear
 * @mask: bits of a StreamID that do not count
 * @windowed: there is a window
 * @old_4g: its size was 0xffffffff, which was taken for 4 GiB
 * @window: the window, if there is one
 */
struct smmu_specifier {
	bool all;
	u32 sid;
	u32 mask;
	bool windowed;
	bool old_4g;
	struct smmu_window_range window;
};

bool smmu_specifier_cells_known(u32 cells);
int smmu_specifier_decode(const u32 *cells, unsigned int nr, u8 granule_lg2,
			  struct smmu_specifier *spec, const char **why);
u32 smmu_specifier_nr_streams(const struct smmu_specifier *spec);
u32 smmu_specifier_sid(const struct smmu_specifier *spec, u32 n);

#endif /* SMMU_SPECIFIER_H */
