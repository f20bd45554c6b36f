# SPDX-License-Identifier: GPL-2.0-only
"""Find includes and calls in the driver that point up, or round in a circle.

Which file is on which layer stands in the architecture page, in the table under "Files",
and nowhere else.
"""

import posixpath
import re

from harness.lint.files import c_files
from harness.places import TOP

DRIVER = TOP / "drivers/iommu/smmu"
PAGE = "Documentation/iommu/smmu.rst"
# Anybody may ask which kernel this is, and tests reach everywhere.
EVERYWHERE = {"compat.h"}

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|EXPORT_SYMBOL\w*\([^\n]*", re.S)
# Functions that others can see: not static in a source, inline in a header.
_DEFINED = re.compile(r"^(?!static (?!inline|__always_inline))[a-z][^\n;={}]*?\b(smmu_\w+)\([^;{}]*\)\n?"
                      r"[^;{}]*^{", re.M)
_DECLARED = re.compile(r"^[a-z][^;{}=\n]*\([^;{}]*\);$", re.M)
_WORD = re.compile(r"\bsmmu_\w+")


def _stem(path):
    return re.sub(r"\.[ch]$", "", path)


def table(text):
    """{file without suffix, or folder with a slash at the end: layer}"""
    rows = text.split("\nFiles\n")[1].split("\n=====  ")[1:4]
    found = {}
    for line in rows[1].splitlines():
        match = re.match(r"(\d)\s+(``\S+``(?:, ``\S+``)*)", line)
        if match:
            for name in re.findall(r"``(\S+?)``", match.group(2)):
                found[_stem(name)] = int(match.group(1))
    return found


def _layer(path, known):
    folder = posixpath.dirname(path)
    return known.get(_stem(path), known.get(f"{folder}/") if folder else None)


def includes(files):
    """{path: paths of ours that it includes}, both relative to the driver's folder."""
    return {path: {name for name in re.findall(r'^#include "([^"]+)"', text, re.M)
                   if name in files and name not in EVERYWHERE}
            for path, text in files.items()}


def calls(files):
    """{path: paths whose functions it calls}; declarations alone do not count."""
    code = {path: _DECLARED.sub(" ", _COMMENT.sub(" ", text)) for path, text in files.items()}
    home = {name: path for path, text in code.items() for name in _DEFINED.findall(text)}
    return {path: {home[word] for word in set(_WORD.findall(text)) & home.keys()} - {path}
            for path, text in code.items()}


def _one_node_each(graph):
    """The same with a source and the header of its name as one node."""
    found = {}
    for path, others in graph.items():
        found.setdefault(_stem(path), set()).update(map(_stem, others))
    for node, others in found.items():
        others.discard(node)
    return found


def _circle(graph):
    """A circle in {node: nodes}, as a list, or None."""
    done, way = set(), []

    def visit(node):
        if node in way:
            return way[way.index(node):] + [node]
        if node in done:
            return None
        way.append(node)
        for other in sorted(graph.get(node, ())):
            found = visit(other)
            if found:
                return found
        done.add(way.pop())
        return None

    return next(filter(None, map(visit, sorted(graph))), None)


def wrong(page, files):
    """Yield what is wrong. PAGE is the text of the page, FILES {path: text} of the driver."""
    known = table(page)
    if set(known.values()) != set(range(8)):
        yield f"{PAGE}: the table under \"Files\" cannot be read"
        return
    files = {path: text for path, text in files.items() if not path.startswith("tests/")}
    links = {"includes": includes(files), "calls": calls(files)}
    for path in sorted(files):
        here = _layer(path, known)
        if here is None:
            if path not in EVERYWHERE | {"version.h"}:
                yield f"{path}: the table under \"Files\" in {PAGE} does not have it"
            continue
        for verb, found in links.items():
            for other in sorted(found[path]):
                if (_layer(other, known) or 0) > here:
                    yield (f"{path} (layer {here}) {verb} {other}"
                           f" (layer {_layer(other, known)})")
    for verb, found in links.items():
        circle = _circle(_one_node_each(found) if verb == "calls" else found)
        if circle:
            yield f"a circle of {verb}: {' -> '.join(circle)}"


def layers(_kernel):
    """The driver's files are on the layers that the architecture page says."""
    files = {str(path.relative_to(DRIVER)): path.read_text() for path in c_files()
             if path.is_relative_to(DRIVER)}
    return "\n".join(wrong((TOP / PAGE).read_text(), files))
