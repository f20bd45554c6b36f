# SPDX-License-Identifier: GPL-2.0-only
"""Tests of tools/iommu-lint: every check on trees that are right and wrong, the
pictures, damaged files, our own boards.

Needs Debian's Python, to which python3-libfdt belongs. A tree in tests/dt/lint
says itself what has to be found in it (base.dtsi there tells how).
"""

import contextlib
import functools
import io
import itertools
import json
import random
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

from harness.lint.files import kernel_tree
from harness.machine import dtbuild
from harness.places import BUILD, TOP
from harness.programs import run as run_program

sys.path.insert(0, str(TOP / "tools"))

from iommulint import cli, ranges, text  # pylint: disable=wrong-import-position
from iommulint.checks import CHECKS  # pylint: disable=wrong-import-position
from iommulint.model import Options, System  # pylint: disable=wrong-import-position
from iommulint.tree import load  # pylint: disable=wrong-import-position

TOOL = TOP / "tools/iommu-lint"
TREES = TOP / "tests/dt/lint"
WORK = BUILD / "lint/iommu-lint"

EXPECT = re.compile(r"^// (\d+): (\w+) (\S+) (\S+) (\S+): (.*)$", re.M)
SVG = "{http://www.w3.org/2000/svg}"
SEED = 20260930
MUTATIONS = 400


@functools.lru_cache(maxsize=None)
def compile_tree(source, bad=0):
    """A tree of TREES in one of its forms: its .dtb and dtc's words."""
    WORK.mkdir(parents=True, exist_ok=True)
    plain = WORK / f"{source.stem}.{bad}.dts"
    out = plain.with_suffix(".dtb")
    run_program(dtbuild.CPP, "-nostdinc", "-undef", "-D__DTS__", f"-DBAD={bad}", "-x",
                "assembler-with-cpp", "-I", TREES, "-o", plain, source)
    done = run_program("dtc", *["-f"] * bool(bad), "-I", "dts", "-O", "dtb", "-o", out, plain)
    return out, done.text


def run(*args):
    """The command in this process: (status, standard output, errors)."""
    out, err = io.StringIO(), io.StringIO()
    out.reconfigure = err.reconfigure = lambda **_: None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.main([str(arg) for arg in args])
        except SystemExit as end:
            status = end.code
    return status, out.getvalue(), err.getvalue()


def sources():
    """All trees."""
    return sorted(TREES.glob("*.dts"))


def expected(source):
    """{form: [(severity, check, node, property, words)]}; form 0 is the good one."""
    forms = {0: []}
    for form, *rest in EXPECT.findall(source.read_text()):
        forms.setdefault(int(form), []).append(tuple(rest))
    return forms


def every_form():
    """(name, .dtb) of all forms of all trees."""
    for source in sources():
        for form in expected(source):
            yield f"{source.stem} {form}", compile_tree(source, form)[0]


class Checks(unittest.TestCase):
    """Each tree has the findings that it announces, and no other."""

    def compare(self, dtb, wanted):
        """Compare what is found with what is announced."""
        status, out, _ = run("--format", "json", dtb)
        found = json.loads(out)["findings"]
        left = [f"{one['severity']} {one['check']} {one['node']} {one['property']}: {one['what']}"
                for one in found]
        for severity, check, node, prop, words in wanted:
            start = f"{severity} {check} {node} {prop}: "
            hit = next((line for line in left if line.startswith(start) and words in line), None)
            self.assertIsNotNone(hit, f"{start}{words}\nis not in\n" + "\n".join(left))
            left.remove(hit)
        self.assertEqual(left, [], "not announced")
        self.assertTrue(all(one["hint"] for one in found))
        self.assertEqual(status, int(any(one["severity"] == "error" for one in found)))

    def test_trees(self):
        """All forms of all trees; the good one compiles without a warning."""
        for source in sources():
            for form, wanted in expected(source).items():
                with self.subTest(f"{source.stem} {form}"):
                    dtb, said = compile_tree(source, form)
                    self.assertTrue(form or not said, said)
                    self.compare(dtb, wanted)

    def test_each_has_a_tree(self):
        """No check without a tree that is wrong for it."""
        seen = {wanted[1] for source in sources()
                for form, all_wanted in expected(source).items() if form
                for wanted in all_wanted}
        self.assertEqual(set(CHECKS) - seen, set())

    def test_twins(self):
        """Each tree has a wrong form; the good one has nothing above a note."""
        for source in sources():
            forms = expected(source)
            self.assertGreater(len(forms), 1, source.name)
            self.assertLessEqual({one[0] for one in forms[0]}, {"note"}, source.name)

    def test_boards(self):
        """The project's boards have nothing above a note."""
        include = kernel_tree() / "include"
        for arch in ("arm64", "arm"):
            names = dtbuild.boards(arch)
            self.assertTrue(names, f"no boards for {arch}")
            for name in names:
                with self.subTest(f"{arch} {name}"):
                    dtb = dtbuild.compile_board(name, arch, WORK / arch, include)
                    _, out, _ = run("--quiet", dtb)
                    self.assertEqual(out, "")


