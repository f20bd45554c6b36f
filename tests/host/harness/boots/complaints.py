# SPDX-License-Identifier: GPL-2.0-only
"""What a healthy kernel and QEMU do not say."""

import re

from harness.programs import tail

# Of the kernel, under names for the failure.
BAD = {
    "kernel warning": r"WARNING: |------------\[ cut here",
    "kernel bug": r"\bBUG: |kernel BUG at",
    "lockdep report": r"INFO: possible |possible (recursive|circular) locking|INFO: trying to register",
    "stuck task": r"INFO: task .* blocked|soft lockup|rcu: INFO: .*(stall|detected)",
    "kernel oops": r"Internal error: |Unable to handle kernel|Kernel panic|Oops",
    "memory leak": r"T> KMEMLEAK unreferenced object",
    "device gave up": r"nvme.*: I/O .* timeout|nvme .*: Abort status",
}

# Linux's own faults, by the lines from the complaint on. PREEMPT_RT: the driver of a USB
# host on PCI that is unbound calls its interrupt handler with interrupts off.
KNOWN = re.compile(r"\A[^\n]*spinlock_rt\.c.*usb_hcd_pci_remove\+.*xhci_irq\+", re.S)

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


def names(result):
    """Names for what the kernel complained of, and what QEMU objected to."""
    return [what for what, pattern in BAD.items() if re.search(pattern, result.text)] + \
        _objections(result)


def _objections(result, expected=()):
    return [one for one in _messages(result.objections) if not HARMLESS.search(one)
            and not any(re.search(wanted, one) for wanted in expected)]


def add(results, name, result, expected=(), expected_qemu=()):
    """One result for each kind of thing that a kernel or QEMU complained of."""
    results.cost(name, result.seconds, result.cpu_seconds)
    found = {}
    lines = result.text.splitlines()
    for number, line in enumerate(lines):
        for what, pattern in BAD.items():
            if not re.search(pattern, line) or any(re.search(one, line) for one in expected):
                continue
            where = "\n".join(lines[number:number + 25])
            if not KNOWN.search(where):
                found.setdefault(what, []).append(where)
    for what, where in found.items():
        results.add(f"{name}: {what} ({len(where)} times)", "FAILED", detail=where[0], log=result.log)
    if result.timed_out:
        results.add(f"{name}: ends in time", "FAILED", result.seconds, tail(result.text, 20),
                    result.log)
    elif result.status is None:
        results.add(f"{name}: the guest comes to its end", "FAILED", result.seconds,
                    tail(result.text, 20), result.log)
    objections = _objections(result, expected_qemu)
    if objections:
        results.add(f"{name}: QEMU objects", "FAILED", detail=_unlike(objections), log=result.log)
    if not (found or objections or result.timed_out or result.status is None):
        results.add(f"{name}: clean kernel log, QEMU has no objection", "ok", result.seconds)
