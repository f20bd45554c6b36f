# SPDX-License-Identifier: GPL-2.0-only
"""What compilers and sparse say of the driver, built as a module."""

import re
import shutil

from harness.builds import modules
from harness.builds.modules import DRIVER
from harness.places import BUILD


def _strict_build(kernel, *options):
    """All warnings that a build in a tree of its own gives."""
    name = f"lint-{kernel.name}-{options[0].partition('=')[0]}"
    top = BUILD / "modules" / name
    shutil.rmtree(top, ignore_errors=True)
    modules.copy(top)
    wanted = ["CONFIG_SMMU=m"]
    if modules.has_kunit(kernel):
        wanted.append("CONFIG_SMMU_KUNIT_TEST=m")
    done = modules.make(kernel, top / DRIVER, *wanted, *options, good=None)
    status, out = done.status, done.text
    if status == 0:
        done = modules.make(kernel, top / modules.TESTS, *options,
                            f"KBUILD_EXTRA_SYMBOLS={top / DRIVER / 'Module.symvers'}", good=None)
        status, out = done.status, out + done.text
    out = out.replace(f"{top}/", "")
    wrong = [line for line in out.splitlines()
             if re.search(r"warning:|error:|WARNING:|ERROR:|\*\*\* ", line)
             and not re.match(r"make(\[\d\])?:", line)]
    # Files of the kernel itself are not ours to mend.
    wrong = [line for line in wrong if not line.startswith(("/", "../"))] or wrong * bool(status)
    if status and not wrong:
        wrong = out.splitlines()[-20:]
    return "\n".join(wrong)


def warnings(kernel):
    """gcc has nothing to say with W=1."""
    return _strict_build(kernel, "W=1")


def sparse(kernel):
    """sparse, with endian checks, has nothing to say."""
    return _strict_build(kernel, "C=2", "CF=-D__CHECK_ENDIAN__")


def armhf(kernel):
    """The driver compiles without a warning for 32-bit Arm."""
    return _strict_build(kernel, "W=1")
