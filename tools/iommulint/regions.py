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
    # "reg" of the region, or None if it has none.
    memory: Optional[Range]
    # Whole granules of it, and whether its memory lies on the granule as it does, all of it.
    kept: Range
    in_step: bool
    # Whether memory-region of the master leads here.
    referenced: bool

    def same_size(self):
        """Whether it is as large as its memory."""
        return self.memory is not None and \
            self.memory.last - self.memory.start == self.range.last - self.range.start

    def mapped(self):
        """Whether the driver maps it: only if it is as large as its memory, and lies on
        the granule as that does."""
        return self.same_size() and self.in_step

    def contradicts(self, other):
        """Whether the two lead one address to two places."""
        return self.mapped() and other.mapped() and self.kept.overlaps(other.kept) and \
            self.memory.start - self.range.start != other.memory.start - other.range.start

    def kind(self):
        """What the driver makes of it."""
        if not self.mapped():
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


def _judge(system, region, where):
    """Tell what the granule makes of a region."""
    prop, granule, node = "iommu-addresses", system.options.granule, region.node
    if not region.same_size():
        if region.kept != region.range:
            system.fault("region-shape", node, prop, f"{where}{region.range} is not on a granule",
                         "nothing is mapped there, so whole pages are kept free", "note")
    elif not region.in_step:
        system.fault("region-shape", node, prop, f"{where}{region.range} lies otherwise on a granule"
                     f" than its memory: {region.kept} is kept free and not mapped",
                     f"start both at the same place of a granule of {granule:#x} bytes", "warning")
    elif region.kept != region.range:
        system.fault("region-shape", node, prop,
                     f"{where}{region.range} is not on a granule: {region.kept} is mapped",
                     "the master reaches what is around the memory, too: start and size should be"
                     f" multiples of {granule:#x} bytes", "warning")


def _one(system, node, index, device, numbers):
    """One entry: tell what is wrong, and keep what the driver makes of it."""
    start, size = numbers
    prop, granule = "iommu-addresses", system.options.granule
    where = f"entry {index} for {device}: "
    if not size:
        system.fault("region-shape", node, prop, f"{where}size is 0: nothing is kept",
                     "fine if the boot loader fills it in", "warning")
        return
    last = start + size - 1
    cut = last > ADDRESS_MAX
    if cut:
        system.fault("region-shape", node, prop, f"{where}{size:#x} bytes at {start:#x} go beyond"
                     " the last address: kept free up to there, and not mapped",
                     "give start and size in the cells of the master's parent, high cell first",
                     "warning")
        last = ADDRESS_MAX
    memory = _memory(node)
    kept = Range(start - start % granule, last | granule - 1)
    region = Region(node, index, device, Range(start, last), memory, kept,
                    memory is not None and not cut and (memory.start - start) % granule == 0,
                    node in targets(system, device))
    if not cut:
        _judge(system, region, where)
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
