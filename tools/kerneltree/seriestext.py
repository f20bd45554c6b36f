# SPDX-License-Identifier: GPL-2.0-only
"""What the patches of the series say, and which files each one has.

A file goes into the first patch that names it. In paths, * stays within a folder,
and /** is all below one.
"""

from dataclasses import dataclass

from .parts import BINDINGS, DOCS, DRIVER

# The series has the tests from here on.
TESTS = f"{DRIVER}/tests/main.c"


@dataclass
class Text:
    """A patch."""
    subject: str
    paths: list
    body: str


def _driver(*names):
    return [f"{DRIVER}/{name}" for name in names]


SERIES = (
    Text("dt-bindings: iommu: arm,smmu-v3: Add masks and DMA windows",
         [f"{BINDINGS}/iommu/arm,smmu-v3.yaml", "include/dt-bindings/iommu/*"], """
The generic IOMMU binding has more forms of a specifier than a StreamID: none where
the association is fixed, an ID with a mask, an ID with the window of addresses that
the master may use. An SMMUv3 can serve all of them, so describe them, and a window
for all masters of an SMMU. What a tree could say before keeps its meaning.
"""),
    Text("dt-bindings: iommu: Describe masters with DMA windows",
         [f"{BINDINGS}/iommu/smmu-master*.yaml"], """
A master may have windows of its own beside those in its specifiers, firmware regions
that stay mapped, and substreams. A bus in front of an SMMU may name its masters'
streams by their IDs on the bus.
"""),
    Text("dt-bindings: misc: Add QEMU's edu device", [f"{BINDINGS}/misc/*.yaml"], """
Boards for tests of an IOMMU show it as a platform device, since it can be told to
read or write any bus address.
"""),
    Text("iommu/smmu: Add the facts of SMMUv3",
         _driver("hw/*", "specifier.*", "window.*"), """
What the architecture says, without anything that has a state: registers and memory
formats in the order of Arm IHI 0070, what the ID registers mean, what a specifier of
the device tree stands for, and how registers and memory are reached.

The objects are built once Kconfig knows of them, with the patch that adds the
platform driver.
"""),
    Text("iommu/smmu: Add page tables", _driver("pgtable/*"), """
VMSAv8-64 tables of both stages and all granules. A mapping is filled in leaf table by
leaf table, without a walk from the root for each page, and barriers only where a
walker could see a hole; an unmapping clears the same way. Tables are freed through
RCU, so that readers need no lock.
"""),
    Text("iommu/smmu: Add queues, IDs and the tables of contexts",
         _driver("queue/*", "stream/*", "ids.*", "inval.*", "inval_plan.*"), """
What the SMMU reads and writes: the command queue, which many CPUs fill and wait for at
once, the event queue, stream tables and context descriptors, and the steps in which an
STE changes that the hardware may be reading. On top of the command queue, the fewest
commands that clear a range out of the TLBs of all SMMUs that may hold it.
"""),
    Text("iommu/smmu: Add masters and domains",
         _driver("smmu.h", "master.*", "domain.*", "domain_map.*", "resv.*", "group.*", "dt/*"), """
A master is a device with its streams, and what its firmware says of windows and
regions. A domain is an address space and the SMMUs that use it. Masters that cannot
be told apart share a group.
"""),
    Text("iommu/smmu: Attach masters and tell their faults",
         _driver("attach.*", "fault.*", "arm32/*"), """
Attaching is the only writer of a live STE: what can fail is prepared first, and the
hardware sees no half of a change. A fault is one line that names the master and the
reason.
"""),
    Text("iommu/smmu: Bring an SMMU up and down", _driver("reset.*", "irq.*"), """
From reset on, a stream that nobody claimed aborts; there is no moment of bypass.
Interrupts are wires or MSIs, and what is missing is polled.
"""),
    Text("iommu/smmu: Add the platform driver",
         [*_driver("*"), "drivers/iommu/Kconfig", "drivers/iommu/Makefile"], """
Read the firmware's properties, bring the SMMU up, and register with the IOMMU core.
Built in, the driver registers before drivers of masters and of PCI hosts, so that
none of them has to wait.

It drives the same hardware as ARM_SMMU_V3, so only one of the two can be built in.
"""),
    Text("iommu/smmu: Add KUnit tests", _driver("tests/**", ".kunitconfig"), """
Tests of everything that needs no hardware, mostly against slow references that were
written apart from the driver, with random sequences whose seed is in the log.

	tools/testing/kunit/kunit.py run --arch=arm64 \\
		--kunitconfig=drivers/iommu/smmu
"""),
    Text("arm64: dts: Add QEMU boards with an SMMUv3",
         ["arch/arm64/boot/dts/smmu/*", "arch/arm64/boot/dts/Makefile"], """
QEMU's virt machine with its SMMUv3 used in ways that QEMU's own device tree does not
have: a fixed association, platform masters with windows of every kind, one window for
all of PCI.
"""),
    Text("ARM: dts: Add QEMU boards with an SMMUv3",
         ["arch/arm/boot/dts/smmu/*", "arch/arm/boot/dts/Makefile"], """
The same boards with a 32-bit CPU that has LPAE.
"""),
    Text("Documentation: Describe the smmu driver",
         [f"{DOCS}/**", "Documentation/subsystem-apis.rst"], """
How the driver is built, and how a device tree describes an SMMU and its masters.
"""),
    Text("MAINTAINERS: Add the smmu driver", ["MAINTAINERS"], """
Say who looks after it.
"""),
)

COVER = """Subject: [PATCH 00/{count}] iommu: A driver for Arm SMMUv3 with the whole generic binding

This series, for Linux {release}, adds a driver for IOMMUs of the Arm SMMUv3
architecture, written from scratch. It drives the same hardware as ARM_SMMU_V3; of the
two, one can be built in, and that one binds. What it has on top:

- all forms of the generic IOMMU binding: specifiers of 0, 1, 2, 4 and 5 cells, DMA
  windows in specifiers, in the SMMU's node and in the master's,
- 32-bit Arm with LPAE,
- page tables of its own, which map and unmap ranges instead of single pages.

A stream that nobody claimed aborts, from reset on.

The first patches describe the device tree. The driver comes layer by layer, lowest
first, and is built from the patch on that adds its platform driver. KUnit tests,
boards that QEMU runs, and documentation follow.

checkpatch.pl asks with each patch that adds files whether MAINTAINERS needs an update:
the last patch has it.
"""
