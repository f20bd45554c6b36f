# SPDX-License-Identifier: GPL-2.0-only
"""Tests of barriers.py: what it has to find, put into the driver's own files one at a time;
and of the forms of a litmus test."""

import unittest

from harness.lint import barriers, layers
from harness.litmus import forms
from harness.places import TOP

FILES = layers.driver_files()
TESTS = forms.tests()
LIST = (TOP / barriers.NOT_RELIED_ON).read_text()
PAGE = (TOP / barriers.PAGE).read_text()
HEAD = "C test\n(* It.\n *\n * Covers:\n *\tids.c:nobody() smp_mb\n *)\n"
END = "exists (0:r0=1)\n"


class Barriers(unittest.TestCase):
    """Each test changes something and says what must be found then."""

    def found(self, changes=(), litmus=TESTS, unneeded=LIST, page=PAGE):
        """What is wrong after CHANGES (path, old, new) of the driver."""
        files = dict(FILES)
        for path, old, new in changes:
            self.assertIn(old, files[path], path)
            files[path] = files[path].replace(old, new, 1)
        return list(barriers.wrong(files, litmus, unneeded, page))

    def expect(self, what, **more):
        """It finds WHAT, a part of one of the lines."""
        found = self.found(**more)
        self.assertTrue(any(what in line for line in found), found)

    def add(self, line):
        """Changes that put a line into a function which has no barrier."""
        return [("queue/ring.h", "\treturn prod - cons;", f"\t{line}\n\treturn prod - cons;")]

    def test_as_it_is(self):
        """Nothing is wrong."""
        self.assertEqual(self.found(), [])

    def test_new_barrier(self):
        """Whatever orders, in a function that has no test."""
        for line, name in (("smp_mb();", "smp_mb"), ("dma_rmb();", "dma_rmb"), ("wmb();", "wmb"),
                           ("smp_mb__before_atomic();", "smp_mb__before_atomic"),
                           ("x = smp_load_acquire(&y);", "smp_load_acquire"),
                           ("smp_store_release(&y, x);", "smp_store_release"),
                           ("smp_store_mb(y, x);", "smp_store_mb"),
                           ("if (atomic_cmpxchg_acquire(&y, 0, 1))", "atomic_cmpxchg_acquire"),
                           ("x = cmpxchg(&y, 0, 1);", "cmpxchg"),
                           ("x = atomic64_try_cmpxchg(&y, &old, 1);", "atomic64_try_cmpxchg"),
                           ("x = xchg_release(&y, 0);", "xchg_release"),
                           ("x = atomic_fetch_add(1, &y);", "atomic_fetch_add"),
                           ("x = atomic_inc_return(&y);", "atomic_inc_return"),
                           ("x = atomic_dec_and_test(&y);", "atomic_dec_and_test"),
                           ("x = test_and_set_bit(1, &y);", "test_and_set_bit"),
                           ("clear_bit_unlock(1, &y);", "clear_bit_unlock"), ("x = readq(y);", "readq"),
                           ("x = ioread32(y);", "ioread32"), ("writel(x, y);", "writel"),
                           ("ret = readl_poll_timeout(y, x, x, 1, 2);", "readl_poll_timeout"),
                           ("smmu_mmio_write_ordered(mmio, x, y);", "smmu_mmio_write_ordered"),
                           ("rcu_assign_pointer(y, x);", "rcu_assign_pointer"),
                           ("synchronize_rcu();", "synchronize_rcu"),
                           ("x = rcu_dereference_protected(y, true);", "rcu_dereference_protected")):
            with self.subTest(line=line):
                self.expect(f"no litmus test covers queue/ring.h:smmu_ring_used() {name}",
                            changes=self.add(line))

    def test_not_ordered(self):
        """What orders nothing needs none."""
        for line in ("x = readl_relaxed(y);", "x = atomic_cmpxchg_relaxed(&y, 0, 1);", "x = READ_ONCE(y);",
                     "atomic_inc(&y);", "/* as smp_mb() would */", "x = atomic_read(&y);", "set_bit(1, &y);",
                     "ret = readl_relaxed_poll_timeout(y, x, x, 1, 2);", 'pr_warn("smp_mb()");'):
            with self.subTest(line=line):
                self.assertEqual(self.found(self.add(line)), [])

    def test_second(self):
        """A second one of a kind in a function."""
        changes = [("queue/cmdq.c", "\tdma_wmb();\n", "\tdma_wmb();\n\tdma_wmb();\n")]
        self.expect("no litmus test covers queue/cmdq.c:smmu_cmdq_put_locked() dma_wmb x2", changes=changes)
        self.expect("names what is not in the driver: queue/cmdq.c:smmu_cmdq_put_locked() dma_wmb",
                    changes=changes)

    def test_gone(self):
        """A barrier that was taken out, weakened, or is in another function now."""
        for old, new in (("\tdma_wmb();\n", ""), ("\tdma_wmb();\n", "\tsmp_wmb();\n"),
                         ("static void smmu_cmdq_put_locked(", "static void smmu_cmdq_fill_locked(")):
            with self.subTest(old=old, new=new):
                self.expect(".litmus names what is not in the driver: queue/cmdq.c:smmu_cmdq_put_locked() dma_wmb",
                            changes=[("queue/cmdq.c", old, new)])

    def test_without_test(self):
        """A test that was removed."""
        self.expect("no litmus test covers pgtable/map.c:map_done() dma_wmb",
                    litmus=[one for one in TESTS if one.name != "map-doorbell"])

    def test_macro(self):
        """A barrier outside of functions is seen."""
        self.expect("no litmus test covers ids.c:nothing() smp_wmb",
                    changes=[("ids.c", "#include", "#define BARRIER smp_wmb()\n#include")])

    def test_not_relied_on(self):
        """The list is read both ways, and wants a reason."""
        for line, what in (("ids.c:nobody() smp_mb: it is", "names what is not in the driver: ids.c"),
                           ("pgtable/map.c:map_done() dma_wmb: it is", "and has a test: map-doorbell"),
                           ("pgtable/map.c:map_done() dma_wmb", "dma_wmb (without a reason)")):
            with self.subTest(line=line):
                self.expect(what, unneeded=f"{LIST}{line}\n")
        self.expect("no litmus test covers reset.c:smmu_reset_cut_off()", unneeded="")

    def test_page(self):
        """The table of the page is that of the tests."""
        self.expect("its table is not what", page=PAGE.replace("map-doorbell", "map-bell"))


