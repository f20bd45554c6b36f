# SPDX-License-Identifier: GPL-2.0-only
"""Closed ranges of addresses, windows made of them, and sets of StreamIDs."""

from dataclasses import dataclass

ADDRESS_MAX = (1 << 64) - 1
ID_MAX = (1 << 32) - 1

# Older trees say 4 GiB like this, because the size was one cell.
OLD_4G = 0xFFFFFFFF

# As many as the driver keeps for one master, and for one specifier.
WINDOW_RANGES_MAX = 8
MASK_STREAMS_MAX = 4096


@dataclass(frozen=True, order=True)
class Range:
    """Addresses or IDs from START to LAST, both included."""
    start: int
    last: int

    def __str__(self):
        if self.start == self.last:
            return f"{self.start:#x}"
        return f"{self.start:#x}-{self.last:#x}"

    def overlaps(self, other):
        """Whether the two have anything in common."""
        return self.start <= other.last and other.start <= self.last


def merge(ranges):
    """The same addresses as a sorted tuple of ranges that do not touch."""
    merged = []
    for one in sorted(ranges):
        if merged and one.start <= merged[-1].last + 1:
            merged[-1] = Range(merged[-1].start, max(merged[-1].last, one.last))
        else:
            merged.append(one)
    return tuple(merged)


@dataclass(frozen=True)
class Window:
    """A set of addresses: sorted ranges of which no two touch."""
    ranges: tuple = (Range(0, ADDRESS_MAX),)

    @staticmethod
    def union(ranges):
        """The union of some ranges."""
        return Window(merge(ranges))

    def __bool__(self):
        return bool(self.ranges)

    def __str__(self):
        return " and ".join(str(one) for one in self.ranges) or "nothing"

    def everything(self):
        """Whether no address is left out."""
        return self == Window()

    def intersect(self, other):
        """What both allow."""
        common = [Range(max(a.start, b.start), min(a.last, b.last))
                  for a in self.ranges for b in other.ranges if a.overlaps(b)]
        return Window(tuple(sorted(common)))

    def without(self, holes):
        """What is left when these ranges are taken out."""
        left = list(self.ranges)
        for hole in holes:
            pieces = []
            for one in left:
                if not one.overlaps(hole):
                    pieces.append(one)
                    continue
                if one.start < hole.start:
                    pieces.append(Range(one.start, hole.start - 1))
                if one.last > hole.last:
                    pieces.append(Range(hole.last + 1, one.last))
            left = pieces
        return Window(tuple(left))

    def contains(self, inner):
        """Whether a range lies inside as a whole."""
        return any(one.start <= inner.start and inner.last <= one.last for one in self.ranges)

    def within(self, outer):
        """Whether OUTER allows all of it."""
        return all(outer.contains(one) for one in self.ranges)


@dataclass(frozen=True)
class Shape:
    """A start and a size as firmware gave them, checked: RANGE is None if they are wrong."""
    range: Range = None
    why: str = ""
    old_4g: bool = False


def shape(start, size, granule):
    """Check a window; the reasons are those that the driver prints."""
    old = size == OLD_4G
    size = 1 << 32 if old else size
    if not size:
        return Shape(why="window size is 0")
    if start % granule:
        return Shape(why="window start is not on a granule")
    if size % granule:
        return Shape(why="window size is not a multiple of the granule")
    if start + size - 1 > ADDRESS_MAX:
        return Shape(why="window wraps around")
    return Shape(Range(start, start + size - 1), old_4g=old)


@dataclass(frozen=True)
class Ids:
    """StreamIDs of one IOMMU: a range, or an ID with don't-care bits, or all there are.

    KEY is set where a specifier has cells whose meaning is the IOMMU's own affair:
    then only equal keys are the same stream. UNKNOWN: the tree does not tell.
    """
    range: Range = Range(0, 0)
    mask: int = 0
    everything: bool = False
    key: tuple = None
    unknown: bool = False

    def __str__(self):
        if self.unknown:
            return "unknown"
        if self.everything:
            return "all streams"
        if self.key is not None:
            return "<" + " ".join(f"{cell:#x}" for cell in self.key) + ">"
        if self.mask:
            return f"{self.range.start:#x} mask {self.mask:#x}"
        return str(self.range)

    def last(self):
        """The largest ID."""
        return self.range.last | self.mask

    def _first_match(self, least):
        """The smallest ID under the mask that is not below LEAST, or None."""
        fixed = self.range.start & ~self.mask & ID_MAX
        if least & ~self.mask & ID_MAX == fixed:
            return least
        for bit in range(32):
            high = least >> bit << bit
            if least >> bit & 1 or not (self.mask | fixed) >> bit & 1:
                continue
            candidate = high | 1 << bit
            if not (candidate ^ fixed) & ~self.mask & ID_MAX & ~((1 << bit) - 1):
                return candidate | fixed & ((1 << bit) - 1)
        return None

    def overlaps(self, other):
        """Whether some stream is known to be in both."""
        if self.unknown or other.unknown:
            return False
        if self.everything or other.everything:
            return True
        if self.key is not None or other.key is not None:
            return self.key == other.key
        if self.mask and other.mask:
            return not (self.range.start ^ other.range.start) & ~(self.mask | other.mask) & ID_MAX
        if other.mask:
            return other.overlaps(self)
        if self.mask:
            match = self._first_match(other.range.start)
            return match is not None and match <= other.range.last
        return self.range.overlaps(other.range)

    def contains(self, inner):
        """Whether every stream of INNER is in here too, as far as that is easy to tell."""
        if self.everything or self.key is not None:
            return self.everything or self.key == inner.key
        if self.mask or inner.mask:
            return not inner.mask & ~self.mask and self.overlaps(inner) and \
                inner.range.start == inner.range.last
        return self.range.start <= inner.range.start and inner.range.last <= self.range.last