class Command(unittest.TestCase):
    """Options and exit status."""

    @classmethod
    def setUpClass(cls):
        cls.good = compile_tree(TREES / "id-range.dts")[0]
        cls.bad = compile_tree(TREES / "id-range.dts", 1)[0]

    def test_as_a_program(self):
        """The entry works from anywhere."""
        done = run_program(TOOL, "--quiet", self.bad, cwd="/", good=(1,), apart=True)
        self.assertTrue(done.text.startswith('error: /dma@1000: "iommus": entry 0: StreamID'))

    def test_closed_pipe(self):
        """A reader that has seen enough is no error of ours."""
        done = run_program("bash", "-c", '"$0" --topology "$1" | head -n 1; exit ${PIPESTATUS[0]}',
                           TOOL, self.good, apart=True)
        self.assertEqual(done.errors, "")

    def test_sid_bits(self):
        """--sid-bits says what the SMMU has."""
        self.assertEqual(run(self.good)[0], 0)
        status, out, _ = run("--sid-bits", 16, self.good)
        self.assertEqual(status, 1)
        self.assertIn("0xffffffff does not exist on /iommu@9050000, which has 16", out)

    def test_granule(self):
        """--granule makes windows of 4 KiB too small."""
        dtb = compile_tree(TREES / "window-shape.dts")[0]
        self.assertEqual(run(dtb)[0], 0)
        status, out, _ = run("--granule", "64K", dtb)
        self.assertEqual(status, 1)
        self.assertIn("entry 0: window size is not a multiple of the granule", out)

    def test_selection(self):
        """--check and --skip choose."""
        self.assertEqual(run("--skip", "id-range", self.bad)[0], 0)
        self.assertEqual(run("--check", "pasid", self.bad)[0], 0)
        self.assertEqual(run("--check", "id-range", self.bad)[0], 1)
        self.assertEqual(run("--check", "nonsense", self.bad)[0], 2)

    def test_list(self):
        """--list-checks names each, and the page describes each."""
        status, out, _ = run("--list-checks")
        self.assertEqual(status, 0)
        self.assertEqual([line.split()[0] for line in out.splitlines()], list(CHECKS))
        page = (TOP / "Documentation/iommu/iommu-lint.rst").read_text()
        self.assertEqual([name for name in CHECKS if f"``{name}``" not in page], [])

    def test_usage(self):
        """What cannot be read is one line and status 2."""
        overlay = WORK / "overlay.dtb"
        run_program("dtc", "-@", "-I", "dts", "-O", "dtb", "-o", overlay,
                    input='/dts-v1/; /plugin/; &smmu { status = "okay"; };')
        for path, words in ((WORK / "nothing.dtb", "No such file"), (WORK, "directory"),
                            (TREES / "base.dtsi", "compile it with dtc"), (overlay, "an overlay"),
                            ("/dev/null", "not a compiled device tree")):
            status, out, err = run(path)
            self.assertEqual((status, out, err.count("\n")), (2, "", 1), err)
            self.assertIn(words, err)
        self.assertEqual(run()[0], 2)
        self.assertEqual(run("--sid-bits", "33", self.good)[0], 2)
        self.assertEqual(run("--svg", WORK / "no/such/place.svg", self.good)[0], 2)


