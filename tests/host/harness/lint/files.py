# SPDX-License-Identifier: GPL-2.0-only
"""What the checks look at: the project's files, and the kernel's source."""

from pathlib import Path

from harness.places import TOP
from harness.programs import Skip, run, script


def files(*suffixes):
    """The project's files (tracked, or new and not ignored) with these endings."""
    out = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=TOP, apart=True).text
    names = sorted(set(out.splitlines()))
    return [TOP / name for name in names
            if (not suffixes or name.endswith(suffixes)) and (TOP / name).is_file()]


def c_files():
    """The driver's and the test modules' sources."""
    found = [path for path in files(".c", ".h") if "tests/guest" not in str(path)]
    if not found:
        raise Skip("no C files yet")
    return found


def kernel_tree(series=""):
    """The folder of the kernel's source; without a series, the base's."""
    return Path(script("source-kernel.sh", "--tree", *[series] * bool(series)))
