# SPDX-License-Identifier: GPL-2.0-only
"""What a stranger starts on a machine that has only git and make (fresh.sh)."""

import re
import subprocess
import time

from harness.places import HOST, LOGS, file_name
from harness.programs import ABSENT, tail

RELEASES = ("bookworm", "trixie")

# What is started first on such a machine. Not all of "make check": beside its set-up, the
# tests of the package, which use programs that no other does.
STARTS = {
    "demo": "make demo",
    # As "make demo BOARD=arm/virt" does it, but make has one status for every error: what
    # Debian does not have at the moment would fail.
    "demo-arm": "tests/host/setup.sh demo-arm && python3 tests/host/demo.py --board arm/virt",
    "deb": "make deb",
    "patch": "make patch",
    "lint": "make lint",
    "litmus": "make litmus",
    # Without what takes long: the bars are for "bench/costs".
    "bench": "tests/host/setup.sh bench && tests/host/bench.py --quick",
    "check": "tests/host/setup.sh check && tests/host/check.py --kernel base --only package/",
}

# How often a log's last line is shown, in seconds.
SHOW_EVERY = 60


def _follow(results, name, process, log):
    """Keep what a process prints; returns its lines."""
    lines, shown = [], time.monotonic()
    for line in process.stdout:
        log.write(line)
        log.flush()
        lines.append(line.rstrip())
        if time.monotonic() - shown > SHOW_EVERY:
            shown = time.monotonic()
            results.say(f"{name}: {lines[-1]}")
    return lines


def run(results, name, release, what):
    """Start one of STARTS in a Debian RELEASE that has nothing else installed."""
    began = time.monotonic()
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{file_name(name)}.log"
    command = [HOST / "fresh.sh", release, "sh", "-c", STARTS[what]]
    with open(path, "w", encoding="utf-8") as log, \
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             errors="replace") as process:
        lines = _follow(results, name, process, log)
    seconds = time.monotonic() - began
    title = f"{name}: {STARTS[what]}"
    if process.returncode == ABSENT:
        results.add(title, "skipped", seconds, detail=" ".join(lines[-2:]))
        return
    # What is skipped there is to be seen here.
    for line in lines:
        if re.match(r"\[ *\d+\] (skipped|SKIPPED)", line) or re.search(r"has no .*going on without it", line):
            results.say(f"{name}: {line}")
    good = process.returncode == 0
    results.add(title, "ok" if good else "FAILED", seconds, log=path,
                detail=f"status {process.returncode}\n{tail(chr(10).join(lines), 30)}")
    results.cost(name, seconds, seconds)
