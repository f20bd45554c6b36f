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
import hashlib
import random
import re
import sys
import time

import dtbuild
import initramfs
import kernels
from board import MIB, Board, run_folder
from kernels import BUILD, Failure

# How much goes each way, in MiB.
AMOUNT = {"nvme": 64, "usb": 16}
# A board's windows may end anywhere, and edu is to try what lies behind.
WIDE_EDU = ["-global", "edu.dma_mask=0xffffffffffff"]
# The 32-bit board with QEMU's own device tree. Without a name it is the 64-bit one.
ARM_OWN_TREE = "arm/virt"
FILE = "lan.bin"
FILE_MIB = 8


def boards():
    """What BOARD= can be, and the kernel of each."""
    names = dict.fromkeys(dtbuild.boards("arm64"), "debian")
    names[ARM_OWN_TREE] = "armhf"
    names.update((f"arm/{name}", "armhf") for name in dtbuild.boards("arm"))
    return names


def md5(data):
    """The checksum as the guest's md5sum prints it."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def part(path, start_mib, count_mib):
    """Some MiB out of a disk image."""
    with open(path, "rb") as image:
        image.seek(start_mib * MIB)
        return image.read(count_mib * MIB)


class Demo:
    """The demo's state on the host; SAY prints a line."""

    def __init__(self, board=None, say=None):
        self.folder = run_folder(f"demo-{board.replace('/', '-')}" if board else "demo")
        self.name = None if board == ARM_OWN_TREE else board
        self.board = None
        self.good, self.bad = [], []
        self._say = say or (lambda line: None)

    def prepare(self, kernel):
        """Data for the guest to find, and the initramfs that knows of it."""
        noise = random.Random(time.time_ns())
        tftp = self.folder / "tftp"
        tftp.mkdir(parents=True)
        data = noise.randbytes(FILE_MIB * MIB)
        (tftp / FILE).write_bytes(data)
        facts = {"FILE": FILE, "FILE_MD5": md5(data)}
        self.board = Board(kernel, None, self.folder, tftp=tftp)
        if self.name:
            self.board.extra = WIDE_EDU
            self.board.dtb = dtbuild.compile_board(self.name.rpartition("/")[2], kernel.arch,
                                                   self.folder / "dtb",
                                                   dtbuild.kernel_include(kernel))
        for name, amount in AMOUNT.items():
            data = noise.randbytes(amount * MIB)
            with open(self.board.disk(name), "r+b") as image:
                image.write(data)
            facts[f"{name.upper()}_MIB"] = amount
            facts[f"{name.upper()}_MD5"] = md5(data)
        env = "".join(f"{key}={value}\n" for key, value in facts.items())
        self.board.initrd = initramfs.build(kernel, self.folder,
                                             files=[("test/demo.env", env.encode())])

    def result(self, good, name):
        """Count and print one result."""
        (self.good if good else self.bad).append(name)
        self._say(f"  {'ok    ' if good else 'FAILED'} {name}")

    def hear(self, line):
        """One line of the guest's script."""
        match = re.match(r"(ok|not ok) \d+ (.*)", line)
        if match:
            self.result(match.group(1) == "ok", match.group(2))
        elif line.startswith("HOST "):
            _, disk, want = line.split()
            image, amount = self.board.disk(disk.lower()), AMOUNT[disk.lower()]
            self.result(md5(part(image, amount, amount)) == want,
                        f"{disk}: the host finds that checksum in the disk's image")
        elif not re.match(r"1\.\.\d+$|SMMU-(BEGIN|END) |# mark-", line):
            self._say(line)

    def boot(self):
        """Let the board do its work; returns the Result."""
        script = "demo-board.sh" if self.name else "demo.sh"
        # Half a minute, when nobody else wants the processors.
        self.board.append = "test.time=400"
        result = self.board.boot(script, timeout=600, hear=self.hear)
        if result.timed_out:
            self.result(False, "the board finishes in time")
        elif result.status is None:
            self.result(False, "the board comes to its end")
        return result


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
    log = BUILD / "logs" / "demo.log"
    log.parent.mkdir(exist_ok=True)
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
        sys.exit(f"demo: error: {failure}")
