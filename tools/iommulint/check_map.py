# SPDX-License-Identifier: GPL-2.0-only
"""Checks: iommu-map, which gives StreamIDs to devices on a bus."""

from .finding import check, error, note, told, warning
from .ranges import ID_MAX, Range, Window, merge

REQUESTERS = Range(0, 0xFFFF)


def _ids(node):
    """What "iommu-map" of a node maps."""
    return "requester ID" if node.is_pci() else "input ID"


def _ranges(found):
    """(entry, its requester IDs) for each entry that maps something."""
    return [(entry, Range(entry.base, min(entry.base + entry.length - 1, ID_MAX)))
            for entry in found.entries if entry.length]


@check("map-cells")
def map_cells(system):
    """iommu-map has a wrong length, or its phandles lead nowhere."""
    yield from told(system, "map-cells")


@check("map-range")
def map_range(system):
    """An entry of iommu-map maps nothing, wraps around, or goes beyond requester IDs."""
    for node, found in system.maps.items():
        for entry in found.entries:
            where = f"entry {entry.index}: "
            if not entry.length:
                yield note(node, "iommu-map", where + "length 0 maps nothing",
                           "fine if firmware fills it in at boot; otherwise say how many"
                           f" {_ids(node)}s it maps" + " (0x10000 are all of PCI)" * node.is_pci())
            elif entry.base + entry.length - 1 > ID_MAX:
                yield error(node, "iommu-map", f"{where}{_ids(node)}s {entry.base:#x} +"
                            f" {entry.length:#x} wrap around", "base and length are cells 1 and 4")
            elif entry.stream + entry.length - 1 > ID_MAX:
                yield error(node, "iommu-map", f"{where}StreamIDs {entry.stream:#x} +"
                            f" {entry.length:#x} wrap around", "StreamID and length are cells"
                            " 3 and 4")
            elif node.is_pci() and entry.base + entry.length - 1 > REQUESTERS.last:
                yield warning(node, "iommu-map", f"{where}requester IDs go up to"
                              f" {entry.base + entry.length - 1:#x}, PCI's have 16 bits",
                              "base + length is at most 0x10000")


@check("map-mask")
def map_mask(system):
    """iommu-map-mask takes bits away that an entry asks for, or there are no entries."""
    for node in system.tree.nodes:
        if node.has("iommu-map-mask") and node not in system.maps:
            yield warning(node, "iommu-map-mask", "means nothing without iommu-map",
                          "add iommu-map, or remove the mask")
    for node, found in system.maps.items():
        for entry in found.entries:
            lost = entry.base & ~found.mask
            if lost:
                yield error(node, "iommu-map-mask", f"{found.mask:#x} ignores bits {lost:#x} of"
                            f" {_ids(node)} {entry.base:#x} (entry {entry.index})",
                            "the kernel refuses the whole map: widen the mask, or clear these"
                            " bits in the entry")


@check("map-overlap")
def map_overlap(system):
    """Two entries of iommu-map give one requester ID two StreamIDs."""
    for node, found in system.maps.items():
        ranges = _ranges(found)
        for at, (one, first) in enumerate(ranges):
            for two, second in ranges[at + 1:]:
                if not first.overlaps(second):
                    continue
                same = one.target is two.target and \
                    one.stream - one.base == two.stream - two.base
                both = Range(max(first.start, second.start), min(first.last, second.last))
                yield warning(node, "iommu-map", f"entries {one.index} and {two.index} both map"
                              f" {_ids(node)}s {both}" + (" (to the same streams)" if same else ""),
                              "the kernel takes the first entry: cut the ranges so that each"
                              " ID is in one")


@check("map-gap")
def map_gap(system):
    """Requester IDs of a PCI bus that iommu-map leaves out: such functions have no IOMMU."""
    for node, found in system.maps.items():
        ranges = [one for _, one in _ranges(found)]
        if not node.is_pci() or not ranges:
            continue
        buses = node.cells("bus-range")
        buses = buses if len(buses) == 2 and buses[0] <= buses[1] <= 0xFF else (0, 0xFF)
        all_ids = Range(buses[0] << 8, buses[1] << 8 | 0xFF)
        if found.mask & 0xFFFF == 0xFFFF:
            left = Window((all_ids,)).without(ranges).ranges
        else:
            left = merge(Range(rid, rid) for rid in range(all_ids.start, all_ids.last + 1)
                         if not any(one.start <= rid & found.mask <= one.last for one in ranges))
        if left:
            shown = ", ".join(str(one) for one in left[:4]) + (", ..." if len(left) > 4 else "")
            yield note(node, "iommu-map", f"leaves requester IDs {shown} out",
                       "functions with these IDs have no IOMMU (behind an SMMUv3 of ours, no DMA)")


@check("map-streams")
def map_streams(system):
    """Two entries of iommu-map lead to the same streams: those functions share a group."""
    for node in system.maps:
        master = system.masters[node]
        streams = [one for one in master.streams if one.prop == "iommu-map"
                   and not one.ids.everything]
        for at, one in enumerate(streams):
            for two in streams[at + 1:]:
                if one.iommu is two.iommu and one.ids.overlaps(two.ids) \
                        and not one.requesters.overlaps(two.requesters):
                    yield note(node, "iommu-map", f"entries {one.entry} and {two.entry} lead to the"
                               f" same streams of {one.iommu} ({one.ids}, {two.ids})",
                               f"their {'functions' if node.is_pci() else 'channels'} share one group"
                               " and one address space")


@check("map-and-iommus")
def map_and_iommus(system):
    """A PCI host bridge has iommus: that says nothing about the functions behind it."""
    for node in system.masters:
        if not node.is_pci() or not node.has("iommus"):
            continue
        if node.has("iommu-map"):
            yield note(node, "iommus", "is the host bridge's own, beside iommu-map",
                       "right only if the bridge itself does DMA; functions have what iommu-map"
                       " gives them")
        elif "pci" in node.strings("device_type"):
            yield warning(node, "iommus", "of a PCI host bridge says nothing about the functions"
                          " behind it", "write iommu-map: <requester-ID phandle StreamID length>")
