# SPDX-License-Identifier: GPL-2.0-only
"""Reserved memory that masters have at certain I/O addresses (iommu-addresses)."""

from dataclasses import dataclass
from typing import Optional

from . import refs
from .ranges import ADDRESS_MAX, Range
from .tree import Node, number


@dataclass
class Region:
    """What one entry of iommu-addresses gives to one master."""
    node: Node
    index: int
    device: Node
    range: Range
    # "reg" of the region, or None: then nothing is mapped.
    memory: Optional[Range]
    # Whether memory-region of the master leads here.
    referenced: bool

    def kind(self):
        """What the driver makes of it."""
        if self.memory is None:
            return "kept free"
        return "one to one" if self.memory.start == self.range.start else \
            f"to memory at {self.memory.start:#x}"


def _memory(node):
    """The first range of "reg"."""
    bus = node.parent
    cells = node.cells("reg")
    address, size = bus.address_cells, bus.size_cells
    if len(cells) < address + size:
        return None
    start, length = number(cells[:address]), number(cells[address:address + size])
    return Range(start, min(start + length - 1, ADDRESS_MAX)) if length else None


def targets(system, node):
    """The nodes that memory-region leads to; None where it leads nowhere."""
    return [system.tree.by_phandle.get(cell) for cell in node.cells("memory-region")]


def _one(system, node, index, device, numbers):
    """One entry: tell what is wrong, keep it otherwise."""
    start, size = numbers
    prop, granule = "iommu-addresses", system.options.granule
    where = f"entry {index} for {device}: "
    if not size or start + size - 1 > ADDRESS_MAX:
        system.fault("region-shape", node, prop, where + (
            "size is 0" if not size else f"{start:#x} wraps around"),
            "give start and size in the cells of the master's parent, high cell first")
        return
    memory = _memory(node)
    if (start | size | (memory.start if memory else 0)) % granule:
        system.fault("region-shape", node, prop,
                     f"{where}{start:#x}-{start + size - 1:#x} is not on a granule",
                     f"start and size, and the memory's, are multiples of {granule:#x} bytes"
                     if memory else "nothing is mapped there, so whole pages are kept free",
                     "error" if memory else "note")
    region = Region(node, index, device, Range(start, start + size - 1), memory,
                    node in targets(system, device))
    system.regions.append(region)
    if device in system.masters:
        system.masters[device].regions.append(region)


def _read_one(system, node):
    """All entries of a region."""
    prop = "iommu-addresses"
    cells, at, index = node.cells(prop), 0, 0
    if not cells or len(node.properties[prop]) % 4:
        system.fault("region-shape", node, prop, "is empty or not made of cells",
                     "<&master address size>, for each master")
        return
    while at < len(cells):
        device = system.tree.by_phandle.get(cells[at])
        if device is None or device.parent is None:
            why, hint = refs.dangling(cells[at])
            system.fault("region-shape", node, prop, f"entry {index}: {why}", hint +
                         "; the cells behind it are those of the master's parent")
            return
        bus = system.dma_parent(device)
        address, size = bus.address_cells, bus.size_cells
        one = cells[at + 1:at + 1 + address + size]
        if len(one) < address + size:
            system.fault("region-shape", node, prop,
                         f"entry {index} for {device}: {len(one)} cells left,"
                         f" {address + size} are needed",
                         f"#address-cells is {address} and #size-cells {size} where {device} is")
            return
        _one(system, node, index, device, (number(one[:address]), number(one[address:])))
        at, index = at + 1 + address + size, index + 1


def read(system):
    """All regions with iommu-addresses."""
    for node in system.tree.nodes:
        if node.has("iommu-addresses") and node.parent is not None:
            _read_one(system, node)
