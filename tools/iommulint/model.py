# SPDX-License-Identifier: GPL-2.0-only
"""IOMMUs, masters, streams and windows, as the tree means them.

Reading never fails: what is wrong is kept as faults, which the checks tell.
"""

from dataclasses import dataclass, field
from typing import Optional

from . import dmaranges, refs, regions
from .ranges import ID_MAX, WINDOW_RANGES_MAX, Ids, Range, Shape, Window, shape
from .tree import Node, number

OURS = "arm,smmu-v3"
SMMU_CELLS = (0, 1, 2, 4, 5)
# Before v3, one or two cells mean ID and mask, of 16 bits each.
OLD_SMMUS = ("arm,smmu-v1", "arm,smmu-v2", "arm,mmu-400", "arm,mmu-401", "arm,mmu-500",
             "cavium,smmu-v2", "qcom,smmu-v2", "qcom,smmu-500", "nvidia,smmu-500")
# Their cells name no stream: any number of masters may give the same.
NO_STREAMS = ("xen,grant-dma",)


@dataclass
class Options:
    """What the person knows of the hardware, and the tree does not say."""
    sid_bits: int = 32
    granule: int = 4096


@dataclass
class Fault:
    """Something that could not be read; CHECK is the name under which it is told."""
    check: str
    node: Node
    prop: str
    what: str
    hint: str
    severity: str = "error"


class Iommu:
    """A node that masters refer to."""

    def __init__(self, node):
        self.node = node
        self.cells = node.number("#iommu-cells")
        self.compatible = node.compatible()
        self.ours = OURS in self.compatible
        self.old_smmu = not self.ours and any(name in OLD_SMMUS for name in self.compatible)
        self.masters = []
        # "dma-window", if there is one and it is right.
        self.window = None

    def __str__(self):
        return self.node.path

    def known_cells(self):
        """Whether a specifier has a form that means something."""
        return not self.ours or self.cells in SMMU_CELLS

    def id_bits(self, options):
        """Bits of its StreamIDs."""
        if self.ours:
            return options.sid_bits
        return 16 if self.old_smmu else 32

    def kind(self):
        """Its most precise name."""
        return self.compatible[0] if self.compatible else "no compatible"


@dataclass
class Limit:
    """A property that leaves a master only some addresses."""
    name: str
    prop: str
    node: Node
    window: Window


@dataclass(eq=False)
class Stream:
    """Streams of a master on one IOMMU, and the property they come from."""
    iommu: Iommu
    ids: Ids
    prop: str
    entry: int
    shape: Optional[Shape] = None
    # For an entry of "iommu-map": the requester IDs.
    requesters: Optional[Range] = None


@dataclass(eq=False)
class Master:
    """A device with streams, or a bus whose devices have them (iommu-map)."""
    node: Node
    streams: list = field(default_factory=list)
    limits: list = field(default_factory=list)
    regions: list = field(default_factory=list)
    # The host bridge in whose iommu-map its streams are.
    bridge: Optional[Node] = None

    def iommus(self):
        """Its IOMMUs, in the order in which it names them."""
        return list({id(one.iommu): one.iommu for one in self.streams}.values())

    def ours(self):
        """Whether an SMMUv3 is among them."""
        return any(iommu.ours for iommu in self.iommus())

    def works(self):
        """Whether the kernel puts it behind its IOMMUs: one that is disabled undoes all."""
        return bool(self.streams) and all(iommu.node.enabled for iommu in self.iommus())

    def window(self):
        """What all limits allow together."""
        window = Window()
        for limit in self.limits:
            window = window.intersect(limit.window)
        return window


