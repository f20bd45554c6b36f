# SPDX-License-Identifier: GPL-2.0-only
"""What differs between the architectures that the board can have."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Arch:
    """An architecture, by the kernel's name for it."""
    name: str
    debian: str
    # Of the cross compiler, and of the folder of Debian's libraries.
    triplet: str
    qemu: str
    cpu: str

    @property
    def cross(self):
        """CROSS_COMPILE for it."""
        return f"{self.triplet}-"

    def library(self, name):
        """Where a shared library that a program asks for is in Debian's packages."""
        return f"/lib/{name}" if name.startswith("ld-") else f"/lib/{self.triplet}/{name}"


ARM64 = Arch("arm64", "arm64", "aarch64-linux-gnu", "qemu-system-aarch64", "max,pauth-impdef=on")
# LPAE: 40 bits of physical address, so PCI is where it is on arm64.
ARM = Arch("arm", "armhf", "arm-linux-gnueabihf", "qemu-system-arm", "cortex-a15")

ARCHES = {arch.name: arch for arch in (ARM64, ARM)}
