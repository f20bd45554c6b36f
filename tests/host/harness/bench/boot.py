# SPDX-License-Identifier: GPL-2.0-only
"""Boot the kernel for measuring with one of the two drivers, and read what it says."""

from collections import Counter
from dataclasses import dataclass, field

from harness.bench import trace as traces
from harness.boots import complaints
from harness.builds.kernels import STAND_DOWN
from harness.machine import initramfs
from harness.machine.board import Board
from harness.places import BUILD, run_folder
from harness.programs import Failure

# One guest instruction is a nanosecond, and idling costs no time.
ICOUNT = ["-icount", "shift=0,sleep=off"]
OUT = BUILD / "bench"


@dataclass(frozen=True)
class Driver:
    """How to boot with it."""
    name: str
    linux: str
    load: str
    append: str


IN_TREE = Driver("in-tree", "arm-smmu-v3", "none", "")
OURS = Driver("ours", "smmu", "smmu", STAND_DOWN)


@dataclass
class Figures:
    """What one driver costs, keys are (case, part)."""
    driver: str = ""
    time: dict = field(default_factory=dict)
    median: dict = field(default_factory=dict)
    # The core's share of it: the same on a domain that does nothing.
    share: dict = field(default_factory=dict)
    commands: dict = field(default_factory=dict)
    # Pages of tables by case: while it is mapped, and after it was unmapped.
    tables: dict = field(default_factory=dict)
    # Bytes of queues; microseconds of probes; nanoseconds of the first mapping.
    queues: dict = field(default_factory=dict)
    probes: dict = field(default_factory=dict)
    first: int = 0
    # By (threads, how): unmaps, and the commands of all of them.
    threads: dict = field(default_factory=dict)

    def hear(self, words, trace):
        """What a line of the guest's scripts says; TRACE is what trace.segments() found."""
        what, *rest = words
        if what == "driver":
            self.driver = rest[0]
        elif what == "time":
            case, how, part, least, median, mark = rest
            if how == "driver":
                self.time[case, part] = int(least)
                self.median[case, part] = int(median)
                self.commands[case, part] = trace[int(mark)]
            else:
                self.share[case, part] = int(least)
        elif what == "benchmark":
            self.time[rest[0], "map"], self.time[rest[0], "unmap"] = int(rest[1]), int(rest[2])
        elif what == "tables":
            self.tables[rest[0]] = int(rest[1]), int(rest[2])
        elif what == "queue":
            self.queues[rest[0]] = int(rest[1])
        elif what == "probe":
            self.probes["device" if rest[0].startswith("0000:") else "SMMU"] = int(rest[1])
        elif what == "first":
            self.first = int(rest[0])
        elif what == "threads":
            self.threads[int(rest[0]), rest[1]] = int(rest[2]), trace[int(rest[3])]
        elif what == "failed":
            raise Failure(f"the case {' '.join(rest)} failed")


def _boot(kernel, initrd, driver, script, figures, **board):
    """Run one script of the guest, and add what it says to FIGURES."""
    folder = run_folder(f"bench-{driver.name}")
    machine = Board(kernel, initrd, folder, bare=True,
                    append=f"{driver.append} loglevel=5 initcall_debug test.time=1000", **board)
    result = machine.boot(script, driver.load, timeout=900)
    OUT.mkdir(parents=True, exist_ok=True)
    log = OUT / f"{driver.name}-{script.removesuffix('.sh')}.log"
    log.write_text(f"{result.text}\n{traces.without(result.objections)}\n")
    if result.status != 0:
        raise Failure(f"the boot with the {driver.name} driver failed, see {log}")
    if wrong := complaints.names(result):
        raise Failure(f"with the {driver.name} driver, {', '.join(wrong)}: see {log}")
    trace = traces.segments(result.objections) or [Counter()]
    try:
        for line in result.said:
            if line.startswith("BENCH "):
                figures.hear(line.split()[1:], trace)
    except (Failure, IndexError, ValueError) as why:
        raise Failure(f"with the {driver.name} driver: {why}, see {log}") from why
    if figures.driver != driver.linux:
        raise Failure(f"the SMMU belongs to {figures.driver or 'nobody'} instead of"
                      f" {driver.linux}, see {log}")
    return result.seconds


def measure(kernel, initrd, driver, say, quick):
    """Everything about one driver; QUICK: what the first boot says."""
    figures = Figures()
    one = _boot(kernel, initrd, driver, "bench.sh", figures, cpus=1, thread="single",
                extra=ICOUNT + traces.ARGS)
    if quick:
        return figures
    # Its commands would be a trace of a million lines.
    one += _boot(kernel, initrd, driver, "bench-dma.sh", figures, cpus=1, thread="single",
                 extra=ICOUNT)
    say(f"{driver.name}: {len(figures.time)} figures, {one:.0f} s")
    many = _boot(kernel, initrd, driver, "bench-threads.sh", figures, cpus=8,
                 extra=traces.ARGS)
    say(f"{driver.name}: 8 CPUs, {many:.0f} s")
    return figures


def both(kernel, say, quick=False):
    """Figures of the in-tree driver and of ours."""
    initrd = initramfs.build(kernel, run_folder("bench"))
    return tuple(measure(kernel, initrd, driver, say, quick) for driver in (IN_TREE, OURS))
