# SPDX-License-Identifier: GPL-2.0-only
"""The driver in a kernel tree: make overlay, make patch, and Kconfig.

Most of it needs only the few files of a tree that change; they are copied into small
trees, where many things can go wrong at little cost.
"""

import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from harness.lint import checkpatch, compilers
from harness.lint.files import kernel_tree
from harness.places import BUILD, TOP
from harness.programs import run, script, tail

sys.path.insert(0, str(TOP / "tools"))
# pylint: disable=wrong-import-position
from kerneltree import hooks, overlay, parts, series, tree as trees  # noqa: E402

# A file of the driver's that tests change in a tree.
FILE = "probe.c"

# What our files cannot do without in a kernel tree of any version, see style.py:
# compat.h asks for the version, and constants of device trees are lists of cells.
ACCEPTED = {
    "compat.h": {"LINUX_VERSION_CODE", "CONSTANT_COMPARISON"},
    "smmu.h": {"SPACING", "COMPLEX_MACRO"},
}


@contextmanager
def _small(tree):
    """A tree with the files of TREE that matter, each with a second link elsewhere."""
    with tempfile.TemporaryDirectory(prefix="smmu-tree-") as temporary:
        small, links = Path(temporary, "tree"), Path(temporary, "links")
        for number, path in enumerate(sorted({*trees.HAS, *parts.REPLACES})):
            (small / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / path, small / path)
            links.mkdir(exist_ok=True)
            os.link(small / path, links / str(number))
        yield small


def _state(tree):
    """Everything that could differ: contents, mode, inode, time."""
    found = {}
    for path in sorted(tree.rglob("*")):
        about = path.lstat()
        found[str(path.relative_to(tree))] = path.is_dir() or (
            path.read_bytes(), about.st_mode, about.st_ino, about.st_mtime_ns)
    return found


def _differs(one, other):
    return sorted(path for path in {*one, *other} if one.get(path) != other.get(path))


class _Overlay:
    """One small tree, and what was found wrong with it."""

    def __init__(self, tree):
        self.tree = tree
        self.wrong = []

    def run(self, command):
        """How kernel-tree ended: 0, or 1 with a message of its own if it refused."""
        return run(sys.executable, TOP / "tools/kernel-tree", command, self.tree, good=(0, 1))

    def expect(self, what, good, detail=""):
        """Remember what is not as it should be."""
        if not good:
            self.wrong.append(f"{what}{f': {detail}' if detail else ''}")

    def works(self, command):
        """A command that may not be refused."""
        done = self.run(command)
        self.expect(f"make {command}", done.status == 0, done.text.strip())

    def refused(self, what, command, words):
        """A command that has to be refused with these words, and may change nothing."""
        before = _state(self.tree)
        done = self.run(command)
        # An exception has the same status.
        self.expect(f"{what} is refused", done.status and words in done.text
                    and done.text.startswith("kernel-tree"), done.text.strip() or "it is not")
        changed = _differs(before, _state(self.tree))
        self.expect(f"{what}: nothing changes", not changed, " ".join(changed[:5]))


def _again(test, before):
    """A second run, an update, and what the kernel's files look like."""
    there = _state(test.tree)
    test.works("overlay")
    changed = [path for path in _differs(there, _state(test.tree)) if overlay.KEEP not in path]
    test.expect("a second run changes nothing", not changed, " ".join(changed[:5]))

    stale, old = test.tree / parts.DRIVER / FILE, test.tree / parts.DRIVER / "old.c"
    known = overlay.Overlay(test.tree)
    for path, data in ((stale, b"stale\n"), (old, b"old\n")):
        path.write_bytes(data)
        known.own[str(path.relative_to(test.tree))] = [overlay.checksum(data)]
    known.save()
    link = test.tree.parent / "link"
    os.link(stale, link)
    test.works("overlay")
    test.expect("another link of it is not", link.read_bytes() == b"stale\n")
    test.expect("a changed file is updated",
                stale.read_bytes() == (TOP / parts.DRIVER / FILE).read_bytes())
    test.expect("a file that we no longer have is removed", not old.exists())

    stale.with_suffix(".o").write_bytes(b"object")
    stale.with_name(f".{stale.stem}.o.cmd").write_bytes(b"command")
    test.works("overlay-remove")
    test.expect("all is as it was", not _differs(before, _state(test.tree)),
                " ".join(_differs(before, _state(test.tree))[:5]))


