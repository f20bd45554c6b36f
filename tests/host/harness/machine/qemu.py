# SPDX-License-Identifier: GPL-2.0-only
"""Which QEMU runs the board: the machine's own, or a newer one in the cache."""

import functools
import threading

from harness.programs import Absent, Skip, script

# The newer one: what is in Debian's newest suite, while it is of this major version.
NEWER = "11"

_wanted = {"version": ""}
_lock = threading.Lock()


def use(version):
    """Run every board on this major version of QEMU; nothing: on the machine's own."""
    _wanted["version"] = version


@functools.cache
def _folder(version):
    """Where the programs are, or why they are not there: asking again takes a while."""
    try:
        return script("qemu.sh", version), None
    except Absent as why:
        return None, why


def program(name, newer=False):
    """The program NAME to start; NEWER: of QEMU NEWER, whatever the others run on.

    Raises Skip where that cannot be had.
    """
    version = NEWER if newer else _wanted["version"]
    if not version:
        return name
    with _lock:
        folder, why = _folder(version)
    if why:
        raise Skip(f"QEMU {version} is not to be had: {why}")
    return f"{folder}/{name}"
