# SPDX-License-Identifier: GPL-2.0-only
"""Tables of figures, for a terminal."""

from bench_figures import COMMANDS, LABELS

HEAD = "{:>8} {:>8} {:>7} {:>6} {:>5} {:>10}"
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
    yield f"{'':{NAME}}|{'map':^50}|{'unmap':^50}|{'both':^22}"
    yield f"{'instructions':{NAME}}|{titles} |{titles} |{'ratio':>6} {'own':>5} {'at most':>9}"
    for case, parts in _by_case(figures, "instructions").items():
        first, second, both = (parts.get((part, "instructions")) for part in ("map", "unmap", "sum"))
        line = f"{LABELS.get(case, case):{NAME}}|{_half(first)} |{_half(second)} |"
        if both:
            line += f"{_ratio(both.ratio):>6} {_ratio(both.own):>5} {_bar(both):>9}"
        yield line.rstrip(" |")


def commands(figures):
    """A line for each part of a case that sends any."""
    kinds = " ".join(f"{kind:>8}" for kind in COMMANDS)
    yield f"{'':{NAME + 8}}|{'ours':^{len(kinds)}} |{'in-tree':^{len(kinds)}}"
    yield f"{'commands':{NAME + 8}}|{kinds} |{kinds}"
    for case, units in _by_case(figures, "commands").items():
        for part in ("map", "unmap"):
            row = [units.get((part, kind)) for kind in COMMANDS]
            if not all(row) or not any(one.ours or one.theirs for one in row):
                continue
            name = f"{LABELS.get(case, case):{NAME}} {part:<6}"
            yield (f"{name:{NAME + 8}}|" + " ".join(f"{one.ours:>8}" for one in row) + " |" +
                   " ".join(f"{one.theirs:>8}" for one in row))


def _others(figures, kinds):
    """A line for each figure; for those that are few."""
    for one in figures:
        if one.kind not in kinds:
            continue
        digits = 2 if one.unit == "per unmap" else 0
        yield (f"{one.case:{NAME}} {one.part:<10} {one.ours:>10.{digits}f} {one.theirs:>10.{digits}f}"
               f" {_ratio(one.ratio):>6} {_bar(one):>10}  {one.unit}").rstrip()


def others(figures):
    """Several CPUs, memory, time to the first mapping."""
    head = f"{'':{NAME}} {'':<10} {'ours':>10} {'in-tree':>10} {'ratio':>6} {'at most':>10}"
    yield "Several CPUs, each with a page of its own in one domain"
    yield head
    yield from _others(figures, ("threads",))
    yield ""
    yield "Memory and time to the first mapping"
    yield head
    yield from _others(figures, ("tables", "queues", "module", "first"))


NOTES = """\
Instructions of a call, one reading of the clock included ({clock}; iova_to_phys: taken away).
kernel: the IOMMU core's share, which the same call takes on a domain that does nothing;
own: the ratio without it. lazy: iommu_unmap_fast() as a flush queue calls it, and the DMA
API with the group's type DMA-FQ; the flushes come later and are not in it, but for
dma_map_benchmark. dma_map_benchmark cuts to 100 instructions. CMD_SYNCs of several CPUs
are held to a number for each unmap, not to the ratio. unmapped: pages that are left when
everything was unmapped again. Probe of the device: its group, default domain and attach."""


def text(figures):
    """Everything, as one string."""
    clock = next(one.ours for one in figures if one.case == "clock")
    return "\n".join([*instructions(figures), "", *commands(figures), "", *others(figures), "",
                      NOTES.format(clock=clock)])
