# SPDX-License-Identifier: GPL-2.0-only
"""Build the driver and the test modules for one kernel.

kbuild builds beside the sources, and we build for several kernels, so each
kernel has a copy of what it needs under build/modules/.
"""

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager

from kernels import BUILD, TOP, Failure

DRIVER = "drivers/iommu/smmu"
TESTS = "tests/modules"
SOURCES = (DRIVER, "include", TESTS)
SUFFIXES = (".c", ".h", ".S", "Makefile", "Kbuild", "Kconfig")


@contextmanager
def locked(path):
    """Hold the lock file PATH, so that two runs do not build in one place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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
        source, copy = TOP / name, to / name
        if copy.exists():
            new, old = source.stat(), copy.stat()
            if (new.st_mtime_ns, new.st_size) == (old.st_mtime_ns, old.st_size):
                continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)


def make(kernel, folder, *args, warnings=False):
    """Run kbuild in FOLDER; returns its output, raises Failure if it fails."""
    command = ["nice", "make", "-C", str(kernel.kdir), f"M={folder}",
               f"ARCH={kernel.arch}", f"CROSS_COMPILE={kernel.cross}",
               f"-j{os.cpu_count()}", *args, "modules"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode and not warnings:
        raise Failure(f"{' '.join(command)} failed:\n{tail(done.stdout, 40)}")
    return done.returncode, done.stdout


def tail(text, lines):
    """The last LINES lines of TEXT."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def tree(kernel):
    """Where the copy for this kernel is."""
    return BUILD / "modules" / f"{kernel.name}-{kernel.release}"


def has_kunit(kernel):
    """Whether the kernel can run KUnit tests."""
    return "CONFIG_KUNIT=y" in (kernel.kdir / ".config").read_text()


def build(kernel, kunit=False):
    """Build for KERNEL; returns the paths of the modules (.ko)."""
    top = tree(kernel)
    with locked(BUILD / "locks" / top.name):
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
