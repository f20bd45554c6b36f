# SPDX-License-Identifier: GPL-2.0-only
"""The kernels that tests run on. A name is a kind and a series: debian-6.12, debug-7.2.

The kind alone means the base series, and debian-newest the newest that Debian has.
"""

import functools
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from harness.builds.arch import ARCHES, ARM, ARM64, Arch
from harness.places import HOST
from harness.programs import Absent, Failure, run, script

BASE_SERIES = "6.12"
# The newest series that the driver was written for: what Debian has beyond that is
# left alone until somebody asks for it by number.
KNOWN_SERIES = "7.2"

# Debian's unmodified kernels: architecture and flavour.
DEBIAN = {"debian": (ARM64, "arm64"), "16k": (ARM64, "arm64-16k"), "armhf": (ARM, "armmp-lpae")}
# Those built from Debian's source with configs/KIND.config.
BUILT = ("debug", "kasan", "64k", "rt", "builtin", "bench")
KINDS = (*DEBIAN, *BUILT)

# Bytes in a page, of those where it is not 4 KiB.
PAGES = {"16k": 0x4000, "64k": 0x10000}

# KUnit runs in boots of its own, and leaks are looked for on the debug kernel.
CMDLINE = {"builtin": "kunit.enable=0 kmemleak=off"}

# On Debian's kernel the in-tree driver is built in: it has to stand down.
STAND_DOWN = "initcall_blacklist=arm_smmu_driver_init"


@dataclass(frozen=True)
class Kernel:
    """A kernel to boot and to build modules for."""
    name: str
    kind: str
    series: str
    arch: str
    cross: str
    kdir: Path
    release: str
    image: Optional[Path] = None
    modules: Optional[Path] = None
    cmdline: str = ""

    @property
    def machine(self) -> Arch:
        """What there is to know of its architecture."""
        return ARCHES[self.arch]

    @property
    def page(self):
        """How many bytes a page has."""
        return PAGES.get(self.kind, 0x1000)

    @property
    def builtin(self):
        """Whether our driver is part of it."""
        return "CONFIG_SMMU=y" in (self.kdir / ".config").read_text()


@functools.cache
def _newest(limit):
    """The answer, or why there is none: asking again takes a while."""
    try:
        return script("newest-series.sh", limit), None
    except Absent as why:
        return None, why


def newest(limit=KNOWN_SERIES):
    """The newest series that Debian has, at most LIMIT; raises Absent if there is none."""
    series, why = _newest(limit)
    if why:
        raise why
    return series


def parse(name):
    """Kind and series that a kernel's name means; raises Failure if there is no such kind."""
    match = re.fullmatch(r"(\w+)(?:-(\d+\.\d+|newest))?", name)
    if not match or match.group(1) not in KINDS:
        raise Failure(f"there is no kernel {name}: kinds are {', '.join(KINDS)},"
                      f" alone or with a series, as in debian-{KNOWN_SERIES}")
    kind, series = match.groups()
    return kind, newest() if series == "newest" else series or BASE_SERIES


def _suffix(series):
    return "" if series == BASE_SERIES else f"-{series}"


def _debian(kind, series):
    arch, flavour = DEBIAN[kind]
    top = Path(script("debian-kernel.sh", arch.debian, flavour, "both", series))
    if series != BASE_SERIES:
        script("mend-headers.sh", str(top), arch.name, series)
    elif kind == "armhf":
        script("modpost32.sh", str(top / "headers"))
    return Kernel(f"{kind}-{series}", kind, series, arch.name, arch.cross, top / "headers",
                  (top / "release").read_text().strip(), top / "vmlinuz", top / "modules",
                  "" if kind == "armhf" else STAND_DOWN)


def _source(kind, series):
    top = Path(script("source-kernel.sh", kind, series))
    release = (top / "include/config/kernel.release").read_text().strip()
    return Kernel(f"{kind}-{series}", kind, series, ARM64.name, ARM64.cross, top, release,
                  top / "arch/arm64/boot/Image", cmdline=CMDLINE.get(kind, ""))


def get(name):
    """Fetch or build the kernel if the cache does not have it."""
    kind, series = parse(name)
    return (_debian if kind in DEBIAN else _source)(kind, series)


def is_fetched(name):
    """Whether the kernel is downloaded; others are built."""
    return name.partition("-")[0] in DEBIAN


def is_built(name):
    """Whether get() would answer without building or fetching."""
    kind, series = parse(name)
    if kind in DEBIAN:
        arch, flavour = DEBIAN[kind]
        cache = os.environ.get("SMMU_CACHE") or Path.home() / ".cache/smmu"
        return (Path(cache) / "debian" / f"{arch.debian}-{flavour}{_suffix(series)}/current").exists()
    return run(HOST / "source-kernel.sh", "--path", kind, series, good=None).status == 0
