#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make bench: what our driver costs beside the in-tree one, in instructions and commands.

Boots one kernel with the in-tree driver that it has built in and with ours as a
module, runs tests/modules/smmu_bench on both, and prints the figures side by side.
"""

import sys
import time

import bench_boot
import kernels
from kernels import Failure

def cmds(c):
    return "/".join(str(c[k]) for k in ("TLBI","CFGI","SYNC","other","doorbell","poll"))

def main():
    """Measure both drivers and print a table."""
    began = time.monotonic()
    kernel = kernels.get("bench")
    theirs, ours = bench_boot.both(kernel, lambda line: print(f"bench: {line}", flush=True))
    print(f"{'case':<16} {'part':<13} {'ours':>9} {'in-tree':>9} {'kernel':>8}  ratio   own part")
    for key in ours.time:
        case, part = key
        mine, other = ours.time[key], theirs.time.get(key)
        share = ours.share.get(key)
        line = f"{case:<16} {part:<13} {mine:>9} {other or '-':>9} {share or '-':>8}"
        line += f"  {mine / other:5.2f}"
        if share and other > share:
            line += f"   {(mine - share) / (other - share):5.2f}"
        if key in ours.commands: line += f"   {cmds(ours.commands[key])}   {cmds(theirs.commands[key])}"
        print(line)
    for title in ("tables", "queues", "probes"):
        for name, value in getattr(ours, title).items():
            print(f"{title} {name:<16} ours {value} in-tree {getattr(theirs, title).get(name)}")
    print(ours.threads, theirs.threads)
    print(f"bench: {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"bench.py: error: {failure}")
