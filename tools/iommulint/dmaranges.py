# SPDX-License-Identifier: GPL-2.0-only
"""What "dma-ranges" of a bus does to the addresses of those on it."""

from dataclasses import dataclass

from .ranges import ADDRESS_MAX, Range
from .tree import number


@dataclass(frozen=True)
class Entry:
    """Bus addresses from BUS on lead to physical ones from CPU on."""
    bus: int
    cpu: int
    size: int

    def last(self):
        """The last bus address."""
        return min(self.bus + self.size - 1, ADDRESS_MAX)


@dataclass(frozen=True)
class DmaRanges:
    """The first "dma-ranges" with something in it, on the way up from a bus."""
    node: object
    entries: tuple

    def limits(self):
        """From the lowest to the highest bus address: what Linux keeps to."""
        return Range(min(one.bus for one in self.entries), max(one.last() for one in self.entries))

    def identity(self):
        """Whether bus addresses are physical addresses."""
        return all(one.bus == one.cpu for one in self.entries)


def _parse(bus):
    """Entries of one node's property; none if it does not fit its cells."""
    child, size = bus.address_cells, bus.size_cells
    above = bus.parent.address_cells if bus.parent else 0
    cells, width = bus.cells("dma-ranges"), child + above + size
    if not width or len(cells) % width or len(bus.properties["dma-ranges"]) % 4:
        return ()
    entries = []
    for at in range(0, len(cells), width):
        one = cells[at:at + width]
        entries.append(Entry(number(one[:child]), number(one[child:child + above]),
                             number(one[child + above:])))
    return tuple(one for one in entries if one.size)


def fits(bus):
    """Whether the property's length fits its cells."""
    return not bus.properties.get("dma-ranges") or bool(_parse(bus))


def _upwards(bus, address):
    """A bus address as the CPU sees it, through every bus above."""
    while bus is not None:
        if bus.properties.get("dma-ranges"):
            for one in _parse(bus):
                if one.bus <= address <= one.last():
                    address = address - one.bus + one.cpu
                    break
        bus = bus.parent
    return address


def of_bus(bus):
    """What limits the masters on a bus, or None.

    As the kernel looks for it: an empty property passes the question on, and so
    does the first bus if it has none; a further bus without it ends the search.
    """
    found = False
    while bus is not None:
        if bus.properties.get("dma-ranges"):
            break
        if found and not bus.has("dma-ranges"):
            return None
        found = True
        bus = bus.parent
    if bus is None:
        return None
    entries = tuple(Entry(one.bus, _upwards(bus.parent, one.cpu), one.size) for one in _parse(bus))
    return DmaRanges(bus, entries) if entries else None
