# SPDX-License-Identifier: GPL-2.0-only
"""The forms of a litmus test, all out of one file, so that they cannot drift apart.

As a file stands, its bad outcome must not happen. A line that ends in

    // weakened: REPLACEMENT

is replaced (nothing: taken out) in another form, in which that outcome must happen:
the line is what prevents it. One that ends in

    // surplus: REPLACEMENT

is stronger than what the file is about needs: replaced, the outcome still must not
happen. Each mark is a form of its own, but those with a common word before the colon
("// weakened both: REPLACEMENT") are one form together.
"""

import re
from dataclasses import dataclass

from harness.places import TOP

FOLDER = TOP / "tests/litmus"

# What herd7 says of the condition at the end of a file.
NEVER, SOMETIMES = "Never", "Sometimes"
EXPECTED = {"weakened": SOMETIMES, "surplus": NEVER}

_MARK = re.compile(r"^(\s*)(.*?)\s*// (weakened|surplus)((?: \w+)?):(.*)$")
_COVERS = re.compile(r"^ \* Covers:\n((?: \*\t.*\n)+)", re.M)


@dataclass(frozen=True)
class Form:
    """A form of a test: what it is, its text, and what herd7 has to say."""
    what: str
    text: str
    expected: str


@dataclass(frozen=True)
class Litmus:
    """A file of tests/litmus."""
    name: str
    text: str

    def covers(self):
        """What its head says it stands for: lines "FILE:FUNCTION() BARRIER"."""
        found = _COVERS.search(self.text)
        return [line[2:].strip() for line in found.group(1).splitlines()] if found else []

    def _marks(self, lines):
        """{(kind, label): [(number of a line, its code, what replaces that)]}"""
        marks, above = {}, (0, "")
        for number, line in enumerate(lines):
            found = _MARK.match(line)
            if not found:
                continue
            indent, code, kind, label, new = found.groups()
            if code:
                above = (number, code)
            marks.setdefault((kind, label.strip() or number), []).append(
                (*above, new.strip() and indent + new.strip()))
        return marks

    def forms(self):
        """As it stands, and one form for each mark."""
        lines = self.text.splitlines()
        yield Form("as it stands", self.text, NEVER)
        for (kind, _), places in self._marks(lines).items():
            changed, what = list(lines), []
            for number, old, new in places:
                changed[number] = new
                what.append(f"line {number + 1}, {old} -> {new.strip()}" if new else
                            f"line {number + 1}, without {old}")
            yield Form(", ".join(what), "\n".join(changed) + "\n", EXPECTED[kind])

    def wrong(self):
        """Yield what is wrong with the file itself."""
        if not self.text.startswith(f"C {self.name}\n"):
            yield f"{self.name}.litmus: its first line is not \"C {self.name}\""
        if not self.covers():
            yield f"{self.name}.litmus: its head names no barrier under \"Covers:\""
        if not any(form.expected == SOMETIMES for form in self.forms()):
            yield f"{self.name}.litmus: no line is marked \"// weakened:\""
        if not re.search(r"^exists ", self.text, re.M):
            yield f"{self.name}.litmus: no \"exists\" names the bad outcome"


def tests(folder=FOLDER):
    """All files, by name."""
    return [Litmus(path.stem, path.read_text()) for path in sorted(folder.glob("*.litmus"))]