class Forms(unittest.TestCase):
    """What becomes of marked lines."""

    def forms(self, *lines):
        """(what is expected, lines) of all forms but the first."""
        text = HEAD + "\n".join(lines) + "\n" + END
        return [(form.expected, form.text[len(HEAD):-len(END)].splitlines())
                for form in forms.Litmus("test", text).forms()][1:]

    def test_replaced(self):
        """A form for each mark, of which it is the only change."""
        self.assertEqual(self.forms("\tsmp_mb();\t// weakened: smp_wmb();", "\tx;\t// surplus:"), [
            (forms.SOMETIMES, ["\tsmp_wmb();", "\tx;\t// surplus:"]),
            (forms.NEVER, ["\tsmp_mb();\t// weakened: smp_wmb();", ""])])

    def test_together(self):
        """Marks with a common word are one form."""
        self.assertEqual(self.forms("\ta;\t// weakened both:", "\tb;\t// weakened both: c;"),
                         [(forms.SOMETIMES, ["", "\tc;"])])

    def test_again(self):
        """Another mark for the line above."""
        self.assertEqual(self.forms("\ta;\t// weakened: b;", "\t// surplus: c;"), [
            (forms.SOMETIMES, ["\tb;", "\t// surplus: c;"]),
            (forms.NEVER, ["\tc;", "\t// surplus: c;"])])

    def test_wrong(self):
        """A file that says too little."""
        good = HEAD + "\ta;\t// weakened:\n" + END
        self.assertEqual(list(forms.Litmus("test", good).wrong()), [])
        for old, new in (("C test", "C other"), ("Covers:", "For:"), ("// weakened", "//"),
                         ("exists", "forall")):
            with self.subTest(old=old):
                self.assertEqual(len(list(forms.Litmus("test", good.replace(old, new)).wrong())), 1)


if __name__ == "__main__":
    unittest.main()
