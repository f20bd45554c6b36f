# SPDX-License-Identifier: GPL-2.0-only
"""What runs in the guest: busybox, our init, scripts, programs and modules."""

import lzma
import os
import re
from pathlib import Path

from harness.builds import modules
from harness.machine.cpio import Archive
from harness.places import BUILD, GUEST, locked
from harness.programs import Failure, run, script

# Drivers of the board's masters, in the order in which the guest loads them.
MASTERS = ("nvme", "xhci_pci", "usb_storage", "uas", "sd_mod", "ahci", "virtio_pci",
           "virtio_net", "e1000e", "af_packet", "crc32c_generic", "ext4")
# Of those that a tree may show as platform devices; loaded where it does.
PLATFORM = ("xhci_plat_hcd", "ahci_platform")
# In the initramfs for scripts that want them.
ON_DEMAND = ("vfio_pci", "vfio_iommu_type1", "igb")

PROGRAMS = ("/sbin/mke2fs", "/sbin/e2fsck")


def _user_space(arch):
    return Path(script("debian-userland.sh", arch.debian, "busybox-static", "e2fsprogs"))


def _find(root, name):
    """NAME below ROOT, whether or not this Debian has merged /usr."""
    for prefix in ("", "usr/"):
        path = root / prefix / name.lstrip("/")
        if path.exists():
            return path
    raise Failure(f"{name} is not in Debian's packages below {root}")


def _needed(arch, path):
    """Names of the shared libraries that an ELF file asks for."""
    done = run(f"{arch.cross}readelf", "-d", path, apart=True)
    return re.findall(r"\(NEEDED\).*\[(.*)\]", done.text)


def _add_programs(archive, arch):
    root = _user_space(arch)
    archive.file("bin/busybox", _find(root, "/bin/busybox").read_bytes(), 0o755)
    archive.link("bin/sh", "busybox")
    done = set()
    wanted = [_find(root, name) for name in PROGRAMS]
    for path in wanted:
        archive.file(f"sbin/{path.name}", path.read_bytes(), 0o755)
    archive.link("sbin/mkfs.ext4", "mke2fs")
    archive.link("sbin/fsck.ext4", "e2fsck")
    archive.file("etc/mke2fs.conf", (root / "etc/mke2fs.conf").read_bytes())
    while wanted:
        for name in _needed(arch, wanted.pop()):
            if name in done:
                continue
            done.add(name)
            library = _find(root, arch.library(name))
            archive.file(arch.library(name), library.resolve().read_bytes(), 0o755)
            wanted.append(library)


def _add_tests(archive, arch):
    """Scripts as they are, and C programs linked statically, all in /test."""
    for path in sorted(GUEST.glob("*.sh")):
        archive.file(f"test/{path.name}", path.read_bytes(), 0o755)
    out = BUILD / "guest" / arch.name
    out.mkdir(parents=True, exist_ok=True)
    # A header may be in each of these few programs.
    headers = max(path.stat().st_mtime for path in GUEST.glob("*.h"))
    for source in sorted(GUEST.glob("*.c")):
        program = out / source.stem
        with locked(f"guest-{arch.name}-{source.stem}"):
            if not program.exists() or \
                    program.stat().st_mtime < max(source.stat().st_mtime, headers):
                run(f"{arch.cross}gcc", "-static", "-O2", "-D_FILE_OFFSET_BITS=64", "-Wall", "-Wextra",
                    "-Werror", "-o", program, source)
        archive.file(f"test/{source.stem}", program.read_bytes(), 0o755)


def _dependencies(kernel):
    """Module name to (path, paths of what it needs), from modules.dep."""
    table = {}
    for line in (kernel.modules / "modules.dep").read_text().splitlines():
        path, _, needs = line.partition(":")
        table[_module_name(path)] = (path, needs.split())
    return table


def _module_name(path):
    return os.path.basename(path).split(".ko")[0].replace("-", "_")


def _add_modules(archive, kernel, ours):
    """Debian's modules with what they need, ours, and a modules.dep for all."""
    folder = f"lib/modules/{kernel.release}"
    lines, masters, platform = {}, [], []
    if kernel.modules:
        table = _dependencies(kernel)
        masters = [name for name in MASTERS if name in table]
        platform = [name for name in PLATFORM if name in table]
        wanted = [table[name][0] for name in (*MASTERS, *PLATFORM, *ON_DEMAND) if name in table]
        while wanted:
            path = wanted.pop()
            plain = path.removesuffix(".xz")
            if plain in lines:
                continue
            data = (kernel.modules / path).read_bytes()
            archive.file(f"{folder}/{plain}", lzma.decompress(data) if path.endswith(".xz") else data)
            needs = table[_module_name(path)][1]
            lines[plain] = [need.removesuffix(".xz") for need in needs]
            wanted.extend(needs)
    names = {_module_name(str(path)): f"extra/{path.name}" for path in ours}
    for path in ours:
        archive.file(f"{folder}/extra/{path.name}", path.read_bytes())
        info = run("/sbin/modinfo", "-F", "depends", path, apart=True).text.strip()
        lines[f"extra/{path.name}"] = [names[need] for need in info.split(",") if need in names]
    text = "".join(f"{path}: {' '.join(needs)}\n" for path, needs in lines.items())
    archive.file(f"{folder}/modules.dep", text.encode())
    for name, names in (("masters", masters), ("platform-masters", platform)):
        archive.file(f"etc/{name}", "".join(f"{one}\n" for one in names).encode())


def build(kernel, folder, kunit=False, ours=None, files=()):
    """Make an initramfs for KERNEL in FOLDER; returns its path.

    OURS are the modules of this project, built here if not given. FILES are
    (name, bytes) to add.
    """
    if ours is None:
        ours = modules.build(kernel, kunit)
    archive = Archive()
    archive.char_device("dev/console", 5, 1)
    for name in ("proc", "sys", "dev", "tmp", "mnt", "run", "sbin", "usr/bin", "usr/sbin"):
        archive.folder(name)
    archive.file("init", (GUEST / "init").read_bytes(), 0o755)
    _add_programs(archive, kernel.machine)
    _add_tests(archive, kernel.machine)
    _add_modules(archive, kernel, ours)
    for name, data in files:
        archive.file(name, data)
    out = folder / "initramfs.gz"
    out.write_bytes(archive.packed())
    return out
