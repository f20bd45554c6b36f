# SPDX-License-Identifier: GPL-2.0-only
"""Device trees for the board: QEMU's own, patched as text.

A patch is a function from the tree's source (dtc's decompiled form) to another.
A guest script asks for one of TREES with a line "# tree: NAME"; trees that the
driver has to refuse are in badtree.py.
"""

import re
from dataclasses import dataclass
from typing import Callable

from harness.programs import Failure, run

SMMU = "smmuv3@9050000"
PCIE = "pcie@10000000"

# The largest StreamID of QEMU's model has 16 bits.
ALL_STREAMS = 0x10000


def node(text, name):
    """(start, end) of a node's text, braces included."""
    start = re.search(rf"^\t*{re.escape(name)} {{$", text, re.M)
    if not start:
        raise Failure(f"QEMU's device tree has no node {name}: has its layout changed?")
    indent = re.match(r"\t*", start.group()).group()
    end = re.compile(rf"^{indent}}};$", re.M).search(text, start.end())
    return start.start(), end.end()


def edit(text, name, change):
    """TEXT with the node NAME replaced by change(its text)."""
    start, end = node(text, name)
    return text[:start] + change(text[start:end]) + text[end:]


def set_property(name, key, value):
    """A patch that gives a node's property a new value; None removes it, "" has none."""
    def change(body):
        pattern = rf"^(\t*){re.escape(key)}( = [^;]*)?;\n"
        line = "" if value is None else f"{key} = {value};\n" if value else f"{key};\n"
        body, count = re.subn(pattern, lambda m: m.group(1) + line if line else "", body, flags=re.M)
        if count or not line:
            return body
        return re.sub(r"{\n", lambda m: m.group() + "\t\t" + line, body, count=1)
    return lambda text: edit(text, name, change)


def chain(*patches):
    """One patch out of several."""
    def patch(text):
        for one in patches:
            text = one(text)
        return text
    return patch


def phandle(text, name):
    """The phandle of a node, as a number."""
    start, end = node(text, name)
    return int(re.search(r"phandle = <(0x[0-9a-f]+)>", text[start:end]).group(1), 16)


def map_streams(overrides):
    """A patch of iommu-map: requester ID to StreamID, one to one for the rest.

    A StreamID of None leaves that requester out of the map.
    """
    def patch(text):
        smmu, entries, at = phandle(text, SMMU), [], 0
        for requester in sorted(overrides):
            if requester > at:
                entries += [at, smmu, at, requester - at]
            if overrides[requester] is not None:
                entries += [requester, smmu, overrides[requester], 1]
            at = requester + 1
        entries += [at, smmu, at, ALL_STREAMS - at]
        value = "<" + " ".join(f"{cell:#x}" for cell in entries) + ">"
        return set_property(PCIE, "iommu-map", value)(text)
    return patch


def map_cells(specifier, own=()):
    """A patch of iommu-map: each slot's first function, in Linux 7.2's form of an entry.

    There, an entry has as many cells for the stream as #iommu-cells says. SPECIFIER is a
    format of the requester ID; OWN has (requester ID, specifier) of others.
    """
    streams = {slot << 3: specifier.format(slot << 3) for slot in range(11)} | dict(own)
    return set_property(PCIE, "iommu-map", ", ".join(
        f"<{requester:#x} &smmu {stream} 0x1>" for requester, stream in sorted(streams.items())))


@dataclass(frozen=True)
class ByKernel:
    """A patch for kernels before 7.2, which take one cell for the stream in an entry of
    iommu-map whatever #iommu-cells says, and one for those that go by it."""
    before: Callable[[str], str]
    since: Callable[[str], str]


@dataclass(frozen=True)
class ByPage:
    """A patch that goes by how many bytes a page of the kernel has."""
    patch: Callable[[int], Callable[[str], str]]


def named_twice(name, stream):
    """A patch that gives a node the same StreamID twice in "iommus"."""
    def patch(text):
        one = f"{phandle(text, SMMU):#x} {stream:#x}"
        return set_property(name, "iommus", f"<{one} {one}>")(text)
    return patch


