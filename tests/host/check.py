#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make check: lint, KUnit, behaviour in QEMU, boards, wrong device trees.

Two tests run at a time; kernels are built beside them in the order in which they
are needed. The last line is "N passed, N failed, N skipped".
"""

import argparse
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import badtree
import boots
import demo
import kernels
import lint
from board import STAGES
from kernels import Failure
from results import Results

AT_A_TIME = 2

# Behaviour scripts with lower numbers are quick.
QUICK_BELOW = "30"


class KernelShelf:
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
            pool = self._fetcher if name in ("debian", "armhf") else self._builder
            self._jobs[name] = pool.submit(self._get, name)

    def _get(self, name):
        if not kernels.is_built(name):
            self._results.say(f"getting the {name} kernel")
        return kernels.get(name)

    def get(self, name):
        """The kernel; waits until it is there, raises Failure if it cannot be."""
        self.want(name)
        return self._jobs[name].result()


class Plan:
    """The tests to run: (name, kernel's name or None, function of the kernel)."""

    def __init__(self, results):
        self.results = results
        self.tasks = []

    def add(self, name, kernel, function):
        """Add a test, if --only wants it."""
        if self.results.wants(name):
            self.tasks.append((name, kernel, function))

    def kunit(self, kernel):
        """KUnit on a kernel."""
        name = f"kunit/{kernel}"
        self.add(name, kernel, lambda k: boots.run_kunit(self.results, name, k))

    def guest(self, kernel, stage, below="99"):
        """All behaviour scripts that want this kernel and stage, up to a number."""
        groups = {}
        for script in boots.guest_scripts():
            if kernel in script.kernels and stage in script.stages and script.name < below:
                groups.setdefault(script.same_boot(), []).append(script)
        for number, scripts in enumerate(groups.values()):
            name = f"guest/{kernel}/{stage}" + (f"/{number}" if number else "")
            self.add(name, kernel, lambda k, name=name, scripts=scripts:
                     boots.run_scripts(self.results, name, k, stage, scripts))

    def boards(self):
        """Every board that has a device tree here."""
        for board, kernel in demo.boards().items():
            name = f"boards/{board}"
            self.add(name, kernel, lambda k, name=name, board=board:
                     boots.run_board(self.results, name, k, board))

    def bad_trees(self):
        """Every case of badtree.py."""
        for case in badtree.CASES:
            name = f"badtree/{case.name}"
            self.add(name, "debug", lambda k, name=name, case=case:
                     boots.run_badtree(self.results, name, k, case))

    def lint(self):
        """Every check of lint.py."""
        for name, kernel, function in lint.CHECKS:
            self.add(f"lint/{name}", kernel, lambda k, name=name, function=function:
                     lint.run(self.results, f"lint/{name}", function, k))


def all_tests(plan):
    """Everything; what needs no built kernel comes first."""
    plan.lint()
    for stage in STAGES:
        plan.guest("debian", stage)
    plan.boards()
    plan.kunit("debug")
    for stage in STAGES:
        plan.guest("debug", stage)
    plan.bad_trees()
    plan.kunit("kasan")
    plan.tasks.sort(key=lambda task: (None, "debian", "armhf", "debug", "kasan").index(task[1]))


def quick_tests(plan):
    """What takes under two minutes when the kernels are there."""
    plan.lint()
    plan.kunit("debug")
    plan.guest("debian", "nested", QUICK_BELOW)


def run(results, tasks):
    """Run the tests, AT_A_TIME at once."""
    shelf = KernelShelf(results)
    for kernel in ("debian", "debug", "armhf", "kasan"):
        if any(task[1] == kernel for task in tasks):
            shelf.want(kernel)

    def one(task):
        name, kernel, function = task
        threading.current_thread().name = name
        try:
            function(shelf.get(kernel) if kernel else None)
        except Failure as failure:
            results.add(f"{name}: can run", "FAILED", detail=str(failure))
        except Exception:  # pylint: disable=broad-except
            results.add(f"{name}: can run", "FAILED", detail=traceback.format_exc())

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(one, tasks))


def main():
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what takes under two minutes")
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="tests whose group has TEXT in its name, such as guest/debug or kunit")
    parser.add_argument("--list", action="store_true", help="name the groups and stop")
    args = parser.parse_args()
    results = Results(args.only)
    plan = Plan(results)
    (quick_tests if args.quick else all_tests)(plan)
    if args.list:
        print("\n".join(task[0] for task in plan.tasks))
        return 0
    run(results, plan.tasks)
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
