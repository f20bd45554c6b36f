# SPDX-License-Identifier: GPL-2.0-only
"""Which of our files belong into a kernel tree. The paths are the same there."""

import os
import re
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent

DRIVER = "drivers/iommu/smmu"
DOCS = "Documentation/iommu"
BINDINGS = "Documentation/devicetree/bindings"
BOARDS = ("arch/arm/boot/dts/smmu", "arch/arm64/boot/dts/smmu")
HEADERS = ("include/dt-bindings/iommu/smmu.h", "include/linux/smmu.h",
           "include/uapi/linux/smmu.h")

# The kernel has a schema of its own for this compatible; ours allows all that it does.
REPLACES = {f"{BINDINGS}/iommu/arm,smmu-v3.yaml"}

# Whatever else lies in a folder, such as what kbuild leaves there, is not a source.
_KINDS = {
    DRIVER: r".*(?<!\.mod)\.[ch]|Kconfig|Makefile|\.kunitconfig",
    BINDINGS: r".*\.yaml",
    **{board: r".*\.dtsi?|Makefile" for board in BOARDS},
}


def _in_folder(folder, kinds):
    for where, _, names in os.walk(TOP / folder):
        for name in names:
            if re.fullmatch(kinds, name):
                yield os.path.relpath(os.path.join(where, name), TOP)


def _documents():
    """The index, and what it names: other pages are about this repository."""
    index = TOP / DOCS / "index.rst"
    yield f"{DOCS}/index.rst"
    for name in re.findall(r"^   ([\w-]+)$", index.read_text(), re.M):
        if (TOP / DOCS / f"{name}.rst").exists():
            yield f"{DOCS}/{name}.rst"


def paths():
    """The paths of all files, sorted."""
    found = set(_documents())
    for folder, kinds in _KINDS.items():
        found.update(_in_folder(folder, kinds))
    found.update(name for name in HEADERS if (TOP / name).exists())
    return sorted(found)


def read():
    """All files: {path: contents}."""
    return {path: (TOP / path).read_bytes() for path in paths()}