def add_node(parent, source):
    """A patch that puts a node's source at the end of another node."""
    def change(body):
        end = body.rindex("}")
        return body[:end].rstrip("\t") + source + "\n" + body[end:]
    return lambda text: edit(text, parent, change)


def compile_tree(board, patch, name):
    """Dump the board's own tree, patch it, and return the compiled result."""
    if isinstance(patch, ByKernel):
        series = tuple(int(number) for number in board.kernel.series.split("."))
        patch = patch.since if series >= (7, 2) else patch.before
    if isinstance(patch, ByPage):
        patch = patch.patch(board.kernel.page)
    board.folder.mkdir(parents=True, exist_ok=True)
    own, source, out = (board.folder / f"{name}.{end}" for end in ("own.dtb", "dts", "dtb"))
    run(*board.machine(f",dumpdtb={own}"), "-serial", "none", "-monitor", "none")
    source.write_text(patch(run("dtc", "-q", "-I", "dtb", "-O", "dts", own, apart=True).text))
    run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out, source)
    return out


# The board's functions as platform devices: node, compatible, size of the BAR, SPI
# of INTA. tests/guest/init programs them; edu2 and edu3 are on boards that add them.
MASTERS = {"usb": ("usb@10000000", "generic-xhci", 0x4000, 4),
           "sata": ("sata@10010000", "generic-ahci", 0x1000, 6),
           "edu0": ("edu@10100000", "qemu,edu", 0x100000, 4),
           "edu1": ("edu@10200000", "qemu,edu", 0x100000, 5),
           "edu2": ("edu@10300000", "qemu,edu", 0x100000, 4),
           "edu3": ("edu@10400000", "qemu,edu", 0x100000, 5)}
STREAM = {"usb": 0x08, "sata": 0x18, "edu0": 0x28, "edu1": 0x30, "edu2": 0x48, "edu3": 0x50}


def node_source(label, name, *lines):
    """A node with a label, out of its lines, for below the root."""
    body = "".join(f"\t\t{line}\n" for line in lines)
    return f"\t{label}: {name} {{\n{body}\t}};\n"


def master(label, *lines):
    """One of MASTERS; LINES are its own, "iommus" among them."""
    name, compatible, size, interrupt = MASTERS[label]
    reg = name.partition("@")[2]
    return node_source(label, name, f'compatible = "{compatible}";',
                       f"reg = <0x0 0x{reg} 0x0 {size:#x}>;",
                       f"interrupts = <0x0 {interrupt:#x} 0x4>;", "dma-coherent;", *lines)


def bus(name, dma_ranges, *nodes):
    """A bus that moves no CPU addresses, with NODES on it."""
    lines = [f"dma-ranges = {dma_ranges};"] if dma_ranges else []
    return node_source(f"{name}_bus", name, 'compatible = "simple-bus";', "#address-cells = <2>;",
                       "#size-cells = <2>;", "ranges;", *lines, *nodes)


def regions(*nodes):
    """/reserved-memory with these regions."""
    return node_source("regions", "reserved-memory", "#address-cells = <2>;", "#size-cells = <2>;",
                       "ranges;", *nodes)


def label_smmu(text):
    """The SMMU's node with the label that sources of ours name it by."""
    return re.sub(rf"^(\t*){SMMU} {{$", rf"\1smmu: {SMMU} {{", text, flags=re.M)


def cells(number, *patches):
    """#iommu-cells, then other patches; the label comes last."""
    return chain(set_property(SMMU, "#iommu-cells", f"<{number:#x}>"), *patches, label_smmu)


def platform(number, *nodes, smmu=()):
    """No PCI: masters as platform devices. SMMU are patches of its node."""
    return cells(number, set_property(PCIE, "status", '"disabled"'), *smmu,
                 add_node("/", "\n" + "".join(nodes)))


def smmu_on_bus(dma_ranges):
    """A patch that puts the SMMU, which QEMU has at the root, on a bus of its own."""
    def patch(text):
        start, end = node(text, SMMU)
        rest = text[:start] + text[end + 1:]
        return add_node("/", "\n" + bus("system", dma_ranges, text[start:end] + "\n"))(rest)
    return patch


