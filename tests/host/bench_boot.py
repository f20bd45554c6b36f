# SPDX-License-Identifier: GPL-2.0-only
"""Boot the kernel for measuring with one of the two drivers, and read what it says."""

from dataclasses import dataclass, field

import initramfs
from board import Board, run_folder
from kernels import BUILD, STAND_DOWN, Failure

# One guest instruction is a nanosecond, and idling costs no time.
ICOUNT = ["-icount", "shift=0,sleep=off"]
OUT = BUILD / "bench"
DRIVERS = {"in-tree": ("arm-smmu-v3", "none", ""), "ours": ("smmu", "smmu", STAND_DOWN)}


@dataclass
class Figures:
    """What one driver costs: times by (case, part)."""
    times: dict = field(default_factory=dict)
    medians: dict = field(default_factory=dict)
    share: dict = field(default_factory=dict)
    marks: dict = field(default_factory=dict)
    tables: dict = field(default_factory=dict)
    queues: dict = field(default_factory=dict)
    probes: dict = field(default_factory=dict)
    driver: str = ""

    def hear(self, line):
        """One line of tests/guest/bench.sh."""
        word, *rest = line.split()
        if word != "BENCH":
            return
        what, *rest = rest
        if what == "time":
            case, how, part, least, median, mark = rest
            if how == "driver":
                self.times[case, part] = int(least)
                self.medians[case, part] = int(median)
                self.marks[case, part] = int(mark)
            else:
                self.share[case, part] = int(least)
        elif what == "tables":
            self.tables[rest[0]] = int(rest[1])
            self.tables[rest[0] + ", unmapped"] = int(rest[2])
        elif what == "queue":
            self.queues[rest[0]] = int(rest[1])
        elif what == "probe":
            self.probes["device" if rest[0].startswith("0000:") else "smmu"] = int(rest[1])
        elif what == "first":
            self.probes["first mapping, ns"] = int(rest[0])
        elif what == "driver":
            self.driver = rest[0]
        elif what == "failed":
            raise Failure(f"the case {' '.join(rest)} failed, see the log in {OUT}")


def measure(kernel, initrd, name, say):
    """One boot with the driver NAME; returns its figures."""
    driver, load, append = DRIVERS[name]
    folder = run_folder(f"bench-{name}")
    board = Board(kernel, initrd, folder, cpus=1, thread="single", bare=True, extra=ICOUNT,
                  append=f"{append} loglevel=5 initcall_debug test.time=1000")
    result = board.boot("bench.sh", load, timeout=900)
    OUT.mkdir(parents=True, exist_ok=True)
    log = OUT / f"{name}.log"
    log.write_text(result.text + "\n" + result.objections)
    if result.status != 0:
        raise Failure(f"the boot with the {name} driver failed, see {log}")
    figures = Figures()
    for line in result.said:
        if line.strip():
            figures.hear(line)
    if figures.driver != driver:
        raise Failure(f"the SMMU belongs to {figures.driver or 'nobody'} instead of {driver}, see {log}")
    say(f"{name}: {len(figures.times)} figures in {result.seconds:.0f} s, log: {log}")
    return figures


def both(kernel, say):
    """Figures of both drivers on this kernel."""
    folder = run_folder("bench")
    initrd = initramfs.build(kernel, folder)
    return {name: measure(kernel, initrd, name, say) for name in DRIVERS}
