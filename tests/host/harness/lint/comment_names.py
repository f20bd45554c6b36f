# SPDX-License-Identifier: GPL-2.0-only
"""Find functions that a C comment names and that do not exist.

A name exists if our own code has it outside of comments, or if the kernel has:
the names of its headers and sources that are declared or exported are read once
and kept beside the kernel's source.
"""

import hashlib
import os
import re

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.S)
NAMED = re.compile(r"\b([A-Za-z_]\w*)\(\)")
WORD = re.compile(r"[A-Za-z_]\w*")
DEFINED = re.compile(r"\b([A-Za-z_]\w*)\(")
FOLDERS = ("include", "arch/arm64/include", "arch/arm/include", "drivers/iommu", "drivers/pci",
           "drivers/base", "drivers/of", "drivers/vfio", "kernel/dma", "kernel/irq", "mm", "lib",
           "arch/arm/mm")


def _kernel_names(tree):
    """Names that the kernel's sources use as functions."""
    # Of these folders: with others, it is another list.
    which = hashlib.sha256("\n".join(FOLDERS).encode()).hexdigest()[:16]
    cache = tree / f".function-names-{which}"
    if not cache.exists():
        names = set()
        for folder in FOLDERS:
            for where, _, files in os.walk(tree / folder):
                for name in files:
                    if name.endswith((".c", ".h")):
                        path = os.path.join(where, name)
                        with open(path, encoding="utf-8", errors="replace") as text:
                            names.update(DEFINED.findall(text.read()))
        new = cache.with_suffix(f".{os.getpid()}")
        new.write_text("\n".join(sorted(names)))
        new.rename(cache)
    return set(cache.read_text().split("\n"))


def missing(paths, tree, top):
    """Yield "file:line: ..." for each name that is nowhere."""
    texts = {path: path.read_text(errors="replace") for path in paths}
    known = _kernel_names(tree)
    for text in texts.values():
        known.update(WORD.findall(COMMENT.sub(" ", text)))
    for path, text in texts.items():
        for comment in COMMENT.finditer(text):
            if comment.group().startswith('"'):
                continue
            for name in NAMED.finditer(comment.group()):
                if name.group(1) not in known:
                    line = text.count("\n", 0, comment.start() + name.start()) + 1
                    yield (f"{path.relative_to(top)}:{line}: a comment names"
                           f" {name.group(1)}(), which does not exist")
