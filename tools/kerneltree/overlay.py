# SPDX-License-Identifier: GPL-2.0-only
"""make overlay, make overlay-remove.

In the tree, .smmu-overlay/ keeps manifest.json (what we wrote, with checksums) and
before/ (the kernel's own files that changed, as they were, and still the same inodes:
put back by renaming, they have their old times, modes and links again).

Files are replaced, never written into: in a tree of hard links, the other trees keep
theirs. Everything that can be refused is refused before the first change.
"""

import hashlib
import json
import os
import re
import shutil
from pathlib import Path

from . import parts
from .tree import Refused, inside, kernel_files, open_tree, own_files

KEEP = ".smmu-overlay"

# What kbuild leaves beside sources in a build without O=.
_LEAVINGS = re.compile(r".*\.(o|ko|a|mod|mod\.c|symvers|dtb|dtbo|order|gcno|su|s|i)|"
                       r"\..*\.(cmd|d|tmp|pre)|modules\.order|dtbs-list|\.tmp_.*")


def checksum(data):
    """What the manifest remembers of a file."""
    return hashlib.sha256(data).hexdigest()


def replace(path, data):
    """Write a file of its own, whatever was there under the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.smmu-new")
    new.write_bytes(data)
    os.replace(new, path)


class Overlay:
    """What we have in one tree."""

    def __init__(self, tree):
        self.tree = tree
        self.keep = tree / KEEP
        # path: checksums of what we wrote there; two while a run is under way.
        self.own = {}
        self.changed = {}
        # Folders that were not there before.
        self.folders = []
        if (self.keep / "manifest.json").exists():
            known = json.loads((self.keep / "manifest.json").read_text())
            self.own, self.changed, self.folders = (known["own"], known["changed"],
                                                    known["folders"])

    def save(self):
        """Write the manifest."""
        known = {"own": self.own, "changed": self.changed, "folders": self.folders}
        replace(self.keep / "manifest.json", json.dumps(known, indent=1).encode())

    def _before(self, path):
        return self.keep / "before" / path

    def _ours(self, path, known):
        """Whether the file in the tree is as we wrote it."""
        return checksum((self.tree / path).read_bytes()) in known.get(path, ())

    def original(self, path):
        """The kernel's own contents of a file that we change.

        Somebody may have put the kernel's file back, or taken a newer one: then that
        one counts.
        """
        if os.path.lexists(self._before(path)) and \
                (not (self.tree / path).exists() or self._ours(path, self.changed)):
            return self._before(path).read_bytes()
        data = inside(self.tree, path).read_bytes()
        if b"smmu/Kconfig" in data or b"+= smmu" in data or b"\nF:\tdrivers/iommu/smmu/" in data:
            raise Refused(f"{path} in {self.tree} has lines of ours and was changed since, or the "
                          "tree has our patches: take the lines out first")
        return data

    def _refuse_foreign(self, path, data):
        """A file of ours may not take the place of somebody else's."""
        there = inside(self.tree, path)
        if not os.path.lexists(there):
            return
        if path not in self.own:
            raise Refused(f"{there} is there already, and \"make overlay\" did not write it: "
                          "does the tree have our patches?")
        if not self._ours(path, self.own) and there.read_bytes() != data:
            raise Refused(f"{there} was changed in the tree: take the change into "
                          f"{parts.TOP / path}, or delete the file there")

    def apply(self):
        """Put our files in, or what changed of them; returns how many files changed."""
        own = own_files()
        changed = kernel_files(self.original)
        for path, data in own.items():
            self._refuse_foreign(path, data)
        gone = {path for path in self.own if path not in own}
        for path in gone:
            self._refuse_edited(path)
        self._announce(own, changed)
        count = sum(self._put(path, data) for path, data in own.items())
        count += sum(self._change(path, data) for path, data in changed.items())
        count += sum(self._delete(path) for path in gone)
        self._clean_folders(only_empty=True)
        self.own = {path: [checksum(data)] for path, data in own.items()}
        self.changed = {path: [checksum(data)] for path, data in changed.items()}
        self.save()
        return count

    def _announce(self, own, changed):
        """Say in the manifest what may be found from now on, should we be interrupted."""
        for known, wanted in ((self.own, own), (self.changed, changed)):
            for path, data in wanted.items():
                known.setdefault(path, []).append(checksum(data))
        for path in own:
            for folder in Path(path).parents:
                if not (self.tree / folder).exists() and str(folder) not in self.folders:
                    self.folders.append(str(folder))
        self.save()

    def _put(self, path, data):
        there = self.tree / path
        if there.exists() and there.read_bytes() == data:
            return False
        replace(there, data)
        return True

    def _change(self, path, data):
        """Replace a file of the kernel's, after putting it away."""
        there, before = self.tree / path, self._before(path)
        if there.exists() and there.read_bytes() == data and os.path.lexists(before):
            return False
        if there.exists() and not self._ours(path, self.changed):
            before.parent.mkdir(parents=True, exist_ok=True)
            before.unlink(missing_ok=True)
            os.rename(there, before)
        replace(there, data)
        shutil.copymode(before, there)
        return True

    def _refuse_edited(self, path):
        """A file that has to go may have somebody's work in it."""
        there = inside(self.tree, path)
        if there.exists() and not self._ours(path, self.own):
            raise Refused(f"{there} was changed in the tree: move it away first")

    def _delete(self, path):
        there = self.tree / path
        if not there.exists():
            return False
        there.unlink()
        return True

    def remove(self):
        """Take everything out again; returns how many files changed."""
        for path in self.own:
            self._refuse_edited(path)
        for path in self.changed:
            there = inside(self.tree, path)
            if os.path.lexists(self._before(path)) and there.exists() \
                    and not self._ours(path, self.changed):
                self._refuse_changed(path)
        count = sum(self._delete(path) for path in self.own)
        for path in self.changed:
            if os.path.lexists(self._before(path)):
                os.rename(self._before(path), self.tree / path)
                count += 1
        self._clean_folders(only_empty=False)
        shutil.rmtree(self.keep)
        return count

    def _refuse_changed(self, path):
        """What differs from both ours and the original has somebody's change in it."""
        if (self.tree / path).read_bytes() != self._before(path).read_bytes():
            raise Refused(f"{self.tree / path} was changed since; the kernel's own file is "
                          f"{self._before(path)}: put the one that you want there, without our "
                          "lines, and delete the other")

    def _clean_folders(self, only_empty):
        """Remove folders that we made and that have nothing in them any more."""
        for folder in sorted(self.folders, key=len, reverse=True):
            there = self.tree / folder
            if not there.is_dir():
                continue
            if not only_empty:
                for one in there.iterdir():
                    if one.is_file() and _LEAVINGS.fullmatch(one.name):
                        one.unlink()
            if not any(there.iterdir()):
                there.rmdir()
                self.folders.remove(folder)
            elif not only_empty:
                print(f"{there} stays: there are files in it that are not ours")


def apply(name):
    """Put our files into the tree NAME."""
    tree = open_tree(name, writable=True)
    count = Overlay(tree).apply()
    print(f"{tree}: {count} files changed" if count else f"{tree}: nothing to change")


def remove(name):
    """Take our files out of the tree NAME."""
    tree = open_tree(name, writable=True)
    if not (tree / KEEP).exists():
        raise Refused(f"{tree} has no {KEEP}: \"make overlay\" put nothing there")
    print(f"{tree}: {Overlay(tree).remove()} files removed or put back")
