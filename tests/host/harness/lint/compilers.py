# SPDX-License-Identifier: GPL-2.0-only
"""Compile the driver in a kernel tree, with gcc and clang, for several machines.

Nothing is linked, so a machine's kernel need not be built: its configuration and
generated headers do, half a minute's work the first time. They stay in build/compile.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness.builds import modules
from harness.places import BUILD, TOP, locked
from harness.programs import Skip, run, script, tail

# 7.2 wants clang 15; Debian 12's own is 14, so setup.sh installs a newer one.
CLANG_OLDEST = 15

# What a driver for PCI and platform devices and its tests take.
WANTED = """
CONFIG_MODULES=y
CONFIG_MMU=y
CONFIG_OF=y
CONFIG_PCI=y
CONFIG_PCI_MSI=y
CONFIG_NET=y
CONFIG_DEBUG_FS=y
CONFIG_PM=y
CONFIG_SUSPEND=y
CONFIG_VFIO=y
CONFIG_IOMMU_SUPPORT=y
CONFIG_SMMU=m
CONFIG_KUNIT=y
CONFIG_SMMU_KUNIT_TEST=m
"""


@dataclass(frozen=True)
class Machine:
    """A machine to compile for; MORE is what its configuration has to say."""
    name: str
    cross: str
    more: str = ""


MACHINES = {
    "arm64": Machine("arm64", "aarch64-linux-gnu-"),
    "arm": Machine("arm", "arm-linux-gnueabihf-",
                   "CONFIG_ARCH_MULTIPLATFORM=y\nCONFIG_ARCH_MULTI_V7=y\n"
                   "# CONFIG_ARCH_MULTI_V6 is not set\nCONFIG_ARCH_VIRT=y\nCONFIG_ARM_LPAE=y\n"
                   "CONFIG_AEABI=y\n"),
    "x86_64": Machine("x86_64", "", "CONFIG_64BIT=y\nCONFIG_COMPILE_TEST=y\n"),
}


def _clang():
    """LLVM=... for the newest clang there is."""
    for suffix in ("", *(f"-{number}" for number in range(30, CLANG_OLDEST - 1, -1))):
        if all(shutil.which(tool + suffix) for tool in ("clang", "ld.lld", "llvm-ar")):
            version = run(f"clang{suffix}", "-dumpversion").text
            if int(version.partition(".")[0]) >= CLANG_OLDEST:
                return f"LLVM={suffix or 1}"
    raise Skip(f"clang {CLANG_OLDEST} or newer, with lld and llvm, is not installed")


def compiler(machine, name):
    """make's arguments for gcc or clang."""
    if name == "clang":
        return [f"ARCH={machine.name}", _clang()]
    if not shutil.which(f"{machine.cross}gcc"):
        raise Skip(f"{machine.cross}gcc is not installed")
    return [f"ARCH={machine.name}", f"CROSS_COMPILE={machine.cross}"]


def _make(*words, good=(0,)):
    return run("nice", "make", "-s", f"-j{os.cpu_count()}", *words, good=good, cwd=TOP)


def configure(tree, out, arguments, wanted):
    """allnoconfig with the options WANTED, in OUT; returns {option: value}."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "wanted.config").write_text(wanted)
    _make("-C", tree, f"O={out}", *arguments, f"KCONFIG_ALLCONFIG={out / 'wanted.config'}", "allnoconfig")
    return dict(re.findall(r"^(CONFIG_\w+)=(.*)$", (out / ".config").read_text(), re.M))


def _wrong(said, status, tree):
    """The lines about our own files, or the last ones if it failed otherwise."""
    ours = [line.replace(f"{tree}/", "").replace("../", "") for line in said.splitlines()
            if re.search(r"(warning|error):", line) and
            (modules.DRIVER in line or modules.TESTS in line)]
    return "\n".join(ours) or tail(said, 20) * bool(status)


def check(series, machine, name):
    """What a compiler says of the driver, its KUnit tests and the test modules."""
    machine = MACHINES[machine]
    arguments = compiler(machine, name)
    tree = Path(script("overlay-tree.sh", series))
    out = BUILD / "compile" / f"{series}-{machine.name}-{name}"
    with locked(out.name):
        options = configure(tree, out, arguments, WANTED + machine.more)
        lost = [line for line in (WANTED + machine.more).split()
                if "=" in line and line not in {f"{key}={value}" for key, value in options.items()}]
        if lost:
            return f"Kconfig did not take {' '.join(lost)}"
        driver = _make("-C", tree, f"O={out}", *arguments, "W=1", "modules_prepare", f"{modules.DRIVER}/",
                       good=None)
        copy = out / "tests"
        modules.copy(copy)
        tests = _make("-C", tree, f"O={out}", *arguments, "W=1", "KBUILD_MODPOST_WARN=1",
                      f"M={copy / modules.TESTS}", "modules", good=None)
        # The kernel is not linked, so modpost cannot know its symbols.
        said = "\n".join(line for line in tests.text.splitlines() if "undefined!" not in line)
        return _wrong(driver.text + said, driver.status or tests.status, tree)
