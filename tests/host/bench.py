#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make bench: what our driver costs beside the in-tree one, in instructions and commands.

Boots one kernel with the in-tree driver that it has built in and with ours as a
module, runs tests/modules/smmu_bench and the kernel's dma_map_benchmark on both, and
prints the figures side by side. Exit status 0 only if no bar (harness/bench/bars.py) is missed.
The figures are in build/bench/figures.csv, and a picture of them in figures.svg.
"""

import argparse
import sys
import time

from harness.bench import table
from harness.bench.boot import OUT
from harness.bench.measure import measure
from harness.builds import kernels
from harness.programs import Failure


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
    print(table.text(figures))
    print()
    over = [one for one in figures if one.verdict == "OVER"]
    held = sum(one.verdict == "ok" for one in figures)
    for one in over:
        say(f"OVER: {one.name}: {one.ratio:.2f}, at most {one.bar:.2f}")
    say(f"{OUT}/figures.csv, figures.svg, figures.txt")
    say(f"{held} bars held, {len(over)} missed")
    return 1 if over else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"bench.py: error: {failure}")
