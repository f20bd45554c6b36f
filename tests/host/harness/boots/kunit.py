# SPDX-License-Identifier: GPL-2.0-only
"""The driver's KUnit cases, as a module and built in."""

import sys
import time

from harness.boots import complaints, ktap
from harness.boots.boot import add_outcomes, board_for, keep_log
from harness.builds.kernels import BASE_SERIES
from harness.machine.board import Board, Result
from harness.places import file_name, run_folder
from harness.programs import run, tail

# The seconds that loading the module, and so all cases, may take on a slow kernel; the rest of
# a boot with kmemleak takes far less.
LOADING = 900


def run_kunit(results, name, kernel):
    """Load the KUnit module and read every case out of the kernel's log."""
    board = board_for(kernel, "nested", name, kunit=True)
    board.append = f"{board.append} test.time={LOADING}"
    result = board.boot("kunit.sh", "none", timeout=LOADING + 300)
    keep_log(result, board, name)
    own = "\n".join(line for line in result.text.splitlines() if "] T> " not in line)
    outcomes = ktap.kunit_outcomes(own)
    add_outcomes(results, name, outcomes, result.status, result.log)
    if not outcomes:
        results.add(f"{name}: runs", "FAILED", detail=tail("\n".join(result.said), 20),
                    log=result.log)
    complaints.add(results, name, result)


def run_kunit_py(results, name, kernel):
    """The kernel's own kunit.py runs the cases that are built into the kernel."""
    folder = run_folder(file_name(name))
    # Some cases want a second CPU; others are harder on one.
    cpus = 1 if kernel.series == BASE_SERIES else 2
    command = ["nice", sys.executable, str(kernel.kdir / "source/tools/testing/kunit/kunit.py"), "exec",
               f"--arch={kernel.arch}", f"--cross_compile={kernel.cross}", f"--build_dir={kernel.kdir}",
               "--raw_output", "--timeout=1200", "--kernel_args=kunit.autorun=1",
               f"--qemu_args=-smp {cpus}"]
    began = time.monotonic()
    done = run(*command, cwd=kernel.kdir / "source", good=None)
    result = Result(folder / "console.log", done.text, [], done.status,
                    time.monotonic() - began, "", False)
    (folder / "command").write_text(" ".join(command) + "\n")
    board = Board(kernel, None, folder)
    keep_log(result, board, name)
    outcomes = ktap.kunit_outcomes(done.text)
    add_outcomes(results, name, outcomes, done.status, result.log)
    if not outcomes:
        results.add(f"{name}: kunit.py runs", "FAILED", detail=tail(done.text, 20),
                    log=result.log)
    complaints.add(results, name, result)