def _refusals(test):
    """Trees that must stay as they are."""
    mine = test.tree / parts.DRIVER / FILE
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("somebody's\n")
    test.refused("a file that is not ours", "overlay", "did not write it")
    shutil.rmtree(mine.parent)
    test.refused("removal where nothing is", "overlay-remove", "put nothing there")

    test.works("overlay")
    mine.write_text("edited\n")
    test.refused("an edited file", "overlay", "was changed in the tree")
    test.refused("removal of an edited file", "overlay-remove", "was changed in the tree")
    mine.unlink()
    kernel = test.tree / "drivers/iommu/Makefile"
    text = kernel.read_text()
    overlay.replace(kernel, (text + "# more\n").encode())
    test.refused("an edited file of the kernel", "overlay", "lines of ours")
    test.refused("its removal", "overlay-remove", "was changed since")
    overlay.replace(kernel, text.encode())
    test.works("overlay-remove")

    _replaced(test, "Makefile", r"^VERSION = \d+", "VERSION = 5", "is needed")
    _replaced(test, "arch/arm64/boot/dts/Makefile", "^subdir-y", "subdir-n", "is not what it is")
    (test.tree / "Kbuild").unlink()
    test.refused("half a tree", "overlay", "is not a kernel source tree")


def _replaced(test, path, old, new, words):
    """The tree is refused if lines of a file have NEW for the pattern OLD."""
    file = test.tree / path
    text = file.read_text()
    file.write_text(re.sub(old, new, text, flags=re.M))
    test.refused(f"{new} in {path}", "overlay", words)
    file.write_text(text)


def overlay_check(series_name):
    """Put our files into a tree, again, and out again; and where that is refused."""
    tree = kernel_tree(series_name)
    with _small(tree) as small:
        test = _Overlay(small)
        before = _state(small)
        links = {path: path.read_bytes() for path in (small.parent / "links").iterdir()}
        test.works("overlay")
        missing = [path for path in parts.paths() if not (small / path).exists()]
        test.expect("all files are there", not missing, " ".join(missing))
        test.expect("other links of a file keep its contents",
                    all(path.read_bytes() == data for path, data in links.items()))
        _again(test, before)
        test.expect("files keep their links", all(path.stat().st_nlink == 2 for path in links))
        _refusals(test)
    with _small(tree) as small:
        test.tree = small
        shutil.move(small / "arch/arm", small.parent / "arm")
        (small / "arch/arm").symlink_to(small.parent / "arm")
        test.refused("a link out of the tree", "overlay", "symbolic link")
    return "\n".join(test.wrong)


def _git(folder, *words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {f"GIT_{role}_{what}": "tester@example.com"
           for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return run("git", "-c", "commit.gpgSign=false", "-C", folder, *words, good=None,
               env={**environment, **who})


def _am(tree, series_files):
    """git am of the series gives what the overlay gives."""
    with _small(tree) as by_git, _small(tree) as by_overlay:
        test = _Overlay(by_overlay)
        test.works("overlay")
        for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "kernel"),
                      ("am", "-q", *map(str, series_files))):
            done = _git(by_git, *words)
            if done.status:
                return [f"git {words[0]} ended with status {done.status}: {tail(done.text, 20)}"]
        shutil.rmtree(by_git / ".git")
        shutil.rmtree(by_overlay / overlay.KEEP)
        contents = [{path: value if value is True else value[:2]
                     for path, value in _state(one).items()} for one in (by_git, by_overlay)]
        return test.wrong + [f"git am gives another {path} than make overlay"
                             for path in _differs(*contents)]


def _maintained(patch):
    """Files that a patch adds and the last patch's section of MAINTAINERS does not have."""
    section = hooks.maintainers_entry()
    patterns = re.findall(r"^F:\t(.*)$", section, re.M)
    added = re.findall(r"^--- /dev/null\n\+\+\+ b/(.*)$", patch.read_text(), re.M)
    return [path for path in added
            if not any(path.startswith(one) if one.endswith("/") else Path(path).match(one)
                       for one in patterns)]


