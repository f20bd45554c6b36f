# SPDX-License-Identifier: GPL-2.0-only
"""The topology as a picture: one file, no fonts or scripts from elsewhere."""

import re
from xml.sax.saxutils import escape

from . import layout

MARGIN, HEAD = 20, 58

FONT = "'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace"
STYLE = f"""
text {{ font: 12px {FONT}; fill: #1c2430; white-space: pre; }}
.title {{ font-weight: bold; }}
.head {{ font-size: 16px; font-weight: bold; }}
.iommu {{ fill: #dbe7f7; stroke: #2f5f9e; }}
.master {{ fill: #ffffff; stroke: #55606e; }}
.region {{ fill: #f7ecd2; stroke: #9a7420; }}
.off {{ fill: #f2f2f2; stroke: #9a9a9a; stroke-dasharray: 4 3; }}
.off + g text {{ fill: #6a6a6a; }}
"""
# Dark enough on white, and told apart by most eyes.
COLOURS = ("#2f5f9e", "#b4482c", "#2e7d4f", "#8a3f8f", "#9a7420", "#1f7f8c", "#7a5148", "#5b5fc7")

# What XML does not allow, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(line):
    """Text that may stand in XML."""
    return escape(FORBIDDEN.sub("?", line), {'"': "&quot;"})


def _box(box):
    """A box; the whole text is in its tooltip, where lines had to be cut."""
    yield (f'<rect class="{box.kind if box.enabled else "off"}" x="{box.left:.1f}"'
           f' y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"/>')
    tip = clean("\n".join(box.lines))
    yield f"<g><title>{tip}</title>"
    for number, line in enumerate(box.lines):
        kind = ' class="title"' if not number else ""
        top = box.top + layout.PAD + layout.LINE_HEIGHT * (number + 0.75)
        yield (f'<text{kind} x="{box.left + layout.PAD:.1f}" y="{top:.1f}">'
               f"{clean(layout.short(line))}</text>")
    yield "</g>"


def _trunk(trunk, lanes, from_left):
    """A trunk with its branches; a dot where one leaves it."""
    if not trunk.heights:
        return
    colour = COLOURS[trunk.colour % len(COLOURS)]
    lane = lanes + layout.LANE * trunk.lane
    first, last = trunk.span()
    edge = trunk.box.left + (trunk.box.width if from_left else 0)
    path = [f"M{edge:.1f} {trunk.start():.1f}H{lane:.1f}", f"M{lane:.1f} {first:.1f}V{last:.1f}"]
    for box, height in trunk.heights:
        end = box.left if from_left else box.left + box.width
        path.append(f"M{lane:.1f} {height:.1f}H{end:.1f}")
    yield f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    for height in {height for _, height in trunk.heights} | {trunk.start()}:
        yield f'<circle cx="{lane:.1f}" cy="{height:.1f}" r="2.2" fill="{colour}"/>'


def _head(system):
    """What the picture shows."""
    model = (system.tree.root.strings("model") or system.tree.root.compatible() or ["?"])[0]
    yield f'<text class="head" x="{MARGIN}" y="{MARGIN + 12}">{clean(model)}</text>'
    regions = len({one.node for one in system.regions})
    yield (f'<text x="{MARGIN}" y="{MARGIN + 32}">IOMMUs (left): {len(system.iommus)}, masters:'
           f" {len(system.masters)}, reserved regions (right): {regions}. Dashed: disabled</text>")


def draw(system):
    """The whole file."""
    found = layout.blocks(system)
    for block in found:
        block.move(MARGIN, MARGIN + HEAD)
    boxes = [box for block in found for box in block.boxes]
    width = max([box.left + box.width for box in boxes] + [700]) + MARGIN
    height = max([box.top + box.height for box in boxes] + [MARGIN + HEAD]) + MARGIN
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
             f' viewBox="0 0 {width:.0f} {height:.0f}">',
             f"<style>{STYLE}</style>", '<rect width="100%" height="100%" fill="#ffffff"/>']
    lines += _head(system)
    for block in found:
        for trunk in block.left_trunks:
            lines += _trunk(trunk, block.left_lanes, True)
        for trunk in block.right_trunks:
            lines += _trunk(trunk, block.right_lanes, False)
        for box in block.boxes:
            lines += _box(box)
    return "\n".join(lines + ["</svg>", ""])
