# SPDX-License-Identifier: GPL-2.0-only
"""Tests of check.py: what it counts as a run, without any."""

import contextlib
import io
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import check
from harness import record as record_module
from harness.plan import Plan
from harness.programs import Absent
from harness.record import Record
from harness.results import Results


def fine(_kernel):
    """A test that finds nothing wrong."""


def absent(_kernel):
    """A test for which something is not to be had."""
    raise Absent("the mirror is being renewed")


class Run(unittest.TestCase):
    """Run plans whose tests do nothing."""

    def status(self, *tasks):
        """What a run of these tasks ends with, beside one of lint that passes."""
        results = Results()
        plan = Plan(results, ["6.12"])
        plan.tasks = [("lint/spdx", None, lambda _: results.add("lint/spdx", "ok")), *tasks]
        with contextlib.redirect_stdout(io.StringIO()), \
                mock.patch.object(check.kernels, "get", return_value=None), \
                mock.patch.object(check.kernels, "is_built", return_value=True):
            check.run(results, plan)
            return results.close()

    def test_all_there(self):
        """Everything could run."""
        self.assertEqual(self.status(("guest/debian-6.12/1", "debian-6.12", fine)), 0)

    def test_some_absent(self):
        """A kernel of the base series is missing, and another one has been booted."""
        self.assertEqual(self.status(("guest/armhf-6.12/1", "armhf-6.12", absent),
                                     ("guest/debian-6.12/1", "debian-6.12", fine)), 0)

    def test_newest_absent(self):
        """What Debian's newest suite does not have is only skipped."""
        self.assertEqual(self.status(("guest/debian-7.2/1", "debian-7.2", absent)), 0)

    def test_base_absent(self):
        """Nothing was booted with the base series: building for it is not enough."""
        self.assertEqual(self.status(("guest/debian-6.12/1", "debian-6.12", absent),
                                     ("kunit/debug-6.12", "debug-6.12", absent),
                                     ("guest/debian-7.2/1", "debian-7.2", fine),
                                     ("lint/W=1", "debug-6.12", fine)), 1)


class Resume(unittest.TestCase):
    """What a run leaves out because an earlier one has seen it pass."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "record"

    def go(self, **status):
        """Run groups of these names with this result each; returns what was run."""
        results, ran = Results(), []
        plan = Plan(results, ["6.12"], everything=True)
        plan.tasks = [(f"lint/{name}", None, lambda _, name=name, one=one: (
            ran.append(name), results.add(f"lint/{name}: it", one))) for name, one in status.items()]
        record = Record(self.path)
        plan.tasks, _ = record.split(plan.tasks)
        with contextlib.redirect_stdout(io.StringIO()):
            check.run(results, plan, record)
        return sorted(ran)

    def test_again(self):
        """What passed is left out; what failed or was skipped is not."""
        self.assertEqual(self.go(one="ok", two="FAILED", three="skipped"), ["one", "three", "two"])
        self.assertEqual(self.go(one="ok", two="ok", three="ok"), ["three", "two"])
        self.assertEqual(self.go(one="ok", two="ok", three="ok"), [])

    def test_fails_later(self):
        """A group that passed once and failed then has not passed."""
        Record(self.path).add("lint/one", 1)
        Record(self.path).add("lint/one", None)
        self.assertEqual(self.go(one="ok"), ["one"])

    def test_old(self):
        """A pass counts for some days only, whatever passed in the meantime."""
        with mock.patch.object(record_module.time, "time", return_value=time.time() - 8 * 86400):
            Record(self.path).add("lint/one", 1)
        Record(self.path).add("lint/two", 1)
        self.assertEqual(self.go(one="ok", two="ok"), ["one"])

    def test_changed(self):
        """Files that were changed during the run pass for nobody."""
        Record(self.path, "other contents").add("lint/one", 1)
        self.assertEqual(self.go(one="ok"), ["one"])

    def test_tree(self):
        """Other contents are another record."""
        before = record_module.tree()
        with mock.patch.object(record_module, "files", return_value=[]):
            self.assertNotEqual(record_module.tree(), before)


class Only(unittest.TestCase):
    """What --only asks for."""

    def names(self, only):
        """The names of all tests that it takes."""
        plan = Plan(Results(only), ["6.12"], everything=True)
        plan.all()
        return [name for name, _, _ in plan.tasks]

    def test_lint(self):
        """The folder of make lint, and no lint of anything else."""
        self.assertTrue(self.names("lint/"))
        self.assertTrue(all(name.startswith("lint/") for name in self.names("lint/")))

    def test_text(self):
        """Any other text is looked for anywhere in a name."""
        self.assertIn("guest/debian-6.12/nested", self.names("debian-6.12"))
        self.assertIn("fresh/trixie/lint", self.names("lint"))
        self.assertEqual(self.names("fresh/trixie/lint"), ["fresh/trixie/lint"])


if __name__ == "__main__":
    unittest.main()
