# SPDX-License-Identifier: GPL-2.0-only
"""Tests of figures.py: every bar is held by a figure, or it is said that it is not."""

import tempfile
import unittest
from collections import Counter
from pathlib import Path
from unittest import mock

from harness.bench import bars, figures, measure
from harness.bench.boot import Figures
from harness.programs import Failure

# Far under every bar, and what it is compared with.
OURS, THEIRS = 10, 1000


def driver(number):
    """What a driver says that takes NUMBER of everything."""
    made = Figures(first=number)
    made.time["clock", "clock"] = 1
    for case, part in sorted(bars.TIME):
        for one in ("map", "unmap") if part == "sum" else (part,):
            made.time[case, one] = number
    made.queues = {name: number for name in bars.QUEUE_NAMES}
    made.threads = {key: (number, Counter(SYNC=number)) for key in bars.SYNCS}
    return made


class Bars(unittest.TestCase):
    """Take what carries a bar away from what both drivers said, or from what ours did."""

    def setUp(self):
        self.ours, self.theirs = driver(OURS), driver(THEIRS)

    def unmeasured(self, quick=False):
        """The bars that are missed in a comparison."""
        return figures.unmeasured(figures.compare(self.ours, self.theirs, ({}, {})), quick)

    def test_all_there(self):
        """Nothing is missing, and each bar has one verdict."""
        self.assertEqual(self.unmeasured(), [])
        found = [one.verdict for one in figures.compare(self.ours, self.theirs, ({}, {}))]
        self.assertEqual(found.count("ok"), len(bars.TIME) + len(bars.SYNCS) + 1)

    def test_case_gone(self):
        """The guest no longer says anything of a case."""
        for case in {case for case, _ in bars.TIME}:
            with self.subTest(case=case):
                self.setUp()
                for key in [key for key in self.ours.time if key[0] == case]:
                    del self.ours.time[key], self.theirs.time[key]
                self.assertEqual(self.unmeasured(), sorted(
                    f"{one} {part} instructions" for one, part in bars.TIME if one == case))

    def test_nothing_counted(self):
        """A figure of nothing is none."""
        for key in self.ours.time:
            if key in bars.TIME:
                with self.subTest(key=key):
                    self.setUp()
                    self.ours.time[key] = 1 if key[0] in figures.WITHOUT_CLOCK else 0
                    self.assertEqual(self.unmeasured(), [" ".join(key) + " instructions"])

    def test_threads(self):
        """No such run, nothing unmapped, or no trace of commands."""
        key = next(iter(bars.SYNCS))
        del self.ours.threads[key]
        self.assertEqual(len(self.unmeasured()), 1)
        self.assertEqual(self.unmeasured(quick=True), [])
        for unmaps, syncs in ((0, 0), (10, 0)):
            self.ours.threads[key] = unmaps, Counter(SYNC=syncs)
            self.assertEqual(len(self.unmeasured()), 1)

    def test_queues(self):
        """One of them, or both."""
        for names in ((), bars.QUEUE_NAMES[:1], bars.QUEUE_NAMES[1:]):
            with self.subTest(names=names):
                for one in (self.ours, self.theirs):
                    one.queues = {name: OURS for name in names}
                self.assertEqual(self.unmeasured(), ["both queues size bytes"])
        self.theirs = driver(THEIRS)
        self.assertEqual(self.unmeasured(), ["both queues size bytes"])

    def test_quick(self):
        """Of dma_map_benchmark and several CPUs, the first boot says nothing."""
        self.ours.threads, self.theirs.threads = {}, {}
        for one in (self.ours, self.theirs):
            one.time = {key: n for key, n in one.time.items() if "benchmark" not in key[0]}
        self.assertEqual(self.unmeasured(quick=True), [])
        self.assertNotEqual(self.unmeasured(), [])

    def test_measure_fails(self):
        """The whole of it is a Failure then."""
        for one in (self.ours, self.theirs):
            del one.time["1G", "map"], one.time["1G", "unmap"]
        with tempfile.TemporaryDirectory() as out, \
                mock.patch.object(measure, "OUT", Path(out)), \
                mock.patch.object(measure.boot, "both", return_value=(self.theirs, self.ours)):
            with self.assertRaisesRegex(Failure, "1G map instructions; 1G unmap instructions"):
                measure.measure(None, lambda line: None, quick=True)


if __name__ == "__main__":
    unittest.main()
