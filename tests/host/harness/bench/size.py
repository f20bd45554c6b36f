# SPDX-License-Identifier: GPL-2.0-only
"""How large both drivers are as modules: the in-tree one is compiled as one for this."""

import shutil

from harness.bench.boot import OUT
from harness.builds import modules
from harness.programs import Failure, run, tail

# What it is made of beside its own folder: page tables, and private headers.
KBUILD = """\
# SPDX-License-Identifier: GPL-2.0-only
obj-m := in_tree.o
in_tree-y := arm/arm-smmu-v3/arm-smmu-v3.o io-pgtable-arm.o
"""


def _in_tree(kernel):
    source, folder = kernel.kdir / "source/drivers/iommu", OUT / "in-tree"
    shutil.rmtree(folder, ignore_errors=True)
    own = folder / "arm/arm-smmu-v3"
    own.mkdir(parents=True)
    for path in (*source.glob("*.h"), source / "io-pgtable-arm.c"):
        shutil.copy(path, folder)
    for name in ("arm-smmu-v3.c", "arm-smmu-v3.h"):
        shutil.copy(source / "arm/arm-smmu-v3" / name, own)
    (folder / "Kbuild").write_text(KBUILD)
    # It uses what the kernel exports to nobody: modpost refuses it (status 2) once it is linked.
    done = modules.make(kernel, folder, "KBUILD_MODPOST_WARN=1", good=(0, 2))
    if not (folder / "in_tree.o").exists():
        raise Failure(f"compiling the in-tree driver as a module failed:\n{tail(done.text, 20)}")
    return folder / "in_tree.o"


def _size(kernel, path):
    done = run(f"{kernel.cross}size", path, apart=True)
    text, data, bss, total = (int(word) for word in done.text.splitlines()[1].split()[:4])
    return {"text": text, "data": data, "bss": bss, "all": total}


def both(kernel):
    """Sizes of ours and the in-tree driver, by kind of section."""
    ours = modules.tree(kernel) / modules.DRIVER / "smmu.o"
    return _size(kernel, ours), _size(kernel, _in_tree(kernel))
