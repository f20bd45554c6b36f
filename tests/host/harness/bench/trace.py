# SPDX-License-Identifier: GPL-2.0-only
"""SMMU commands out of QEMU's trace, between the marks that smmu_bench makes."""

import re
from collections import Counter

EVENTS = ("smmuv3_cmdq_opcode", "smmuv3_read_mmio", "smmuv3_write_mmio")
# Arguments of QEMU.
ARGS = [word for event in EVENTS for word in ("-trace", event)]

CMDQ_PROD, CMDQ_CONS, MARK = 0x98, 0x9c, 0xfd0

_LINE = re.compile(r"smmuv3_(?:cmdq_opcode <--- SMMU_CMD_(?P<opcode>\w+)"
                   r"|(?P<way>read|write)_mmio addr: (?P<register>0x[0-9a-f]+) )")


def kind(opcode):
    """What tables call a command."""
    for prefix in ("TLBI", "CFGI", "SYNC"):
        if opcode.startswith(prefix):
            return prefix
    return "other"


def segments(trace):
    """What came after each mark and before the next one: a Counter each.

    Keys: kinds of commands; "doorbell": a write of CMDQ_PROD; "poll": a read of CMDQ_CONS.
    """
    found, now = [], None
    for line in trace.splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        register = int(match["register"] or "0", 16)
        if match["way"] == "read" and register == MARK:
            now = Counter()
            found.append(now)
        elif now is None:
            continue
        elif match["opcode"]:
            now[kind(match["opcode"])] += 1
        elif match["way"] == "write" and register == CMDQ_PROD:
            now["doorbell"] += 1
        elif match["way"] == "read" and register == CMDQ_CONS:
            now["poll"] += 1
    return found


def without(trace):
    """What QEMU said otherwise."""
    return "\n".join(line for line in trace.splitlines() if not line.startswith(EVENTS))
