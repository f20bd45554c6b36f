# SPDX-License-Identifier: GPL-2.0-only
"""Checks of files one by one, without a compiler."""

import re

from harness.lint import checkpatch, comment_names
from harness.lint.files import c_files, files, kernel_tree
from harness.places import TOP
from harness.programs import Failure, run

LINES_MAX = 700


def kernel_style(_kernel):
    """Kernel style: checkpatch.pl --strict finds nothing."""
    kconfig = [path for path in files() if path.name.startswith("Kconfig")]
    # This one needs a whole kernel tree to make sense.
    ignore = "CONFIG_DESCRIPTION"
    out = checkpatch.says(kernel_tree(), "--terse", "--max-line-length=100", f"--ignore={ignore}",
                          "-f", *c_files(), *kconfig)
    # compat.h is where the kernel's version is asked for; a constant of a device tree
    # may be several cells, which no parentheses can hold; Kconfig sources a Kconfig.
    return "\n".join(line for line in out.splitlines() if not re.search(
        r"/compat\.h:\d+: WARNING:(LINUX_VERSION_CODE|CONSTANT_COMPARISON):|"
        r"/dt-bindings/.*: (WARNING:SPACING|ERROR:COMPLEX_MACRO):|"
        r"/Kconfig:\d+: WARNING:EMBEDDED_FILENAME:", line))


def kernel_doc(_kernel):
    """Kernel-doc comments are well formed."""
    # With -none its status is 0 whatever it finds, and it prints nothing else.
    return run(kernel_tree() / "scripts/kernel-doc", "-none", "-Wall", *c_files()).text


def spdx(_kernel):
    """Every file says its licence in one of its first three lines."""
    wrong = []
    for path in files():
        with open(path, "rb") as text:
            head = b"".join(text.readline() for _ in range(3))
        if b"SPDX-License-Identifier:" not in head and path.name != "LICENSE" \
                and "LICENSES/" not in str(path):
            wrong.append(f"{path.relative_to(TOP)}: no SPDX-License-Identifier in the first 3 lines")
    return "\n".join(wrong)


# What links and name spaces lead to; anything else may be a mirror of packages.
KNOWN_HOSTS = {"devicetree.org", "www.debian.org", "www.w3.org"}
LINK = re.compile(r"\b[a-z][a-z+]*://(?:[\w.+-]+@)?([\w-]+(?:\.[\w-]+)+)")
# Without a scheme, as in a list of sources for a container.
MIRROR = re.compile(r"\b(?:deb|ftp|snapshot|security|archive|mirrors?|registry|proxy|pypi|npmjs|files)"
                    r"(?:\.[\w-]+)*\.(?:org|net|com|io|dev|cn|de|uk)\b")


def hosts(_kernel):
    """No file names a package mirror."""
    wrong = []
    for path in files():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if MIRROR.search(line) or not KNOWN_HOSTS.issuperset(LINK.findall(line)):
                wrong.append(f"{path.relative_to(TOP)}:{number}: {line.strip()}")
    return "\n".join(wrong)


def length(_kernel):
    """No source file is longer than a person can hold in mind."""
    wrong = []
    for path in files(".c", ".h", ".py", ".sh", "Makefile"):
        lines = len(path.read_text(errors="replace").splitlines())
        if lines > LINES_MAX:
            wrong.append(f"{path.relative_to(TOP)}: {lines} lines, at most {LINES_MAX}")
    return "\n".join(wrong)


def comments(_kernel):
    """Functions that C comments name exist."""
    return "\n".join(comment_names.missing(c_files(), kernel_tree(), TOP))


def shell(_kernel):
    """shellcheck has nothing to say."""
    scripts = files(".sh") + [TOP / "tests/guest/init", TOP / ".ci/run"]
    scripts += [path for path in files() if path.parts[-2] in ("packaging", "debian")
                and path.read_text().startswith(("#!/bin/sh", "# shellcheck"))]
    # Sourced files are found in the guest's or the script's own folder only. Status 1: it
    # found something; more: it could not look at all.
    done = run("shellcheck", "--external-sources", "--exclude=SC1090,SC1091", "--format=gcc",
               *scripts, good=(0, 1))
    if done.status and not done.text.strip():
        raise Failure("shellcheck ended with status 1 and said nothing")
    return done.text
