# SPDX-License-Identifier: GPL-2.0-only
"""Checks of our Python: pylint, and its own tests."""

import re

from harness.lint.files import files
from harness.places import HOST, TOP
from harness.programs import Failure, run

# Debian's, which pylint and python3-libfdt belong to; "python3" may be another one.
PYTHON = "/usr/bin/python3"


def pylint(_kernel):
    """pylint has nothing to say."""
    paths = files(".py", "tools/iommu-lint", "tools/kernel-tree")
    # Its status has a bit for each kind of message; 1 and 32 mean that it could not look.
    done = run(PYTHON, "-m", "pylint", f"--rcfile={HOST / 'pylintrc'}", "--score=n", "--jobs=2", *paths,
               good=None, cwd=TOP)
    if done.status & (1 | 32) or bool(done.status) != bool(done.text.strip()):
        raise Failure(f"pylint ended with status {done.status}:\n{done.text}")
    return done.text


def _unittest(module):
    """What a module of tests has to say; nothing if all of them pass."""
    done = run(PYTHON, "-m", f"harness.{module}", good=(0, 1), cwd=HOST)
    return "" if done.status == 0 and re.search(r"^OK$", done.text, re.M) else done.text


def iommu_lint(_kernel):
    """iommu-lint finds in device trees what is wrong with them, and nothing else."""
    return _unittest("lint.iommu_lint_test")


def layers(_kernel):
    """The check of layers finds each way to break them."""
    return _unittest("lint.layers_test")


def barriers(_kernel):
    """The check of barriers finds each way to lose one, and a litmus test has the right forms."""
    return _unittest("lint.barriers_test")


def bench(_kernel):
    """make bench misses no bar that was not measured."""
    return _unittest("bench.figures_test")


def check(_kernel):
    """make check fails when the base series was not booted at all."""
    return _unittest("check_test")
