# SPDX-License-Identifier: GPL-2.0-only
"""What checks say, and the list of the checks."""

from dataclasses import dataclass

from .tree import Node

# Worst first.
SEVERITIES = ("error", "warning", "note")


@dataclass
class Finding:
    """One thing to look at."""
    severity: str
    node: Node
    prop: str
    what: str
    hint: str
    check: str = ""


def error(node, prop, what, hint):
    """It cannot work as it is written."""
    return Finding("error", node, prop, what, hint)


def warning(node, prop, what, hint):
    """It works, but hardly as it was meant; or it depends on who reads it."""
    return Finding("warning", node, prop, what, hint)


def note(node, prop, what, hint):
    """Right as far as one can see; good to know."""
    return Finding("note", node, prop, what, hint)


# name -> function of a System that yields findings; its docstring says what it looks for.
CHECKS = {}


def check(name):
    """Put a function on the list."""
    def put(function):
        CHECKS[name] = function
        return function
    return put


def told(system, name):
    """The faults that reading the tree left for a check."""
    for fault in system.faults:
        if fault.check == name:
            yield Finding(fault.severity, fault.node, fault.prop, fault.what, fault.hint)


def run(system, names):
    """All findings of some checks, worst first. What is disabled never gets above a note."""
    found = []
    for name in names:
        for one in CHECKS[name](system):
            one.check = name
            if not one.node.enabled:
                one.severity = "note"
            found.append(one)
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def some(nodes, most=3):
    """A few of the nodes' paths, for a sentence."""
    paths = [str(node) for node in nodes]
    if len(paths) <= most:
        return ", ".join(paths)
    return f"{', '.join(paths[:most])} and {len(paths) - most} more"
