# SPDX-License-Identifier: GPL-2.0-only
"""The checks that boot nothing. Each is a function of a kernel (or None) that
returns what is wrong as text: nothing means good. Skip says why it cannot run."""

import time

from harness.builds import kernels
from harness.builds.kernels import BASE_SERIES
from harness.lint import barriers, builds, compilers, devicetree, intree, layers, python, style
from harness.lint.files import kernel_tree
from harness.programs import Absent, Failure, Skip


def _dt(check):
    """A check of devicetree.py, which may need the dt-bindings of a kernel."""
    def function(_kernel):
        missing = devicetree.missing_tool()
        if missing:
            raise Skip(f"{missing} is not installed")
        return check(kernel_tree() / "include")
    function.__doc__ = check.__doc__
    return function


def _series(function, newest):
    """A check of intree.py or compilers.py on the base series, or on the newest one."""
    def check(_kernel):
        return function(kernels.newest() if newest else BASE_SERIES)
    check.__doc__ = function.__doc__
    return check


def _compiles(machine, compiler, newest=False):
    def function(series):
        return compilers.check(series, machine, compiler)
    function.__doc__ = f"{compiler} has nothing to say of the driver in a kernel tree for {machine}."
    return _series(function, newest)


# (name, kernel that it needs or None, function)
CHECKS = (
    ("spdx", None, style.spdx),
    ("hosts", None, style.hosts),
    ("length", None, style.length),
    ("python", None, python.pylint),
    ("shellcheck", None, style.shell),
    ("checkpatch", None, style.kernel_style),
    ("kernel-doc", None, style.kernel_doc),
    ("comment-names", None, style.comments),
    ("layers", None, layers.layers),
    ("layers-test", None, python.layers),
    ("barriers", None, barriers.barriers),
    ("barriers-test", None, python.barriers),
    ("bench-test", None, python.bench),
    ("check-test", None, python.check),
    ("dt-schema", None, _dt(devicetree.bindings)),
    ("dt-examples", None, _dt(devicetree.examples)),
    ("dt-boards", None, _dt(devicetree.boards)),
    ("dt-trees", None, _dt(devicetree.trees)),
    ("iommu-lint", None, python.iommu_lint),
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
    ("armhf", "armhf", builds.armhf),
    ("W=1", "debug", builds.warnings),
    ("sparse", "debug", builds.sparse),
)

# Those that only "make check-all" runs: a minute each and more.
ALL_ONLY = {"patch-newest", "kconfig-newest", "gcc-x86-64-newest", "clang-x86-64",
            "clang-x86-64-newest", "clang-arm64", "clang-arm", "clang-arm-newest"}


def run(results, name, function, kernel):
    """Run one check as a test."""
    began = time.monotonic()
    try:
        wrong = function(kernel)
    except (Skip, Absent) as why:
        results.add(name, "skipped", detail=str(why))
        return
    except Failure as failure:
        wrong = str(failure)
    if wrong.strip():
        wrong += f"\n({function.__doc__.splitlines()[0]})"
    results.add(name, "FAILED" if wrong.strip() else "ok", time.monotonic() - began, wrong)