def _checkpatch(tree, series_files):
    """What checkpatch.pl --strict says of the patches."""
    documented = "".join(one.read_text() for one in series_files)
    wrong = []
    for said in re.split(r"\n{2,}", checkpatch.says(tree, *series_files).strip()):
        kind = checkpatch.FINDING.search(said)
        where = re.search(r"^#\d+: FILE: (\S+?):", said, re.M)
        name = Path(where.group(1)).name if where else ""
        compatible = re.search(r'UNDOCUMENTED_DT_STRING: DT compatible string "(.*?)"', said)
        if compatible and f"const: {compatible.group(1)}\n" in documented:
            continue
        # Which files are looked after is checked here, for all patches together.
        if said and not (kind and kind.group(2) in {"FILE_PATH_CHANGES", *ACCEPTED.get(name, ())}):
            wrong.append(said.strip())
    return wrong


def patch_check(series_name):
    """The series is what the overlay is, and checkpatch.pl accepts it."""
    tree = kernel_tree(series_name)
    with tempfile.TemporaryDirectory(prefix="smmu-series-") as temporary:
        out = Path(temporary, "patches")
        series.write(tree, out, quiet=True)
        found = sorted(out.glob("*.patch"))
        wrong = _am(tree, found) + _checkpatch(tree, found)
        for one in found:
            wrong += [f"{one.name}: MAINTAINERS does not know of {path}"
                      for path in _maintained(one)]
            if "\nSigned-off-by: " not in one.read_text():
                wrong.append(f"{one.name} is not signed off")
    return "\n".join(wrong)


# What is asked for, on which machine, and what Kconfig makes of it.
_CHOICES = (
    ("both cannot be built in", "arm64", "CONFIG_MODULES=y CONFIG_ARM_SMMU_V3=y CONFIG_SMMU=y",
     {"ARM_SMMU_V3": "y", "SMMU": "m"}),
    ("not without modules, either", "arm64", "CONFIG_ARM_SMMU_V3=y CONFIG_SMMU=y",
     {"ARM_SMMU_V3": "y", "SMMU": None}),
    ("a module beside a built-in ARM_SMMU_V3", "arm64",
     "CONFIG_MODULES=y CONFIG_ARM_SMMU_V3=y CONFIG_SMMU=m", {"ARM_SMMU_V3": "y", "SMMU": "m"}),
    ("built in beside ARM_SMMU_V3 as a module", "arm64",
     "CONFIG_MODULES=y CONFIG_ARM_SMMU_V3=m CONFIG_SMMU=y", {"ARM_SMMU_V3": "m", "SMMU": "y"}),
    ("two modules", "arm64", "CONFIG_MODULES=y CONFIG_ARM_SMMU_V3=m CONFIG_SMMU=m",
     {"ARM_SMMU_V3": "m", "SMMU": "m"}),
    ("built in, with KUnit tests", "arm64", "CONFIG_SMMU=y CONFIG_KUNIT=y CONFIG_SMMU_KUNIT_TEST=y",
     {"SMMU": "y", "SMMU_KUNIT_TEST": "y", "IOMMU_DMA": "y"}),
    ("32-bit Arm has its DMA API", "arm", "CONFIG_SMMU=y",
     {"SMMU": "y", "ARM_DMA_USE_IOMMU": "y"}),
    ("32-bit Arm without LPAE", "arm", "# CONFIG_ARM_LPAE is not set CONFIG_SMMU=y",
     {"SMMU": None}),
    ("other machines to compile it", "x86_64", "CONFIG_OF=y CONFIG_MODULES=y CONFIG_SMMU=m",
     {"SMMU": "m"}),
    ("and for nothing else", "x86_64",
     "CONFIG_OF=y # CONFIG_COMPILE_TEST is not set CONFIG_SMMU=y", {"SMMU": None}),
)


def kconfig_check(series_name):
    """Which configurations can be had."""
    tree = Path(script("overlay-tree.sh", series_name))
    out = BUILD / "compile" / f"{series_name}-kconfig"
    wrong = []
    for what, name, wanted, expected in _CHOICES:
        machine = compilers.MACHINES[name]
        lines = re.findall(r"CONFIG_\w+=\w+|# CONFIG_\w+ is not set", wanted)
        text = "\n".join([*machine.more.splitlines(), "CONFIG_MMU=y", "CONFIG_IOMMU_SUPPORT=y",
                          *lines]) + "\n"
        got = compilers.configure(tree, out, compilers.compiler(machine, "gcc"), text)
        for option, value in expected.items():
            if got.get(f"CONFIG_{option}") != value:
                wrong.append(f"{what} ({name}: {wanted}): {option} is "
                             f"{got.get(f'CONFIG_{option}')}, not {value}")
    return "\n".join(wrong)
