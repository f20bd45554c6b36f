#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Boot the test board by hand: scripts with a result, or a prompt."""

import argparse
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from harness.builds import kernels
from harness.machine import initramfs, qemu
from harness.machine.board import STAGES, Board
from harness.places import run_folder
from harness.programs import Failure, Skip


def main():
    """Parse the options and boot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="debian", help=f"{', '.join(kernels.KINDS)};"
                        " with a series: debian-newest, debug-7.2")
    parser.add_argument("--stage", default="nested", choices=STAGES)
    parser.add_argument("--qemu", default="", choices=("", qemu.NEWER), help="out of Debian's newest suite")
    parser.add_argument("--append", default="", help="more for the kernel's command line")
    parser.add_argument("--load", default="all", choices=("none", "smmu", "all"))
    parser.add_argument("--trace", help="QEMU trace events, such as 'smmuv3_*'")
    parser.add_argument("--dtb", type=Path)
    parser.add_argument("--memory", type=int, default=Board.memory, help="in MiB")
    parser.add_argument("--cpus", type=int, default=Board.cpus)
    parser.add_argument("--timeout", type=int, default=180)
    parser.add_argument("--no-modules", action="store_true", help="leave out our modules")
    parser.add_argument("--in-tree", action="store_true", help="let the in-tree driver bind")
    parser.add_argument("run", nargs="*", help="scripts of tests/guest; none gives a prompt")
    args = parser.parse_args()
    qemu.use(args.qemu)
    kernel = kernels.get(args.kernel)
    if args.in_tree:
        kernel = replace(kernel, cmdline="")
    folder = run_folder("board")
    initrd = initramfs.build(kernel, folder, ours=[] if args.no_modules else None)
    board = Board(kernel, initrd, folder, stage=args.stage,
                  append=args.append, dtb=args.dtb, memory=args.memory, cpus=args.cpus,
                  trace=args.trace)
    if not args.run:
        command = board.command(load=args.load) + ["-serial", "mon:stdio"]
        print("board: 'poweroff' or Ctrl-a x ends QEMU", flush=True)
        return subprocess.run(command, check=False).returncode
    result = board.boot(",".join(args.run), args.load, args.timeout, print)
    print(f"board: status {result.status} after {result.seconds:.0f} s, log: {result.log}")
    if result.objections:
        print(f"board: QEMU objected:\n{result.objections}")
    return 0 if result.status == 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, Skip) as failure:
        sys.exit(f"board.py: error: {failure}")
