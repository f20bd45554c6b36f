# SPDX-License-Identifier: GPL-2.0-only
"""A compiled device tree, read through libfdt into nodes with properties."""

import struct

try:
    import libfdt
except ImportError:
    libfdt = None

# What dtc leaves where a label has no node yet: in overlays, or with dtc -f.
UNRESOLVED = 0xFFFFFFFF

# The first version whose header has all sizes; dtc has written it since 2005.
VERSION = 17
MAGIC = b"\xd0\x0d\xfe\xed"


class BadTree(Exception):
    """The file cannot be read as a device tree; the text says why."""


class Node:
    """A node: its properties are bytes, by name."""

    def __init__(self, name, parent):
        self.name = name or "/"
        self.parent = parent
        self.children = []
        self.properties = {}
        self.path = "/" if parent is None else parent.path.rstrip("/") + "/" + self.name
        # Reading goes from parent to child, so it is known by then.
        self.available = True

    def __str__(self):
        return self.path

    def read_status(self):
        """To be called once all properties are there, the parent's before."""
        status = self.strings("status")
        self.available = not status or status[0] in ("okay", "ok")

    @property
    def enabled(self):
        """Whether the kernel makes a device of it."""
        node = self
        while node:
            if not node.available:
                return False
            node = node.parent
        return True

    def has(self, name):
        """Whether the property is there."""
        return name in self.properties

    def cells(self, name):
        """A property as numbers of 32 bits; an odd rest of bytes is left out."""
        value = self.properties.get(name, b"")
        return struct.unpack(f">{len(value) // 4}I", value[:len(value) // 4 * 4])

    def number(self, name):
        """A property of one cell, or None."""
        value = self.properties.get(name, b"")
        return struct.unpack(">I", value)[0] if len(value) == 4 else None

    def strings(self, name):
        """A property as a list of strings."""
        value = self.properties.get(name, b"").decode("utf-8", "backslashreplace")
        return value.rstrip("\0").split("\0") if value else []

    def compatible(self):
        """What it is compatible with, the most precise first."""
        return self.strings("compatible")

    def inherited(self, name):
        """A number of cells that this bus or one above it gives; 1 if none does."""
        node = self
        while node:
            value = node.number(name)
            if value is not None:
                return value
            node = node.parent
        return 1

    @property
    def address_cells(self):
        """Cells of an address on this bus."""
        return self.inherited("#address-cells")

    @property
    def size_cells(self):
        """Cells of a size on this bus."""
        return self.inherited("#size-cells")

    def is_pci(self):
        """Whether this is a PCI host bridge, or a bridge below one."""
        return "pci" in self.strings("device_type") or (
            self.name.startswith("pci") and self.number("#address-cells") == 3)


class Tree:
    """All nodes, in the order of the file."""

    def __init__(self, root, nodes):
        self.root = root
        self.nodes = nodes
        self.by_phandle = {}
        # (phandle, node) where another node had the number before.
        self.repeated = []
        for node in nodes:
            phandle = node.number("phandle")
            phandle = node.number("linux,phandle") if phandle is None else phandle
            if phandle is None:
                continue
            if phandle in self.by_phandle:
                self.repeated.append((phandle, node))
            else:
                self.by_phandle[phandle] = node

    def is_overlay(self):
        """Whether it is a part of a tree, to be applied to another."""
        return any(child.name == "__fixups__" for child in self.root.children) or any(
            child.name == "__overlay__" for node in self.root.children for child in node.children)


def number(cells):
    """Cells, high first, as one number of at most 64 bits: PCI's flags fall off."""
    value = 0
    for cell in cells:
        value = value << 32 | cell
    return value & ((1 << 64) - 1)


def _properties(fdt, offset):
    """Name and value of each property of a node."""
    at = fdt.first_property_offset(offset, libfdt.QUIET_NOTFOUND)
    while at >= 0:
        one = fdt.get_property_by_offset(at)
        yield one.name, bytes(one)
        at = fdt.next_property_offset(at, libfdt.QUIET_NOTFOUND)


def _read(fdt):
    """The nodes of a tree that libfdt has checked."""
    nodes, above = [], []
    offset, depth = 0, 0
    while offset >= 0 and depth >= 0:
        del above[depth:]
        node = Node(fdt.get_name(offset), above[-1] if above else None)
        if above:
            above[-1].children.append(node)
        for name, value in _properties(fdt, offset):
            node.properties.setdefault(name, value)
        node.read_status()
        nodes.append(node)
        above.append(node)
        offset, depth = fdt.next_node(offset, depth)
    return nodes


def parse(data):
    """The tree in some bytes; BadTree if there is none."""
    if libfdt is None:
        raise BadTree("python3-libfdt is not installed")
    # The header first: the full check trusts its size.
    if len(data) < 40 or data[:4] != MAGIC:
        raise BadTree("not a compiled device tree" + (
            ": compile it with dtc first" if b"/dts-v1/" in data[:4096] else ""))
    said, version = struct.unpack(">I", data[4:8])[0], struct.unpack(">I", data[20:24])[0]
    if version < VERSION:
        # Without the size of the structure, libfdt's check runs out of bounds.
        raise BadTree(f"version {version} of the format: rewrite it first (dtc -I dtb -O dtb)")
    if said > len(data):
        raise BadTree(f"truncated: {len(data)} bytes, but its header says {said}")
    error = libfdt.fdt_check_full(bytearray(data), len(data))
    if error:
        raise BadTree(f"damaged: {libfdt.strerror(error)}")
    try:
        nodes = _read(libfdt.FdtRo(data))
    except libfdt.FdtException as damage:
        raise BadTree(f"damaged: {libfdt.strerror(damage.err)}") from damage
    except (UnicodeError, SystemError) as damage:
        # The binding makes strings of names, and this is how it fails at that.
        raise BadTree("damaged: a name is no text") from damage
    tree = Tree(nodes[0], nodes)
    if tree.is_overlay():
        raise BadTree("an overlay: apply it to its tree first (fdtoverlay)")
    return tree


def load(path):
    """The tree in a file; BadTree or OSError if it cannot be read."""
    with open(path, "rb") as file:
        return parse(file.read())
