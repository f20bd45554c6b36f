# SPDX-License-Identifier: GPL-2.0-only
"""Boot the board for tests, and judge what the kernel and QEMU said."""

import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import initramfs
import ktap
import modules
from board import Board, Result, run_folder
from demo import Demo
from kernels import BUILD, TOP
from trees import TREES, compile_tree

LOGS = BUILD / "logs"
GUEST = TOP / "tests/guest"

# What a healthy kernel does not say, under names for the failure.
BAD = {
    "kernel warning": r"WARNING: |------------\[ cut here",
    "kernel bug": r"\bBUG: |kernel BUG at",
    "lockdep report": r"INFO: possible |possible (recursive|circular) locking|INFO: trying to register",
    "stuck task": r"INFO: task .* blocked|soft lockup|rcu: INFO: .*(stall|detected)",
    "kernel oops": r"Internal error: |Unable to handle kernel|Kernel panic|Oops",
    "memory leak": r"T> KMEMLEAK unreferenced object",
    "device gave up": r"nvme.*: I/O .* timeout|nvme .*: Abort status",
}

# What other models than the SMMU's say, whatever the driver does; and faults of
# the edu devices (slots 5, 6, 9 and 10), which are there to be refused. The AHCI
# model cannot read a PRDT across a page boundary of an IOMMU: it gives up the
# command, and the kernel tries again, which may meet commands of before that the
# model still works on; so it is with the in-tree driver.
HARMLESS = re.compile(r"^\s*$|^smmuv3_|^ahci: IRQ#|ahci: PRDT length for NCQ command"
                      r"|^process_ncq_command: tag \d+ already used"
                      r"|^gicv3_(dist|redist)_(read|write): invalid guest"
                      r"|^smmuv3-iommu-memory-region-(40|48|72|73|80)-\d+ translation failed")

# This one ends without a newline, so others are glued to it.
ENDLESS = re.compile(r"EDU: clamping DMA 0x[0-9a-f]+ to 0x[0-9a-f]+!")


# Kinds of kernels that run what another kind does, beside what names them.
LIKE = {"builtin": "debug", "64k": "debug", "16k": "debian"}


@dataclass
class Script:
    """A guest script and what its header asks for."""
    name: str
    kernels: tuple = ("debug", "debian", "armhf")
    stages: tuple = ("1", "2", "nested")
    append: str = ""
    load: str = "all"
    tree: str = ""
    qemu: str = ""
    memory: int = 1024
    cpus: int = 2
    timeout: int = 120
    own_boot: bool = False
    needs: str = ""
    since: str = ""
    expect: list = field(default_factory=list)
    expect_qemu: list = field(default_factory=list)

    def runs_on(self, kind, series):
        """Whether a kernel of this kind and series is one that it wants."""
        if self.needs == "module" and kind == "builtin" or _older(series, self.since):
            return False
        return kind in self.kernels or LIKE.get(kind) in self.kernels

    def same_boot(self):
        """Scripts with equal answers run in one boot."""
        return (self.append, self.load, self.tree, self.qemu, self.memory, self.cpus,
                self.name if self.own_boot else "")


def _older(series, than):
    """Whether a series is older than another; "newest" is newer than all."""
    if not than or series == "newest":
        return False
    return [int(word) for word in series.split(".")] < [int(word) for word in than.split(".")]


def read_script(path):
    """Understand the "# key: value" lines at a guest script's top."""
    script = Script(path.name)
    for line in path.read_text().splitlines():
        match = re.match(r"# (kernels|stages|append|load|tree|qemu|memory|cpus|timeout|own-boot|needs|since|expect-log|expect-qemu): *(.*)$",
                         line)
        if not match:
            if line and not line.startswith("#"):
                break
            continue
        key, value = match.groups()
        if key in ("kernels", "stages"):
            setattr(script, key, tuple(value.split()))
        elif key in ("timeout", "memory", "cpus"):
            setattr(script, key, int(value))
        elif key == "own-boot":
            script.own_boot = value == "yes"
        elif key == "expect-log":
            script.expect.append(value)
        elif key == "expect-qemu":
            script.expect_qemu.append(value)
        else:
            setattr(script, key, value)
    return script


