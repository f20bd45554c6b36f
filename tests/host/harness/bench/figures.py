# SPDX-License-Identifier: GPL-2.0-only
"""The figures of both drivers side by side, with what they are held to."""

import csv
from dataclasses import dataclass
from typing import Optional

from harness.bench import bars

# Names of cases for people, where the module's are not good enough.
LABELS = {
    "4K_beside": "4K, table in use", "64K_beside": "64K, table in use",
    "64K_odd": "64K, odd place", "2M": "2M block", "2M_beside": "2M block, table in use",
    "1G": "1G block", "1M": "1M of 4K", "64K": "64K of 4K", "2M_pages": "2M of 4K",
    "64M_pages": "64M of 4K", "2M+4K_middle": "2M+4K from a middle",
    "6M_middle": "6M from a middle", "sg_256": "scatterlist, 256",
    "4K_lazy": "4K, lazy", "64K_lazy": "64K, lazy", "2M_pages_lazy": "2M of 4K, lazy",
    "iova_to_phys_2M": "iova_to_phys, block", "attach": "attach, detach",
    "domain": "domain alloc, free", "dma_4K": "DMA API, 4K", "dma_64K": "DMA API, 64K",
    "dma_sg_256": "DMA API, scatterlist", "dma_4K_lazy": "DMA API, 4K, lazy",
    "dma_64K_lazy": "DMA API, 64K, lazy", "dma_sg_256_lazy": "DMA API, scatterl., lazy",
    "dma_map_benchmark_1": "dma_map_bench., 1", "dma_map_benchmark_16": "dma_map_bench., 16",
    "dma_map_benchmark_1_lazy": "dma_map_bench., 1 lazy",
    "dma_map_benchmark_16_lazy": "dma_map_bench., 16 lazy",
}

# Of these the clock's own cost is taken away, since it is a good part of the whole.
WITHOUT_CLOCK = ("iova_to_phys", "iova_to_phys_2M")


@dataclass
class Figure:
    """One number for both drivers; BAR is the most that RATIO may be."""
    kind: str
    case: str
    part: str
    unit: str
    ours: float
    theirs: float
    kernel: Optional[float] = None
    bar: Optional[float] = None
    # What OURS is divided by instead of THEIRS, where the bar is not about them.
    per: Optional[float] = None

    @property
    def ratio(self):
        """What the bar limits; None if there is nothing to compare with."""
        base = self.theirs if self.per is None else self.per
        return self.ours / base if base else None

    @property
    def own(self):
        """The ratio without the kernel's share."""
        if self.kernel is None or self.theirs <= self.kernel:
            return None
        return (self.ours - self.kernel) / (self.theirs - self.kernel)

    @property
    def verdict(self):
        """"ok", "OVER", or nothing if there is no bar, or nothing was measured."""
        if self.bar is None or not self.ratio:
            return ""
        return "ok" if self.ratio <= self.bar else "OVER"

    @property
    def name(self):
        """For a list of results."""
        what = f"{self.unit}s for an {self.part}" if self.kind == "threads" else self.part
        return f"{label(self.case)}: {what}"


def label(case):
    """The name of a case for people."""
    return LABELS.get(case, case)


def _parts(figures, case):
    """The names of a case's parts, in their order."""
    return [part for one, part in figures.time if one == case]


def _time(ours, theirs, case):
    """A case's parts, called map and unmap whatever they are, and their sum."""
    parts = _parts(ours, case)
    clock = ours.time["clock", "clock"] if case in WITHOUT_CLOCK else 0
    found = []
    for name, part in zip(("map", "unmap"), parts):
        key, share = (case, part), ours.share.get((case, part))
        found.append(Figure("instructions", case, name, "instructions", ours.time[key] - clock,
                            theirs.time[key] - clock, None if share is None else share - clock,
                            bars.TIME.get((case, name))))
    if len(found) == 2:
        shares = [one.kernel for one in found]
        found.append(Figure("instructions", case, "sum", "instructions",
                            sum(one.ours for one in found), sum(one.theirs for one in found),
                            None if None in shares else sum(shares),
                            bars.TIME.get((case, "sum"))))
    return found