class Numbers(unittest.TestCase):
    """Sets of IDs and windows, against slow and obvious ones."""

    def setUp(self):
        self.random = random.Random(SEED)

    def some_ids(self):
        """IDs below 64 and, slowly, the same as a set."""
        if self.random.random() < 0.5:
            first, last = sorted(self.random.choices(range(64), k=2))
            return ranges.Ids(ranges.Range(first, last)), set(range(first, last + 1))
        first, mask = self.random.randrange(64), self.random.randrange(64)
        return (ranges.Ids(ranges.Range(first, first), mask),
                {one for one in range(64) if not (one ^ first) & ~mask})

    def test_ids(self):
        """Overlap and containment of ranges and masks."""
        for _ in range(4000):
            (one, first), (two, second) = self.some_ids(), self.some_ids()
            self.assertEqual(one.overlaps(two), bool(first & second), f"{one} {two}")
            # It need not see that a mask is a range, or the other way round.
            self.assertLessEqual(one.contains(two), second <= first, f"{one} {two}")
            if bool(one.mask) == bool(two.mask):
                self.assertEqual(one.contains(two), second <= first, f"{one} {two}")

    def some_window(self):
        """A window below 64 and, slowly, the same as a set."""
        parts = [sorted(self.random.choices(range(64), k=2)) for _ in range(3)]
        return (ranges.Window.union(ranges.Range(*part) for part in parts),
                {one for first, last in parts for one in range(first, last + 1)})

    def test_windows(self):
        """Intersection, holes, union."""
        def numbers(window):
            return {one for part in window.ranges for one in range(part.start, part.last + 1)}

        for _ in range(2000):
            (one, first), (two, second) = self.some_window(), self.some_window()
            self.assertEqual(numbers(one), first)
            self.assertEqual(numbers(one.intersect(two)), first & second)
            self.assertEqual(numbers(one.without(two.ranges)), first - second)
            self.assertEqual(one.within(two), first <= second)


def big_tree():
    """A tree with many IOMMUs, masters, streams and regions, some of them shared."""
    dice = random.Random(SEED)
    iommus = "".join(f"""
        s{n}: iommu@{n + 1:x}0000000 {{ compatible = "arm,smmu-v3"; #iommu-cells = <1>; }};"""
                     for n in range(14))
    masters, regions = "", ""
    for number in range(90):
        home = dice.choices(range(12), k=dice.choice((1, 1, 1, 1, 2, 3)))
        entries = ", ".join(f"<&s{one} {number * 16 + at}>" for at, one in enumerate(home))
        wanted = dice.sample(range(6), dice.choice((0, 0, 0, 1, 2)))
        memory = ", ".join(f"<&r{one}>" for one in wanted)
        name = "a-very-long-name-of-a-device" if number % 9 == 0 else "dev"
        masters += f"""
        d{number}: {name}@{number + 256:x} {{ compatible = "big,dev{number % 7}";
            iommus = {entries}; {f'memory-region = {memory};' * bool(memory)} }};"""
        for one in wanted:
            regions += f"&r{one} {{ n{number}; }};\n"
    holes = "".join(f"""
        r{n}: region-{n} {{ iommu-addresses = {', '.join(
            f'<&d{d} 0 {n + 1:#x}00000 0 0x100000>' for d in range(90)
            if f'&r{n} {{ n{d}; }}' in regions) or '<&d0 0 0x100000 0 0x100000>'}; }};"""
                    for n in range(6))
    return f"""/dts-v1/;
    / {{ model = "<big> & \\"wide\\""; #address-cells = <2>; #size-cells = <2>;
        reserved-memory {{ #address-cells = <2>; #size-cells = <2>; ranges; {holes} }};
        {iommus}{masters}
    }};"""


