# SPDX-License-Identifier: GPL-2.0-only
"""The demo's half on the host: what the guest finds on its disks, and what it wrote there."""

import hashlib
import random
import re
import time

from harness.boots.boot import keep_log
from harness.boots import complaints
from harness.machine import dtbuild, initramfs
from harness.machine.board import MIB, Board
from harness.places import run_folder
from harness.programs import tail

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


def run(results, name, kernel, board):
    """Boot a board of boards() as "make demo BOARD=" does."""
    demo = Demo(board)
    demo.prepare(kernel)
    result = demo.boot()
    keep_log(result, demo.board, name)
    for one in demo.good:
        results.add(f"{name}: {one}", "ok")
    if result.status and not demo.bad:
        demo.bad.append(f"exit status {result.status}")
    for one in demo.bad:
        results.add(f"{name}: {one}", "FAILED", detail=tail("\n".join(result.said), 20),
                    log=result.log)
    complaints.add(results, name, result)
