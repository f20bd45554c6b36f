# SPDX-License-Identifier: GPL-2.0-only
"""Device trees that are wrong or unusual, and what the driver has to say.

Each case boots the debug kernel with a patched tree and runs the guest script
badtree.sh, which looks at what came up, unloads the driver and looks for leaks.
"""

from dataclasses import dataclass
from typing import Callable

from trees import PCIE, SMMU, chain, map_streams, named_twice, set_property


@dataclass(frozen=True)
class Case:
    """One tree. SAYS are patterns of which each matches a line of the log."""
    name: str
    patch: Callable[[str], str]
    says: tuple
    # What comes up: "smmu" if the SMMU does, and what guest script judges it.
    smmu: bool = False
    script: str = "badtree.sh"
    # Patterns that must not match.
    not_says: tuple = ()


def _interrupts(*names):
    """The SMMU with only these of its wired interrupts."""
    number = {"eventq": 0x4A, "priq": 0x4B, "cmdq-sync": 0x4C, "gerror": 0x4D, "combined": 0x4A}
    if not names:
        return chain(set_property(SMMU, "interrupts", None),
                     set_property(SMMU, "interrupt-names", None))
    cells = " ".join(f"0x00 {number[name]:#x} 0x01" for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return chain(set_property(SMMU, "interrupts", f"<{cells}>"),
                 set_property(SMMU, "interrupt-names", quoted))


# Requester IDs of the board's slots (board.py): edu0 is 0x28, edu1 is 0x30.
CASES = (
    Case("no reg", set_property(SMMU, "reg", None), (r"has no registers",)),
    Case("reg too small", set_property(SMMU, "reg", "<0x00 0x9050000 0x00 0x10000>"),
         (r"reg.* is too small",)),
    Case("no #iommu-cells", set_property(SMMU, "#iommu-cells", None),
         (r"#iommu-cells",)),
    Case("#iommu-cells 0", set_property(SMMU, "#iommu-cells", "<0x00>"), (r"#iommu-cells",)),
    Case("#iommu-cells 2", set_property(SMMU, "#iommu-cells", "<0x02>"), (r"#iommu-cells",)),
    Case("#iommu-cells 3", set_property(SMMU, "#iommu-cells", "<0x03>"), (r"#iommu-cells",)),
    Case("StreamID beyond the table", map_streams({0x28: 0x20000}),
         (r"StreamID 0x20000",), smmu=True, script="badtree-sid.sh"),
    # The host bridge itself as a master: any platform device with a driver would do.
    Case("a StreamID named twice", named_twice(PCIE, 0xFFF0),
         (r"StreamID 0xfff0 is named twice in .iommus. of /pcie@10000000",), smmu=True),
    Case("two devices with one StreamID", map_streams({0x30: 0x28}), (),
         smmu=True, script="badtree-alias.sh"),
    Case("combined interrupt", _interrupts("combined"), (), smmu=True,
         not_says=(r"polling",)),
    Case("no event interrupt", _interrupts("gerror"), (r"polling",), smmu=True),
    Case("no error interrupt", _interrupts("eventq"), (r"polling",), smmu=True),
    Case("no interrupts", _interrupts(), (r"polling",), smmu=True),
    # QEMU's root node is coherent, too: its children inherit that.
    Case("not coherent", chain(set_property(SMMU, "dma-coherent", None),
                               set_property(SMMU, "dma-noncoherent", "")),
         (r"dma-coherent.* is missing",), smmu=True),
)
