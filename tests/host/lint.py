# SPDX-License-Identifier: GPL-2.0-only
"""The checks that boot nothing. Each is a function of a kernel (or None) that
returns what is wrong as text: nothing means good. Skip says why it cannot run."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import comment_names
import compiles
import dt_lint
import intree
import kernels
import modules
from kernels import BASE_SERIES, BUILD, TOP, Absent, Failure, script

DRIVER = modules.DRIVER
LINES_MAX = 700


class Skip(Exception):
    """The check has nothing to look at, or misses a tool; the text says which."""


def files(*suffixes):
    """The project's files (tracked, or new and not ignored) with these endings."""
    out = _output(["git", "ls-files", "--cached", "--others", "--exclude-standard"])
    names = sorted(set(out.splitlines()))
    return [TOP / name for name in names
            if (not suffixes or name.endswith(suffixes)) and (TOP / name).is_file()]


def _output(command, **environment):
    """What a command prints, both streams; its status does not count."""
    return subprocess.run([str(word) for word in command], cwd=TOP, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          env={**os.environ, **environment}).stdout


def _kernel_tree():
    return Path(script("source-kernel.sh", "--tree"))


def _c_files():
    found = [path for path in files(".c", ".h") if "tests/guest" not in str(path)]
    if not found:
        raise Skip("no C files yet")
    return found


def checkpatch(_kernel):
    """Kernel style: checkpatch.pl --strict finds nothing."""
    tree = _kernel_tree()
    kconfig = [path for path in files() if path.name.startswith("Kconfig")]
    # This one needs a whole kernel tree to make sense.
    ignore = "CONFIG_DESCRIPTION"
    out = _output([tree / "scripts/checkpatch.pl", f"--root={tree}", "--strict", "--quiet",
                   "--no-summary", "--terse", "--show-types", "--max-line-length=100",
                   f"--ignore={ignore}", "-f", *_c_files(), *kconfig],
                  # Without a repository it leaves out spdxcheck.py, 0.3 s a file.
                  GIT_DIR="/nonexistent")
    # compat.h is where the kernel's version is asked for; a constant of a device tree
    # may be several cells, which no parentheses can hold.
    return "\n".join(line for line in out.splitlines() if not re.search(
        r"/compat\.h:\d+: WARNING:(LINUX_VERSION_CODE|CONSTANT_COMPARISON):|"
        r"/dt-bindings/.*: (WARNING:SPACING|ERROR:COMPLEX_MACRO):", line))


def _strict_build(kernel, *options):
    """All warnings that a build in a tree of its own gives."""
    name = f"lint-{kernel.name}-{options[0].partition('=')[0]}"
    top = BUILD / "modules" / name
    shutil.rmtree(top, ignore_errors=True)
    modules.copy(top)
    wanted = ["CONFIG_SMMU=m"]
    if modules.has_kunit(kernel):
        wanted.append("CONFIG_SMMU_KUNIT_TEST=m")
    status, out = modules.make(kernel, top / DRIVER, *wanted, *options, warnings=True)
    if status == 0 and (top / modules.TESTS / "Makefile").exists():
        more = modules.make(kernel, top / modules.TESTS, *options,
                            f"KBUILD_EXTRA_SYMBOLS={top / DRIVER / 'Module.symvers'}", warnings=True)
        status, out = more[0], out + more[1]
    out = out.replace(f"{top}/", "")
    wrong = [line for line in out.splitlines()
             if re.search(r"warning:|error:|WARNING:|ERROR:|\*\*\* ", line)
             and not re.match(r"make(\[\d\])?:", line)]
    # Files of the kernel itself are not ours to mend.
    wrong = [line for line in wrong if not line.startswith(("/", "../"))] or wrong * bool(status)
    if status and not wrong:
        wrong = out.splitlines()[-20:]
    return "\n".join(wrong)


def warnings(kernel):
    """gcc has nothing to say with W=1."""
    return _strict_build(kernel, "W=1")


def sparse(kernel):
    """sparse, with endian checks, has nothing to say."""
    return _strict_build(kernel, "C=2", "CF=-D__CHECK_ENDIAN__")


def armhf(kernel):
    """The driver compiles without a warning for 32-bit Arm."""
    return _strict_build(kernel, "W=1")


def kernel_doc(_kernel):
    """Kernel-doc comments are well formed."""
    out = _output([_kernel_tree() / "scripts/kernel-doc", "-none", "-Wall", *_c_files()])
    return "\n".join(line for line in out.splitlines() if "warning" in line or "error" in line)


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


# A path on a package mirror. The project's own documentation may link to pages.
MIRROR = re.compile(r"https?://[\w.-]*(?:deb\.|mirror|snapshot\.|ftp\.|registry|proxy|pypi|npmjs)[\w.-]*")


