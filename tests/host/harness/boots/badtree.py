# SPDX-License-Identifier: GPL-2.0-only
"""Device trees that are wrong or unusual, and what the driver has to say.

Each case boots the debug kernel with a patched tree and runs the guest script
badtree.sh, which looks at what came up, unloads the driver and looks for leaks.
Many masters that are wrong go into one tree: they have no "reg", so their driver
does not come up, but the kernel looks at their "iommus" before it finds that out.
"""

import re
from dataclasses import dataclass
from typing import Callable

from harness.boots import complaints, ktap
from harness.boots.boot import add_outcomes, board_for, keep_log
from harness.boots.guest import split
from harness.machine.trees import (PCIE, SMMU, ByKernel, add_node, cells, chain, compile_tree, dma_window,
                                   map_cells, map_streams, master, named_twice, node_source, platform,
                                   regions, set_property, smmu_on_bus)


@dataclass(frozen=True)
class Case:
    """One tree. SAYS are patterns of which each matches a line of the log."""
    name: str
    patch: Callable[[str], str]
    says: tuple
    # What comes up: "smmu" if the SMMU does, and which guest script looks at it.
    smmu: bool = False
    script: str = "badtree.sh"
    # Patterns that must not match.
    not_says: tuple = ()
    # More for QEMU's command line.
    qemu: str = ""
    # Whether plain "make check" has it.
    checked: bool = True