HOW = {"turns": "one by one", "free": "as they can"}
COMMANDS = ("TLBI", "CFGI", "SYNC", "other", "doorbell", "poll")


def _commands(ours, theirs):
    for key, mine in ours.commands.items():
        for kind in COMMANDS:
            yield Figure("commands", *key, kind, mine[kind], theirs.commands[key][kind])


def _threads_case(key):
    """What a case is called, of KEY (threads, how)."""
    return f"{key[0]} CPUs, {HOW[key[1]]}" if key[0] > 1 else "1 CPU"


def _threads(ours, theirs):
    for key, (unmaps, mine) in ours.threads.items():
        their_unmaps, other = theirs.threads[key]
        case = _threads_case(key)
        for kind in COMMANDS:
            bar = bars.SYNCS.get(key) if kind == "SYNC" else None
            yield Figure("threads", case, "unmap", kind,
                         mine[kind] / max(unmaps, 1), other[kind] / max(their_unmaps, 1),
                         bar=bar, per=None if bar is None else 1.0)


def _memory(ours, theirs, sizes):
    for case, mine in ours.tables.items():
        for part, at, other in zip(("mapped", "unmapped"), mine, theirs.tables[case]):
            yield Figure("tables", case, part, "pages", at, other)
    for name, mine in ours.queues.items():
        yield Figure("queues", name, "size", "bytes", mine, theirs.queues[name])
    known = all(name in driver.queues for driver in (ours, theirs) for name in bars.QUEUE_NAMES)
    yield Figure("queues", "both queues", "size", "bytes", sum(ours.queues.values()),
                 sum(theirs.queues.values()), bar=bars.QUEUES if known else None)
    for part in sizes[0]:
        yield Figure("module", "module", part, "bytes", sizes[0][part], sizes[1][part])


def _probes(ours, theirs):
    for name, mine in ours.probes.items():
        yield Figure("first", f"probe of the {name}", "time", "us", mine, theirs.probes[name])
    yield Figure("first", "first mapping", "time", "us", ours.first / 1000, theirs.first / 1000)
    yield Figure("first", "all of these", "time", "us",
                 sum(ours.probes.values()) + ours.first / 1000,
                 sum(theirs.probes.values()) + theirs.first / 1000)


def compare(ours, theirs, sizes):
    """Every figure, in the order in which tables show them."""
    cases = dict.fromkeys(case for case, _ in ours.time)
    figures = [one for case in cases for one in _time(ours, theirs, case)]
    return [*figures, *_commands(ours, theirs), *_threads(ours, theirs),
            *_memory(ours, theirs, sizes), *_probes(ours, theirs)]


def unmeasured(figures, quick=False):
    """The bars that no figure was held to, as text; QUICK: of the first boot's."""
    wanted = {(*key, "instructions") for key in bars.TIME
              if not (quick and key[0].startswith("dma_map_benchmark"))}
    wanted.add(("both queues", "size", "bytes"))
    if not quick:
        wanted.update((_threads_case(key), "unmap", "SYNC") for key in bars.SYNCS)
    return sorted(" ".join(key) for key in wanted - {
        (one.case, one.part, one.unit) for one in figures if one.verdict})


def write_csv(figures, path):
    """All of them, one a line, for whoever wants to plot."""
    with open(path, "w", newline="", encoding="ascii") as out:
        writer = csv.writer(out)
        writer.writerow(("kind", "case", "part", "unit", "ours", "in_tree", "kernel", "ratio",
                         "own_ratio", "bar", "verdict"))
        for one in figures:
            numbers = (one.ratio, one.own, one.bar)
            writer.writerow((one.kind, one.case, one.part, one.unit, _plain(one.ours),
                             _plain(one.theirs), "" if one.kernel is None else _plain(one.kernel),
                             *("" if x is None else f"{x:.4f}" for x in numbers), one.verdict))


def _plain(number):
    return f"{number:.4f}".rstrip("0").rstrip(".")
