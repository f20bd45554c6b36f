# SPDX-License-Identifier: GPL-2.0-only
"""A picture of the figures: what each call costs, as a part of the in-tree driver's cost."""

from xml.sax.saxutils import escape

from harness.bench.figures import label

WIDTH, LEFT, RIGHT, TOP = 1000, 210, 70, 96
ROW, BAR, GAP = 34, 11, 3
# The scale ends here; longer bars are cut and say how long they are.
MOST = 1.25
PARTS = {"map": ("#3b76b5", "#1d3c5e"), "unmap": ("#e08a2e", "#8a4c0d")}
PARTS_SUM = {"sum": ("#5b9a5b", "#2c522c")}


class Picture:
    """SVG elements, gathered line by line."""

    def __init__(self):
        self.lines = []

    def text(self, x, y, words, more=""):
        """Words at a place."""
        self.lines.append(f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(words)}</text>')

    def box(self, x, y, width, height, colour):
        """A rectangle."""
        self.lines.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}"'
                          f' height="{height:.1f}" fill="{colour}"/>')

    def line(self, x, y, to_x, to_y, more):
        """A straight line."""
        self.lines.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" {more}/>')

    def svg(self, height):
        """The whole file."""
        head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
                f' viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">')
        return "\n".join([head, "<!-- SPDX-License-Identifier: GPL-2.0-only -->",
                          f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
                          *self.lines, "</svg>"]) + "\n"


def _x(ratio):
    return LEFT + min(ratio, MOST) * (WIDTH - LEFT - RIGHT) / MOST


def _bar(picture, one, y, colours):
    """A bar: the kernel's share dark, the bar's limit as a line across it."""
    light, dark = colours
    picture.box(LEFT, y, _x(one.ratio) - LEFT, BAR, light)
    if one.kernel is not None:
        picture.box(LEFT, y, _x(min(one.kernel / one.theirs, one.ratio)) - LEFT, BAR, dark)
    if one.bar is not None:
        colour = "#111" if one.verdict == "ok" else "#c00000"
        picture.line(_x(one.bar), y - 1.5, _x(one.bar), y + BAR + 1.5,
                     f'stroke="{colour}" stroke-width="2.5"')
    if one.ratio > MOST:
        picture.line(_x(MOST) - 12, y + BAR + 2, _x(MOST) - 6, y - 2, 'stroke="white" stroke-width="3"')
    words = f"{one.ratio:.2f}" + (" over" if one.verdict == "OVER" else "")
    more = ' font-size="11" paint-order="stroke" stroke="white" stroke-width="3"'
    if one.verdict == "OVER":
        more += ' fill="#c00000"'
    # Not under the limit's line, if that comes just behind the bar.
    x = _x(one.ratio) + 4
    if one.bar is not None and x - 4 <= _x(one.bar) <= x + 30:
        x = _x(one.bar) + 5
    picture.text(x, y + BAR - 1.5, words, more)


def _legend(picture):
    x = LEFT
    for colour, words in ((PARTS["map"][0], "map"), (PARTS["unmap"][0], "unmap, strict if not said otherwise"),
                          (PARTS_SUM["sum"][0], "both"), ("#444", "dark: the kernel's own share")):
        picture.box(x, TOP - 46, 12, 12, colour)
        picture.text(x + 17, TOP - 36, words)
        x += 17 + 7 * len(words) + 18
    picture.line(x + 5, TOP - 48, x + 5, TOP - 32, 'stroke="#111" stroke-width="2.5"')
    picture.text(x + 14, TOP - 36, "at most")


def _grid(picture, bottom):
    for tenths in range(0, int(MOST * 10) + 1, 2):
        x = _x(tenths / 10)
        strong = 'stroke="#555" stroke-dasharray="5 3"' if tenths == 10 else 'stroke="#ddd"'
        picture.line(x, TOP - 8, x, bottom, strong)
        picture.text(x, TOP - 13, f"{tenths / 10:.1f}", ' text-anchor="middle" fill="#555"')


def _rows(figures):
    """Cases with their bars; what takes two parts that only count together has one."""
    rows = {}
    for one in figures:
        if one.kind == "instructions" and one.case != "clock" and one.ratio is not None:
            rows.setdefault(one.case, {})[one.part] = one
    for case, parts in rows.items():
        if case in ("attach", "domain"):
            yield case, [(parts["sum"], PARTS_SUM["sum"])]
        else:
            yield case, [(parts[part], colours) for part, colours in PARTS.items() if part in parts]


def draw(figures):
    """The picture as a string."""
    picture, rows = Picture(), list(_rows(figures))
    bottom = TOP + ROW * len(rows)
    picture.text(LEFT, 24, "Instructions of our driver for each of the in-tree driver's",
                 ' font-size="18" font-weight="bold"')
    _legend(picture)
    _grid(picture, bottom)
    for number, (case, bars) in enumerate(rows):
        y = TOP + ROW * number
        if number % 2:
            picture.lines.insert(0, f'<rect x="0" y="{y}" width="{WIDTH}" height="{ROW}" fill="#f6f6f6"/>')
        picture.text(LEFT - 8, y + ROW / 2 + 4, label(case), ' text-anchor="end"')
        at = y + (ROW - len(bars) * BAR - (len(bars) - 1) * GAP) / 2
        for one, colours in bars:
            _bar(picture, one, at, colours)
            at += BAR + GAP
    return picture.svg(bottom + 16)
