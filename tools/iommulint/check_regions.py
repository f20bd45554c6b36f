# SPDX-License-Identifier: GPL-2.0-only
"""Checks: reserved memory with I/O addresses (iommu-addresses)."""

from . import refs
from .check_windows import outside
from .finding import check, error, note, told, warning
from .regions import targets

PROP = "iommu-addresses"


@check("region-shape")
def region_shape(system):
    """iommu-addresses has wrong cells, a size of 0, or is not on a granule."""
    yield from told(system, "region-shape")


@check("region-reference")
def region_reference(system):
    """iommu-addresses and memory-region do not belong together."""
    for region in system.regions:
        master = system.masters.get(region.device)
        if not region.referenced:
            yield error(region.node, PROP, f"names {region.device}, whose memory-region does not"
                        " lead here", f"add memory-region = <&...> to {region.device}: the kernel"
                        " starts from there")
        if master is None or not master.streams:
            yield warning(region.node, PROP, f"names {region.device}, which has no IOMMU",
                          "name the master itself (for PCI, the function's node)")
        elif region.device.is_pci() and region.device.has("iommu-map"):
            yield warning(region.node, PROP, f"names the host bridge {region.device}: functions"
                          " behind it do not get this region", "name the function's own node")
    for master in system.masters.values():
        for phandle, target in zip(master.node.cells("memory-region"),
                                   targets(system, master.node)):
            if target is None:
                why, hint = refs.dangling(phandle)
                yield error(master.node, "memory-region", why, hint)
            elif target.has(PROP) and not any(one.node is target for one in master.regions) \
                    and not any(fault.node is target for fault in system.faults):
                yield warning(master.node, "memory-region", f"{target} has {PROP}, but none for"
                              " this master", f"add <&master address size> to {PROP} of {target}")


@check("region-place")
def region_place(system):
    """iommu-addresses in a node that is not below /reserved-memory."""
    for node in {region.node: None for region in system.regions if region.memory}:
        if node.parent.name != "reserved-memory" or node.parent.parent is not system.tree.root:
            yield warning(node, PROP, "stands outside /reserved-memory",
                          "move the node there: elsewhere nobody keeps its memory free")


@check("region-size")
def region_size(system):
    """iommu-addresses and reg of one region have different sizes."""
    for region in system.regions:
        if region.memory is None:
            continue
        size = region.range.last - region.range.start + 1
        memory = region.memory.last - region.memory.start + 1
        if size != memory:
            yield warning(region.node, PROP, f"{size:#x} bytes for {region.device}, but its reg has"
                          f" {memory:#x}: kept free and not mapped",
                          "a region is mapped as a whole: give both the same size")


@check("region-window")
def region_window(system):
    """A region lies outside the window of its master."""
    for master in system.masters.values():
        window = master.window()
        for region in master.regions:
            how = outside(window, region.range)
            if not how or not window:
                continue
            say = error if region.mapped() else note
            yield say(region.node, PROP, f"{region.range} lies {how}outside the DMA window of"
                      f" {master.node} ({window})", "the master cannot use addresses there:"
                      " move the region, or extend the window")


def _overlap(one, two):
    """How bad it is that two regions share addresses: not at all if they only share a granule
    that leads to one place."""
    if one.contradicts(two):
        return error
    return warning if one.range.overlaps(two.range) else None


@check("region-overlap")
def region_overlap(system):
    """Two regions of one master want the same I/O addresses."""
    for master in system.masters.values():
        for at, one in enumerate(master.regions):
            for two in master.regions[at + 1:]:
                say = _overlap(one, two)
                if say:
                    yield say(two.node, PROP, f"{two.kept} for {master.node} overlaps {one.kept}"
                              f" of {one.node}", "give each region I/O addresses of its own")


@check("region-moved")
def region_moved(system):
    """A region is to be mapped elsewhere than at its own address: not every driver does that."""
    for region in system.regions:
        master = system.masters.get(region.device)
        if not master or not region.mapped() or region.memory.start == region.range.start:
            continue
        if not master.ours():
            yield warning(region.node, PROP, f"{region.range} for {region.device} is not where reg"
                          f" is ({region.memory.start:#x}): Linux only keeps it free",
                          "make both the same, or have the master's driver map it")
