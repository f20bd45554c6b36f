# SPDX-License-Identifier: GPL-2.0-only
"""Checks: can the properties be read at all?"""

from .finding import check, error, told, warning
from .model import SMMU_CELLS


@check("phandle")
def phandles(system):
    """Two nodes have the same phandle: references lead to only one of them."""
    for number, node in system.tree.repeated:
        first = system.tree.by_phandle[number]
        yield error(node, "phandle", f"{number:#x} is the phandle of {first} as well",
                    "do not write phandle properties: dtc numbers the nodes by itself")


@check("iommus-cells")
def iommus_cells(system):
    """Entries of iommus do not have the cells that #iommu-cells asks for, or lead nowhere."""
    yield from told(system, "iommus-cells")


@check("iommu-cells")
def iommu_cells(system):
    """#iommu-cells of an IOMMU is missing or has a value that nobody understands."""
    for iommu in system.iommus.values():
        node = iommu.node
        if not node.has("#iommu-cells"):
            yield error(node, "#iommu-cells", "is missing",
                        "add #iommu-cells = <1>: one cell, the StreamID")
        elif iommu.cells is None:
            yield error(node, "#iommu-cells", "is not one cell", "write #iommu-cells = <1>")
        elif not iommu.known_cells():
            known = ", ".join(str(cells) for cells in SMMU_CELLS)
            yield error(node, "#iommu-cells", f"is <{iommu.cells}>: {known} are understood",
                        "1: StreamID; 2: and mask; 4: and window (start 1 cell, size 2);"
                        " 5: and window (start 2 cells, size 2)")


@check("two-drivers")
def two_drivers(system):
    """A master names IOMMUs of different kinds: one driver has to serve them all."""
    for master in system.live_masters():
        iommus = master.iommus()
        kinds = {iommu.ours for iommu in iommus}
        if len(kinds) > 1 and not any(stream.prop == "iommu-map" for stream in master.streams):
            yield error(master.node, "iommus", "names IOMMUs of different drivers: "
                        + ", ".join(f"{iommu} ({iommu.kind()})" for iommu in iommus),
                        "the kernel takes the first and refuses the others")


@check("mmu-masters")
def old_binding(system):
    """An SMMU describes its masters by mmu-masters, as before the generic binding."""
    for node in system.tree.nodes:
        if node.has("mmu-masters"):
            yield warning(node, "mmu-masters", "is the binding before the generic one",
                          "give the SMMU #iommu-cells and its masters iommus;"
                          " these masters were not looked at")
