# SPDX-License-Identifier: GPL-2.0-only
"""Checks: what is disabled or missing, and what buses do to addresses."""

from . import dmaranges
from .finding import check, error, note, some, warning
from .tree import number

# Says nothing about what a device is.
VAGUE = {"simple-bus", "arm,primecell", "simple-mfd", "syscon", "simple-pm-bus"}


@check("iommu-disabled")
def iommu_disabled(system):
    """Masters name an IOMMU that is disabled: they do DMA without it, or not at all."""
    for iommu in system.iommus.values():
        masters = [master for master in iommu.masters
                   if master.node.enabled and master.bridge is None]
        if iommu.node.enabled or not masters:
            continue
        half = [master.node for master in masters
                if any(one.node.enabled for one in master.iommus())]
        yield from _disabled(iommu, masters, half)


def _disabled(iommu, masters, half):
    """What it means for masters, and for those (HALF) that have another IOMMU as well."""
    for node in half:
        if node.has("iommus"):
            yield warning(node, "iommus", f"{iommu} is disabled, others that it names are not:"
                          " Linux uses none of them",
                          "enable all of them, or name only what is enabled")
        else:
            yield note(node, "iommu-map", f"{iommu} is disabled, others in the map are not",
                       "fine if nothing is behind that part of the map")
    rest = [master.node for master in masters if master.node not in half]
    if rest:
        prop = "iommus" if rest[0].has("iommus") else "iommu-map"
        # At a master's node: what is told of a disabled node is a note.
        yield warning(rest[0], prop, f"{iommu} is disabled, and has {len(rest)} enabled"
                      f" master{'s' * (len(rest) > 1)}: {some(rest)}",
                      "right if the hardware then passes DMA through: they do it untranslated,"
                      " within dma-ranges. Otherwise enable the IOMMU")


@check("iommu-unused")
def iommu_unused(system):
    """An IOMMU that no master names."""
    for iommu in system.iommus.values():
        if not iommu.masters and iommu.node.enabled and iommu.cells is not None \
                and iommu.known_cells():
            yield note(iommu.node, "#iommu-cells", "no node names this IOMMU in iommus or"
                       " iommu-map", "an SMMUv3 of ours stops every stream that nobody claimed")


@check("sibling")
def sibling(system):
    """A device has no IOMMU, although one like it on the same bus has."""
    for bus in system.tree.nodes:
        with_one = [node for node in bus.children
                    if node in system.masters and system.masters[node].streams]
        for node in bus.children if with_one else ():
            if not node.enabled or node.has("iommus") or node.has("iommu-map") \
                    or node in system.iommus or node in system.masters:
                continue
            mine = set(node.compatible()) - VAGUE
            # Of one compatible, a trace buffer may be a FIFO or a DMA engine: names tell.
            like = [other for other in with_one if mine & set(other.compatible())
                    and other.name.partition("@")[0] == node.name.partition("@")[0]]
            if like:
                yield warning(node, "iommus", "has no IOMMU, although its like on the same bus has:"
                              f" {some(like, 2)}",
                              "add iommus, if this one's DMA goes through an IOMMU as well")


@check("dma-ranges")
def bus_dma_ranges(system):
    """dma-ranges of a bus limits DMA, although masters on it have an IOMMU."""
    buses = {}
    for master in system.live_masters():
        limits = system.bus_ranges(master)
        if limits and master.works() and master.bridge is None:
            buses.setdefault(limits.node, (limits, []))[1].append(master.node)
    for node, (limits, masters) in buses.items():
        what = "" if limits.identity() else ", at other addresses than the CPU's,"
        yield note(node, "dma-ranges", f"limits DMA to {limits.limits()}{what} of {len(masters)}"
                   f" master{'s' * (len(masters) > 1)} with an IOMMU ({some(masters)})",
                   "the binding ignores dma-ranges where an IOMMU is enabled, Linux keeps to"
                   " them (smmu.ignore_dma_ranges=1 changes that for our driver)")


def _memory_end(system):
    """The end of the memory that the tree tells of; firmware often fills it in later."""
    end = 0
    for node in system.tree.root.children:
        if "memory" not in node.strings("device_type"):
            continue
        address, size = system.tree.root.address_cells, system.tree.root.size_cells
        cells = node.cells("reg")
        for at in range(0, len(cells) - address - size + 1, max(address + size, 1)):
            length = number(cells[at + address:at + address + size])
            if length:
                end = max(end, number(cells[at:at + address]) + length)
    return end


@check("iommu-dma-ranges")
def iommu_dma_ranges(system):
    """dma-ranges of the bus on which an IOMMU itself sits: its tables have to be reachable."""
    end = _memory_end(system)
    for iommu in system.iommus.values():
        limits = dmaranges.of_bus(iommu.node.parent)
        if limits is None or not iommu.node.enabled:
            continue
        say = error if iommu.ours else warning
        if not limits.identity():
            yield say(iommu.node, "dma-ranges", f"of the bus ({limits.node}) moves addresses:"
                      " table addresses would be wrong",
                      "remove it from the bus, or make it identity")
        elif limits.limits().last + 1 < end:
            yield say(iommu.node, "dma-ranges", f"of the bus ({limits.node}) ends at"
                      f" {limits.limits().last + 1:#x}, memory at {end:#x}:"
                      " tables must be reachable", "extend it to the end of memory")


@check("dma-ranges-cells")
def dma_ranges_cells(system):
    """dma-ranges of a bus with masters on it has a wrong length."""
    buses = {master.node.parent: None for master in system.masters.values()}
    buses.update({iommu.node.parent: None for iommu in system.iommus.values()})
    for bus in buses:
        if bus is not None and not dmaranges.fits(bus):
            yield error(bus, "dma-ranges", "wrong number of cells, or all sizes are 0",
                        "entries are <bus-address parent-address size>, in #address-cells of this"
                        " node, of its parent, and #size-cells of this node")
