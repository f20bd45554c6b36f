# SPDX-License-Identifier: GPL-2.0-only
"""Collect and print test results."""

import threading
import time

DETAIL_LINES = 40
WHY_CHARACTERS = 300


class Results:
    """Counts results of several threads; each is printed as it comes."""

    def __init__(self, pattern=""):
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._pattern = pattern
        self.count = {"ok": 0, "FAILED": 0, "skipped": 0}
        self.failed = []
        self.costs = []
        self._seen = []

    def wants(self, name):
        """Whether --only asks for the group of this name."""
        return self._pattern in name

    def add(self, name, status, seconds=None, detail="", log=None):
        """Record one result: status is "ok", "FAILED" or "skipped"."""
        with self._lock:
            self.count[status] += 1
            self._seen.append((name, status))
            took = f" ({seconds:.1f} s)" if seconds is not None else ""
            why = f": {detail}" if status == "skipped" and detail else ""
            elapsed = time.monotonic() - self._began
            print(f"[{elapsed:5.0f}] {status:7} {name}{took}{why}", flush=True)
            if status == "FAILED":
                self.failed.append((name, self._first(detail)))
                for line in detail.rstrip().splitlines()[-DETAIL_LINES:]:
                    print(f"            | {line}", flush=True)
                if log:
                    print(f"            | log: {log}", flush=True)

    def passed(self, group, whole=False):
        """Whether something of this group passed, and nothing failed; WHOLE: nor was skipped."""
        with self._lock:
            seen = {status for name, status in self._seen
                    if name == group or name.startswith(f"{group}:")}
        return "ok" in seen and "FAILED" not in seen and not (whole and "skipped" in seen)

    def elapsed(self):
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def expect(self, name, good, detail=""):
        """Record whether something is as it should be; DETAIL says what it is instead."""
        self.add(name, "ok" if good else "FAILED", detail="" if good else detail)

    @staticmethod
    def _first(detail):
        """The first line that says something, for those who see only the log's end."""
        lines = [line.strip("# \t") for line in detail.splitlines()]
        return next((line[:WHY_CHARACTERS] for line in lines if line), "")

    def cost(self, name, seconds, cpu_seconds):
        """Remember what a group took."""
        with self._lock:
            self.costs.append((cpu_seconds, seconds, name))

    def say(self, text):
        """Print a line of progress."""
        with self._lock:
            print(f"[{time.monotonic() - self._began:5.0f}] {text}", flush=True)

    def close(self):
        """Print the sum; returns the exit status."""
        for name, why in self.failed:
            print(f"FAILED: {name}" + (f": {why}" if why else ""))
        if not sum(self.count.values()):
            print("no test was run")
        print(f"{self.count['ok']} passed, {self.count['FAILED']} failed,"
              f" {self.count['skipped']} skipped", flush=True)
        return 1 if self.failed or not self.count["ok"] else 0
