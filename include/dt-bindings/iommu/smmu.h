/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Constants for device trees with an "arm,smmu-v3" node, see
 * Documentation/devicetree/bindings/iommu/arm,smmu-v3.yaml.
 */
#ifndef _DT_BINDINGS_IOMMU_SMMU_H
#define _DT_BINDINGS_IOMMU_SMMU_H

/* #iommu-cells: what follows the phandle of the IOMMU in "iommus". */
#define SMMU_CELLS_FIXED	0	/* nothing: all masters share one context */
#define SMMU_CELLS_STREAM	1	/* StreamID */
#define SMMU_CELLS_MASK		2	/* StreamID, mask of ignored bits */
#define SMMU_CELLS_WINDOW32	4	/* StreamID, start (1 cell), size (2 cells) */
#define SMMU_CELLS_WINDOW64	5	/* StreamID, start (2 cells), size (2 cells) */

/*
 * Sizes of windows, and starts with SMMU_CELLS_WINDOW64: two cells, high first.
 * cpp cannot shift what a cell cannot hold, so the larger ones have names.
 */
#define SMMU_WINDOW_BYTES(bytes)	0x0 (bytes)	/* below 4 GiB */
#define SMMU_WINDOW_4G			0x1 0x0
#define SMMU_WINDOW_1T			0x100 0x0
#define SMMU_WINDOW_256T		0x10000 0x0	/* all that 48 bits reach */

/*
 * The requester ID of a PCI function, which "iommu-map" turns into a StreamID,
 * and the first cell of the function's own "reg".
 */
#define SMMU_PCI_ID(bus, dev, fn)	(((bus) << 8) | ((dev) << 3) | (fn))
#define SMMU_PCI_REG(bus, dev, fn)	(SMMU_PCI_ID(bus, dev, fn) << 8)

/* Lengths of "iommu-map": the functions of a bus, and of a whole segment. */
#define SMMU_PCI_BUS_IDS	0x100
#define SMMU_PCI_ALL_IDS	0x10000

#endif
