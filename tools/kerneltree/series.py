# SPDX-License-Identifier: GPL-2.0-only
"""make patch: the overlay as a series of patches.

The series is made in a git repository that holds only the kernel's files that change,
so it needs no history of the kernel's, and says the same each time.
"""

import os
import re
import shutil
import subprocess
import tempfile
import textwrap
from pathlib import Path

from . import split
from .overlay import Overlay
from .parts import TOP
from .tree import Refused, kernel_files, open_tree, own_files, version
from .seriestext import COVER

OUT = TOP / "build/patches"


class _Git:
    """git in one folder, untouched by whatever else is configured or under way."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("GIT_")}
        name, email = self._who("name"), self._who("email")
        date = self._ours("log", "-1", "--format=%cI") or "2000-01-01T00:00:00Z"
        for role in ("AUTHOR", "COMMITTER"):
            self.environment.update({f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email,
                                     f"GIT_{role}_DATE": date})

    def _ours(self, *words):
        """What git says about our own repository; nothing if this is none."""
        return subprocess.run(["git", "-C", str(TOP), *words], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False,
                              env=self.environment).stdout.strip()

    def _who(self, what):
        """Who signs: as git is configured here, or as the last commit."""
        said = self._ours("config", f"user.{what}") or \
            self._ours("log", "-1", f"--format=%a{what[0]}")
        if not said:
            raise Refused(f"who signs the patches? Set it with: git config user.{what}")
        return said

    def __call__(self, *words, text=None):
        done = subprocess.run(["git", "-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null",
                               "-c", "core.autocrlf=false", "-C", str(self.folder), *words],
                              input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, env=self.environment)
        if done.returncode:
            raise Refused(f"git {' '.join(words)} failed: {done.stdout.strip()}")
        return done.stdout


def _write(folder, files):
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _fill(text):
    """Lines of a length that checkpatch.pl takes; what is indented stays as it is."""
    return "\n\n".join(part if part.startswith(("\t", "- ")) else textwrap.fill(part, 72)
                       for part in text.split("\n\n"))


def _commit(git, folder, patch):
    """One patch: its files, as they are at this place of the series."""
    _write(folder, patch.files)
    git("add", "--all")
    git("commit", "--quiet", "--signoff", "--file=-", text=f"{patch.subject}\n\n{_fill(patch.body)}\n")


def patches(tree):
    """The patches, in their order, for a tree."""
    changed = kernel_files(Overlay(tree).original)
    found = split.patches(own_files(), changed)
    end = {}
    for patch in found:
        end.update(patch.files)
    if end != {**own_files(), **changed}:
        raise Refused("the series does not end where the overlay does")
    return found


def write(name, out=OUT, quiet=False):
    """Write the series for the tree NAME into OUT."""
    tree = open_tree(name, writable=False)
    series = patches(tree)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="smmu-patch-") as temporary:
        folder = Path(temporary)
        git = _Git(folder)
        git("init", "--quiet", "--initial-branch=main")
        original = Overlay(tree).original
        _write(folder, {path: original(path) for path in kernel_files(original)})
        git("add", "--all")
        git("commit", "--quiet", "--message=base")
        base = git("rev-parse", "HEAD").strip()
        for patch in series:
            _commit(git, folder, patch)
        git("format-patch", "--quiet", "--zero-commit", "--no-signature", "--no-renames",
            "--output-directory", str(out), base)
        shortlog = git("shortlog", f"{base}..HEAD")
        stat = git("diff", "--shortstat", base, "HEAD")
    release = ".".join(map(str, version(tree)))
    text = COVER.format(release=release, count=len(series))
    # Not a .patch: "git am *.patch" would stop at it.
    (out / "0000-cover-letter.txt").write_text(f"{text}\n{shortlog.rstrip()}\n\n{stat}")
    if quiet:
        return
    print(f"{len(series)} patches for Linux {release}: "
          f"git am {re.sub(f'^{os.getcwd()}/', '', str(out))}/*.patch")
