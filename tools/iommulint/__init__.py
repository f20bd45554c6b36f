# SPDX-License-Identifier: GPL-2.0-only
"""iommu-lint in layers, each of which uses only those above it:

ranges     closed ranges of addresses, and which StreamIDs a mask means
tree       a compiled device tree as nodes with properties
dmaranges  what "dma-ranges" of a bus does to addresses
model      IOMMUs, masters, their streams, windows and reserved regions
finding    what a check says, and the list of checks
check_*    the checks, one function each
text, svg  the topology, drawn
cli        options and exit status
"""