def dma_window(value):
    """A patch that gives the SMMU a "dma-window"."""
    return set_property(SMMU, "dma-window", value)


# Nobody names edu1: it uses the context that all streams use.
FIXED = platform(0, *(master(name, "iommus = <&smmu>;") for name in ("usb", "sata", "edu0", "edu2")))

ONE = platform(
    1,
    master("usb", "iommus = <&smmu 0x08>;", "iommu-ranges = <0x0 0x80000000 0x0 0x10000000>;"),
    # Named twice, which is once; abilities that the driver makes no use of.
    master("sata", "iommus = <&smmu 0x18>, <&smmu 0x18>;", "pasid-num-bits = <20>;", "dma-can-stall;"),
    # edu1's stream is one of edu0's.
    master("edu0", "iommus = <&smmu 0x28>, <&smmu 0x30>;",
           "iommu-ranges = <0x0 0x1300000 0x0 0x100000>, <0x0 0x1000000 0x0 0x100000>;"),
    master("edu2", "iommus = <&smmu 0x48>;", "memory-region = <&moved>, <&direct>, <&kept>;"),
    master("edu3", "iommus = <&smmu 0x50>;", "memory-region = <&moved>;"),
    regions(node_source("moved", "moved@70000000", "reg = <0x0 0x70000000 0x0 0x10000>;", "no-map;",
                        "iommu-addresses = <&edu2 0x0 0x1000000 0x0 0x10000>,",
                        "<&edu3 0x0 0x2000000 0x0 0x10000>;"),
            node_source("direct", "direct@70100000", "reg = <0x0 0x70100000 0x0 0x10000>;", "no-map;",
                        "iommu-addresses = <&edu2 0x0 0x70100000 0x0 0x10000>;"),
            node_source("kept", "kept", "iommu-addresses = <&edu2 0x0 0xff000000 0x0 0x1000000>;")))

def all_but(who, start, last):
    """A region that tells a window by all that lies outside of it."""
    above = (1 << 64) - 1 - last
    return node_source(f"{who}_rest", f"{who}-rest", f"iommu-addresses = <&{who} 0x0 0x0 0x0 {start:#x}>,",
                       f"<&{who} 0x0 {last + 1:#x} {above >> 32:#x} {above & 0xFFFFFFFF:#x}>;")


def region(name, reg, *addresses):
    """Memory at REG, (start, size), that masters have at ADDRESSES, each (master, start, size)."""
    return node_source(name, f"{name}@{reg[0]:x}", f"reg = <0x0 {reg[0]:#x} 0x0 {reg[1]:#x}>;", "no-map;",
                       "iommu-addresses = " + ", ".join(
                           f"<&{who} 0x0 {start:#x} 0x0 {size:#x}>" for who, start, size in addresses) + ";")


# Regions as bootloaders leave them behind. edu1 and edu2 send one stream.
REGIONS = platform(
    1,
    master("usb", "iommus = <&smmu 0x08>;", "memory-region = <&usb_rest>;"),
    master("edu0", "iommus = <&smmu 0x28>;",
           "memory-region = <&empty>, <&odd>, <&moved>, <&beside>, <&apart>, <&sized>, <&edu0_rest>;"),
    master("edu1", "iommus = <&smmu 0x30>;", "memory-region = <&edu1_rest>;"),
    master("edu2", "iommus = <&smmu 0x48>, <&smmu 0x30>;", "memory-region = <&edu2_rest>;"),
    regions(region("empty", (0x70000000, 0x10000), ("edu0", 0, 0)),
            # 0x1fa400 bytes, as a framebuffer has them.
            region("odd", (0x70100000, 0x1FA400), ("edu0", 0x70100000, 0x1FA400)),
            region("moved", (0x70400400, 0x1000), ("edu0", 0x20000400, 0x1000)),
            # It begins in the granule in which that one ends.
            region("beside", (0x70401400, 0x1000), ("edu0", 0x20001400, 0x1000)),
            region("apart", (0x70500400, 0x1000), ("edu0", 0x21000800, 0x1000)),
            region("sized", (0x70600000, 0x10000), ("edu0", 0x70600000, 0x20000)),
            all_but("usb", 0x40000000, 0x4FFFFFFF), all_but("edu0", 0x10000000, 0x7FFFFFFF),
            all_but("edu1", 0x2000000, 0x2FFFFFF), all_but("edu2", 0x2000000, 0x2FFFFFF)))

