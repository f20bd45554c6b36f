#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make demo: a Debian kernel, our driver, and real devices behind the SMMU.

Boots Debian's unmodified arm64 kernel, lets tests/guest/demo.sh work, and
checks from the outside what the guest says it wrote. Exit status 0 only if
everything held.
"""

import hashlib
import random
import re
import sys
import time

import initramfs
import kernels
from board import MIB, Board, run_folder
from kernels import BUILD, Failure

# How much goes each way, in MiB.
AMOUNT = {"nvme": 64, "usb": 16}
FILE = "lan.bin"
FILE_MIB = 8


def md5(data):
    """The checksum as the guest's md5sum prints it."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def part(path, start_mib, count_mib):
    """Some MiB out of a disk image."""
    with open(path, "rb") as image:
        image.seek(start_mib * MIB)
        return image.read(count_mib * MIB)


class Demo:
    """The demo's state on the host."""

    def __init__(self):
        self.folder = run_folder("demo")
        self.board = None
        self.good, self.bad = [], []

    def prepare(self, kernel):
        """Data for the guest to find, and the initramfs that knows of it."""
        noise = random.Random(time.time_ns())
        tftp = self.folder / "tftp"
        tftp.mkdir(parents=True)
        data = noise.randbytes(FILE_MIB * MIB)
        (tftp / FILE).write_bytes(data)
        facts = {"FILE": FILE, "FILE_MD5": md5(data)}
        self.board = Board(kernel, None, self.folder, tftp=tftp)
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
        print(f"  {'ok    ' if good else 'FAILED'} {name}", flush=True)

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
            print(line, flush=True)


def main():
    """Run the demo."""
    began = time.monotonic()
    demo = Demo()
    kernel = kernels.get("debian")
    print(f"demo: building the driver for Debian's Linux {kernel.release}", flush=True)
    demo.prepare(kernel)
    print("demo: booting QEMU's virt board with its own device tree", flush=True)
    result = demo.board.boot("demo.sh", timeout=170, hear=demo.hear)
    log = BUILD / "logs" / "demo.log"
    log.parent.mkdir(exist_ok=True)
    result.log.replace(log)
    if result.timed_out:
        demo.result(False, "the board finishes in time")
    elif result.status is None:
        demo.result(False, "the board comes to its end")
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
