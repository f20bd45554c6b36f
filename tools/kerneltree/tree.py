# SPDX-License-Identifier: GPL-2.0-only
"""A kernel tree: is it one, and what it becomes with our files in it."""

import os
import re
from pathlib import Path

from . import hooks, parts

OLDEST = (6, 12)

# What a kernel's source has; a build directory and Debian's header packages lack some of it.
HAS = ("Makefile", "Kbuild", "Kconfig", "drivers/iommu/iommu.c", *hooks.HOOKS)


class Refused(Exception):
    """The tree cannot be used; the text says why, and what to do."""


def open_tree(name, writable):
    """The Path of a kernel tree, after a look at it."""
    if not name:
        raise Refused("which kernel tree? Give KSRC=<kernel source tree>")
    tree = Path(name).resolve()
    if not tree.is_dir():
        raise Refused(f"{name} is not a directory")
    missing = [one for one in HAS if not (tree / one).is_file()]
    if missing:
        raise Refused(f"{name} is not a kernel source tree: it has no {missing[0]}")
    release = version(tree)
    if release < OLDEST:
        raise Refused(f"{name} is Linux {'.'.join(map(str, release))}, and"
                      f" {'.'.join(map(str, OLDEST))} or newer is needed")
    if writable and not os.access(tree, os.W_OK):
        raise Refused(f"{name} is not writable for this user")
    return tree


def version(tree):
    """(7, 2) for a tree of Linux 7.2.x."""
    head = (tree / "Makefile").read_text()[:1000]
    found = [re.search(rf"^{name} = (\d+)$", head, re.M) for name in ("VERSION", "PATCHLEVEL")]
    if not all(found):
        raise Refused(f"{tree}/Makefile does not say which Linux this is")
    return tuple(int(one.group(1)) for one in found)


def hooked(path, text):
    """TEXT of the kernel's file PATH with our lines."""
    try:
        return hooks.HOOKS[path](text)
    except hooks.NoPlace as why:
        raise Refused(f"{path} is not what it is in Linux 6.12 to 7.2: {why}") from why


def inside(tree, path):
    """The file's Path, if no link on the way leads out of the tree."""
    folder = (tree / path).parent
    if os.path.realpath(folder) != str(folder):
        raise Refused(f"{folder} lies behind a symbolic link: give a tree of its own")
    return tree / path


def own_files():
    """{path: contents} of what is wholly ours, without what stands in for a kernel's file."""
    return {path: data for path, data in parts.read().items() if path not in parts.REPLACES}


def kernel_files(tree_read):
    """{path: contents} of the kernel's files that change; TREE_READ(path) has the originals."""
    changed = {path: hooked(path, tree_read(path).decode()).encode() for path in hooks.HOOKS}
    ours = parts.read()
    changed.update((path, ours[path]) for path in parts.REPLACES)
    return changed
