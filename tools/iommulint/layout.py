# SPDX-License-Identifier: GPL-2.0-only
"""Where the boxes and lines of the picture go. Knows nothing of SVG.

IOMMUs, masters and regions form three columns. Between two columns lie lanes:
each box of the outer column has a trunk in one of them, from which straight
lines lead to the masters. Trunks that would lie side by side get lanes of their
own, so lines cross but never cover each other, and none goes through a box.
"""

import math
from dataclasses import dataclass, field

from . import text

CHAR_WIDTH, LINE_HEIGHT, PAD, GAP = 7.4, 16, 8, 12
LANE, GUTTER = 9, 22
CHARS_MAX = 60
# Blocks that are much taller are drawn in several parts.
PART_HEIGHT = 1500


@dataclass(eq=False)
class Box:
    """A box with lines of text; the first is its title."""
    kind: str
    lines: list
    enabled: bool = True
    left: float = 0
    top: float = 0
    width: float = 0
    # Where lines may end; each is used once.
    taps: int = 0

    @property
    def height(self):
        """Space for the text, and for the lines that end here."""
        return max(LINE_HEIGHT * len(self.lines), LANE * (self.taps + 1)) + 2 * PAD

    def wish(self):
        """The width that its text needs."""
        return CHAR_WIDTH * max(len(short(line)) for line in self.lines) + 2 * PAD


@dataclass(eq=False)
class Trunk:
    """A line from a box of an outer column to masters."""
    box: Box
    ends: list = field(default_factory=list)
    colour: int = 0
    lane: int = 0
    # (master's box, height) for each end, once placed.
    heights: list = field(default_factory=list)

    def span(self):
        """From the uppermost to the lowest place that it touches."""
        places = [height for _, height in self.heights] + [self.start()]
        return min(places), max(places)

    def start(self):
        """Where it leaves its box."""
        return self.box.top + PAD + LINE_HEIGHT / 2


@dataclass(eq=False)
class Block:
    """Boxes that belong together, and nothing else leads out of them."""
    boxes: list
    left_trunks: list
    right_trunks: list
    width: float = 0
    height: float = 0
    # Where the lanes of each side begin, and the side to which they count.
    left_lanes: float = 0
    right_lanes: float = 0

    def move(self, left, top):
        """Shift all of it."""
        self.left_lanes += left
        self.right_lanes += left
        for box in self.boxes:
            box.left += left
            box.top += top
        for trunk in self.left_trunks + self.right_trunks:
            trunk.heights = [(box, height + top) for box, height in trunk.heights]


def short(line):
    """A line that fits; what is cut out lies in the middle."""
    if len(line) <= CHARS_MAX:
        return line
    head = CHARS_MAX // 3
    return line[:head] + "\N{HORIZONTAL ELLIPSIS}" + line[head + 1 - CHARS_MAX:]


def _master_box(master):
    """A master with its streams; each IOMMU is named if there are several."""
    compatible = (master.node.compatible() or [""])[0]
    lines = [str(master.node)] + [compatible] * bool(compatible)
    iommus = master.iommus()
    for iommu in iommus:
        name = f"{iommu.node.name}: " if len(iommus) > 1 else ""
        lines += [name + line for line in text.stream_lines(master, iommu)]
    if text.window_line(master):
        lines.append(text.window_line(master))
    lines += [f"reserved {one.range} {one.kind()}" for one in master.regions]
    if not master.node.enabled:
        lines.append("disabled")
    return Box("master", lines, master.node.enabled)


def _components(system):
    """Lists of IOMMUs that masters or regions hold together, in the order of the tree."""
    home = {}

    def root(key):
        while home.setdefault(key, key) is not key:
            key = home[key]
        return key

    for iommu in system.iommus.values():
        root(iommu.node)
        for master in iommu.masters:
            home[root(master.node)] = root(iommu.node)
            for region in master.regions:
                home[root(region.node)] = root(iommu.node)
    found = {}
    for iommu in system.iommus.values():
        found.setdefault(root(iommu.node), []).append(iommu)
    return list(found.values())


def _stack(boxes, left):
    """One below the other, all as wide as the widest."""
    width, top = max((box.wish() for box in boxes), default=0), 0
    for box in boxes:
        box.left, box.width = left, width
        box.top = max(box.top, top)
        top = box.top + box.height + GAP
    return width


