# SPDX-License-Identifier: GPL-2.0-only
"""Which tests there are, on which kernels, and which of them "make check" runs."""

import textwrap

from harness import fresh
from harness.bench import measure
from harness.boots import badtree, demo, guest, kunit
from harness.boots.scripts import guest_scripts
from harness.builds.kernels import BASE_SERIES
from harness.lint import checks
from harness.litmus import forms, herd
from harness.machine import qemu
from harness.machine.board import STAGES
from harness.package import boot, contents, dkms, target

# Behaviour scripts with lower numbers are quick.
QUICK_BELOW = "30"

# What "make check" runs of the behaviour scripts, for each kind of kernel and stage:
# words of _in(). Nothing: only "make check-all" runs them.
CHECKED = {
    BASE_SERIES: {
        "debian": {"nested": "plain trees 54-unclaimed.sh 85-left.sh"},
        "builtin": {"1": "plain", "2": "quick 40-api.sh 41-api-disabled.sh 60-vfio.sh", "nested": "named"},
        "debug": {"nested": "own"},
        "armhf": {"nested": "plain named 56-high.sh 65-regions.sh 66-window.sh 74-window-low.sh"},
        # What depends on the size of a page.
        "16k": {"nested": "quick 60-vfio.sh 66-window.sh 70-suspend.sh"},
    },
    "newest": {
        "debian": {"nested": "plain since 65-group.sh 66-window.sh"},
        "builtin": {"nested": "quick 40-api.sh named"},
        "armhf": {"nested": "quick"},
    },
}

# Checks that compile the driver again take a minute each.
COMPILERS = ("gcc", "clang")

# The boards that it has.
BOARDS_CHECKED = ("virt-fixed", "virt-platform", "virt-pseries")

# Of the board with two SMMUs: kind, stage and tree.
TWO_CHECKED = ("debian", "nested", "two-roots")

# Kinds that "make check-all" takes in addition.
MORE = {
    BASE_SERIES: ("debian", "builtin", "debug", "armhf", "16k", "64k"),
    "newest": ("debian", "builtin", "debug", "armhf", "16k"),
}


def group_scripts(kernel_kind, series, stage, part="all", board=""):
    """Lists of scripts that share a boot on this kernel with this stage setting."""
    groups = {}
    for script in guest_scripts():
        if script.board == board and script.runs_on(kernel_kind, series) and stage in script.stages \
                and any(_in(word, script, kernel_kind) for word in part.split()):
            groups.setdefault(script.same_boot(), []).append(script)
    return list(groups.values())


def _in(word, script, kind):
    plain = not (script.own_boot or script.tree)
    return {"all": True,
            script.name: True,
            # Those that share the board as it is.
            "plain": plain,
            "quick": plain and script.name < QUICK_BELOW,
            # Those that need a boot for themselves, or a tree.
            "own": script.own_boot,
            "trees": bool(script.tree),
            # Those that are about what newer kernels brought.
            "since": bool(script.since),
            # Those that ask for this kind of kernel and no other.
            "named": script.kernels == (kind,)}.get(word, False)


