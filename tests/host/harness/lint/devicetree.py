# SPDX-License-Identifier: GPL-2.0-only
"""Checks of device trees and their schemas. Each returns what is wrong as text.

dt-validate of several versions ends with status 0 whatever it finds, of others with 1, so
what it prints counts, too. 1 is also Python's status for an exception.
"""

import re
import shutil

from harness.machine import dtbuild
from harness.places import BUILD, TOP
from harness.programs import Failure, run, shown

BINDINGS = TOP / "Documentation/devicetree/bindings"
TREES = TOP / "tests/dt"
WORK = BUILD / "lint/dt"

# dt-extract-example wraps each example into a node with cells, used or not, and with
# an interrupt controller that has none.
EXAMPLE_WARNINGS = ("-Wno-avoid_unnecessary_addr_size", "-Wno-interrupt_provider")

# Says of a tree in tests/dt who rejects it, and with which words.
EXPECT = re.compile(r"^// (schema|dtc): (.*)$", re.M)


def missing_tool():
    """The first of the programs needed here that is not installed, or None."""
    tools = ("dtc", dtbuild.CPP, "dt-doc-validate", "dt-mk-schema", "dt-extract-example",
             "dt-validate")
    return next((tool for tool in tools if not shutil.which(tool)), None)


def _say(*command):
    """What a program of dt-schema prints: its objections."""
    done = run(*command, good=(0, 1))
    if "Traceback (most recent call last)" in done.text or (done.status and not done.text.strip()):
        raise Failure(f"status {done.status} of: {shown(command)}\n{done.text}")
    return done.text


def _schemas():
    return sorted(BINDINGS.rglob("*.yaml"))


def _processed(check):
    """Our schemas and dt-schema's own in the form that dt-validate reads fast.

    A file for each check: they run side by side.
    """
    out = WORK / f"{check}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    said = _say("dt-mk-schema", "-j", "-o", out, BINDINGS)
    return out, said


def _validate(schema, dtb):
    return _say("dt-validate", "-s", schema, dtb)


def bindings(_include):
    """dt-schema's rules for schemas hold for ours."""
    return _say("dt-doc-validate", "-u", BINDINGS, *_schemas())


def _example(path, folder, include):
    """Messages about the examples of a schema, and their .dtb or None."""
    source = folder / f"{path.stem}.example.dts"
    folder.mkdir(parents=True, exist_ok=True)
    source.write_text(run("dt-extract-example", path, apart=True).text, encoding="utf-8")
    if "example-0" not in source.read_text():
        return None, f"{path.name}: no examples\n"
    return dtbuild.compile_source(source, folder, include, EXAMPLE_WARNINGS)


def examples(include):
    """The examples of each schema compile, and the schemas accept them."""
    schema, wrong = _processed("examples")
    for path in _schemas():
        dtb, said = _example(path, WORK / "examples", include)
        wrong += said
        if dtb:
            wrong += _validate(schema, dtb)
    return wrong


def boards(include):
    """Each board compiles without a warning, and the schemas accept it."""
    schema, wrong = _processed("boards")
    for arch in ("arm64", "arm"):
        for name in dtbuild.boards(arch):
            source = TOP / dtbuild.BOARDS.format(arch=arch) / f"{name}.dts"
            dtb, said = dtbuild.compile_source(source, WORK / arch, include)
            wrong += said
            if dtb:
                wrong += _validate(schema, dtb)
    return wrong


def _objections(source, schema, include):
    """What is wrong with how a tree of tests/dt was received."""
    expect = EXPECT.findall(source.read_text())
    dtb, said = dtbuild.compile_source(source, WORK / "trees", include)
    heard = {"dtc": said, "schema": _validate(schema, dtb) if dtb else ""}
    if source.name.startswith("good-"):
        return "".join(heard.values())
    if not expect:
        return f"{source.name}: no line '// schema: REGEX' or '// dtc: REGEX' says who rejects it\n"
    wrong = ""
    for who, what in expect:
        if not re.search(what, heard[who]):
            wrong += f"{source.name}: {who} does not say '{what}', but: {heard[who] or 'nothing'}\n"
    # A tree that is wrong in a second way could hide that the first is accepted.
    for who, text in heard.items():
        if text and who not in [one for one, _ in expect]:
            wrong += f"{source.name}: {who} objects, too: {text}\n"
    return wrong


def trees(include):
    """Wrong trees are rejected for the right reason, right ones accepted."""
    schema, wrong = _processed("trees")
    sources = sorted(TREES.glob("*.dts"))
    for source in sources:
        wrong += _objections(source, schema, include)
    if not any(source.name.startswith("bad-") for source in sources):
        wrong += f"{TREES} has no trees to reject\n"
    return wrong