def _lanes(trunks):
    """Give each trunk the first lane that is free over its whole height; returns how many."""
    lanes = []
    for trunk in sorted(trunks, key=Trunk.span):
        first, last = trunk.span()
        for number, until in enumerate(lanes):
            if until + GAP < first:
                trunk.lane = number
                break
        else:
            trunk.lane = len(lanes)
            lanes.append(0)
        lanes[trunk.lane] = last
    return len(lanes)


def _tap(trunks):
    """Give each end of each trunk a place of its own on the master's side."""
    used = {}
    for trunk in trunks:
        for box in trunk.ends:
            place = used[box] = used.get(box, -1) + 1
            trunk.heights.append((box, box.top + PAD + LINE_HEIGHT / 2 + LANE * place))


def _outer(trunks, left):
    """Place boxes of an outer column beside the first master that each leads to."""
    for trunk in trunks:
        trunk.box.top = min((box.top for box in trunk.ends), default=0)
    return _stack([trunk.box for trunk in sorted(trunks, key=lambda one: one.box.top)], left)


def _parts(iommus):
    """Masters of IOMMUs that belong together, in parts of about the same height."""
    boxes = {master: _master_box(master) for iommu in iommus for master in iommu.masters}
    total = sum(box.height + GAP for box in boxes.values())
    most = total / max(math.ceil(total / PART_HEIGHT), 1)
    parts, height = [{}], 0
    for master, box in boxes.items():
        if height >= most:
            parts.append({})
            height = 0
        parts[-1][master] = box
        height += box.height + GAP
    return parts


def _iommu_trunk(iommu, masters, again, colour):
    """An IOMMU with lines to those of its masters that are in this part."""
    lines = [str(iommu)] + text.iommu_title(iommu).split(", ") + ["(more of it)"] * again
    trunk = Trunk(Box("iommu", lines, iommu.node.enabled), colour=colour)
    trunk.ends = [masters[master] for master in iommu.masters if master in masters]
    return trunk


def _region_trunks(masters):
    """Regions of some masters, with lines to them."""
    found = {}
    for master, box in masters.items():
        for region in master.regions:
            found.setdefault(region.node, (region, []))[1].append(box)
    trunks = []
    for node, (region, ends) in found.items():
        memory = f"memory {region.memory}" if region.memory else "no memory"
        trunks.append(Trunk(Box("region", [str(node), memory], node.enabled),
                            list(dict.fromkeys(ends)), len(trunks)))
    return trunks


def _component(iommus, colour):
    """Blocks of IOMMUs that belong together: one, or several if that would be too tall."""
    shown = set()
    for masters in _parts(iommus):
        left = []
        for number, iommu in enumerate(iommus):
            if not iommu.masters or any(master in masters for master in iommu.masters):
                left.append(_iommu_trunk(iommu, masters, iommu in shown, colour + number))
                shown.add(iommu)
        yield _place(list(masters.values()), left, _region_trunks(masters))


def _place(masters, left, right):
    """Heights first, for the number of lanes follows from them; widths then."""
    for box in masters:
        box.taps = max(sum(box in trunk.ends for trunk in side) for side in (left, right))
    _stack(masters, 0)
    _outer(left, 0)
    # An IOMMU's box may be taller than its masters: the next one's go down with it.
    above = set()
    for trunk in left:
        if trunk.ends and trunk.ends[0] not in above:
            trunk.ends[0].top = max(trunk.ends[0].top, trunk.box.top)
        above.update(trunk.ends)
    _stack(masters, 0)
    _outer(left, 0)
    _outer(right, 0)
    _tap(left)
    _tap(right)
    block = Block(masters + [one.box for one in left + right], left, right)
    edge = max(trunk.box.wish() for trunk in left)
    block.left_lanes = edge + GUTTER / 2
    edge += GUTTER + LANE * _lanes(left)
    edge += _stack(masters, edge)
    block.right_lanes = edge + GUTTER / 2
    if right:
        edge += GUTTER + LANE * _lanes(right)
        edge += _outer(right, edge)
    block.width = edge
    block.height = max(box.top + box.height for box in block.boxes)
    return block


def blocks(system):
    """All blocks, in columns of about the height that makes a picture easy to look at."""
    found, colour = [], 0
    for iommus in _components(system):
        found += _component(iommus, colour)
        colour += len(iommus)
    area = sum((one.width + 4 * GAP) * (one.height + 2 * GAP) for one in found)
    most = max([one.height for one in found] + [area ** 0.5 * 0.8])
    left = top = widest = 0
    for one in found:
        if top and top + one.height > most:
            left, top, widest = left + widest + 4 * GAP, 0, 0
        one.move(left, top)
        top += one.height + 2 * GAP
        widest = max(widest, one.width)
    return found