# 0x20, 0x28, 0x30 and 0x38 are edu0's, so edu1's is. What the mask covers does not count.
MASK = platform(2, master("usb", "iommus = <&smmu 0x08 0x0>, <&smmu 0x60 0x0>, <&smmu 0x70 0x3>;"),
                master("sata", "iommus = <&smmu 0x18 0x0>;"),
                master("edu0", "iommus = <&smmu 0x38 0x18>;"),
                master("edu3", "iommus = <&smmu 0x50 0x0>;"))

# edu3's window is one page.
FOUR = ByPage(lambda page: platform(
    4,
    master("usb", "iommus = <&smmu 0x08 0x10000000 0x0 0x10000000>;"),
    master("sata", "iommus = <&smmu 0x18 0x0 0x0 0xffffffff>;"),
    master("edu0", "iommus = <&smmu 0x28 0x1000000 0x0 0x100000>;"),
    master("edu1", "iommus = <&smmu 0x30 0x0 0x1 0x0>;"),
    master("edu2", "iommus = <&smmu 0x48 0x40000000 0x0 0x40000000>;",
           "iommu-ranges = <0x0 0x50000000 0x0 0x40000000>;"),
    master("edu3", f"iommus = <&smmu 0x50 {3 * page:#x} 0x0 {page:#x}>;")))

FIVE = platform(
    5,
    master("usb", "iommus = <&smmu 0x08 0x2 0x0 0x0 0x10000000>;"),
    master("sata", "iommus = <&smmu 0x18 0x3 0x0 0x1 0x0>;"),
    master("edu0", "iommus = <&smmu 0x28 0x1 0x0 0x0 0x200000>;"),
    master("edu1", "iommus = <&smmu 0x30 0x0 0x0 0x10 0x0>;"),
    master("edu2", "iommus = <&smmu 0x48 0x0 0x0 0x4 0x0>;",
           "iommu-ranges = <0x0 0xc0000000 0x1 0x0>;"),
    # 32 GiB from 4 GiB on, in cells as "reg" has them.
    smmu=(dma_window("<0x1 0x0 0x8 0x0>"),))

# Below 4 GiB, which is all that addresses of 32-bit Arm's DMA API have; edu1's window
# lies on both sides of that, edu3's beyond.
FIVE_LOW = platform(
    5,
    master("usb", "iommus = <&smmu 0x08 0x0 0x80000000 0x0 0x40000000>;"),
    master("sata", "iommus = <&smmu 0x18 0x0 0x0 0x1 0x0>;"),
    master("edu0", "iommus = <&smmu 0x28 0x0 0x1000000 0x0 0x200000>;"),
    master("edu1", "iommus = <&smmu 0x30 0x0 0xfff00000 0x1 0x0>;"),
    master("edu2", "iommus = <&smmu 0x48 0x0 0x0 0x4 0x0>;",
           "iommu-ranges = <0x0 0xe0000000 0x0 0x10000000>;"),
    master("edu3", "iommus = <&smmu 0x50 0x1 0x0 0x0 0x200000>;"))

# edu0 and NVMe have nodes of their own below the host bridge's.
WINDOW_PCI = cells(
    1, set_property(SMMU, "#dma-address-cells", "<1>"), set_property(SMMU, "#dma-size-cells", "<1>"),
    dma_window("<0x2000000 0xe000000>"),
    add_node(PCIE, "\n" + node_source(
        "nvme", "nvme@2,0", "reg = <0x1000 0x0 0x0 0x0 0x0>;",
        "iommu-ranges = <0x0 0x0 0x8000000 0x0 0x1000000>;") + node_source(
            "edu0", "edu@5,0", "reg = <0x2800 0x0 0x0 0x0 0x0>;",
            "iommu-ranges = <0x0 0x0 0x0 0x0 0x4400000>, <0x0 0x0 0x6000000 0x0 0x400000>;")))

