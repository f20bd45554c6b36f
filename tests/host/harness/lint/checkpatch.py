# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's checkpatch.pl."""

import os
import re

from harness.programs import Failure, run, shown

# An objection; with --terse behind the file's name and the line.
FINDING = re.compile(r"^(?:.*: )?(ERROR|WARNING|CHECK):([A-Z0-9_]+): ", re.M)


def says(tree, *words):
    """What checkpatch.pl of a kernel's source objects to: nothing, or text with a FINDING."""
    command = (tree / "scripts/checkpatch.pl", f"--root={tree}", "--strict", "--quiet", "--no-summary",
               "--show-types", *words)
    # Without a repository it leaves out spdxcheck.py, 0.3 s a file.
    done = run(*command, good=(0, 1), env={**os.environ, "GIT_DIR": "/nonexistent"})
    # 1 is the status for objections, and perl's for many ways to die.
    if bool(done.status) != bool(FINDING.search(done.text)):
        raise Failure(f"status {done.status}, but not what it is for: {shown(command)}\n{done.text}")
    return done.text
