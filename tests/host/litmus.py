#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""make litmus: the driver's barriers, by herd7 and the kernel's memory model.

Each test of tests/litmus is run as it stands, where the bad outcome must never happen,
and with each barrier weakened, where it must. A line for each; the last one is
"N passed, N failed, N skipped".
"""

import argparse
import sys
import time

from harness.lint import barriers
from harness.litmus import forms, herd
from harness.programs import Failure, Skip
from harness.results import Results


def _run(results, names):
    judge = herd.get().judge
    for litmus in forms.tests():
        if names and litmus.name not in names:
            continue
        for wrong in litmus.wrong():
            results.add(litmus.name, "FAILED", detail=wrong)
        for form in litmus.forms():
            began = time.monotonic()
            wrong = judge(form)
            results.add(f"{litmus.name}: {form.expected}: {form.what}", "FAILED" if wrong else "ok",
                        time.monotonic() - began, wrong)


def main():
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these tests")
    parser.add_argument("--table", action="store_true",
                        help="print the table of Documentation/iommu/hot-path.rst and stop")
    args = parser.parse_args()
    if args.table:
        print(barriers.table(forms.tests()))
        return 0
    results = Results()
    try:
        _run(results, args.names)
    except Skip as why:
        results.add("litmus", "skipped", detail=str(why))
        results.close()
        return 0
    return results.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"litmus.py: error: {failure}")
