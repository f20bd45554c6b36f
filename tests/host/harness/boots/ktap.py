# SPDX-License-Identifier: GPL-2.0-only
"""Read test results in KTAP form: a kernel's (KUnit) or a script's."""

import re
from dataclasses import dataclass

RESULT = re.compile(r"^( *)(ok|not ok) (\d+)(?: -)? ?([^#]*?)(?: # ?(SKIP.*|TODO.*|.*))?$")
PLAN = re.compile(r"^( *)1\.\.(\d+)")
SUBTEST = re.compile(r"^( *)# Subtest: (.*)$")
STAMP = re.compile(r"^(?:<\d+>)?\[ *\d+\.\d+\](?:\[[^]]*\])? ?")


@dataclass(frozen=True)
class Outcome:
    """One test: status is "ok", "FAILED" or "skipped"."""
    name: str
    status: str
    detail: str = ""


def _outcome(name, match, notes):
    rest = match.group(5) or ""
    if rest.startswith("SKIP"):
        return Outcome(name, "skipped", rest[4:].strip())
    if match.group(2) == "ok":
        return Outcome(name, "ok")
    return Outcome(name, "FAILED", "\n".join(notes))


def script_outcomes(lines):
    """Results of a guest script: flat, its plan comes last."""
    outcomes, notes, plan = [], [], None
    for line in lines:
        result, planned = RESULT.match(line), PLAN.match(line)
        if result:
            outcomes.append(_outcome(result.group(4), result, notes))
            notes = []
        elif planned:
            plan = int(planned.group(2))
        else:
            notes.append(line)
    if plan is None:
        outcomes.append(Outcome("comes to its end", "FAILED", "\n".join(notes[-20:])))
    elif plan != len(outcomes):
        outcomes.append(Outcome("runs every test of its plan", "FAILED",
                                f"{len(outcomes)} results, {plan} planned"))
    return outcomes


class _Level:
    """A KUnit suite or parameterised case whose results are being read."""

    def __init__(self, name="", first=0):
        self.name, self.plan, self.count, self.notes = name, None, 0, []
        # Where in the list of outcomes its own begin.
        self.first = first


def kunit_outcomes(log):
    """Results of every KUnit case in a kernel log; parameters count each."""
    outcomes, levels = [], {}

    def level(indent):
        return levels.setdefault(indent, _Level())

    for line in log.splitlines():
        line = STAMP.sub("", line)
        result, planned, subtest = RESULT.match(line), PLAN.match(line), SUBTEST.match(line)
        if subtest:
            levels[len(subtest.group(1))] = _Level(subtest.group(2), len(outcomes))
        elif planned:
            level(len(planned.group(1))).plan = int(planned.group(2))
        elif result:
            indent = len(result.group(1))
            level(indent).count += 1
            inner = levels.pop(indent + 4, None)
            if inner and inner.count:
                if inner.plan is not None and inner.plan != inner.count:
                    outcomes.append(Outcome(f"{inner.name}: runs every case", "FAILED",
                                            f"{inner.count} results, {inner.plan} planned"))
                failed = any(one.status == "FAILED" for one in outcomes[inner.first:])
                if result.group(2) == "ok" or failed:
                    continue
            above = [levels[i].name for i in sorted(levels) if i <= indent and levels[i].name]
            outcomes.append(_outcome(": ".join(above + [result.group(4)]), result,
                                     level(indent).notes))
            level(indent).notes = []
        else:
            for one in levels.values():
                one.notes.append(line)
    for indent in sorted(levels):
        if indent and levels[indent].name:
            outcomes.append(Outcome(f"{levels[indent].name}: comes to its end", "FAILED",
                                    "\n".join(levels[indent].notes[-20:])))
    return outcomes
