# SPDX-License-Identifier: GPL-2.0-only
"""Which groups have passed with the project's files as they are, so that a run of all of
them can go on where an earlier one ended."""

import hashlib
import os
import threading
import time
from pathlib import Path

from harness.lint.files import files
from harness.places import TOP

# Debian's kernels, and what else a machine has, are other ones after a while.
DAYS = 7


def tree():
    """A name for the contents of all files of the project."""
    total = hashlib.sha256()
    for path in files():
        total.update(f"{path.relative_to(TOP)}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def clock(seconds):
    """Seconds for people: hours:minutes:seconds."""
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"


class Record:
    """The groups that passed, and how long each took: a line for each run of one in a file,
    with the time of day it ended."""

    def __init__(self, path, contents=None):
        """CONTENTS, as of tree(), are what is tested; nothing: they do not change."""
        self._path = path
        self._contents = contents
        self._lock = threading.Lock()
        self.seconds = {}
        for line in path.read_text().splitlines() if path.exists() else []:
            ended, seconds, name = line.split(" ", 2)
            old = float(ended) < time.time() - DAYS * 86400
            self._know(name, None if old or seconds == "-" else float(seconds))

    @classmethod
    def of_tree(cls):
        """That of the project's files, in the cache; those of other days go."""
        folder = Path(os.environ.get("SMMU_CACHE") or Path.home() / ".cache/smmu") / "passed"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.stat().st_mtime < time.time() - DAYS * 86400:
                old.unlink()
        contents = tree()
        return cls(folder / contents, contents)

    def _know(self, name, seconds):
        self.seconds.pop(name, None)
        if seconds is not None:
            self.seconds[name] = seconds

    def add(self, name, seconds):
        """A group has passed in so many seconds, or not (None); outlives a run that is stopped.

        What files that were changed meanwhile made pass says nothing."""
        if self._contents and tree() != self._contents:
            seconds = None
        with self._lock:
            self._know(name, seconds)
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(f"{time.time():.0f} {'-' if seconds is None else round(seconds)} {name}\n")

    def split(self, tasks):
        """The tasks that have not passed, and the names of those that have."""
        return ([task for task in tasks if task[0] not in self.seconds],
                [task[0] for task in tasks if task[0] in self.seconds])

    def total(self):
        """For people: what all of them took."""
        took = clock(sum(self.seconds.values()))
        return f"{len(self.seconds)} groups have passed with these files, {took} one after the other"