def hosts(_kernel):
    """No file names a package mirror."""
    wrong = []
    for path in files():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if MIRROR.search(line):
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
    return "\n".join(comment_names.missing(_c_files(), _kernel_tree(), TOP))


def shell(_kernel):
    """shellcheck has nothing to say."""
    scripts = files(".sh") + [TOP / "tests/guest/init", TOP / ".ci/run"]
    scripts += [path for path in files() if path.parts[-2] in ("packaging", "debian")
                and path.read_text().startswith(("#!/bin/sh", "# shellcheck"))]
    # Sourced files are found in the guest's or the script's own folder only.
    return _output(["shellcheck", "--external-sources", "--exclude=SC1090,SC1091",
                    "--format=gcc", *scripts])


def python(_kernel):
    """Python files compile."""
    wrong = []
    for path in files(".py", "tools/iommu-lint"):
        try:
            compile(path.read_text(), str(path), "exec")
        except SyntaxError as error:
            wrong.append(str(error))
    return "\n".join(wrong)


def _dt(check):
    """A check of dt_lint.py, which may need the dt-bindings of a kernel."""
    def function(_kernel):
        missing = dt_lint.missing_tool()
        if missing:
            raise Skip(f"{missing} is not installed")
        return check(_kernel_tree() / "include")
    function.__doc__ = check.__doc__
    return function


def iommu_lint(_kernel):
    """iommu-lint finds in device trees what is wrong with them, and nothing else."""
    # Debian's Python, since python3-libfdt belongs to it.
    out = _output(["/usr/bin/python3", "tests/host/iommu_lint_test.py"])
    return "" if re.search(r"^OK$", out, re.M) else out


def _series(function, newest):
    """A check of intree.py or compiles.py on the base series, or on the newest one."""
    def check(_kernel):
        try:
            return function(kernels.newest() if newest else BASE_SERIES)
        except Absent as why:
            raise Skip(str(why)) from why
        except compiles.NoCompiler as why:
            raise Skip(str(why)) from why
    check.__doc__ = function.__doc__
    return check


def _compiles(machine, compiler, newest=False):
    def function(series):
        return compiles.check(series, machine, compiler)
    function.__doc__ = f"{compiler} has nothing to say of the driver in a kernel tree for {machine}."
    return _series(function, newest)


# (name, kernel that it needs or None, function)
CHECKS = (
    ("spdx", None, spdx),
    ("hosts", None, hosts),
    ("length", None, length),
    ("python", None, python),
    ("shellcheck", None, shell),
    ("checkpatch", None, checkpatch),
    ("kernel-doc", None, kernel_doc),
    ("comment-names", None, comments),
    ("dt-schema", None, _dt(dt_lint.bindings)),
    ("dt-examples", None, _dt(dt_lint.examples)),
    ("dt-boards", None, _dt(dt_lint.boards)),
    ("dt-trees", None, _dt(dt_lint.trees)),
    ("iommu-lint", None, iommu_lint),
    ("overlay", None, _series(intree.overlay_check, False)),
    ("overlay-newest", None, _series(intree.overlay_check, True)),
    ("patch", None, _series(intree.patch_check, False)),
    ("patch-newest", None, _series(intree.patch_check, True)),
    ("kconfig", None, _series(intree.kconfig_check, False)),
    ("kconfig-newest", None, _series(intree.kconfig_check, True)),
    ("gcc-x86-64", None, _compiles("x86_64", "gcc")),
    ("gcc-x86-64-newest", None, _compiles("x86_64", "gcc", newest=True)),
    ("clang-x86-64", None, _compiles("x86_64", "clang")),
    ("clang-x86-64-newest", None, _compiles("x86_64", "clang", newest=True)),
    ("clang-arm64", None, _compiles("arm64", "clang")),
    ("clang-arm64-newest", None, _compiles("arm64", "clang", newest=True)),
    ("clang-arm", None, _compiles("arm", "clang")),
    ("clang-arm-newest", None, _compiles("arm", "clang", newest=True)),
    ("armhf", "armhf", armhf),
    ("W=1", "debug", warnings),
    ("sparse", "debug", sparse),
)

# Those that only "make check-all" runs: a minute each and more.
ALL_ONLY = {"patch-newest", "kconfig-newest", "gcc-x86-64-newest", "clang-x86-64",
            "clang-x86-64-newest", "clang-arm64", "clang-arm", "clang-arm-newest"}


def run(results, name, function, kernel):
    """Run one check as a test."""
    began = time.monotonic()
    try:
        wrong = function(kernel)
    except Skip as why:
        results.add(name, "skipped", detail=str(why))
        return
    except Failure as failure:
        wrong = str(failure)
    if wrong.strip():
        wrong += f"\n({function.__doc__.splitlines()[0]})"
    results.add(name, "FAILED" if wrong.strip() else "ok", time.monotonic() - began, wrong)
