# SPDX-License-Identifier: GPL-2.0-only
"""Measure both drivers, and leave what was found in build/bench."""

import time

from harness.bench import boot, figures, size, svg, table
from harness.bench.boot import OUT
from harness.programs import Failure


def measure(kernel, say, quick=False):
    """Every figure; table, file and picture are left in build/bench. A bar that nothing was
    held to is a Failure.

    QUICK leaves out dma_map_benchmark, several CPUs, and the size of modules.
    """
    theirs, ours = boot.both(kernel, say, quick)
    sizes = {}, {}
    if not quick:
        say("weighing the in-tree driver as a module")
        sizes = size.both(kernel)
    found = figures.compare(ours, theirs, sizes)
    figures.write_csv(found, OUT / "figures.csv")
    (OUT / "figures.svg").write_text(svg.draw(found), encoding="utf-8")
    (OUT / "figures.txt").write_text(table.text(found) + "\n", encoding="utf-8")
    if missing := figures.unmeasured(found, quick):
        raise Failure(f"no figure for these bars: {'; '.join(missing)}: see {OUT / 'figures.txt'}")
    return found


def run(results, name, kernel):
    """As a test: a result for each bar."""
    began = time.monotonic()
    for one in measure(kernel, lambda line: None):
        if one.verdict:
            results.add(f"{name}: {one.name} at most {one.bar:.2f}",
                        "ok" if one.verdict == "ok" else "FAILED",
                        detail=f"{one.ratio:.2f}: {one.ours:g} {one.unit}, in-tree {one.theirs:g}",
                        log=OUT / "figures.txt")
    results.cost(name, time.monotonic() - began, time.monotonic() - began)