class System:
    """All of it, built from a tree."""

    def __init__(self, tree, options=None):
        self.tree = tree
        self.options = options or Options()
        self.faults = []
        self.iommus = {}
        self.masters = {}
        self.maps = {}
        self.regions = []
        for node in tree.nodes:
            if node.has("#iommu-cells") or OURS in node.compatible():
                self.iommus[node] = Iommu(node)
        self._read_windows()
        for node in tree.nodes:
            self._read_master(node)
        self._read_functions()
        regions.read(self)
        for master in self.masters.values():
            for iommu in master.iommus():
                iommu.masters.append(master)

    def fault(self, check, node, prop, what, hint, severity="error"):
        """Keep something that could not be read."""
        self.faults.append(Fault(check, node, prop, what, hint, severity))

    def live_masters(self):
        """Masters that the kernel makes devices of."""
        return [master for master in self.masters.values() if master.node.enabled]

    def dma_parent(self, node):
        """The bus on which a device does its DMA."""
        names = node.strings("interconnect-names")
        if "dma-mem" in names and node.has("interconnects"):
            entries = refs.read(self.tree, node, "interconnects", "#interconnect-cells")
            at = names.index("dma-mem")
            if at < len(entries) and entries[at].target is not None:
                return entries[at].target
        return node.parent

    def bus_ranges(self, master):
        """The dma-ranges that limit a master, or None."""
        own = master.bridge is None and any(one.prop == "iommu-map" for one in master.streams)
        return dmaranges.of_bus(master.node if own else
                                master.bridge or self.dma_parent(master.node))

    def _check_shape(self, check, node, prop, where, start, size):
        """A window that firmware gives: its shape, with faults told."""
        found = shape(start, size, self.options.granule)
        if found.range is None:
            self.fault(check, node, prop, f"{where}{found.why} (start {start:#x}, size {size:#x})",
                       "start and size are multiples of the granule of"
                       f" {self.options.granule:#x} bytes, in whole cells, high first;"
                       " 4 GiB is <0x1 0x0>")
        elif found.old_4g:
            self.fault("window-old-4g", node, prop, f"{where}size 0xffffffff is taken for 4 GiB",
                       "write <0x1 0x0>: 0xffffffff is one byte short of what is meant",
                       "warning")
        return found

    def _read_windows(self):
        """dma-window of the SMMUs."""
        for iommu in self.iommus.values():
            node = iommu.node
            if not iommu.ours or not node.has("dma-window"):
                continue
            bus = node.parent or node
            address, size = node.number("#dma-address-cells"), node.number("#dma-size-cells")
            address = bus.address_cells if address is None else address
            size = bus.size_cells if size is None else size
            cells = node.cells("dma-window")
            wrong = ""
            if not {address, size} <= {1, 2}:
                wrong = f"has a start of {address} cells and a size of {size}"
            elif len(node.properties["dma-window"]) != 4 * (address + size):
                wrong = f"has {len(cells)} cells, {address + size} are needed"
            if wrong:
                self.fault("window-shape", node, "dma-window", wrong,
                           "one start and one size, in #dma-address-cells and #dma-size-cells"
                           " cells of this node (1 or 2 each)")
                continue
            found = self._check_shape("window-shape", node, "dma-window", "",
                                      number(cells[:address]), number(cells[address:]))
            if found.range:
                iommu.window = Window((found.range,))

    def _read_master(self, node):
        """Streams of one node."""
        if not node.has("iommus") and not node.has("iommu-map"):
            return
        master = self.masters[node] = Master(node)
        for entry in refs.read(self.tree, node, "iommus", "#iommu-cells"):
            if entry.why:
                self.fault("iommus-cells", node, "iommus", entry.why, entry.hint)
            if entry.target in self.iommus and not entry.why:
                self._read_specifier(master, entry)
        if node.has("iommu-map"):
            self._read_map(master)
        self._read_limits(master)

    def _read_specifier(self, master, entry):
        """One entry of iommus."""
        iommu, cells = self.iommus[entry.target], entry.cells
        if not iommu.known_cells():
            return
        stream = Stream(iommu, self._ids(iommu, cells), "iommus", entry.index)
        master.streams.append(stream)
        if iommu.ours and len(cells) >= 4:
            where = f"entry {entry.index} for {iommu}: "
            stream.shape = self._check_shape("window-shape", master.node, "iommus", where,
                                             number(cells[1:-2]), number(cells[-2:]))
            if stream.shape.range:
                master.limits.append(Limit(f'"iommus" entry {entry.index}', "iommus",
                                           master.node, Window((stream.shape.range,))))

    @staticmethod
    def _ids(iommu, cells):
        """The streams that a specifier means."""
        if any(name in NO_STREAMS for name in iommu.compatible):
            return Ids(unknown=True)
        if not cells:
            return Ids(everything=True)
        if len(cells) == 1:
            # Older SMMUs have a mask for all their one-cell specifiers.
            mask = (iommu.node.number("stream-match-mask") or 0) if iommu.old_smmu else 0
            return Ids(Range(cells[0], cells[0]), mask)
        if not iommu.ours and not (iommu.old_smmu and len(cells) == 2):
            return Ids(key=tuple(cells))
        return Ids(Range(cells[0], cells[0]), cells[1] if len(cells) == 2 else 0)

    def _read_map(self, master):
        """iommu-map of a bus."""
        node = master.node
        found = refs.read_map(self.tree, node)
        self.maps[node] = found
        for what, hint, severity in found.faults:
            self.fault("map-cells", node, "iommu-map", what, hint, severity)
        for entry in found.entries:
            iommu = self.iommus.get(entry.target)
            if iommu is None or not iommu.known_cells() or not entry.length:
                continue
            last = min(entry.base + entry.length - 1, ID_MAX)
            ids = Ids(everything=True) if iommu.cells == 0 else Ids(
                Range(entry.stream, min(entry.stream + entry.length - 1, ID_MAX)))
            master.streams.append(Stream(iommu, ids, "iommu-map", entry.index,
                                         requesters=Range(entry.base, last)))

    def _read_limits(self, master):
        """Windows that are not in the specifier."""
        for iommu in master.iommus():
            if iommu.window:
                master.limits.append(Limit(f'"dma-window" of {iommu}', "dma-window", iommu.node,
                                           iommu.window))
        self._read_own_ranges(master)

    def _read_own_ranges(self, master):
        """iommu-ranges of a master."""
        node, prop = master.node, "iommu-ranges"
        if not node.has(prop) or node.parent is None:
            return
        address, size = node.parent.address_cells, node.parent.size_cells
        cells, width = node.cells(prop), address + size
        if not width or not cells or len(node.properties[prop]) % (4 * width):
            self.fault("window-shape", node, prop, f"has {len(cells)} cells, entries have {width}",
                       "pairs of start and size in #address-cells and #size-cells of the parent"
                       f" ({address} and {size})")
            return
        ranges = []
        for at in range(0, len(cells), width):
            found = self._check_shape("window-shape", node, prop, f"entry {at // width}: ",
                                      number(cells[at:at + address]),
                                      number(cells[at + address:at + width]))
            if found.range:
                ranges.append(found.range)
        window = Window.union(ranges)
        if len(window.ranges) > WINDOW_RANGES_MAX:
            self.fault("window-shape", node, prop, "too many ranges:"
                       f" {len(window.ranges)} that do not touch",
                       f"at most {WINDOW_RANGES_MAX} are kept for one master; join some")
        elif window:
            master.limits.append(Limit(f'"{prop}"', prop, node, window))

    def _read_functions(self):
        """PCI functions that have a node with something for us in it."""
        wanted = ("iommu-ranges", "memory-region", "pasid-num-bits", "dma-can-stall")
        for node in self.tree.nodes:
            if node in self.masters or not any(node.has(name) for name in wanted):
                continue
            bridge, direct = node.parent, True
            while bridge is not None and bridge.is_pci() and bridge not in self.maps:
                bridge, direct = bridge.parent, False
            if bridge not in self.maps or not bridge.is_pci():
                continue
            streams = self._function_streams(node, bridge, direct)
            if not streams:
                continue
            master = self.masters[node] = Master(node, streams, bridge=bridge)
            self._read_limits(master)

    def _function_streams(self, node, bridge, direct):
        """Streams of a PCI function: one if its requester ID is known, else its IOMMUs' any."""
        all_streams = [one for one in self.masters[bridge].streams if one.prop == "iommu-map"]
        address = node.cells("reg")
        if not direct or not address:
            return [Stream(one.iommu, one.ids if one.ids.everything else Ids(unknown=True),
                           "iommu-map", one.entry)
                    for one in all_streams]
        requester = address[0] >> 8 & 0xFFFF & self.maps[bridge].mask
        for one in all_streams:
            if one.requesters.start <= requester <= one.requesters.last:
                ids = one.ids
                if not ids.everything:
                    stream = ids.range.start + requester - one.requesters.start
                    ids = Ids(Range(stream, stream))
                return [Stream(one.iommu, ids, "iommu-map", one.entry,
                               requesters=Range(requester, requester))]
        return []
