# SPDX-License-Identifier: GPL-2.0-only
"""Checks: StreamIDs."""

from .finding import check, error, note, some, warning
from .ranges import MASK_STREAMS_MAX


@check("id-range")
def id_range(system):
    """A StreamID has more bits than the IOMMU (--sid-bits says how many it has)."""
    for master in system.masters.values():
        for stream in master.streams:
            iommu, ids = stream.iommu, stream.ids
            bits = iommu.id_bits(system.options)
            if ids.key is None and not ids.everything and ids.last() >> bits:
                yield error(master.node, stream.prop, f"entry {stream.entry}: StreamID"
                            f" {ids.last():#x} does not exist on {iommu}, which has {bits}"
                            " StreamID bits", "correct the ID: the device's manual, or the"
                            " SoC's, tells which one it sends")


@check("id-mask")
def id_mask(system):
    """A mask of don't-care bits is too wide, or hides bits of the ID."""
    for master in system.masters.values():
        for stream in master.streams:
            ids = stream.ids
            streams = 1 << bin(ids.mask).count("1")
            where = f"entry {stream.entry} for {stream.iommu}: "
            if stream.iommu.ours and streams > MASK_STREAMS_MAX:
                yield error(master.node, stream.prop, f"{where}too many streams under the mask:"
                            f" {streams}", "in the mask, 1 means that the bit is ignored; at"
                            f" most {MASK_STREAMS_MAX} streams for each entry")
            elif stream.iommu.ours and ids.range.start & ids.mask:
                hidden = ids.range.start & ids.mask
                yield note(master.node, stream.prop, f"{where}bits {hidden:#x} of the ID are under"
                           " the mask and ignored",
                           f"write the ID as {ids.range.start - hidden:#x}, if the mask is right")


@check("id-twice")
def id_twice(system):
    """One master names the same stream in two entries of iommus."""
    for master in system.masters.values():
        seen = []
        for stream in (one for one in master.streams if one.prop == "iommus"):
            for other in seen:
                if other.iommu is stream.iommu and other.ids.overlaps(stream.ids):
                    # All take an entry that says nothing new.
                    harmless = stream.iommu.ours or other.ids.contains(stream.ids)
                    say = note if harmless else warning
                    yield say(master.node, "iommus", f"entries {other.entry} and {stream.entry}"
                              f" name the same stream of {stream.iommu}"
                              f" ({other.ids}, {stream.ids})", "name each stream once")
                    break
            seen.append(stream)


def _claims(iommu):
    """(master, stream) for each claim that the kernel would see on an IOMMU."""
    return [(master, stream) for master in iommu.masters
            if master.node.enabled and master.bridge is None
            for stream in master.streams if stream.iommu is iommu and not stream.ids.everything]


@check("id-shared")
def id_shared(system):
    """Two masters claim the same stream: then they share one group and one address space."""
    for iommu in system.iommus.values():
        if not iommu.node.enabled:
            continue
        # One finding for each property that meets others, the other masters listed.
        found = {}
        for first, second in _pairs(_claims(iommu)):
            # What an iommu-map does to others is the map's affair.
            if first[1].prop == "iommu-map" != second[1].prop:
                first, second = second, first
            same = first[1].ids.contains(second[1].ids) and \
                second[1].ids.contains(first[1].ids)
            key = second[0].node, second[1], same
            others = found.setdefault(key, [])
            if first[0].node not in others:
                others.append(first[0].node)
        for (node, stream, same), others in found.items():
            # The same ID is often meant; IDs that merely touch hardly ever are.
            say = note if same else warning
            yield say(node, stream.prop, f"entry {stream.entry}: {stream.ids} on {iommu} is"
                      f" claimed by {some(others)} as well" + ("" if same else ", in part"),
                      "they cannot be told apart, so they share one group and one address space;"
                      " if that is not meant, correct the ID or the length")


def _pairs(claims):
    """Claims of different masters that have a stream in common."""
    for at, first in enumerate(claims):
        for second in claims[at + 1:]:
            if first[0] is not second[0] and first[1].ids.overlaps(second[1].ids):
                yield first, second


@check("fixed")
def fixed(system):
    """All masters of an IOMMU with #iommu-cells = <0> share one group."""
    for iommu in system.iommus.values():
        masters = [master.node for master in iommu.masters if master.node.enabled]
        if iommu.ours and iommu.cells == 0 and iommu.node.enabled and len(masters) > 1:
            yield note(iommu.node, "#iommu-cells", f"is <0>: {len(masters)} masters"
                       f" ({some(masters)}) share one group and one address space",
                       "with StreamIDs (#iommu-cells = <1>) each gets its own")
