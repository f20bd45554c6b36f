# SPDX-License-Identifier: GPL-2.0-only
"""A board with two SMMUs, which QEMU has from version 11 on: a PCI root behind each.

QEMU's own tree describes the first one alone, so patches add the other.
"""

import re

from harness.machine.trees import PCIE, add_node, chain, master, node, phandle, set_property

NEAR, FAR = "smmuv3@c000000", "smmuv3@c020000"
FAR_PCIE = "pcie@4010800000"
FAR_PHANDLE = 0x9000

# The first bus behind the second SMMU. Its root takes bridges alone, of which the scripts
# give the one in slot 2 the next bus, and so its edu the StreamID 0x900.
FAR_BUS = 8


def devices(stage):
    """QEMU's arguments for both SMMUs and the second root, with edu devices behind it."""
    smmu = "arm-smmuv3" + (f",stage={stage}" if stage else "")
    return ["-device", f"{smmu},primary-bus=pcie.0,id=smmu.0",
            "-device", f"pxb-pcie,id=pcie.1,bus_nr={FAR_BUS},bus=pcie.0,addr=0x10",
            "-device", f"{smmu},primary-bus=pcie.1,id=smmu.1",
            "-device", "pcie-root-port,id=far,bus=pcie.1,chassis=2,slot=2,addr=0x1",
            "-device", "pcie-root-port,id=farther,bus=pcie.1,chassis=3,slot=3,addr=0x2",
            "-device", "edu,bus=farther",
            "-device", "nvme,serial=far,bus=far,drive=far",
            "-drive", "if=none,id=far,driver=null-co,read-zeroes=on,size=64M"]


def _far_smmu(text):
    """The second SMMU: as the first, elsewhere."""
    start, end = node(text, NEAR)
    body = text[start:end].replace(NEAR, FAR)
    for key, value in (("phandle", f"<{FAR_PHANDLE:#x}>"), ("reg", "<0x00 0xc020000 0x00 0x20000>"),
                       ("interrupts", "<0x00 0x74 0x01 0x00 0x75 0x01 0x00 0x76 0x01 0x00 0x77 0x01>")):
        body = re.sub(rf"\b{key} = <[^>]*>;", f"{key} = {value};", body, count=1)
    return add_node("/", "\n" + body)(text)


def _far_root(text):
    """The second PCI host: as the first, with the upper part of its buses and addresses."""
    start, end = node(text, PCIE)
    its = re.search(r"msi-map = <0x00 (0x[0-9a-f]+) ", text[start:end]).group(1)
    first = FAR_BUS << 8
    text = add_node("/", "\n" + text[start:end].replace(PCIE, FAR_PCIE))(text)
    return chain(*(set_property(FAR_PCIE, key, value) for key, value in (
        ("reg", "<0x40 0x10800000 0x0 0xf800000>"), ("bus-range", f"<{FAR_BUS:#x} 0xff>"),
        ("linux,pci-domain", "<0x1>"),
        ("iommu-map", f"<{first:#x} {FAR_PHANDLE:#x} {first:#x} {0x10000 - first:#x}>"),
        ("msi-map", f"<{first:#x} {its} {first:#x} {0x10000 - first:#x}>"),
        ("ranges", "<0x2000000 0x0 0x30000000 0x0 0x30000000 0x0 0xeff0000"
                   " 0x3000000 0xc0 0x0 0xc0 0x0 0x40 0x0>"))))(text)


def _near_root(text):
    """What is left for the first one."""
    return chain(*(set_property(PCIE, key, value) for key, value in (
        ("reg", "<0x40 0x10000000 0x0 0x800000>"), ("bus-range", f"<0x0 {FAR_BUS - 1:#x}>"),
        ("iommu-map", f"<0x0 {phandle(text, NEAR):#x} 0x0 {FAR_BUS << 8:#x}>"),
        ("ranges", "<0x1000000 0x0 0x0 0x0 0x3eff0000 0x0 0x10000"
                   " 0x2000000 0x0 0x10000000 0x0 0x10000000 0x0 0x20000000"
                   " 0x3000000 0x80 0x0 0x80 0x0 0x40 0x0>"))))(text)


ROOTS = chain(_far_smmu, _far_root, _near_root)


def _label(text):
    """Labels that sources of ours name the SMMUs by."""
    for label, name in (("smmu", NEAR), ("far", FAR)):
        text = re.sub(rf"^(\t*){name} {{$", rf"\1{label}: {name} {{", text, flags=re.M)
    return text


# No PCI: a master with a port on each SMMU, which are edu0 and the edu behind the second one,
# and one on the first alone.
PORTS = chain(
    _far_smmu, set_property(PCIE, "status", '"disabled"'),
    add_node("/", "\n" + master("edu0", "iommus = <&smmu 0x28>, <&far 0x900>;") +
             master("edu1", "iommus = <&smmu 0x30>;")), _label)

TREES = {"two-roots": ROOTS, "two-ports": PORTS}
