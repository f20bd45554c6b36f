# SPDX-License-Identifier: GPL-2.0-only
"""One boot for a test: its board before, its log afterwards."""

import shutil

from harness.machine import initramfs
from harness.machine.board import Board
from harness.places import LOGS, file_name, run_folder


def board_for(kernel, stage, name, kunit=False):
    """A board with our modules for the test NAME."""
    folder = run_folder(file_name(name))
    return Board(kernel, initramfs.build(kernel, folder, kunit), folder, stage=stage)


def keep_log(result, board, name):
    """Keep the log in build/logs; the rest of the run is not worth its space."""
    LOGS.mkdir(parents=True, exist_ok=True)
    result.log = LOGS / f"{file_name(name)}.log"
    command = (board.folder / "command").read_text()
    result.log.write_text(f"# {command}{result.text}\n{result.objections}")
    shutil.rmtree(board.folder)


def add_outcomes(results, name, outcomes, status, log):
    """A result for each outcome of ktap, and one for an exit status that none explains."""
    for one in outcomes:
        results.add(f"{name}: {one.name}", one.status, detail=one.detail, log=log)
    if status != 0 and not any(one.status == "FAILED" for one in outcomes):
        results.add(f"{name}: exit status", "FAILED", detail=f"status {status}", log=log)
