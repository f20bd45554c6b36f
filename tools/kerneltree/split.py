# SPDX-License-Identifier: GPL-2.0-only
"""Cut the overlay into patches that can be read, each of which builds.

The driver comes layer by layer, lowest first. A header comes with the
first file that includes it; the driver's Makefile has at each place the objects whose
sources are there. The kernel descends into the folder once Kconfig knows of it.
"""

import posixpath
import re
from dataclasses import dataclass
from fnmatch import fnmatch

from .parts import DRIVER
from .seriestext import SERIES, TESTS
from .tree import Refused

_MAKEFILE = f"{DRIVER}/Makefile"
_KCONFIG = f"{DRIVER}/Kconfig"


@dataclass
class Patch:
    """One patch: what it says, and files as they are after it."""
    subject: str
    body: str
    files: dict


def _included(path, files):
    """What a source includes of ours, and so on, without itself."""
    found, left = set(), [path]
    while left:
        one = left.pop()
        for name in re.findall(r'^#include "([^"]+)"', files[one].decode(), re.M):
            for folder in (posixpath.dirname(one), DRIVER):
                header = posixpath.normpath(posixpath.join(folder, name))
                if header in files and header not in found:
                    found.add(header)
                    left.append(header)
                    break
    return found


def _matches(path, pattern):
    """As a shell does it; "/**" at the end is all that is below."""
    if pattern.endswith("/**"):
        return path.startswith(pattern[:-2])
    words, wanted = path.split("/"), pattern.split("/")
    return len(words) == len(wanted) and all(map(fnmatch, words, wanted))


def _takes(text, files, changed):
    """The files that a patch of seriestext.py names."""
    found = [path for path in [*files, *changed]
             if any(_matches(path, pattern) for pattern in text.paths)]
    sources = [path for path in found if path.endswith(".c")]
    for path in sources:
        found += [header for header in _included(path, files) if header not in found]
    return found


def _makefile(text, there):
    """The driver's Makefile with the objects whose sources are THERE."""
    kept = []
    for line in text.splitlines():
        match = re.match(r"(smmu(?:-kunit)?-\S+ \+=) (.*)$", line)
        if match:
            objects = [name for name in match.group(2).split()
                       if f"{DRIVER}/{name[:-2]}.c" in there]
            line = f"{match.group(1)} {' '.join(objects)}" if objects else None
        elif "CONFIG_SMMU_KUNIT_TEST" in line and TESTS not in there:
            line = None
        if line is not None and (line or kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def _kconfig(text, there):
    """The driver's Kconfig with the options whose sources are THERE."""
    parts = re.split(r"(?=^config )", text, flags=re.M)
    return "".join(part for part in parts
                   if TESTS in there or not part.startswith("config SMMU_KUNIT_TEST")
                   ).rstrip() + "\n"


def patches(files, changed):
    """FILES are ours, CHANGED the kernel's, both as they are at the end."""
    found, there = [], set()
    for text in SERIES:
        new = {path: {**files, **changed}[path] for path in _takes(text, files, changed)
               if path not in there and path not in (_MAKEFILE, _KCONFIG)}
        there.update(new)
        if any(path.startswith(f"{DRIVER}/") for path in new):
            new[_MAKEFILE] = _makefile(files[_MAKEFILE].decode(), there).encode()
        if f"{DRIVER}/probe.c" in there:
            new[_KCONFIG] = _kconfig(files[_KCONFIG].decode(), there).encode()
        if new:
            found.append(Patch(text.subject, text.body.strip(), new))
    lost = {*files, *changed} - {*there, _MAKEFILE, _KCONFIG}
    if lost:
        raise Refused(f"no patch of tools/kerneltree/seriestext.py has {' '.join(sorted(lost))}")
    return found
