# SPDX-License-Identifier: GPL-2.0-only
"""Lists of phandles with cells behind them, and iommu-map."""

from dataclasses import dataclass, field
from typing import Optional

from .ranges import ID_MAX
from .tree import UNRESOLVED, Node

# The kernel's own limit (MAX_PHANDLE_ARGS).
CELLS_MAX = 16


@dataclass
class Entry:
    """A phandle and its cells; WHY says what is wrong with them."""
    index: int
    target: Optional[Node] = None
    cells: tuple = ()
    why: str = ""
    hint: str = ""


@dataclass
class MapEntry:
    """Requester IDs from BASE on become streams from STREAM on."""
    index: int
    base: int
    target: Optional[Node]
    stream: int
    length: int


@dataclass
class Map:
    """An iommu-map; faults are (what, hint, severity)."""
    entries: list = field(default_factory=list)
    mask: int = ID_MAX
    faults: list = field(default_factory=list)


def dangling(phandle):
    """Why a phandle leads nowhere, and what to do."""
    if phandle == UNRESOLVED:
        return "its phandle was never filled in", \
            "the label has no node: look at dtc's messages, or apply the overlay"
    return f"no node has the phandle {phandle:#x}", \
        "write a label (&smmu), not a number, and keep the node that it names"


def _next(tree, cells, at, entry, cells_name):
    """Read one entry from position AT; returns the position behind it."""
    phandle = cells[at]
    if phandle == 0:
        entry.why = f"entry {entry.index} is empty (phandle 0)"
        entry.hint = "the kernel reads no further than this: take the entry out"
        return at + 1
    entry.target = tree.by_phandle.get(phandle)
    if entry.target is None:
        why, entry.hint = dangling(phandle)
        entry.why = f"entry {entry.index}: {why}"
        return len(cells)
    count = entry.target.number(cells_name)
    if count is None or count > CELLS_MAX:
        entry.why = f"entry {entry.index}: {entry.target} has no {cells_name}" if count is None \
            else f"entry {entry.index}: {entry.target} has {cells_name} = <{count}>"
        entry.hint = "the phandle leads to a node that is no IOMMU" if count is None \
            else f"the kernel takes at most {CELLS_MAX} cells"
        return len(cells)
    entry.cells = cells[at + 1:at + 1 + count]
    if len(entry.cells) < count:
        entry.why = (f"entry {entry.index} for {entry.target}: wrong number of cells:"
                     f" {len(entry.cells)} left, {count} are needed")
        entry.hint = f"{cells_name} of {entry.target} is <{count}>: {count} cells follow" \
            " each phandle (all entries before this one count as well)"
    return at + 1 + count


def read(tree, node, prop, cells_name):
    """All entries of a property; the last may have a fault."""
    if not node.has(prop):
        return []
    cells, size = node.cells(prop), len(node.properties[prop])
    if not size or size % 4:
        return [Entry(0, why="is empty" if not size else f"has {size} bytes, which is no"
                      " number of cells", hint=f"<phandle cells...>, cells as {cells_name} of"
                      " the phandle's node says")]
    entries, at = [], 0
    while at < len(cells):
        entry = Entry(len(entries))
        at = _next(tree, cells, at, entry, cells_name)
        entries.append(entry)
    return entries


def _plain(tree, cells):
    """Entries of four cells, as Linux 6.12 reads them; None if that cannot be."""
    if len(cells) % 4:
        return None
    return [MapEntry(at // 4, cells[at], tree.by_phandle.get(cells[at + 1]), cells[at + 2],
                     cells[at + 3]) for at in range(0, len(cells), 4)]


def _wide(tree, cells):
    """Entries with as many cells as #iommu-cells says; None if that cannot be."""
    entries, at = [], 0
    while at < len(cells):
        target = tree.by_phandle.get(cells[at + 1]) if at + 1 < len(cells) else None
        count = target.number("#iommu-cells") if target else None
        if not count or at + 3 + count > len(cells):
            return None
        entries.append(MapEntry(len(entries), cells[at], target, cells[at + 2],
                                cells[at + 2 + count]))
        at += 3 + count
    return entries


def _too_long(entries):
    """Faults of wide entries that Linux 7.2 does not take."""
    return [(f"entry {one.index}: {one.length} requester IDs share one specifier of"
             f" {one.target.number('#iommu-cells')} cells",
             "the kernel refuses that: write an entry of length 1 for each", "error")
            for one in entries if one.length > 1 and one.target.number("#iommu-cells") > 1]


def read_map(tree, node):
    """iommu-map and its mask."""
    found = Map()
    mask = node.number("iommu-map-mask")
    if mask is not None:
        found.mask = mask
    elif node.has("iommu-map-mask"):
        found.faults.append(("iommu-map-mask is not one cell", "the kernel ignores it: write"
                             " iommu-map-mask = <mask>", "error"))
    cells, size = node.cells("iommu-map"), len(node.properties["iommu-map"])
    if not size:
        found.faults.append(("is empty", "fine if the boot loader fills it in; the kernel refuses it"
                             " as it is", "warning"))
        return found
    entries = _plain(tree, cells) if not size % 4 else None
    wide = _wide(tree, cells) if not size % 4 else None
    if wide and (entries is None or any(
            one.target is None or not one.target.has("#iommu-cells") for one in entries)):
        found.faults.append(("entries have as many cells as #iommu-cells says, which Linux 6.12"
                             " does not read", "Linux before 7.2 takes four cells, 7.2 these; both"
                             " agree where #iommu-cells is 1", "warning"))
        found.faults += _too_long(wide)
        entries = wide
    if entries is None:
        found.faults.append((f"has {size} bytes: wrong number of cells",
                             "entries are <input-ID phandle StreamID length>, four cells each",
                             "error"))
        return found
    for one in entries:
        if one.target is None:
            why, hint = dangling(cells[4 * one.index + 1])
            found.faults.append((f"entry {one.index}: {why}", hint, "error"))
        elif not one.target.has("#iommu-cells"):
            found.faults.append((f"entry {one.index}: {one.target} has no #iommu-cells",
                                 "the phandle leads to a node that is no IOMMU", "error"))
    found.entries = entries
    return found
