# SPDX-License-Identifier: GPL-2.0-only
"""Where things are, and how two runs keep out of each other's way there."""

import fcntl
import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

HOST = Path(__file__).resolve().parent.parent
TOP = HOST.parent.parent
BUILD = TOP / "build"
LOGS = BUILD / "logs"
GUEST = TOP / "tests/guest"


def file_name(name):
    """The name of a test as the name of a file."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name)


def run_folder(name):
    """An empty folder for a run; those of processes that are gone are removed."""
    top = BUILD / "run"
    for old in top.glob("*"):
        if not Path("/proc", old.name.partition("-")[0]).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = top / f"{os.getpid()}-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@contextmanager
def locked(name):
    """Hold the lock NAME, or that file, so that two runs do not build in one place."""
    path = BUILD / "locks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
