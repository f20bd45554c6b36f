# SPDX-License-Identifier: GPL-2.0-only
"""Build the driver and the test modules for one kernel.

kbuild builds beside the sources, and we build for several kernels, so each
kernel has a copy of what it needs under build/modules/.
"""

import os
import shutil

from harness.places import BUILD, TOP, locked
from harness.programs import run

DRIVER = "drivers/iommu/smmu"
TESTS = "tests/modules"
SOURCES = (DRIVER, "include", TESTS)
SUFFIXES = (".c", ".h", ".S", "Makefile", "Kbuild", "Kconfig")


def _sources(top):
    for part in SOURCES:
        for folder, _, names in os.walk(top / part):
            for name in names:
                if name.endswith(SUFFIXES) and not name.endswith(".mod.c"):
                    path = os.path.join(folder, name)
                    yield os.path.relpath(path, top)


def copy(to):
    """Make the copy's sources equal ours; keep times, so make can skip."""
    wanted = set(_sources(TOP))
    for name in set(_sources(to)) - wanted:
        (to / name).unlink()
    for name in wanted:
        source, there = TOP / name, to / name
        if there.exists():
            new, old = source.stat(), there.stat()
            if (new.st_mtime_ns, new.st_size) == (old.st_mtime_ns, old.st_size):
                continue
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, there)


def make(kernel, folder, *args, good=(0,)):
    """Run kbuild in FOLDER; GOOD as in run()."""
    return run("nice", "make", "-C", kernel.kdir, f"M={folder}", f"ARCH={kernel.arch}",
               f"CROSS_COMPILE={kernel.cross}", f"-j{os.cpu_count()}", *args, "modules", good=good)


def tree(kernel):
    """Where the copy for this kernel is."""
    return BUILD / "modules" / f"{kernel.name}-{kernel.release}"


def has_kunit(kernel):
    """Whether the kernel can run KUnit tests."""
    return "CONFIG_KUNIT=y" in (kernel.kdir / ".config").read_text()


def build(kernel, kunit=False):
    """Build for KERNEL; returns the paths of the modules (.ko)."""
    top = tree(kernel)
    with locked(top.name):
        copy(top)
        if kernel.builtin:
            make(kernel, top / TESTS)
            return sorted(top.glob(f"{TESTS}/*.ko"))
        options = ["CONFIG_SMMU=m"]
        if kunit and has_kunit(kernel):
            options.append("CONFIG_SMMU_KUNIT_TEST=m")
        make(kernel, top / DRIVER, *options)
        make(kernel, top / TESTS, f"KBUILD_EXTRA_SYMBOLS={top / DRIVER / 'Module.symvers'}")
    return sorted(top.glob(f"{DRIVER}/*.ko")) + sorted(top.glob(f"{TESTS}/*.ko"))
