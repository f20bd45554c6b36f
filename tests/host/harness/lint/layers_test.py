# SPDX-License-Identifier: GPL-2.0-only
"""Tests of layers.py: what it has to find, put into the driver's own files one at a time."""

import unittest

from harness.lint import layers
from harness.places import TOP

PAGE = (TOP / layers.PAGE).read_text()
FILES = layers.driver_files()


class Layers(unittest.TestCase):
    """Each test changes files and says what must be found then."""

    def found(self, changes, gone=()):
        """What is wrong with the driver after CHANGES: {path: (old, new)}; an empty OLD puts
        NEW in front of the file. Files in GONE are left out."""
        files = {path: text for path, text in FILES.items() if path not in gone}
        for path, (old, new) in changes.items():
            self.assertIn(old, files.get(path, ""), path)
            files[path] = files.get(path, "").replace(old, new or "", 1) if old else \
                new + files.get(path, "")
        return list(layers.wrong(PAGE, files))

    def expect(self, what, changes, gone=()):
        """Changes make it find WHAT, a part of one of the lines."""
        found = self.found(changes, gone)
        self.assertTrue(any(what in line for line in found), found)

    def test_as_it_is(self):
        """Nothing is wrong."""
        self.assertEqual(self.found({}), [])

    def test_include_up(self):
        """However an include of a higher layer is written."""
        for line in ('#include "domain.h"', '#include "../domain.h"', '# include "domain.h"',
                     '#include\t"domain.h"', '\t#\tinclude  "../queue/../domain.h"',
                     '#include"domain.h"'):
            with self.subTest(line=line):
                self.expect("queue/cmdq.c (layer 1) includes domain.h (layer 3)",
                            {"queue/cmdq.c": ("", line + "\n")})

    def test_include_of_nothing(self):
        """A name that leads nowhere, which could be a file that this does not know."""
        self.expect("queue/cmdq.c: an include in quotes",
                    {"queue/cmdq.c": ("", '#include "../../arm/domain.h"\n')})

    def test_include_everywhere(self):
        """What everybody includes, includes nothing."""
        self.expect("compat.h (layer -1) includes hw/regs.h (layer 0)",
                    {"compat.h": ("", '#include "hw/regs.h"\n')})

    def test_include_circle(self):
        """Headers round in a circle: on one layer, in one folder by either name."""
        self.expect("a circle of includes: domain.h -> master.h -> domain.h",
                    {"domain.h": ("", '#include "master.h"\n'), "master.h": ("", '#include "domain.h"\n')})
        for name in ("hint.h", "pgtable/hint.h", "../pgtable/hint.h"):
            with self.subTest(name=name):
                self.expect("a circle of includes",
                            {"pgtable/internal.h": ("", f'#include "{name}"\n')})

    def test_call_up(self):
        """Calls of functions whose heads begin in every way that there is."""
        for name, home in (("smmu_table_alloc", "pgtable/table.c (layer 1)"),
                           ("smmu_entry_write", "stream/entry.c (layer 1)"),
                           ("smmu_entry_store", "stream/entry.c (layer 1)"),
                           ("smmu_attach_paging", "attach.c (layer 4)"),
                           ("smmu_attach_identity", "attach.c (layer 4)"),
                           ("smmu_attach_blocked", "attach.c (layer 4)")):
            with self.subTest(name=name):
                self.expect(f"hw/mem.c (layer 0) calls {home}",
                            {"hw/mem.c": ("", f"static void up(void)\n{{\n\t{name}();\n}}\n")})

    def test_call_without_prefix(self):
        """The name need not begin with smmu_."""
        self.expect("hw/mem.c (layer 0) calls attach.c (layer 4)",
                    {"attach.h": ("", "void cut_off(struct device *dev);\n"),
                     "attach.c": ("", "void cut_off(struct device *dev)\n{\n}\n\n"),
                     "hw/mem.c": ("", "static void up(void)\n{\n\tcut_off(NULL);\n}\n")})

    def test_call_circle(self):
        """Sources of one layer that call each other."""
        self.expect("a circle of calls",
                    {"queue/cmdq.c": ("", "static void a(void)\n{\n\tsmmu_evtq_init();\n}\n"),
                     "queue/evtq.c": ("", "static void b(void)\n{\n\tsmmu_cmdq_init();\n}\n")})

    def test_homeless(self):
        """A function whose definition it cannot see would hide calls."""
        self.expect("attach.h: no function definition was found for smmu_attach_nobody()",
                    {"attach.h": ("", "int smmu_attach_nobody(struct device *dev);\n")})

    def test_new_file(self):
        """A file that the table does not have."""
        self.expect("diag/history.c: the table", {"diag/history.c": ("", "int smmu_history;\n")})
        self.expect("audit.c: the table", {"audit.c": ("", "int smmu_audit;\n")})


if __name__ == "__main__":
    unittest.main()
