# SPDX-License-Identifier: GPL-2.0-only
"""The command line of kernel-tree."""

import argparse
import sys

from . import overlay, series
from .tree import Refused

_COMMANDS = {
    "overlay": (overlay.apply, "put the driver and all that belongs to it into a kernel tree, "
                               "or bring it up to date there"),
    "overlay-remove": (overlay.remove, "take it out again"),
    "patch": (series.write, "write the same as patches for \"git am\" into build/patches"),
}


def main():
    """Run the command; the status is 1 if the tree was refused."""
    parser = argparse.ArgumentParser(prog="kernel-tree")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, text) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("ksrc", metavar="KSRC", help="a kernel source tree, 6.12 or newer")
    args = parser.parse_args()
    try:
        _COMMANDS[args.command][0](args.ksrc)
    except (Refused, OSError) as why:
        print(f"kernel-tree {args.command}: {why}", file=sys.stderr)
        return 1
    return 0
