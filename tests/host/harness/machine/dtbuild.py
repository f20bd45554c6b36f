# SPDX-License-Identifier: GPL-2.0-only
"""Compile device trees the way that the kernel does: cpp, then dtc with W=1."""

from pathlib import Path

from harness.places import TOP
from harness.programs import Failure, run, script

BOARDS = "arch/{arch}/boot/dts/smmu"
INCLUDE = TOP / "include"

# gcc for arm64 is there for the module; its cpp does for both.
CPP = "aarch64-linux-gnu-cpp"

# What scripts/Makefile.dtbs gives dtc with W=1.
WARNINGS = ("-Wno-unique_unit_address", "-Wunique_unit_address_if_enabled")


def boards(arch="arm64"):
    """Names of the boards there are, such as "virt-platform"."""
    return sorted(path.stem for path in (TOP / BOARDS.format(arch=arch)).glob("*.dts"))


def kernel_include(kernel=None):
    """The include folder of a Debian kernel's headers, for its dt-bindings."""
    top = kernel.kdir.resolve() if kernel else \
        Path(script("debian-kernel.sh", "arm64", "arm64"), "headers").resolve()
    found = sorted(top.parent.glob("linux-headers-*-common/include"))
    if not found:
        raise Failure(f"{top.parent} has no linux-headers-*-common: has their layout changed?")
    return found[-1]


def _prefixes(folder):
    """What <arm64/...> leads to, as the kernel's scripts/dtc/include-prefixes does."""
    folder.mkdir(parents=True, exist_ok=True)
    for arch in ("arm", "arm64"):
        link = folder / arch
        if not link.is_symlink():
            link.symlink_to(TOP / "arch" / arch / "boot/dts")
    return folder


def _heard(done, program):
    """What a program printed; never nothing where it failed."""
    if done.status and not done.text.strip():
        return f"{program} ended with status {done.status} and said nothing\n"
    return done.text


def compile_source(source, folder, include=None, warnings=()):
    """Compile a .dts: (its .dtb or None if there is none, messages).

    INCLUDE is the include folder of some kernel, WARNINGS are more options of dtc.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(source).stem
    plain, out = folder / f"{name}.pre.dts", folder / f"{name}.dtb"
    out.unlink(missing_ok=True)
    done = run(CPP, "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp",
               "-I", _prefixes(folder / "prefixes"), "-I", INCLUDE,
               "-I", include or kernel_include(), "-o", plain, source, good=None)
    text = _heard(done, CPP)
    if done.status == 0:
        done = run("dtc", "-I", "dts", "-O", "dtb", "-b", "0", *WARNINGS, *warnings, "-o", out, plain,
                   good=None)
        text += _heard(done, "dtc")
    return (out if done.status == 0 else None), text


def compile_board(name, arch, folder, include=None):
    """Compile one of boards(arch) into FOLDER and return its .dtb.

    A warning is a failure, too.
    """
    source = TOP / BOARDS.format(arch=arch) / f"{name}.dts"
    if not source.exists():
        raise Failure(f"there is no board {name} for {arch}: {', '.join(boards(arch))}")
    out, text = compile_source(source, Path(folder), include)
    if out is None or text:
        raise Failure(f"{source.relative_to(TOP)} does not compile cleanly:\n{text.strip()}")
    return out
