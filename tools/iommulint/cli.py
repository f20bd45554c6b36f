# SPDX-License-Identifier: GPL-2.0-only
"""The command: options, output, exit status."""

import argparse
import json
import sys

from . import finding, svg, text
from .checks import CHECKS
from .model import Options, System
from .tree import BadTree, load

GRANULES = {"4K": 4096, "16K": 16384, "64K": 65536}
USAGE = 2


def _parser():
    parser = argparse.ArgumentParser(
        prog="iommu-lint",
        description="Read a compiled device tree and say what is wrong with its IOMMUs.",
        epilog="Exit status: 0 no errors, 1 errors, 2 the file cannot be read.")
    parser.add_argument("dtb", nargs="?", help="the compiled device tree")
    parser.add_argument("--format", choices=("text", "json"), default="text",
                        help="how findings are written")
    parser.add_argument("--topology", action="store_true",
                        help="draw IOMMUs, masters, streams and windows as text")
    parser.add_argument("--svg", metavar="FILE", help="draw them as a picture")
    parser.add_argument("--quiet", action="store_true", help="leave out notes, hints and the sum")
    parser.add_argument("--sid-bits", type=int, default=32, metavar="N",
                        help="StreamID bits that the SMMUv3 has (32)")
    parser.add_argument("--granule", choices=sorted(GRANULES), default="4K",
                        help="the smallest page that the kernel uses (4K)")
    parser.add_argument("--check", action="append", metavar="NAME", default=[],
                        help="only this check; may be repeated")
    parser.add_argument("--skip", action="append", metavar="NAME", default=[],
                        help="not this check; may be repeated")
    parser.add_argument("--list-checks", action="store_true", help="name the checks and stop")
    return parser


def _arguments(argv):
    """The options, or SystemExit with status 2."""
    parser = _parser()
    args = parser.parse_args(argv)
    for name in args.check + args.skip:
        if name not in CHECKS:
            parser.error(f"there is no check {name!r}: --list-checks names them")
    if not args.list_checks and not args.dtb:
        parser.error("which device tree?")
    if not 1 <= args.sid_bits <= 32:
        parser.error("--sid-bits is 1 to 32")
    return args


def _list_checks():
    width = max(len(name) for name in CHECKS)
    for name, function in CHECKS.items():
        print(f"{name:{width}}  {function.__doc__.splitlines()[0]}")


def _write_svg(path, system):
    with open(path, "w", encoding="utf-8") as file:
        file.write(svg.draw(system))


def _write(args, system, found):
    """Everything that goes to standard output."""
    if args.format == "json":
        answer = text.as_data(args.dtb, found)
        if args.topology:
            answer["topology"] = text.topology_data(system)
        print(json.dumps(answer, indent=2))
        return
    if args.topology:
        for line in text.topology(system):
            print(line)
        print()
    for line in text.report(args.dtb, found, args.quiet):
        print(line)


def main(argv=None):
    """Run the command; returns the exit status."""
    args = _arguments(argv)
    # Names in a damaged tree may be no UTF-8.
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.stderr.reconfigure(errors="backslashreplace")
    if args.list_checks:
        _list_checks()
        return 0
    try:
        tree = load(args.dtb)
    except (BadTree, OSError) as why:
        reason = why.strerror if isinstance(why, OSError) else why
        print(f"iommu-lint: {args.dtb}: {reason}", file=sys.stderr)
        return USAGE
    system = System(tree, Options(args.sid_bits, GRANULES[args.granule]))
    names = [name for name in args.check or CHECKS if name not in args.skip]
    found = finding.run(system, names)
    try:
        if args.svg:
            _write_svg(args.svg, system)
        _write(args, system, found)
    except BrokenPipeError:
        # Whoever reads has seen enough; the interpreter must not try to flush.
        sys.stderr.close()
    except OSError as why:
        print(f"iommu-lint: {why.filename}: {why.strerror}", file=sys.stderr)
        return USAGE
    return 1 if any(one.severity == "error" for one in found) else 0
