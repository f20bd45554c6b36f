# SPDX-License-Identifier: GPL-2.0-only
"""Device trees for the board: QEMU's own, patched as text.

A patch is a function from the tree's source (dtc's decompiled form) to another.
A guest script asks for one of TREES with a line "# tree: NAME"; trees that the
driver has to refuse are in badtree.py.
"""

import re
import subprocess

from kernels import Failure

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
        smmu, cells, at = phandle(text, SMMU), [], 0
        for requester in sorted(overrides):
            if requester > at:
                cells += [at, smmu, at, requester - at]
            if overrides[requester] is not None:
                cells += [requester, smmu, overrides[requester], 1]
            at = requester + 1
        cells += [at, smmu, at, ALL_STREAMS - at]
        value = "<" + " ".join(f"{cell:#x}" for cell in cells) + ">"
        return set_property(PCIE, "iommu-map", value)(text)
    return patch


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
    board.folder.mkdir(parents=True, exist_ok=True)
    own, source, out = (board.folder / f"{name}.{end}" for end in ("own.dtb", "dts", "dtb"))
    _run([*board.machine(f",dumpdtb={own}"), "-serial", "none", "-monitor", "none"])
    text = _run(["dtc", "-q", "-I", "dtb", "-O", "dts", own])
    source.write_text(patch(text))
    _run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out, source])
    return out


def _run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode:
        raise Failure(f"{command[0]} failed: {done.stderr.strip()}\n"
                      f"command: {' '.join(str(word) for word in command)}")
    return done.stdout


def _platform_xhci(text):
    """The xHCI function shown as a platform device, and no PCI at all."""
    smmu = phandle(text, SMMU)
    usb = f"""
\tusb@10000000 {{
\t\tcompatible = "generic-xhci";
\t\treg = <0x00 0x10000000 0x00 0x4000>;
\t\tinterrupts = <0x00 0x04 0x04>;
\t\tiommus = <{smmu:#x} 0x08>;
\t\tdma-coherent;
\t}};"""
    return chain(set_property(PCIE, "status", '"disabled"'), add_node("/", usb))(text)


TREES = {"platform-xhci": _platform_xhci}
