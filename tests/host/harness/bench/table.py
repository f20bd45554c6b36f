# SPDX-License-Identifier: GPL-2.0-only
"""Tables of figures, for a terminal."""

from harness.bench.figures import COMMANDS, label

HEAD = "{:>7} {:>7} {:>6} {:>5} {:>5} {:>9}"
# Columns of a half of the tables of commands.
WIDTH = {kind: max(5, len(kind)) for kind in COMMANDS}
NAME = 25


def _ratio(number):
    return "" if number is None else f"{number:.2f}"


def _bar(one):
    return f"{one.bar:.2f} {one.verdict:<4}" if one.bar is not None else ""


def _number(number):
    return "" if number is None else f"{number:.0f}"


def _half(one):
    """A part of a case in the first table."""
    if not one:
        return HEAD.format("", "", "", "", "", "")
    return HEAD.format(_number(one.ours), _number(one.theirs), _number(one.kernel),
                       _ratio(one.ratio), _ratio(one.own), _bar(one))


def _by_case(figures, kind):
    cases = {}
    for one in figures:
        if one.kind == kind:
            cases.setdefault(one.case, {})[one.part, one.unit] = one
    return cases


def instructions(figures):
    """A line for each case: map, unmap, and both together."""
    titles = HEAD.format("ours", "in-tree", "kernel", "ratio", "own", "at most")
    yield f"{'':{NAME}}|{'map':^45}|{'unmap':^45}|{'both':^22}"
    yield f"{'instructions':{NAME}}|{titles} |{titles} |{'ratio':>6} {'own':>5} {'at most':>9}"
    for case, parts in _by_case(figures, "instructions").items():
        first, second, both = (parts.get((part, "instructions")) for part in ("map", "unmap", "sum"))
        line = f"{label(case):{NAME}}|{_half(first)} |{_half(second)} |"
        if both:
            line += f"{_ratio(both.ratio):>6} {_ratio(both.own):>5} {_bar(both):>9}"
        yield line.rstrip(" |")


def commands(figures):
    """A line for each part of a case that sends any."""
    yield from _commands(figures, "commands", "commands")


def threads(figures):
    """The same for an unmap when several CPUs do nothing else."""
    yield from _commands(figures, "threads", "commands for an unmap", ".2f")


def _commands(figures, group, title, form="d"):
    kinds = " ".join(f"{kind:>{width}}" for kind, width in WIDTH.items())
    yield f"{'':{NAME + 13}}|{'ours':^{len(kinds)}} |{'in-tree':^{len(kinds)}}"
    yield f"{title:{NAME + 13}}|{kinds} |{kinds}"
    rows = {}
    for case, units in _by_case(figures, group).items():
        for (part, kind), one in units.items():
            rows.setdefault((case, part), {})[kind] = one
    for (case, part), row in rows.items():
        if not any(one.ours or one.theirs for one in row.values()):
            continue
        halves = [" ".join(f"{getattr(row[kind], side):{width}{form}}"
                           for kind, width in WIDTH.items()) for side in ("ours", "theirs")]
        bars = [f"  {one.unit} at most {_bar(one)}" for one in row.values() if one.verdict]
        yield f"{label(case):{NAME}} {part:<12}|{halves[0]} |{halves[1]}{''.join(bars)}".rstrip()


def others(figures):
    """Memory, and time to the first mapping."""
    yield (f"{'memory, and time to the first mapping':{NAME + 13}}|{'ours':>9} {'in-tree':>9}"
           f" {'ratio':>6} {'at most':>10}")
    for one in figures:
        if one.kind in ("tables", "queues", "module", "first"):
            yield (f"{label(one.case):{NAME}} {one.part:<12}|{one.ours:>9.0f} {one.theirs:>9.0f}"
                   f" {_ratio(one.ratio):>6} {_bar(one):>10}  {one.unit}")


NOTES = """\
Instructions are those of a call and of one reading of the clock, {clock}, but iova_to_phys is
without it. kernel: the IOMMU core's share, what the same call takes on a domain that does
nothing; own: the ratio without that share. dma_map_benchmark cuts its times down to
hundreds. Table in use: a page beside is mapped all the time. Odd place: 4K off 64K.

lazy: iommu_unmap_fast() as a flush queue calls it; for the DMA API and dma_map_benchmark,
the group's type DMA-FQ. Flushes come later: only dma_map_benchmark's average has them.

doorbell: a write of CMDQ_PROD; poll: a read of CMDQ_CONS. QEMU carries commands out during
that write, so nobody waits long. Several CPUs are emulated in parallel, and map and unmap
a page each in one domain; CMD_SYNCs are held to a number for each unmap, not to a ratio.

tables: pages with everything mapped, and what is left when it was unmapped. The probe of
the device is the binding of its driver: the group, its default domain, attaching. The
module is loaded by then, and the time it takes to load is not in it. These happen once in
a boot, so a tick of the kernel's may fall into them."""


def text(figures):
    """Everything, as one string."""
    clock = next(one.ours for one in figures if one.case == "clock")
    return "\n".join([*instructions(figures), "", *commands(figures), "", *threads(figures), "",
                      *others(figures), "",
                      NOTES.format(clock=clock)])
