# SPDX-License-Identifier: GPL-2.0-only
"""Checks: the windows in which masters may use addresses."""

from .finding import check, error, note, told, warning
from .ranges import Window

# What a table of four levels with pages of 4 KiB can translate, and the most there is.
USUAL_BITS, MOST_BITS = 48, 52


@check("window-shape")
def window_shape(system):
    """A window has size 0, wraps around, is not on a granule, or has wrong cells."""
    yield from told(system, "window-shape")


@check("window-old-4g")
def window_old_4g(system):
    """A window's size is 0xffffffff, by which older trees meant 4 GiB."""
    yield from told(system, "window-old-4g")


@check("window-empty")
def window_empty(system):
    """The windows that apply to one master have no address in common."""
    for master in system.masters.values():
        left = Window()
        for limit in master.limits:
            before, left = left, left.intersect(limit.window)
            if not left:
                yield error(master.node, limit.prop, f"windows do not intersect: {limit.name}"
                            f" ({limit.window}) leaves nothing of what came before ({before})",
                            "a master's window is what specifiers, dma-window and iommu-ranges"
                            " allow together: make them overlap")
                break


@check("window-bits")
def window_bits(system):
    """A window starts beyond what page tables can translate."""
    for master in system.masters.values():
        window = master.window()
        if not window or not master.ours():
            continue
        start = window.ranges[0].start
        for bits, say in ((MOST_BITS, error), (USUAL_BITS, warning)):
            if start >> bits:
                yield say(master.node, master.limits[-1].prop,
                          f"window {window} starts beyond {bits} address bits",
                          "most SMMUs translate 48 bits, some 39 or 52: see the SMMU's manual")
                break


@check("window-dma-ranges")
def window_dma_ranges(system):
    """A window and dma-ranges of the master's bus contradict each other."""
    for master in system.live_masters():
        limits, window = system.bus_ranges(master), master.window()
        if limits is None or not master.works() or not window or window.everything():
            continue
        allowed = limits.limits()
        usable = window.intersect(Window((allowed,)))
        where = f'"dma-ranges" of {limits.node} limits DMA to {allowed}'
        if not usable:
            yield error(master.node, master.limits[-1].prop, f"{where}, the window is {window}:"
                        " Linux has no address left", "extend dma-ranges; with our driver,"
                        " smmu.ignore_dma_ranges=1 goes by the binding, which ignores them")
        elif usable != window:
            yield warning(master.node, master.limits[-1].prop, f"{where}, the window is {window}:"
                          f" Linux uses {usable}", "make dma-ranges cover the window; with our"
                          " driver, smmu.ignore_dma_ranges=1 ignores them")


@check("window-unused")
def window_unused(system):
    """iommu-ranges in a node that no IOMMU serves."""
    for node in system.tree.nodes:
        master = system.masters.get(node)
        if node.has("iommu-ranges") and (master is None or not master.streams):
            yield warning(node, "iommu-ranges", "means nothing without an IOMMU",
                          "add iommus here, or iommu-map to the PCI host bridge above")
        elif node.has("iommu-ranges") and master.ours() and node.is_pci() and node.has("iommu-map"):
            yield note(node, "iommu-ranges", "is the host bridge's own, not of the functions"
                       " behind it", "give functions nodes with iommu-ranges of their own")


@check("window-holes")
def window_holes(system):
    """Reserved regions (iommu-addresses) take some or all of a master's window."""
    for master in system.live_masters():
        window, holes = master.window(), [one.range for one in master.regions]
        if window and holes and not window.without(holes):
            yield error(master.node, "memory-region", "reserved regions cover the whole window"
                        f" {window}",
                        "make the window larger, or the regions in iommu-addresses smaller")
        elif window and holes and not window.everything():
            inside = [one for one in master.regions if one.memory is None
                      and any(one.range.overlaps(part) for part in window.ranges)]
            for one in inside:
                yield note(master.node, "memory-region", f"{one.node} keeps {one.range} of the"
                           f" window {window} free", "the master gets no address there")


def outside(window, region):
    """How much of a region a window leaves out: "" (nothing), "partly" or "wholly"."""
    if window.contains(region):
        return ""
    return "partly " if any(part.overlaps(region) for part in window.ranges) else "wholly "