def _interrupts(*names, **other):
    """The SMMU with only these of its wired interrupts; OTHER are numbers that differ."""
    number = {"eventq": 0x4A, "priq": 0x4B, "cmdq-sync": 0x4C, "gerror": 0x4D, "combined": 0x4A, **other}
    if not names:
        return chain(set_property(SMMU, "interrupts", None),
                     set_property(SMMU, "interrupt-names", None))
    wires = " ".join(f"0x00 {number[name]:#x} 0x01" for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return chain(set_property(SMMU, "interrupts", f"<{wires}>"),
                 set_property(SMMU, "interrupt-names", quoted))


# edu devices that reach all memory, so that it shows when a stream does not abort.
WIDE = "-global edu.dma_mask=0xffffffffffff -device edu,addr=0x9"


def _line(text):
    """A pattern for a line that ends so, out of the line itself."""
    return re.escape(text) + "$"


def _bad(name, *lines):
    """A master that is nothing but its properties."""
    return node_source(name.replace("-", "_"), name, 'compatible = "qemu,edu";', *lines)


def _taken(line):
    """A pattern for a line about a master that is not refused: newer kernels find it when the
    SMMU registers, and ask nothing again when a driver comes."""
    return "(smmu_edu|platform) " + _line(line)


def _iommus(name, why):
    return _line(f'smmu_edu {name}: "iommus" of /{name}, entry for /{SMMU}: {why}')


def _ranges(name, why):
    return _line(f'smmu_edu {name}: "iommu-ranges" of /{name}: {why}')


def _apart(name, who):
    return _line(f"smmu_edu {name}: windows of /{name} do not intersect: {who}"
                 " leaves nothing of what came before")


def _region(name, addresses, reg=None):
    return node_source(name, name + (f"@{reg.split()[1][2:]}" if reg else ""),
                       *([f"reg = <{reg}>;", "no-map;"] if reg else []),
                       f"iommu-addresses = <{addresses}>;")


# edu0 is as wrong as the others, and can send; edu1 is not.
BAD_WINDOWS = platform(
    4,
    master("edu0", "iommus = <&smmu 0x28 0x1000000 0x0 0x0>;"),
    master("edu1", "iommus = <&smmu 0x30 0x1000000 0x0 0x100000>;"),
    master("edu2", "iommus = <&smmu 0x48 0x0 0x0 0x1000000>;",
           "iommu-ranges = <0x0 0x2000000 0x0 0x1000000>;"),
    _bad("zero", "iommus = <&smmu 0x60 0x1000 0x0 0x0>;"),
    _bad("start", "iommus = <&smmu 0x61 0x1001 0x0 0x1000>;"),
    _bad("size", "iommus = <&smmu 0x62 0x1000 0x0 0x1001>;"),
    _bad("far", "iommus = <&smmu 0x20063 0x1000 0x0 0x1000>;"),
    _bad("second", "iommus = <&smmu 0x65 0x1000 0x0 0x1000>, <&smmu 0x66 0x0 0x0 0x0>;"),
    _bad("apart", "iommus = <&smmu 0x67 0x1000 0x0 0x1000>, <&smmu 0x68 0x2000 0x0 0x1000>;"),
    _bad("beyond", "iommus = <&smmu 0x69 0x40000000 0x0 0x1000>;"),
    _bad("ranges-apart", "iommus = <&smmu 0x6a 0x0 0x0 0x100000>;",
         "iommu-ranges = <0x0 0x100000 0x0 0x100000>;"),
    _bad("ranges-cells", "iommus = <&smmu 0x6b 0x0 0x0 0x100000>;", "iommu-ranges = <0x0 0x0 0x1000>;"),
    _bad("ranges-none", "iommus = <&smmu 0x6c 0x0 0x0 0x100000>;", "iommu-ranges;"),
    _bad("ranges-zero", "iommus = <&smmu 0x6d 0x0 0x0 0x100000>;", "iommu-ranges = <0x0 0x0 0x0 0x0>;"),
    _bad("ranges-start", "iommus = <&smmu 0x6e 0x0 0x0 0x100000>;",
         "iommu-ranges = <0x0 0x800 0x0 0x1000>;"),
    _bad("ranges-size", "iommus = <&smmu 0x6f 0x0 0x0 0x100000>;",
         "iommu-ranges = <0x0 0x0 0x0 0x800>;"),
    _bad("ranges-wrap", "iommus = <&smmu 0x70 0x0 0x0 0x100000>;",
         "iommu-ranges = <0xffffffff 0xfffff000 0x0 0x2000>;"),
    _bad("ranges-many", "iommus = <&smmu 0x71 0x0 0x0 0x100000>;",
         "iommu-ranges = " + ", ".join(f"<0x0 {n * 0x2000:#x} 0x0 0x1000>" for n in range(9)) + ";"),
    _bad("ranges-old", "iommus = <&smmu 0x72 0x0 0x0 0x100000>;",
         "iommu-ranges = <0x0 0x0 0x0 0xffffffff>;"),
    _bad("outside", "iommus = <&smmu 0x73 0x0 0x0 0x100000>;", "memory-region = <&out>;"),
    # Each is off the granule, and they would share one that leads to two places.
    _bad("collides", "iommus = <&smmu 0x74 0x0 0x0 0x100000>;", "memory-region = <&one>, <&two>;"),
    _bad("contradicts", "iommus = <&smmu 0x75 0x0 0x0 0x100000>;", "memory-region = <&here>, <&there>;"),
    regions(_region("out", "&outside 0x0 0x200000 0x0 0x10000", "0x0 0x70000000 0x0 0x10000"),
            _region("one", "&collides 0x0 0x10000 0x0 0x800", "0x0 0x70100000 0x0 0x800"),
            _region("two", "&collides 0x0 0x10800 0x0 0x800", "0x0 0x70200800 0x0 0x800"),
            _region("here", "&contradicts 0x0 0x10000 0x0 0x2000", "0x0 0x70300000 0x0 0x2000"),
            _region("there", "&contradicts 0x0 0x11000 0x0 0x1000", "0x0 0x70400000 0x0 0x1000")),
    smmu=(dma_window("<0x0 0x0 0x0 0x40000000>"),))

BAD_WINDOWS_SAYS = (
    _line(f'smmu_edu 10100000.edu: "iommus" of /edu@10100000, entry for /{SMMU}: window size is 0'),
    _line("smmu_edu 10300000.edu: windows of /edu@10300000 do not intersect: "
          '"iommu-ranges" leaves nothing of what came before'),
    _iommus("zero", "window size is 0"),
    _iommus("start", "window start is not on a granule"),
    _iommus("size", "window size is not a multiple of the granule"),
    _line("smmu_edu far: StreamID 0x20063 does not exist on 9050000.smmuv3, which has 16 StreamID bits:"
          ' check "iommus" or "iommu-map"'),
    _iommus("second", "window size is 0"),
    _apart("apart", '"iommus"'),
    _apart("beyond", f'"dma-window" of /{SMMU}'),
    _apart("ranges-apart", '"iommu-ranges"'),
    _line('smmu_edu ranges-cells: "iommu-ranges" of /ranges-cells has 3 cells, entries have 4'
          " (#address-cells and #size-cells of its parent)"),
    _line('smmu_edu ranges-none: "iommu-ranges" of /ranges-none has 0 cells, entries have 4'
          " (#address-cells and #size-cells of its parent)"),
    _ranges("ranges-zero", "window size is 0"),
    _ranges("ranges-start", "window start is not on a granule"),
    _ranges("ranges-size", "window size is not a multiple of the granule"),
    _ranges("ranges-wrap", "window wraps around"),
    _ranges("ranges-many", "too many ranges"),
    _taken('ranges-old: "iommu-ranges" of /ranges-old: size 0xffffffff is taken for 4 GiB; write <0x1 0x0>'),
    _line('smmu_edu outside: "iommu-addresses" of /reserved-memory/out@70000000: 0x200000-0x20ffff'
          " lies outside the DMA window of /outside"),
    _line('smmu_edu collides: "iommu-addresses" of /reserved-memory/two@70200800: 0x10000-0x10fff'
          " leads elsewhere than the region at 0x10000-0x10fff"),
    _line('smmu_edu contradicts: "iommu-addresses" of /reserved-memory/there@70400000: 0x11000-0x11fff'
          " leads elsewhere than the region at 0x10000-0x11fff"),
)

BAD_WIDE = platform(
    5,
    master("edu0", "iommus = <&smmu 0x28 0x10000 0x0 0x0 0x1000>;"),
    master("edu1", "iommus = <&smmu 0x30 0x0 0x1000000 0x0 0x100000>;"),
    _bad("zero", "iommus = <&smmu 0x60 0x1 0x0 0x0 0x0>;"),
    _bad("start", "iommus = <&smmu 0x61 0x1 0x1 0x0 0x1000>;"),
    _bad("size", "iommus = <&smmu 0x62 0x1 0x0 0x0 0x1001>;"),
    _bad("wrap", "iommus = <&smmu 0x63 0xffffffff 0xfffff000 0x0 0x2000>;"),
    _bad("old", "iommus = <&smmu 0x64 0x1 0x0 0x0 0xffffffff>;"))

BAD_WIDE_SAYS = (
    _line("smmu_edu 10100000.edu: window of /edu@10100000 starts beyond the 48 address bits of"
          " 9050000.smmuv3"),
    _iommus("zero", "window size is 0"),
    _iommus("start", "window start is not on a granule"),
    _iommus("size", "window size is not a multiple of the granule"),
    _iommus("wrap", "window wraps around"),
    _taken(f'old: "iommus" of /old, entry for /{SMMU}: size 0xffffffff is taken for 4 GiB;'
           " write <0x1 0x0>"),
)

BAD_MASKS = platform(
    2,
    master("edu0", "iommus = <&smmu 0x0 0x1fff>;"),
    master("edu1", "iommus = <&smmu 0x30 0x0>;"),
    _bad("far", "iommus = <&smmu 0x60 0x10000>;"))

BAD_MASKS_SAYS = (
    _line(f'smmu_edu 10100000.edu: "iommus" of /edu@10100000, entry for /{SMMU}:'
          " too many streams under the mask"),
    _line("smmu_edu far: StreamID 0x10060 does not exist on 9050000.smmuv3, which has 16 StreamID bits:"
          ' check "iommus" or "iommu-map"'),
)


# edu0 shares a stream, and so a domain, with edu1, and wants one address to lead elsewhere.
BAD_GROUP = platform(
    1,
    master("edu1", "iommus = <&smmu 0x30>, <&smmu 0x60>;", "memory-region = <&mine>;"),
    master("edu0", "iommus = <&smmu 0x28>, <&smmu 0x60>;", "memory-region = <&yours>;"),
    regions(_region("mine", "&edu1 0x0 0x1000000 0x0 0x10000", "0x0 0x70000000 0x0 0x10000"),
            _region("yours", "&edu0 0x0 0x100f000 0x0 0x10000", "0x0 0x70100000 0x0 0x10000")))

BAD_GROUP_SAYS = (
    _line('10100000.edu: "iommu-addresses" 0x100f000-0x101efff lead elsewhere than those at'
          " 0x1000000-0x100ffff of 10200000.edu, which is in its group"),
)


def _function(label, slot, ranges):
    return node_source(label, f"{label}@{slot:x},0", f"reg = <{slot << 11:#x} 0x0 0x0 0x0 0x0>;",
                       f"iommu-ranges = <{ranges}>;")


# The two edu devices have one StreamID, and so one group, but two windows.
BAD_FUNCTIONS = cells(
    1, map_streams({0x30: 0x28}),
    add_node(PCIE, "\n" + _function("edu0", 5, "0x0 0x0 0x1000000 0x0 0x100000") +
             _function("edu1", 6, "0x0 0x0 0x2000000 0x0 0x100000") +
             _function("edu2", 9, "0x0 0x1000000 0x0 0x100000")))

BAD_FUNCTIONS_SAYS = (
    _line("smmu_edu 0000:00:06.0: is in one group with 0000:00:05.0, which has another DMA window:"
          " give them the same"),
    _line(f'smmu_edu 0000:00:09.0: "iommu-ranges" of /{PCIE}/edu2@9,0 has 4 cells, entries have 5'
          " (#address-cells and #size-cells of its parent)"),
)


def _known(number):
    return _line(f"/{SMMU} has #iommu-cells = <{number}>: 0, 1, 2, 4 and 5 are understood")


# With a map that the kernel takes, so that it keeps the functions waiting for the SMMU.
def _cells_unknown(number):
    return ByKernel(cells(number), cells(number, map_cells("{:#x}" + " 0x0" * (number - 1))))


def _window_why(why):
    return _line(f'"dma-window" of /{SMMU}: {why}')


# Requester IDs of the board's slots (board.py): edu0 is 0x28, edu1 is 0x30.
CASES = (
    Case("no reg", set_property(SMMU, "reg", None), (r"has no registers",)),
    Case("reg too small", set_property(SMMU, "reg", "<0x00 0x9050000 0x00 0x10000>"),
         (r"reg.* is too small",), checked=False),
    Case("no #iommu-cells", set_property(SMMU, "#iommu-cells", None),
         (r"#iommu-cells",)),
    Case("#iommu-cells 3", _cells_unknown(3), (_known(3),)),
    Case("#iommu-cells 6", _cells_unknown(6), (_known(6),), checked=False),
    Case("dma-window, cells", dma_window("<0x0 0x0 0x10000000>"),
         (_line(f'"dma-window" of /{SMMU} has 3 cells, 4 are needed'
                " (#dma-address-cells and #dma-size-cells)"),)),
    Case("dma-window, size 0", dma_window("<0x0 0x0 0x0 0x0>"), (_window_why("window size is 0"),),
         checked=False),
    Case("dma-window, wrap", dma_window("<0xffffffff 0xfffff000 0x0 0x2000>"),
         (_window_why("window wraps around"),)),
    Case("dma-window, 0xffffffff", dma_window("<0x0 0x0 0x0 0xffffffff>"),
         (_line(f'"dma-window" of /{SMMU}: size 0xffffffff is taken for 4 GiB; write <0x1 0x0>'),
          r"(nvme|pci) 0000:00:02.0: DMA window 0x0-0xffffffff, 3 levels of tables instead of 4"), smmu=True),
    Case("SMMU's bus moves addresses", smmu_on_bus("<0x0 0x0 0x0 0x40000000 0x0 0x40000000>"),
         (_line(f'"dma-ranges" of the bus of /system/{SMMU} moves addresses: table addresses would be'
                " wrong; remove it or make it identity"),)),
    Case("SMMU's bus is too short", smmu_on_bus("<0x0 0x0 0x0 0x0 0x0 0x60000000>"),
         (rf'"dma-ranges" of the bus of /system/{SMMU} ends at 0x5fffffff, .*memory.*:'
          " tables must be reachable; extend it$",)),
    Case("SMMU's bus reaches all memory", smmu_on_bus("<0x0 0x0 0x0 0x0 0x1 0x0>"), (), smmu=True,
         checked=False),
    Case("windows", BAD_WINDOWS, BAD_WINDOWS_SAYS, smmu=True, script="badtree-masters.sh", qemu=WIDE),
    Case("windows, 64 bits", BAD_WIDE, BAD_WIDE_SAYS, smmu=True, script="badtree-masters.sh",
         qemu=WIDE),
    Case("masks", BAD_MASKS, BAD_MASKS_SAYS, smmu=True, script="badtree-masters.sh", qemu=WIDE),
    Case("regions of a group", BAD_GROUP, BAD_GROUP_SAYS, smmu=True, script="badtree-masters.sh", qemu=WIDE),
    Case("windows of functions", BAD_FUNCTIONS, BAD_FUNCTIONS_SAYS, smmu=True,
         script="badtree-functions.sh", qemu=WIDE),
    Case("StreamID beyond the table", map_streams({0x28: 0x20000}),
         (r"StreamID 0x20000",), smmu=True, script="badtree-sid.sh"),
    # The host bridge itself as a master: any platform device with a driver would do.
    Case("a StreamID named twice", named_twice(PCIE, 0xFFF0),
         (r"pci-host-generic .*: Adding to iommu group",), smmu=True, not_says=(r"smmu.*twice",),
         checked=False),
    Case("two devices with one StreamID", map_streams({0x30: 0x28}), (),
         smmu=True, script="badtree-alias.sh"),
    Case("combined interrupt", _interrupts("combined"), (), smmu=True,
         not_says=(r"polling",), checked=False),
    Case("no event interrupt", _interrupts("gerror"), (r"polling",), smmu=True, checked=False),
    Case("no error interrupt", _interrupts("eventq"), (r"polling",), smmu=True, checked=False),
    Case("no interrupts", _interrupts(), (r"polling",), smmu=True),
    Case("one interrupt under two names", _interrupts("eventq", "gerror", gerror=0x4A),
         (r"cannot use the gerror interrupt", r"no usable gerror interrupt: polling"), smmu=True),
    Case("interrupts without names",
         set_property(SMMU, "interrupt-names", None), (r"no usable eventq and gerror interrupt: polling",),
         smmu=True, checked=False),
    # QEMU's root node is coherent, too: its children inherit that.
    Case("not coherent", chain(set_property(SMMU, "dma-coherent", None),
                               set_property(SMMU, "dma-noncoherent", "")),
         (r"dma-coherent.* is missing",), smmu=True),
)


def run(results, name, kernel, case):
    """Boot with the tree of one of CASES."""
    board = board_for(kernel, "nested", name)
    board.extra = case.qemu.split()
    board.dtb = compile_tree(board, case.patch, "patched")
    # The script of a refused SMMU looks at what Linux does when nobody waits any more.
    board.append = "test.smmu=up" if case.smmu else "test.smmu=refused deferred_probe_timeout=10"
    result = board.boot(case.script, timeout=200)
    keep_log(result, board, name)
    own = [line for line in result.text.splitlines() if "] T> " not in line]
    for wanted in case.says:
        good = any(re.search(wanted, line) for line in own)
        results.add(f"{name}: the kernel says /{wanted}/", "ok" if good else "FAILED",
                    detail="\n".join(line for line in own if "smmu" in line), log=result.log)
    for unwanted in case.not_says:
        hits = [line for line in own if re.search(unwanted, line)]
        results.add(f"{name}: the kernel does not say /{unwanted}/", "FAILED" if hits else "ok",
                    detail="\n".join(hits), log=result.log)
    lines, status = split(result.said).get(case.script, ([], None))
    add_outcomes(results, name, ktap.script_outcomes(lines), status, result.log)
    complaints.add(results, name, result)