# Both edu devices reach one region at its own address, edu1 through a window.
DIRECT_PCI = cells(
    1, add_node("/", "\n" + regions(node_source(
        "direct", "direct@70000000", "reg = <0x0 0x70000000 0x0 0x10000>;", "no-map;",
        "iommu-addresses = <&edu0 0x0 0x0 0x70000000 0x0 0x10000>,",
        "<&edu1 0x0 0x0 0x70000000 0x0 0x10000>;"))),
    add_node(PCIE, "\n" + node_source(
        "edu0", "edu@5,0", "reg = <0x2800 0x0 0x0 0x0 0x0>;", "memory-region = <&direct>;") + node_source(
            "edu1", "edu@6,0", "reg = <0x3000 0x0 0x0 0x0 0x0>;", "memory-region = <&direct>;",
            "iommu-ranges = <0x0 0x0 0x0 0x0 0x8000000>, <0x0 0x0 0x70000000 0x0 0x1000000>;")))

# Two groups of two, each by a stream that nobody sends. Of the first, only edu1 has regions.
GROUP = platform(
    1,
    master("usb", "iommus = <&smmu 0x08>;"),
    master("edu0", "iommus = <&smmu 0x28>, <&smmu 0x60>;"),
    master("edu1", "iommus = <&smmu 0x30>, <&smmu 0x60>;", "memory-region = <&ends>, <&own>;"),
    master("edu2", "iommus = <&smmu 0x48>, <&smmu 0x61>;", "memory-region = <&ends>, <&common>;"),
    master("edu3", "iommus = <&smmu 0x50>, <&smmu 0x61>;", "memory-region = <&ends>, <&common>;"),
    regions(region("own", (0x70000000, 0x10000), ("edu1", 0x2000000, 0x10000)),
            region("common", (0x70100000, 0x10000), *((f"edu{n}", 0x2000000, 0x10000) for n in (2, 3))),
            # Where the DMA API begins to give out addresses, on either architecture.
            node_source("ends", "ends", "iommu-addresses = " + ", ".join(
                f"<&edu{n} 0x0 0x0 0x0 0x100000>, <&edu{n} 0x0 0xff000000 0x0 0x1000000>"
                for n in (1, 2, 3)) + ";")))

# A device whose 31 channels have streams of their own; the fifth's is edu0's.
PARTS = platform(
    1,
    master("usb", "iommus = <&smmu 0x08>;"),
    node_source("parts", "edu-parts@10100000", 'compatible = "qemu,edu-parts";',
                "reg = <0x0 0x10100000 0x0 0x100000>;", "dma-coherent;", "qemu,channels = <5 6>;",
                "iommu-map = " + ", ".join(f"<{n} &smmu {0x28 if n == 5 else 0x100 + n:#x} 1>"
                                           for n in range(1, 32)) + ";",
                "iommu-ranges = <0x0 0x40000000 0x0 0x10000000>, <0x0 0x70000000 0x0 0x10000>;",
                "memory-region = <&direct>;"),
    regions(region("direct", (0x70000000, 0x10000), ("parts", 0x70000000, 0x10000))))

# A second SMMU that is made of memory (tests/modules/second.c). edu2's first one is that.
SECOND = platform(
    1,
    master("usb", "iommus = <&smmu 0x08>;"),
    master("edu0", "iommus = <&smmu 0x28>;"),
    master("edu1", "iommus = <&smmu 0x30>, <&second 0x7>;"),
    master("edu2", "iommus = <&second 0x8>, <&smmu 0x48>;"),
    node_source("second", "smmu@70800000", 'compatible = "arm,smmu-v3";',
                "reg = <0x0 0x70800000 0x0 0x20000>;", "#iommu-cells = <1>;", "dma-coherent;",
                "smmu,memory = <&smmu>;"))