class Picture(unittest.TestCase):
    """The topology, as text and as SVG."""

    @classmethod
    def setUpClass(cls):
        cls.big = WORK / "big.dtb"
        WORK.mkdir(parents=True, exist_ok=True)
        run_program("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", cls.big, input=big_tree())

    def draw(self, dtb):
        """The picture's elements."""
        out = WORK / "picture.svg"
        run("--svg", out, dtb)
        content = out.read_text(encoding="utf-8")
        self.assertNotRegex(content.replace("http://www.w3.org/2000/svg", ""),
                            r"href|url\(|http|@import|<script|<image")
        return xml.fromstring(content)

    @staticmethod
    def rectangles(root):
        """(left, top, right, bottom) of each box."""
        found = []
        for one in root.iter(SVG + "rect"):
            if one.get("class"):
                left, top, width, height = (float(one.get(name))
                                            for name in ("x", "y", "width", "height"))
                found.append((left, top, left + width, top + height))
        return found

    @staticmethod
    def segments(root):
        """(left, top, right, bottom) of each straight line."""
        for path in root.iter(SVG + "path"):
            for left, top, way, end in re.findall(r"M([\d.]+) ([\d.]+)([HV])([\d.]+)",
                                                  path.get("d")):
                left, top, end = float(left), float(top), float(end)
                right, bottom = (end, top) if way == "H" else (left, end)
                yield min(left, right), min(top, bottom), max(left, right), max(top, bottom)

    def branches(self, root):
        """How many lines end at masters."""
        return sum(path.get("d").count("M") - 2 for path in root.iter(SVG + "path"))

    def compare(self, root):
        """Nothing covers anything else, everything is on the paper."""
        boxes = self.rectangles(root)
        width, height = float(root.get("width")), float(root.get("height"))
        for box in boxes:
            self.assertGreaterEqual(min(box), 0)
            self.assertLessEqual(box[2], width)
            self.assertLessEqual(box[3], height)

        def meet(one, two, slack=0.2):
            return one[0] + slack < two[2] and two[0] + slack < one[2] and \
                one[1] + slack < two[3] and two[1] + slack < one[3]

        for one, two in itertools.combinations(boxes, 2):
            self.assertFalse(meet(one, two), f"boxes {one} {two}")
        for line in self.segments(root):
            thick = (line[0] - 0.5, line[1] - 0.5, line[2] + 0.5, line[3] + 0.5)
            for box in boxes:
                self.assertFalse(meet(thick, box, 0.8), f"line {line} through {box}")

    def test_small(self):
        """Every form of every tree can be drawn."""
        for name, dtb in every_form():
            with self.subTest(name):
                self.compare(self.draw(dtb))

    def test_big(self):
        """A tree with a hundred masters, some on several IOMMUs, with shared regions."""
        root = self.draw(self.big)
        self.compare(root)
        system = System(load(self.big))
        titles = [one.text for one in root.iter(SVG + "text") if one.get("class") == "title"]
        for master in system.masters:
            self.assertEqual(titles.count(str(master)), 1, master)
        # Others are drawn again beside each part of a tall picture.
        for node in [*system.iommus, *(one.node for one in system.regions)]:
            self.assertIn(str(node), titles)
        self.assertEqual(len(self.rectangles(root)), len(titles))
        ends = sum(len(one.iommus()) for one in system.masters.values())
        self.assertEqual(self.branches(root), ends + len(system.regions))
        self.assertEqual(root.find(SVG + "text").text, '<big> & "wide"')

    def test_lanes(self):
        """Upright lines of different boxes never lie on each other."""
        root = self.draw(self.big)
        upright = [line for line in self.segments(root) if line[0] == line[2]]
        for one, two in itertools.combinations(upright, 2):
            self.assertFalse(one[0] == two[0] and one[1] < two[3] and two[1] < one[3],
                             f"{one} {two}")

    def test_text(self):
        """Streams, windows and regions under each IOMMU."""
        dtb = compile_tree(TREES / "region-window.dts")[0]
        status, out, _ = run("--topology", "--quiet", dtb)
        self.assertEqual(status, 0)
        self.assertEqual(out, """\
/iommu@9050000  (arm,smmu-v3, #iommu-cells 1)
|-- /dma@1000  smmu,lint-a
|       stream 0x1
|       window 0x0-0x5fffffff
|       reserved 0x50000000-0x500fffff one to one (/reserved-memory/framebuffer@50000000)
|       reserved 0x8000000-0x80fffff kept free (/reserved-memory/msi-hole)
`-- /disk@2000  smmu,lint-b
        stream 0x2

""")

    def test_json(self):
        """The same as data."""
        dtb = compile_tree(TREES / "window-empty.dts")[0]
        answer = json.loads(run("--topology", "--format", "json", dtb)[1])["topology"]
        self.assertEqual(answer[0]["masters"][1]["window"], [[0, 0xFFFFFFF]])
        self.assertEqual([one["node"] for one in answer[0]["masters"]][-1],
                         "/pcie@10000000/usb@1,0")
        self.assertEqual(answer[0]["masters"][-1]["streams"], ["requester 0x8 -> stream 0x10008"])

    def test_every_text(self):
        """No form of a tree makes the text stumble."""
        for _, dtb in every_form():
            self.assertTrue(list(text.topology(System(load(dtb), Options()))))