def guest_scripts():
    """The behaviour scripts, NN-name.sh."""
    return [read_script(path) for path in sorted(GUEST.glob("[0-9][0-9]-*.sh"))]


def _messages(text):
    """What QEMU said, message by message."""
    return ENDLESS.sub(r"\n\g<0>\n", text).splitlines()


def _unlike(lines):
    """A line of each kind, and how many there were: alike are those that differ in numbers."""
    kinds = {}
    for line in lines:
        kinds.setdefault(re.sub(r"0x[0-9a-f]+|\d+", "#", line), []).append(line)
    return "\n".join(alike[0] + (f"   (and {len(alike) - 1} more like it)" if alike[1:] else "")
                     for alike in kinds.values())


def complaints(result):
    """Names for what the kernel complained of, and what QEMU objected to."""
    return [what for what, pattern in BAD.items() if re.search(pattern, result.text)] + \
        _objections(result)


def _objections(result, expected=()):
    return [one for one in _messages(result.objections) if not HARMLESS.search(one)
            and not any(re.search(wanted, one) for wanted in expected)]


def judge(results, name, result, expected=(), expected_qemu=()):
    """One result for each kind of thing that a kernel or QEMU complained of."""
    results.cost(name, result.seconds, result.cpu_seconds)
    found = {}
    lines = result.text.splitlines()
    for number, line in enumerate(lines):
        for what, pattern in BAD.items():
            if re.search(pattern, line) and not any(re.search(one, line) for one in expected):
                found.setdefault(what, []).append("\n".join(lines[number:number + 25]))
    for what, where in found.items():
        results.add(f"{name}: {what} ({len(where)} times)", "FAILED", detail=where[0], log=result.log)
    if result.timed_out:
        results.add(f"{name}: ends in time", "FAILED", result.seconds, modules.tail(result.text, 20),
                    result.log)
    elif result.status is None:
        results.add(f"{name}: the guest comes to its end", "FAILED", result.seconds,
                    modules.tail(result.text, 20), result.log)
    objections = _objections(result, expected_qemu)
    if objections:
        results.add(f"{name}: QEMU objects", "FAILED", detail=_unlike(objections), log=result.log)
    if not (found or objections or result.timed_out or result.status is None):
        results.add(f"{name}: clean kernel log, QEMU has no objection", "ok", result.seconds)


def _board(kernel, stage, name, kunit=False):
    folder = run_folder(_file_name(name))
    return Board(kernel, initramfs.build(kernel, folder, kunit), folder, stage=stage)


def _file_name(name):
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name)


def _keep_log(result, board, name):
    """Keep the log in build/logs; the rest of the run is not worth its room."""
    LOGS.mkdir(parents=True, exist_ok=True)
    result.log = LOGS / f"{_file_name(name)}.log"
    command = (board.folder / "command").read_text()
    result.log.write_text(f"# {command}{result.text}\n{result.objections}")
    shutil.rmtree(board.folder)


def run_scripts(results, name, kernel, stage, scripts):
    """One boot that runs these scripts; they agree on what they ask for."""
    first = scripts[0]
    board = _board(kernel, stage, name)
    board.append = f"{first.append} test.time={max(one.timeout for one in scripts)}"
    board.extra = first.qemu.split()
    board.memory = first.memory
    board.cpus = first.cpus
    if first.tree:
        board.dtb = compile_tree(board, TREES[first.tree], "patched")
    result = board.boot(",".join(one.name for one in scripts), first.load,
                        timeout=240 + sum(one.timeout for one in scripts))
    _keep_log(result, board, name)
    parts = split(result.said)
    for script in scripts:
        if script.name not in parts:
            results.add(f"{name}: {script.name}: runs", "FAILED", detail="the boot did not get to it",
                        log=result.log)
            continue
        lines, status = parts[script.name]
        outcomes = ktap.script_outcomes(lines)
        for one in outcomes:
            results.add(f"{name}: {script.name}: {one.name}", one.status, detail=one.detail,
                        log=result.log)
        if status != 0 and not any(one.status == "FAILED" for one in outcomes):
            results.add(f"{name}: {script.name}: exit status", "FAILED", detail=f"status {status}",
                        log=result.log)
    judge(results, name, result, [one for script in scripts for one in script.expect],
          [one for script in scripts for one in script.expect_qemu])
    return result


