#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make bench: what our driver costs beside the in-tree one, in instructions and commands.

Boots one kernel with the in-tree driver that it has built in and with ours as a
module, runs tests/modules/smmu_bench and the kernel's dma_map_benchmark on both, and
prints the figures side by side. Exit status 0 only if no bar (bench_bars.py) is missed.
The figures are in build/bench/figures.csv, and a picture of them in figures.svg.
"""

import argparse
import sys
import time

import bench_boot
import bench_figures
import bench_size
import bench_svg
import bench_table
import kernels
from kernels import Failure


def measure(kernel, say, quick=False):
    """Every figure; table, file and picture are left in build/bench.

    QUICK leaves out dma_map_benchmark, several CPUs, and the size of modules.
    """
    theirs, ours = bench_boot.both(kernel, say, quick)
    sizes = {}, {}
    if not quick:
        say("weighing the in-tree driver as a module")
        sizes = bench_size.both(kernel)
    figures = bench_figures.compare(ours, theirs, sizes)
    bench_figures.write_csv(figures, bench_boot.OUT / "figures.csv")
    (bench_boot.OUT / "figures.svg").write_text(bench_svg.draw(figures), encoding="utf-8")
    (bench_boot.OUT / "figures.txt").write_text(bench_table.text(figures) + "\n", encoding="utf-8")
    return figures


def run(results, name, kernel):
    """As a test: a result for each bar."""
    began = time.monotonic()
    for one in measure(kernel, lambda line: None):
        if one.verdict:
            results.add(f"{name}: {one.name} at most {one.bar:.2f}",
                        "ok" if one.verdict == "ok" else "FAILED",
                        detail=f"{one.ratio:.2f}: {one.ours:g} {one.unit}, in-tree {one.theirs:g}",
                        log=bench_boot.OUT / "figures.txt")
    results.cost(name, time.monotonic() - began, time.monotonic() - began)


def main():
    """Measure both drivers and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without dma_map_benchmark, several"
                        " CPUs and the size of modules: ten seconds, not a minute")
    args = parser.parse_args()
    began = time.monotonic()

    def say(line):
        print(f"bench: [{time.monotonic() - began:3.0f}] {line}", flush=True)

    kernel = kernels.get("bench")
    say(f"both drivers on Linux {kernel.release}")
    figures = measure(kernel, say, args.quick)
    print()
    print(bench_table.text(figures))
    print()
    over = [one for one in figures if one.verdict == "OVER"]
    held = sum(one.verdict == "ok" for one in figures)
    for one in over:
        say(f"OVER: {one.name}: {one.ratio:.2f}, at most {one.bar:.2f}")
    say(f"{bench_boot.OUT}/figures.csv, figures.svg, figures.txt")
    say(f"{held} bars held, {len(over)} missed")
    return 1 if over else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"bench.py: error: {failure}")