class Damaged(unittest.TestCase):
    """Files that are no device trees, or not any more."""

    def mutate(self, dice, data):
        """One of several kinds of damage."""
        data, kind = bytearray(data), dice.randrange(5)
        if kind == 0:
            return data[:dice.randrange(len(data))]
        for _ in range(dice.choice((1, 1, 3, 20))):
            # Words in the header and the structure do the most interesting harm.
            at = dice.randrange(40 if kind == 1 else len(data)) // 4 * 4
            if kind == 2:
                data[at] ^= 1 << dice.randrange(8)
            elif kind == 3:
                data[at:at + 4] = data[dice.randrange(len(data)):][:4].ljust(4, b"\0")
            else:
                value = dice.choice((0, 1, 2, 3, 4, 9, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000,
                                     len(data), dice.randrange(1 << 32)))
                data[at:at + 4] = value.to_bytes(4, "big")
        return data

    def test_random(self):
        """Whatever the damage: status 0, 1, or 2 with one line; and pictures stay XML."""
        trees = [dtb.read_bytes() for name, dtb in every_form()]
        refused = 0
        with tempfile.TemporaryDirectory() as folder:
            file, picture = Path(folder, "damaged.dtb"), Path(folder, "damaged.svg")
            for seed in range(SEED, SEED + MUTATIONS):
                dice = random.Random(seed)
                file.write_bytes(self.mutate(dice, dice.choice(trees)))
                picture.unlink(missing_ok=True)
                with self.subTest(seed=seed):
                    status, _, err = run("--topology", "--svg", picture, file)
                    self.assertIn(status, (0, 1, 2))
                    self.assertEqual(err.count("\n"), int(status == 2), err)
                    if status != 2:
                        xml.parse(picture)
                    refused += status == 2
        # Else it would not test reading, or not damage.
        self.assertTrue(MUTATIONS / 10 < refused < MUTATIONS * 9 / 10, refused)

    def test_version(self):
        """Old versions of the format, with a structure that does not end."""
        data = bytearray(compile_tree(TREES / "pasid.dts")[0].read_bytes())
        file = WORK / "old.dtb"
        for version in range(17):
            data[20:28] = version.to_bytes(4, "big") + bytes(4)
            data[-8:] = b"\0\0\0\1" * 2
            file.write_bytes(data)
            status, _, err = run(file)
            self.assertEqual((status, err.count("\n")), (2, 1), err)
            self.assertIn("version", err)

    def test_truncated(self):
        """Every length short of the whole."""
        data = compile_tree(TREES / "pasid.dts")[0].read_bytes()
        file = WORK / "short.dtb"
        for size in range(0, len(data), 7):
            file.write_bytes(data[:size])
            status, out, err = run(file)
            self.assertEqual((status, out, err.count("\n")), (2, "", 1), size)


if __name__ == "__main__":
    unittest.main()
