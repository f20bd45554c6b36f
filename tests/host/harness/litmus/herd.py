# SPDX-License-Identifier: GPL-2.0-only
"""Run litmus tests by herd7 with the kernel's own memory model."""

import functools
import re
import tempfile
import threading
import time
from pathlib import Path

from harness.builds.kernels import BASE_SERIES
from harness.programs import Absent, Failure, Skip, run, script, tail

# A test that takes longer is too large: it has to be cut.
SECONDS = 60
# One of the model's own: whether this herd7 and this model go together.
TRIAL = "litmus-tests/SB+fencembonceonces.litmus"

_SAYS = re.compile(r"^Observation \S+ (Never|Sometimes|Always) ", re.M)
_lock = threading.Lock()


class Herd:
    """herd7 and a model."""

    def __init__(self, program, model):
        self._program = program
        self._model = model

    def says(self, path):
        """Never, Sometimes or Always, of the condition in a file; raises Failure."""
        done = run("timeout", SECONDS, self._program, "-conf", "linux-kernel.cfg", path,
                   cwd=self._model, good=None)
        found = _SAYS.search(done.text)
        # A flag is a race of plain accesses, or a lock that is not let go.
        if done.status or not found or re.search(r"^Flag ", done.text, re.M):
            raise Failure(f"herd7 ended with status {done.status}:\n{tail(done.text, 20)}")
        return found.group(1)

    def judge(self, form):
        """What is wrong with a form of a test; nothing if it is as it should be."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "test.litmus"
            path.write_text(form.text)
            try:
                said = self.says(path)
            except Failure as why:
                return str(why)
        return "" if said == form.expected else f"{form.what}: {said}, and not {form.expected}"


@functools.cache
def _get():
    try:
        program = script("herd.sh")
    except Absent as why:
        return None, f"herd7 is not to be had: {why}"
    model = Path(script("source-kernel.sh", "--tree")) / "tools/memory-model"
    herd = Herd(program, model)
    try:
        herd.says(model / TRIAL)
    except Failure as why:
        return None, f"herd7 does not read the memory model of Linux {BASE_SERIES}: {why}"
    return herd, None


def get():
    """herd7 with the model of the base series; raises Skip if it is not to be had."""
    with _lock:
        herd, why = _get()
    if why:
        raise Skip(why)
    return herd


def check(results, name, litmus):
    """Run all forms of a file as one test of make check."""
    herd = get()
    began = time.monotonic()
    wrong = [*litmus.wrong(), *filter(None, map(herd.judge, litmus.forms()))]
    results.add(name, "FAILED" if wrong else "ok", time.monotonic() - began, "\n".join(wrong))