# Two functions with one StreamID, and a window told by the rest.
REGIONS_PCI = cells(
    1, map_streams({0x30: 0x28}),
    add_node("/", "\n" + regions(node_source(
        "rest", "rest", "iommu-addresses = " + ", ".join(
            f"<&{who} 0x0 0x0 0x0 0x0 0x2000000>, <&{who} 0x0 0x0 0x4000000 0xffffffff 0xfc000000>"
            for who in ("edu0", "edu1")) + ";"))),
    add_node(PCIE, "\n" + "".join(node_source(
        f"edu{n}", f"edu@{n + 5},0", f"reg = <{n + 5 << 11:#x} 0x0 0x0 0x0 0x0>;",
        "memory-region = <&rest>;") for n in (0, 1))))

# Split ranges, a gap at edu1 (0x30), and functions of a slot made one by the mask.
MAP = cells(1, set_property(PCIE, "iommu-map", "<0x0 &smmu 0x0 0x28>, <0x28 &smmu 0x28 0x8>,"
                            " <0x38 &smmu 0x38 0xffc8>"),
            set_property(PCIE, "iommu-map-mask", "<0xfff8>"))

# One entry short: the last slot that a board with edu devices at 9 and 10 has is left out.
MAP_SHORT = cells(1, set_property(PCIE, "iommu-map", "<0x0 &smmu 0x0 0x50>"),
                  set_property(PCIE, "iommu-map-mask", "<0x1ff>"))

# Every function has edu0's stream.
MASK_NONE = cells(1, set_property(PCIE, "iommu-map", "<0x0 &smmu 0x28 0x1>"),
                  set_property(PCIE, "iommu-map-mask", "<0x0>"))

# Of a slot's number two bits count: edu0's stream serves slots 1, 5 and 9, edu1's 2, 6 and 10.
MASK_SLOTS = cells(1, set_property(PCIE, "iommu-map", "<0x8 &smmu 0x28 0x8>, <0x10 &smmu 0x30 0x8>"),
                   set_property(PCIE, "iommu-map-mask", "<0x31f>"))

# One wire for everything, whose level counts.
LEVEL = cells(1, set_property(SMMU, "interrupts", "<0x0 0x4a 0x4>"),
              set_property(SMMU, "interrupt-names", '"combined"'))

FIXED_PCI = ByKernel(cells(0), cells(0, set_property(PCIE, "iommu-map", f"<0x0 &smmu {ALL_STREAMS:#x}>")))

# Windows in iommu-map. A kernel that does not know that gets a tree without.
MAP_CELLS = ByKernel(cells(1), cells(4, map_cells(
    "{:#x} 0x0 0x1 0x0", ((0x10, "0x10 0x80000000 0x1 0x0"), (0x28, "0x28 0x1000000 0x0 0x200000"),
                          (0x30, "0x30 0x4000000 0x0 0x4000000")))))

_HALF = "<0x0 0x40000000 0x0 0x40000000 0x0 0x20000000>"
_RANGES = (master("usb", "iommus = <&smmu 0x08>;"),
           bus("half", _HALF, master("edu0", "iommus = <&smmu 0x28>;")),
           bus("plain", None, master("edu1", "iommus = <&smmu 0x30>;")),
           bus("unnamed", _HALF, master("sata", "iommus = <&smmu 0x18>;")))

# A master on the bus of AMBA, and a device whose map is about others
LATE = platform(1, master("usb", "iommus = <&smmu 0x08>;"), master("edu0", "iommu-map = <0x7 &smmu 0x28 0x1>;"),
                smmu=(set_property("pl031@9010000", "iommus", "<&smmu 0x60>"),))

TREES = {"fixed": FIXED, "fixed-pci": FIXED_PCI, "one": ONE, "mask": MASK, "four": FOUR, "five": FIVE,
         "five-low": FIVE_LOW, "window-pci": WINDOW_PCI, "direct-pci": DIRECT_PCI, "map": MAP,
         "regions": REGIONS, "group": GROUP, "parts": PARTS, "second": SECOND, "regions-pci": REGIONS_PCI,
         "map-short": MAP_SHORT, "mask-none": MASK_NONE, "mask-slots": MASK_SLOTS, "level": LEVEL,
         "late": LATE, "map-cells": MAP_CELLS, "dma-ranges": platform(1, *_RANGES),
         "off": platform(1, *_RANGES, smmu=(set_property(SMMU, "status", '"disabled"'),))}