class Plan:
    """The tests to run: (name, kernel's name or None, function of the kernel)."""

    def __init__(self, results, series, everything=False, newer_qemu=False):
        """SERIES are names; what is not the base's is the newest one."""
        # What boots that can run on either QEMU are called on the newer one.
        self.prefix = f"qemu-{qemu.NEWER}/" if newer_qemu else ""
        self.results = results
        self.series = series
        self.everything = everything
        self.tasks = []
        # Groups that only everything has.
        self.left_out = []

    def _label(self, series):
        return BASE_SERIES if series == BASE_SERIES else "newest"

    def add(self, name, kernel, function, checked=True):
        """Add a test, if --only wants it; CHECKED: whether plain "make check" has it."""
        if not self.results.wants(name):
            return
        if checked or self.everything:
            self.tasks.append((name, kernel, function))
        else:
            self.left_out.append(name)

    def names_left_out(self):
        """What was left out, for people: a paragraph for each kind of test."""
        names = {}
        for name in self.left_out:
            kind, _, rest = name.partition("/")
            names.setdefault(kind, []).append(rest)
        return "\n".join(textwrap.fill(f"{kind}/: {'; '.join(rest)}", 100, initial_indent="    ",
                                       subsequent_indent="      ", break_on_hyphens=False)
                         for kind, rest in names.items())

    def _base(self):
        return BASE_SERIES in self.series

    def lint(self, quick=False):
        """Every check that the series let run."""
        for name, kind, function in checks.CHECKS:
            kernel = kind and f"{kind}-{BASE_SERIES}"
            newest = name.endswith("-newest")
            if kernel and not self._base() or newest and self.series == [BASE_SERIES] \
                    or quick and (newest or name.startswith(COMPILERS)):
                continue
            self.add(f"lint/{name}", kernel, lambda k, name=name, function=function:
                     checks.run(self.results, f"lint/{name}", function, k),
                     checked=name not in checks.ALL_ONLY)

    def litmus(self):
        """The driver's barriers, by the kernel's memory model."""
        for test in forms.tests():
            name = f"litmus/{test.name}"
            self.add(name, None, lambda _, name=name, test=test: herd.check(self.results, name, test))

    def package(self):
        """The Debian package."""
        for name, function in (("contents", contents.contents), ("dpkg", contents.with_dpkg),
                               ("boot", boot.scripts)):
            name = f"package/{name}"
            self.add(name, None, lambda _, name=name, function=function: function(self.results, name))
        for series in self.series:
            for kind in ("debian", "armhf"):
                name = f"package/dkms/{kind}-{series}"
                self.add(name, f"{kind}-{series}", lambda k, name=name:
                         dkms.with_dkms(self.results, name, k))
        if self._base():
            self.add("package/target", f"debian-{BASE_SERIES}", lambda _:
                     target.whole_system(self.results, "package/target"), checked=False)

    def kunit(self):
        """KUnit: built in through kunit.py, and as a module."""
        for series in self.series:
            name = f"kunit/builtin-{series}"
            self.add(name, f"builtin-{series}", lambda k, name=name:
                     kunit.run_kunit_py(self.results, name, k))
            for kind in ("debug", "kasan", "64k") if series == BASE_SERIES else ("debug", "rt"):
                name = f"kunit/{kind}-{series}"
                self.add(name, f"{kind}-{series}", lambda k, name=name:
                         kunit.run_kunit(self.results, name, k), checked=False)

    def guest(self):
        """The behaviour scripts."""
        for series in self.series:
            label = self._label(series)
            for kind in MORE[label]:
                for stage in STAGES:
                    self._guest(kind, series, stage, CHECKED[label].get(kind, {}).get(stage))

    def _guest(self, kind, series, stage, part):
        kernel, left = f"{kind}-{series}", []
        wanted = [one.name for group in group_scripts(kind, series, stage, part or "")
                  for one in group]
        # Groups keep their numbers whatever is left out of them.
        for number, scripts in enumerate(group_scripts(kind, series, stage)):
            name = f"{self.prefix}guest/{kernel}/{stage}" + (f"/{number}" if number else "")
            now = scripts if self.everything else [one for one in scripts if one.name in wanted]
            if self.results.wants(name):
                left += [one.name.removesuffix(".sh") for one in scripts if one not in now]
            if now:
                self.add(name, kernel, lambda k, name=name, scripts=now, stage=stage:
                         guest.run_scripts(self.results, name, k, stage, scripts))
        if left:
            self.left_out.append(f"{self.prefix}guest/{kernel}/{stage}" + (f" ({' '.join(left)})" if wanted else ""))

    def quick_guest(self):
        """The quick scripts on Debian's base kernel."""
        for scripts in group_scripts("debian", BASE_SERIES, "nested", "quick"):
            self.add(f"guest/debian-{BASE_SERIES}/nested", f"debian-{BASE_SERIES}",
                     lambda k, scripts=scripts: guest.run_scripts(
                         self.results, f"guest/debian-{BASE_SERIES}/nested", k, "nested", scripts))

    def boards(self):
        """Every board that has a device tree here."""
        for board, kind in demo.boards().items():
            for series in self.series:
                name = f"boards/{board}" + ("" if series == BASE_SERIES else f"-{series}")
                self.add(name, f"{kind}-{series}", lambda k, name=name, board=board:
                         demo.run(self.results, name, k, board),
                         checked=board in BOARDS_CHECKED and
                         (series == BASE_SERIES or not self._base()))

    def bad_trees(self):
        """Every case of badtree.py."""
        for series in self.series:
            base = series == BASE_SERIES
            for case in badtree.CASES:
                name = f"{self.prefix}badtree/{case.name}" + ("" if base else f"-{series}")
                kernel = f"debug-{series}" if base else f"debian-{series}"
                self.add(name, kernel, lambda k, name=name, case=case:
                         badtree.run(self.results, name, k, case),
                         checked=case.checked and (base or not self._base()))

    def preempt_rt(self):
        """Whether the newest kernel's checks of lock nesting find anything, interrupts included."""
        for series in self.series:
            if series == BASE_SERIES:
                continue
            self._guest("rt", series, "nested", None)
            for case in badtree.CASES:
                if case.name == "combined interrupt":
                    name = f"badtree/{case.name}-rt-{series}"
                    self.add(name, f"rt-{series}", lambda k, name=name, case=case:
                             badtree.run(self.results, name, k, case), checked=False)

    def two_smmus(self):
        """What needs a board with two SMMUs, which the newer QEMU alone has."""
        for series in self.series:
            for kind in MORE[self._label(series)]:
                for stage in STAGES:
                    for scripts in group_scripts(kind, series, stage, board="two"):
                        first = scripts[0]
                        name = f"qemu-{qemu.NEWER}/{kind}-{series}/{stage}/{first.tree}"
                        if first.own_boot:
                            name += f"/{first.name.removesuffix('.sh')}"
                        self.add(name, f"{kind}-{series}", lambda k, name=name, stage=stage, scripts=scripts:
                                 guest.run_scripts(self.results, name, k, stage, scripts),
                                 checked=(kind, stage, first.tree) == TWO_CHECKED and
                                 series == BASE_SERIES and not first.own_boot)

    def bench(self):
        """What calls cost beside the in-tree driver."""
        if self._base():
            self.add("bench/costs", f"bench-{BASE_SERIES}", lambda k:
                     measure.run(self.results, "bench/costs", k), checked=False)

    def fresh(self):
        """What a stranger starts first, in systems that have nothing installed yet."""
        if self._base():
            for release in fresh.RELEASES:
                for what in fresh.STARTS:
                    name = f"fresh/{release}/{what}"
                    self.add(name, None, lambda _, name=name, release=release, what=what:
                             fresh.run(self.results, name, release, what), checked=False)

    def all(self):
        """Everything, in the order in which its kernels come."""
        self.lint()
        self.litmus()
        self.package()
        self.guest()
        self.boards()
        self.kunit()
        self.bad_trees()
        self.preempt_rt()
        self.two_smmus()
        self.bench()
        order = self.kernels()
        self.tasks.sort(key=lambda task: order.index(task[1]) if task[1] else -1)
        # An hour that needs no kernel of this machine.
        self.fresh()

    def on_newer_qemu(self):
        """What runs on the newer QEMU as well as on the machine's own, and what only it has."""
        self.guest()
        self.bad_trees()
        self.two_smmus()

    def quick(self):
        """What takes under two minutes when the kernels are there."""
        self.lint(quick=True)
        self.kunit()
        self.quick_guest()

    def kernels(self):
        """The kernels that tests want: downloads first, then as they are best built."""
        kinds = ("debian", "armhf", "16k", "debug", "builtin", "kasan", "64k", "rt", "bench")
        names = {task[1] for task in self.tasks if task[1]}
        # Objects of one series serve its debug and builtin kernels.
        return sorted(names, key=lambda name: (
            name.rpartition("-")[0] not in kinds[:3],
            name.rpartition("-")[0] in kinds[5:],
            name.rpartition("-")[2] != BASE_SERIES,
            kinds.index(name.rpartition("-")[0])))
