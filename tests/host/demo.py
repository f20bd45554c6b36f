#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make demo [BOARD=NAME]: a Debian kernel, our driver, and real devices behind the SMMU.

Boots Debian's unmodified arm64 kernel, lets tests/guest/demo.sh work, and
checks from the outside what the guest says it wrote. With a board it boots
that one's device tree, and tests/guest/demo-board.sh. "arm/" before the name
makes it a 32-bit board with Debian's armhf kernel; arm/virt has QEMU's own
tree. Exit status 0 only if everything held.
"""

import argparse
import re
import sys
import time

from harness.boots.demo import Demo, boards
from harness.builds import kernels
from harness.places import LOGS
from harness.programs import ABSENT, Absent, Failure


def main():
    """Run the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--board", help=", ".join(boards()))
    name = parser.parse_args().board
    if name and name not in boards():
        raise Failure(f"there is no board {name}; there are: {', '.join(boards())}")
    began = time.monotonic()
    demo = Demo(name, lambda line: print(line, flush=True))
    kernel = kernels.get(boards()[name] if name else "debian")
    print(f"demo: building the driver for Debian's Linux {kernel.release}", flush=True)
    demo.prepare(kernel)
    tree = f"the device tree of {demo.name}" if demo.name else "its own device tree"
    print(f"demo: booting {kernel.machine.qemu}'s virt board with {tree}", flush=True)
    result = demo.boot()
    LOGS.mkdir(exist_ok=True)
    log = LOGS / "demo.log"
    result.log.replace(log)
    for line in result.text.splitlines():
        if re.search(r"\b(Oops|WARNING:|BUG:|Unable to handle|Call trace)", line):
            demo.result(False, f"the kernel says: {line}")
    print(f"demo: {len(demo.good)} held, {len(demo.bad)} failed,"
          f" {time.monotonic() - began:.0f} s; the kernel's log: {log}")
    for name in demo.bad:
        print(f"demo: FAILED: {name}")
    if result.status != 0 or demo.bad or not demo.good:
        print("demo: FAILED")
        return 1
    print("demo: every master did its work through the SMMU, and the rogue was stopped")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"demo: error: {failure}", file=sys.stderr)
        sys.exit(ABSENT if isinstance(failure, Absent) else 1)
