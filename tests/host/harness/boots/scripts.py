# SPDX-License-Identifier: GPL-2.0-only
"""Guest scripts: what the lines at their top ask for, and who shares a boot."""

import re
from dataclasses import dataclass, field

from harness.places import GUEST

# Kinds of kernels that run what another kind does, beside what names them.
LIKE = {"builtin": "debug", "64k": "debug", "rt": "debug", "16k": "debian"}


KEY = re.compile(r"# (kernels|stages|append|load|tree|qemu|memory|cpus|timeout|own-boot|board|needs|since"
                 r"|expect-log|expect-qemu|never-writes): *(.*)$")


@dataclass
class Script:
    """A guest script and what its header asks for."""
    name: str
    kernels: tuple = ("debug", "debian", "armhf")
    stages: tuple = ("1", "2", "nested")
    append: str = ""
    load: str = "all"
    tree: str = ""
    # "two": with two SMMUs.
    board: str = ""
    qemu: str = ""
    memory: int = 1024
    cpus: int = 2
    timeout: int = 120
    own_boot: bool = False
    needs: str = ""
    since: str = ""
    expect: list = field(default_factory=list)
    expect_qemu: list = field(default_factory=list)
    never_writes: str = ""

    def runs_on(self, kind, series):
        """Whether a kernel of this kind and series is one that it wants."""
        if self.needs == "module" and kind == "builtin" or _older(series, self.since):
            return False
        return kind in self.kernels or LIKE.get(kind) in self.kernels

    def same_boot(self):
        """Scripts with equal answers run in one boot."""
        return (self.append, self.load, self.tree, self.qemu, self.memory, self.cpus,
                self.name if self.own_boot else "")


def _older(series, than):
    """Whether a series is older than another; "newest" is newer than all."""
    if not than or series == "newest":
        return False
    return [int(word) for word in series.split(".")] < [int(word) for word in than.split(".")]


def read_script(path):
    """Understand the "# key: value" lines at a guest script's top."""
    script = Script(path.name)
    for line in path.read_text().splitlines():
        match = KEY.match(line)
        if not match:
            if line and not line.startswith("#"):
                break
            continue
        key, value = match.groups()
        if key in ("kernels", "stages"):
            setattr(script, key, tuple(value.split()))
        elif key in ("timeout", "memory", "cpus"):
            setattr(script, key, int(value))
        elif key == "own-boot":
            script.own_boot = value == "yes"
        elif key == "expect-log":
            script.expect.append(value)
        elif key == "expect-qemu":
            script.expect_qemu.append(value)
        elif key == "never-writes":
            script.never_writes = value
        else:
            setattr(script, key, value)
    return script


def guest_scripts():
    """The behaviour scripts, NN-name.sh."""
    return [read_script(path) for path in sorted(GUEST.glob("[0-9][0-9]-*.sh"))]