def split(said):
    """What each script said, and its exit status, out of one boot."""
    parts, name, lines = {}, None, []
    for line in said:
        begin = re.match(r"SMMU-BEGIN (\S+)", line)
        end = re.match(r"SMMU-END (\S+) (\d+)", line)
        if begin:
            name, lines = begin.group(1), []
            parts[name] = (lines, None)
        elif end:
            parts[end.group(1)] = (lines, int(end.group(2)))
        elif name:
            lines.append(line)
    return parts


def run_kunit(results, name, kernel):
    """Load the KUnit module and read every case out of the kernel's log."""
    board = _board(kernel, "nested", name, kunit=True)
    result = board.boot("kunit.sh", "none", timeout=1200)
    _keep_log(result, board, name)
    own = "\n".join(line for line in result.text.splitlines() if "] T> " not in line)
    outcomes = ktap.kunit_outcomes(own)
    for one in outcomes:
        results.add(f"{name}: {one.name}", one.status, detail=one.detail, log=result.log)
    if not outcomes:
        results.add(f"{name}: runs", "FAILED", detail=modules.tail("\n".join(result.said), 20),
                    log=result.log)
    judge(results, name, result)


def run_kunit_py(results, name, kernel):
    """The kernel's own kunit.py runs the cases that are built into the kernel."""
    folder = run_folder(_file_name(name))
    command = ["nice", sys.executable, str(kernel.kdir / "source/tools/testing/kunit/kunit.py"), "exec",
               f"--arch={kernel.arch}", f"--cross_compile={kernel.cross}", f"--build_dir={kernel.kdir}",
               "--raw_output", "--timeout=1200", "--kernel_args=kunit.autorun=1"]
    began = time.monotonic()
    done = subprocess.run(command, cwd=kernel.kdir / "source", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    result = Result(folder / "console.log", done.stdout, [], done.returncode,
                    time.monotonic() - began, "", False)
    (folder / "command").write_text(" ".join(command) + "\n")
    board = Board(kernel, None, folder)
    _keep_log(result, board, name)
    outcomes = ktap.kunit_outcomes(done.stdout)
    for one in outcomes:
        results.add(f"{name}: {one.name}", one.status, detail=one.detail, log=result.log)
    if not outcomes or done.returncode:
        results.add(f"{name}: kunit.py runs", "FAILED", detail=modules.tail(done.stdout, 20),
                    log=result.log)
    judge(results, name, result)


def run_badtree(results, name, kernel, case):
    """Boot with a tree out of badtree.py."""
    board = _board(kernel, "nested", name)
    board.extra = case.qemu.split()
    board.dtb = compile_tree(board, case.patch, "patched")
    board.append = f"test.smmu={'up' if case.smmu else 'refused'}"
    result = board.boot(case.script, timeout=200)
    _keep_log(result, board, name)
    own = [line for line in result.text.splitlines() if "] T> " not in line]
    for wanted in case.says:
        good = any(re.search(wanted, line) for line in own)
        results.add(f"{name}: the kernel says /{wanted}/", "ok" if good else "FAILED",
                    detail="\n".join(line for line in own if "smmu" in line), log=result.log)
    for unwanted in case.not_says:
        hits = [line for line in own if re.search(unwanted, line)]
        results.add(f"{name}: the kernel does not say /{unwanted}/", "FAILED" if hits else "ok",
                    detail="\n".join(hits), log=result.log)
    lines, _ = split(result.said).get(case.script, ([], None))
    for one in ktap.script_outcomes(lines):
        results.add(f"{name}: {one.name}", one.status, detail=one.detail, log=result.log)
    judge(results, name, result)


def run_board(results, name, kernel, board):
    """Boot a board of demo.boards() as "make demo BOARD=" does."""
    demo = Demo(board)
    demo.prepare(kernel)
    result = demo.boot()
    _keep_log(result, demo.board, name)
    for one in demo.good:
        results.add(f"{name}: {one}", "ok")
    for one in demo.bad:
        results.add(f"{name}: {one}", "FAILED", detail=modules.tail("\n".join(result.said), 20),
                    log=result.log)
    judge(results, name, result)
