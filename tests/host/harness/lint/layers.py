# SPDX-License-Identifier: GPL-2.0-only
"""Find includes and calls in the driver that point up, or round in a circle.

Which file is on which layer stands in the architecture page, in the table under "Files",
and nowhere else. Calls are looked at beside includes because a header may declare what a
source of a higher layer defines. Data is not: a table of operations that an upper layer
fills is declared below on purpose.
"""

import posixpath
import re

from harness.lint.files import c_files
from harness.places import TOP

DRIVER = TOP / "drivers/iommu/smmu"
PAGE = "Documentation/iommu/smmu.rst"
# Anybody may include these, so they may include nothing; tests reach everywhere.
EVERYWHERE = {"compat.h", "version.h"}

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|EXPORT_SYMBOL\w*\([^\n]*", re.S)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.M)
# The beginning of a function's head: a type, perhaps with __le64 or VISIBLE_IF_KUNIT in front.
_HEAD = r"^(?!EXPORT|DEFINE|MODULE|SMMU_COMPAT|typedef\b){}[A-Za-z_][^\n;={{}}()#]*?\b(\w+)\("
# Functions that others can see: not static in a source, inline in a header.
_DEFINED = re.compile(_HEAD.format("(?!static (?!inline|__always_inline))") + r"[^;{}]*\)\n?[^;{}]*^{", re.M)
_DECLARED = re.compile(_HEAD.format("(?!static )") + r"[^;{}]*\)[\w \t\n()]*;", re.M)
_WORD = re.compile(r"(?<!->)(?<!\.)\b[A-Za-z_]\w*")


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


def _resolve(path, name, files):
    """The file of ours that PATH includes as NAME, or None: as a compiler looks for it."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    return next((one for one in (beside, posixpath.normpath(name)) if one in files), None)


def includes(files):
    """{path: paths of ours that it includes}, both relative to the driver's folder; None is
    among them if a name leads to no file."""
    return {path: {_resolve(path, name, files) for name in _INCLUDE.findall(text)} - EVERYWHERE
            for path, text in files.items()}


def _code(files):
    return {path: _COMMENT.sub(" ", text) for path, text in files.items()}


def _homes(code):
    """{function that others can see: path that defines it}"""
    return {name: path for path, text in code.items() for name in _DEFINED.findall(text)}


def homeless(files):
    """(header, function) for each that a header declares and no file defines."""
    code = _code(files)
    home = _homes(code)
    return [(path, name) for path, text in sorted(code.items()) if path.endswith(".h")
            for name in _DECLARED.findall(text) if name not in home]


def calls(files):
    """{path: paths whose functions it calls}; declarations alone do not count."""
    code = _code(files)
    seen = {name for path, text in code.items() if path.endswith(".h")
            for name in _DECLARED.findall(text) + _DEFINED.findall(text)}
    home = {name: path for name, path in _homes(code).items() if name in seen}
    return {path: {home[word] for word in set(_WORD.findall(_DECLARED.sub(" ", text))) & home.keys()}
            - {path} for path, text in code.items()}


def _one_node_each(graph):
    """The same with a source and the header of its name as one node. A header whose inline
    functions call nothing leads nowhere."""
    found = {}
    for path, others in graph.items():
        found.setdefault(_stem(path), set()).update(
            _stem(other) for other in others if other.endswith(".c") or graph[other])
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
        if path in EVERYWHERE:
            here = -1
        elif here is None:
            yield f"{path}: the table under \"Files\" in {PAGE} does not have it"
            continue
        if None in links["includes"][path]:
            links["includes"][path].remove(None)
            yield f"{path}: an include in quotes leads to no file of the driver"
        for verb, found in links.items():
            for other in sorted(found[path]):
                if (_layer(other, known) or 0) > here:
                    yield (f"{path} (layer {here}) {verb} {other}"
                           f" (layer {_layer(other, known)})")
    for path, name in homeless(files):
        yield f"{path}: no function definition was found for {name}()"
    for verb, found in links.items():
        circle = _circle(_one_node_each(found) if verb == "calls" else found)
        if circle:
            yield f"a circle of {verb}: {' -> '.join(circle)}"


def driver_files():
    """{path: text} of the driver."""
    return {str(path.relative_to(DRIVER)): path.read_text() for path in c_files()
            if path.is_relative_to(DRIVER)}


def layers(_kernel):
    """The driver's files are on the layers that the architecture page says."""
    return "\n".join(wrong((TOP / PAGE).read_text(), driver_files()))
