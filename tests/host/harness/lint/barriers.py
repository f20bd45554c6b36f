# SPDX-License-Identifier: GPL-2.0-only
"""Find barriers and ordered accesses of the driver without a litmus test, and tests that
name what is gone.

A site is a function and what it calls: "queue/cmdq.c:smmu_cmdq_ring() writel", with " x2"
behind it where that stands there twice. Tests name theirs under "Covers:"; what nothing
relies on stands in NOT_RELIED_ON, with the reason. The page has a table of all.
"""

import re

from harness.lint.layers import driver_files
from harness.litmus import forms
from harness.places import TOP

NOT_RELIED_ON = "tests/litmus/not-relied-on.txt"
PAGE = "Documentation/iommu/hot-path.rst"

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.S)
# What orders: barriers, acquire and release, read-modify-write that returns something,
# registers, RCU. What has "relaxed" in its name does not.
_ORDERED = re.compile(r"""\b(?!\w*relaxed)(
    (?:smp|dma)_[rw]?mb(?:__\w+)? | [rw]?mb |
    smp_(?:load_acquire|store_release|store_mb|cond_load_acquire|acquire__after_ctrl_dep) |
    (?:atomic\w*|\w*xchg\w*|\w*_bit\w*)_(?:acquire|release) |
    (?:atomic\w*_)?(?:try_)?(?:cmp)?xchg\w* | test_and_\w+ | \w+_bit_(?:un)?lock |
    atomic\w*_(?:fetch_\w+|\w+_return|\w+_and_test|\w+_negative|\w+_unless\w*|\w+_not_zero) |
    (?:io)?(?:read|write)(?:[bwlq]|8|16|32|64)(?:_\w+)? | smmu_mmio_\w+_ordered |
    call_rcu | synchronize_rcu\w* | rcu_read_lock | rcu_assign_pointer | rcu_dereference\w* |
    list_\w+_rcu)""", re.X)
_CALL = re.compile(r"\b(\w+)\(")
_HEAD = re.compile(r"^(?!#|EXPORT|DEFINE|MODULE)(?=[A-Za-z_])[^;=]*?\b(\w+)\(")
_SITE = re.compile(r"(\S+\.[ch]:\w+\(\) \w+(?: x\d+)?)(?:: (\S.*))?$")


def _used(text):
    """(function, what it calls) for each call."""
    # Without comments, but with the lines that they had.
    text = _COMMENT.sub(lambda one: "\n" * one.group().count("\n") or " ", text)
    head = function = ""
    for line in text.splitlines():
        found = _HEAD.match(line)
        if found:
            head = found.group(1)
        if line.startswith("{"):
            function = head
        elif line.startswith("}"):
            function = ""
        elif not found or function:
            for name in _CALL.findall(line):
                yield function or "nothing", name


def _calls(files):
    """{site: whether it orders something} for each call in FILES {path: text}; tests are
    left out. A test may name a call that orders by what is below it, such as a cleaning."""
    count = {}
    for path, text in files.items():
        if not path.startswith("tests/"):
            for function, name in _used(text):
                count[path, function, name] = count.get((path, function, name), 0) + 1
    # Of an accessor of ours, those who call it are the ones.
    return {f"{path}:{function}() {name}" + (f" x{n}" if n > 1 else ""):
            bool(_ORDERED.fullmatch(name)) and not _ORDERED.fullmatch(function)
            for (path, function, name), n in count.items()}


def _named(litmus, not_relied_on):
    """(who, site) for each that a test or the list names; a line that is no site as it is."""
    for one in litmus:
        for line in one.covers():
            match = _SITE.match(line)
            yield f"{one.name}.litmus", match.group(1) if match and not match.group(2) else line
    for line in not_relied_on.splitlines():
        if line and not line.startswith("#"):
            match = _SITE.match(line)
            yield NOT_RELIED_ON, match.group(1) if match and match.group(2) else f"{line} (without a reason)"


def wrong(files, litmus, not_relied_on, page):
    """Yield what is wrong: FILES of the driver, tests, the text of the list and of the page."""
    calls = _calls(files)
    sites = {site: [] for site, orders in calls.items() if orders}
    for who, site in _named(litmus, not_relied_on):
        if site not in calls:
            yield f"{who} names what is not in the driver: {site}"
        sites.setdefault(site, []).append(who)
    for site, tests in sites.items():
        if not tests:
            yield f"no litmus test covers {site}"
        elif NOT_RELIED_ON in tests and len(tests) > 1:
            yield f"{site} is in {NOT_RELIED_ON} and has a test: {', '.join(tests)}"
    for one in litmus:
        yield from one.wrong()
    if table(litmus) not in page:
        yield f"{PAGE}: its table is not what tests/host/litmus.py --table prints"


def _row(cells, widths):
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()


def table(litmus):
    """The table of the page: for each file and function, what it uses and the tests."""
    rows = {}
    for one in litmus:
        for line in one.covers():
            where, _, what = line.partition("() ")
            path, _, function = where.rpartition(":")
            rows.setdefault((path, function, what), []).append(one.name)
    cells, last = [], ("", "")
    for (path, function, what), names in sorted(rows.items()):
        # A file and a function are named once.
        shown = (f"``{path}``" if path != last[0] else "\\",
                 f"``{function}()``" if (path, function) != last else "", f"``{what}``")
        last = (path, function)
        for number, name in enumerate(names):
            cells.append((*(shown if not number else ("\\", "", "")), name))
    head = ("file", "function", "what", "test")
    widths = [max(len(row[column]) for row in [head, *cells]) for column in range(4)]
    rule = _row(["=" * width for width in widths], widths)
    return "\n".join([rule, _row(head, widths), rule, *(_row(row, widths) for row in cells), rule])


def barriers(_kernel):
    """Each barrier of the driver has a litmus test, and the page says which."""
    return "\n".join(wrong(driver_files(), forms.tests(), (TOP / NOT_RELIED_ON).read_text(),
                           (TOP / PAGE).read_text()))
