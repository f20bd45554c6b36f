#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make check: lint, KUnit, behaviour in QEMU, boards, wrong device trees, the package.

Two tests run at a time; kernels are built beside them in the order in which they
are needed. The last line is "N passed, N failed, N skipped".
"""

import argparse
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

from harness.builds import kernels
from harness.builds.kernels import BASE_SERIES, KNOWN_SERIES
from harness.machine import qemu
from harness.places import LOGS
from harness.plan import Plan
from harness.programs import Absent, Failure, Skip
from harness.record import Record, clock
from harness.results import Results

AT_A_TIME = 2
# Groups that want a kernel only to build something for it.
NO_BOOT = ("lint/", "package/dkms/")


class Kernels:
    """Kernels, fetched or built once, in the order in which they are wanted."""

    def __init__(self, results):
        self._results = results
        self._jobs = {}
        # One builds with all cores; Debian's are only downloads.
        self._builder = ThreadPoolExecutor(1)
        self._fetcher = ThreadPoolExecutor(1)

    def want(self, name):
        """Start to get a kernel in the background."""
        if name not in self._jobs:
            pool = self._fetcher if kernels.is_fetched(name) else self._builder
            self._jobs[name] = pool.submit(self._get, name)

    def _get(self, name):
        if not kernels.is_built(name):
            self._results.say(f"getting the {name} kernel")
        return kernels.get(name)

    def get(self, name):
        """The kernel; waits until it is there, raises Failure if it cannot be."""
        self.want(name)
        return self._jobs[name].result()


def series_wanted(results, asked):
    """The series to test: ASKED, or the base and the newest that Debian has."""
    if asked in (BASE_SERIES, "base"):
        return [BASE_SERIES]
    try:
        newest = kernels.newest(KNOWN_SERIES if asked in ("", "newest") else asked)
    except Absent as why:
        newest = "newest"
        results.say(f"SKIPPED: Debian's newest kernel, and every test that needs it: {why}")
    if asked not in ("", "newest", newest) and newest != "newest":
        raise Failure(f"Debian has no Linux {asked} now; there are {BASE_SERIES} and {newest}")
    return [newest] if asked else [BASE_SERIES, newest]


def run(results, plan, record=None):
    """Run the tests, AT_A_TIME at once; a RECORD gets those that pass."""
    fetched = Kernels(results)
    for kernel in plan.kernels():
        fetched.want(kernel)

    absent = {}

    def one(task):
        name, kernel, function = task
        threading.current_thread().name = name
        began = time.monotonic()
        try:
            got = fetched.get(kernel) if kernel else None
            began = time.monotonic()
            function(got)
        except Absent as why:
            absent[name] = f"{kernel}: {why}"
            results.add(name, "skipped", detail=absent[name])
        except Skip as why:
            results.add(name, "skipped", detail=str(why))
        except Failure as failure:
            results.add(f"{name}: can run", "FAILED", detail=str(failure))
        except Exception:  # pylint: disable=broad-except
            results.add(f"{name}: can run", "FAILED", detail=traceback.format_exc())
        if record:
            # What was skipped without a boot is what this machine lacks, and may get.
            passed = results.passed(name, whole=name.startswith(("lint/", "package/")))
            record.add(name, time.monotonic() - began if passed else None)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(one, plan.tasks))
    if why := nothing_booted([name for name, kernel, _ in plan.tasks if kernel
                              and kernel.endswith(f"-{BASE_SERIES}")], absent):
        results.add(f"Linux {BASE_SERIES}: something was booted", "FAILED", detail=why)


def nothing_booted(names, absent):
    """Why no test of NAMES, those that want a kernel of the base series, has booted one: the
    first reason in ABSENT {name: why}; nothing if one has, or none would. A mirror may lack a
    kernel for a while, but lint alone is no test of the driver."""
    boots = [name for name in names if not name.startswith(NO_BOOT)]
    return absent[boots[0]] if boots and all(name in absent for name in boots) else ""


def _keep_costs(results):
    """What each boot took, for those who plan: build/logs/costs."""
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / "costs").write_text("".join(
        f"{cpu:7.1f} CPU s {seconds:7.1f} s  {name}\n" for cpu, seconds, name in
        sorted(results.costs, reverse=True)))


def _record(results):
    """Where groups that pass are written down; nowhere if this is no checkout."""
    try:
        return Record.of_tree()
    except (Failure, OSError) as why:
        results.say(f"what passes is not written down: {why}")
        return None


def _resume(results, plan, record):
    """Leave out what earlier runs have seen to pass with the same files."""
    plan.tasks, before = record.split(plan.tasks)
    results.say(f"{len(before)} groups have passed before, {len(plan.tasks)} are left")


def main():
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what takes under two minutes")
    parser.add_argument("--all", action="store_true", help="what takes too long for every change, too")
    parser.add_argument("--kernel", default="", metavar="SERIES",
                        help=f"only this series, such as {BASE_SERIES}, or base or newest (default: both)")
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="tests whose group has TEXT in its name, such as guest/debug or kunit")
    parser.add_argument("--resume", action="store_true",
                        help="with --all: leave out what passed before with the same files")
    parser.add_argument("--qemu", default="", choices=("", qemu.NEWER),
                        help="boot guest scripts and wrong trees on this QEMU out of Debian's newest suite")
    parser.add_argument("--list", action="store_true", help="name the groups and stop")
    args = parser.parse_args()
    results = Results(args.only)
    try:
        series = [BASE_SERIES] if args.quick else series_wanted(results, args.kernel)
    except Failure as failure:
        sys.exit(f"check.py: error: {failure}")
    qemu.use(args.qemu)
    plan = Plan(results, series, args.all, bool(args.qemu))
    (plan.quick if args.quick else plan.on_newer_qemu if args.qemu else plan.all)()
    if args.list:
        print("\n".join(task[0] for task in plan.tasks))
        return 0
    # What plain "make check" runs of a group is only a part of it.
    record = _record(results) if args.all and not args.quick else None
    if record and args.resume:
        _resume(results, plan, record)
        if record.seconds and not plan.tasks:
            results.add("all that was asked for has passed before", "ok")
    run(results, plan, record)
    _keep_costs(results)
    print(f"this run took {clock(results.elapsed())}")
    if record:
        print(record.total())
    if plan.left_out and not args.quick:
        print(f"only make check-all runs these {len(plan.left_out)} groups:")
        print(plan.names_left_out())
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
