# SPDX-License-Identifier: GPL-2.0-only
"""Lines that files of the kernel need, so that it knows of ours.

Each hook takes the text of a file and returns it with our lines in their place.
"""

import bisect
import re

from .parts import TOP


class NoPlace(Exception):
    """The kernel's file does not look as expected."""


def _after(text, pattern, line):
    """Put LINE after the last line of the first run of lines that match PATTERN."""
    lines = text.splitlines(keepends=True)
    matches = [re.match(pattern, one) is not None for one in lines]
    if True not in matches:
        raise NoPlace(f"no line matches {pattern}")
    last = matches.index(True)
    while last + 1 < len(lines) and matches[last + 1]:
        last += 1
    lines.insert(last + 1, line)
    return "".join(lines)


def _kconfig(text):
    ours = re.findall(r"^source .*\n", (TOP / "Kconfig").read_text(), re.M)
    return _after(text, r'source "drivers/iommu/', "".join(ours))


def _makefile(text):
    # Before the plain objects, where 7.2 has the other folders.
    return _after(text, r"obj-.*/$", "obj-$(CONFIG_SMMU) += smmu/\n")


def _boards(text):
    """Keep the folders in their order."""
    lines = text.splitlines(keepends=True)
    later = [number for number, line in enumerate(lines)
             if line.startswith("subdir-y += ") and line > "subdir-y += smmu\n"]
    if not later:
        raise NoPlace("no folder comes after smmu")
    lines.insert(later[0], "subdir-y += smmu\n")
    return "".join(lines)


def _documents(text):
    # The list that has subsystems such as iio.
    return _after(text, r"   iio/index$", "   iommu/index\n")


def maintainers_entry():
    """Our section of MAINTAINERS."""
    return (TOP / "MAINTAINERS").read_text().split("\n\n", 1)[1].strip() + "\n"


def _maintainers(text):
    """Sections stand in the order of their titles, or nearly."""
    entry = maintainers_entry()
    head, mark, rest = text.partition("\n3C59X NETWORK DRIVER\n")
    if not mark:
        raise NoPlace("the first section is not the one it always was")
    sections = (mark[1:] + rest).split("\n\n")
    titles = [section.split("\n", 1)[0] for section in sections]
    sections.insert(bisect.bisect(titles, entry.split("\n", 1)[0]), entry.rstrip())
    return head + "\n" + "\n\n".join(sections)


HOOKS = {
    "drivers/iommu/Kconfig": _kconfig,
    "drivers/iommu/Makefile": _makefile,
    "arch/arm/boot/dts/Makefile": _boards,
    "arch/arm64/boot/dts/Makefile": _boards,
    "Documentation/subsystem-apis.rst": _documents,
    "MAINTAINERS": _maintainers,
}
