# SPDX-License-Identifier: GPL-2.0-only
"""Checks: what a master says of its abilities."""

from .finding import check, error, note, warning

# Substreams have at most this many bits, and so have PCI's PASIDs.
PASID_BITS_MAX = 20


def _on_pci(node):
    """Whether it is a PCI host bridge or a function."""
    return node.is_pci() or node.parent is not None and node.parent.is_pci()


@check("pasid")
def pasid(system):
    """pasid-num-bits is out of range, or where it means nothing."""
    for node in system.tree.nodes:
        if not node.has("pasid-num-bits"):
            continue
        bits = node.number("pasid-num-bits")
        if bits is None:
            yield error(node, "pasid-num-bits", "is not one cell", "write <bits>, 0 to 20")
        elif bits > PASID_BITS_MAX:
            yield error(node, "pasid-num-bits", f"is <{bits}>: at most {PASID_BITS_MAX} exist",
                        "it counts bits, not address spaces")
        elif _on_pci(node):
            yield note(node, "pasid-num-bits", "is read from the PASID capability for PCI",
                       "leave it out")
        elif node not in system.masters:
            yield warning(node, "pasid-num-bits", "means nothing without an IOMMU", "add iommus")


@check("stall")
def stall(system):
    """dma-can-stall where transactions must not wait, or where it means nothing."""
    for node in system.tree.nodes:
        if not node.has("dma-can-stall"):
            continue
        if _on_pci(node):
            yield error(node, "dma-can-stall", "on PCI: transactions there have a time limit",
                        "remove it; PCI has page requests (PRI) for the same purpose")
        elif node not in system.masters:
            yield warning(node, "dma-can-stall", "means nothing without an IOMMU", "add iommus")
