# SPDX-License-Identifier: GPL-2.0-only
"""The kernels that tests run on, by name: debian, debug, kasan, armhf."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from arch import ARCHES, Arch

HOST = Path(__file__).resolve().parent
TOP = HOST.parent.parent
BUILD = TOP / "build"

# On Debian's kernel the in-tree driver is built in: it has to stand down.
STAND_DOWN = "initcall_blacklist=arm_smmu_driver_init"


class Failure(Exception):
    """Something went wrong that the message explains to the user."""


@dataclass(frozen=True)
class Kernel:
    """A kernel to boot and to build modules for."""
    name: str
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


def script(*args):
    """Run a shell script of this directory; its last line is the answer."""
    command = [str(HOST / args[0]), *args[1:]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Failure(f"{' '.join(args)} failed: its messages are above")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _debian():
    top = Path(script("debian-kernel.sh", "arm64", "arm64"))
    return Kernel("debian", "arm64", "aarch64-linux-gnu-", top / "headers",
                  (top / "release").read_text().strip(), top / "vmlinuz",
                  top / "modules", STAND_DOWN)


def _armhf():
    top = Path(script("debian-kernel.sh", "armhf", "armmp-lpae"))
    script("modpost32.sh", str(top / "headers"))
    return Kernel("armhf", "arm", "arm-linux-gnueabihf-", top / "headers",
                  (top / "release").read_text().strip(), top / "vmlinuz", top / "modules")


def _source(name):
    top = Path(script("source-kernel.sh", name))
    release = (top / "include/config/kernel.release").read_text().strip()
    return Kernel(name, "arm64", "aarch64-linux-gnu-", top, release,
                  top / "arch/arm64/boot/Image")


def get(name):
    """Fetch or build the kernel if the cache does not have it."""
    if name == "debian":
        return _debian()
    if name == "armhf":
        return _armhf()
    return _source(name)


def is_built(name):
    """Whether get() would answer without building or fetching."""
    if name in ("debian", "armhf"):
        flavour = {"debian": "arm64-arm64", "armhf": "armhf-armmp-lpae"}[name]
        cache = os.environ.get("SMMU_CACHE") or Path.home() / ".cache/smmu"
        return (Path(cache) / "debian" / flavour / "current").exists()
    return subprocess.run([HOST / "source-kernel.sh", "--path", name],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0
