# SPDX-License-Identifier: GPL-2.0-only
"""Boots that run guest scripts."""

import re

from harness.boots import complaints, ktap
from harness.boots.boot import add_outcomes, board_for, keep_log
from harness.machine import two
from harness.machine.trees import TREES, compile_tree


def run_scripts(results, name, kernel, stage, scripts):
    """One boot that runs these scripts; they agree on what they ask for."""
    first = scripts[0]
    board = board_for(kernel, stage, name)
    board.append = f"{first.append} test.time={max(one.timeout for one in scripts)}"
    board.extra = first.qemu.split()
    board.memory = first.memory
    board.cpus = first.cpus
    if first.never_writes:
        board.trace = "smmuv3_write_mmio"
    if first.board == "two":
        board.smmus = tuple(two.devices(stage))
    if first.tree:
        board.dtb = compile_tree(board, (two.TREES if first.board else TREES)[first.tree], "patched")
    result = board.boot(",".join(one.name for one in scripts), first.load,
                        timeout=240 + sum(one.timeout for one in scripts))
    keep_log(result, board, name)
    parts = split(result.said)
    for script in scripts:
        if script.name not in parts:
            results.add(f"{name}: {script.name}: runs", "FAILED", detail="the boot did not get to it",
                        log=result.log)
            continue
        lines, status = parts[script.name]
        add_outcomes(results, f"{name}: {script.name}", ktap.script_outcomes(lines), status, result.log)
    if first.never_writes:
        _check_writes(results, f"{name}: {first.name}", first.never_writes, result)
    complaints.add(results, name, result, [one for script in scripts for one in script.expect],
                   [one for script in scripts for one in script.expect_qemu])
    return result


def _check_writes(results, name, never, result):
    """Whether QEMU's trace has writes of the SMMU's registers, and NEVER does not match them."""
    writes = "".join(f"{int(register, 16):x}={int(value, 16):x} " for register, value in re.findall(
        r"^smmuv3_write_mmio .*?addr: (0x[0-9a-f]+) val: ?(0x[0-9a-f]+)", result.objections, re.M))
    bad = re.search(never, writes)
    results.expect(f"{name}: no write of the SMMU's registers comes too early", writes and not bad,
                   bad[0] if bad else "QEMU's trace has none")


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
