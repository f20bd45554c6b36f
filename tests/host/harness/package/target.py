# SPDX-License-Identifier: GPL-2.0-only
"""A Debian arm64 system in QEMU, on which packages are installed for real."""

import io
import os
import re
import shutil
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path

from harness.boots import complaints, ktap
from harness.boots.boot import add_outcomes
from harness.builds import kernels
from harness.machine import initramfs
from harness.machine.board import DISKS, Board
from harness.package.build import NEW, OLD, build_deb
from harness.places import LOGS, TOP, file_name, locked, run_folder
from harness.programs import Failure, run as run_program, script, tail

SCRIPTS = TOP / "tests/target"
STEPS = ("1-install.sh", "2-upgrade.sh", "3-remove.sh", "4-gone.sh")
# The compiler in the target is some 15 times slower than one outside.
STEP_SECONDS = 3600

# In QEMU's initramfs: lets the root filesystem configure itself.
CONFIGURE = """
mount -t ext4 /dev/nvme0n1 /mnt || exit 90
chroot /mnt /bin/sh /stage2.sh || exit 91
umount /mnt/proc /mnt/sys /mnt/dev
umount /mnt || exit 92
"""


def configured_root(say):
    """The cached image of the root filesystem, made if it is not there."""
    kernel = replace(kernels.get("debian"), cmdline="")
    folder = Path(script("target-root.sh", kernel.release))
    image = folder / "root.img"
    with locked(folder / "lock"):
        if not image.exists():
            say("configuring a Debian arm64 system in QEMU (some 10 min, once)")
            _configure(kernel, folder, image)
    return kernel, image


def _configure(kernel, folder, image):
    work = run_folder("target-root")
    initrd = initramfs.build(kernel, work, ours=[], files=[("test/configure.sh", CONFIGURE.encode())])
    board = Board(kernel, initrd, work, memory=2048, append="test.time=3000")
    run_program("cp", "--sparse=always", folder / "packages.img", work / "nvme.img")
    result = board.boot("configure.sh", timeout=3000)
    if result.status != 0:
        kept = folder / "configure.log"
        shutil.copy(result.log, kept)
        raise Failure(f"the root filesystem was not configured: status {result.status}, see {kept}\n"
                      + tail("\n".join(result.said), 20))
    shutil.move(work / "nvme.img", image)
    (folder / "packages.img").unlink()
    shutil.rmtree(work)


@dataclass
class Target(Board):
    """The board, booted with a kernel and an initramfs of its own root filesystem."""
    words: str = ""

    def command(self, run="", load="all"):
        return self.machine() + ["-kernel", str(self.kernel.image), "-initrd", str(self.initrd),
                                 "-append", f"{self.words} {self.append} target.run={run}"] + self.extra


def _debugfs(image, request):
    """What debugfs answers; its status says little: what was asked for may still be missing."""
    return run_program("/sbin/debugfs", "-R", request, image, apart=True).text


def read_menu(text):
    """Kernel, initramfs and command line of the first entry of GRUB's menu."""
    kernel = re.search(r"^\s*linux\s+(\S+)\s+(.*)$", text, re.M)
    initrd = re.search(r"^\s*initrd\s+(\S+)", text, re.M)
    if not kernel or not initrd:
        raise Failure("GRUB's menu in the root filesystem has no entry")
    return kernel.group(1), initrd.group(1), kernel.group(2)


def _what_grub_boots(image, folder):
    """What GRUB would load, out of the image."""
    kernel, initrd, words = read_menu(_debugfs(image, "cat /boot/grub/grub.cfg"))
    for name, path in (("vmlinuz", kernel), ("initrd", initrd)):
        (folder / name).unlink(missing_ok=True)
        _debugfs(image, f"dump {path} {folder / name}")
        if not (folder / name).exists():
            raise Failure(f"{path} of GRUB's menu is not in the root filesystem")
    return folder / "vmlinuz", folder / "initrd", words


def _archive(path, packages):
    """Scripts and packages as one tar file, which the guest reads off a disk."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for script_path in sorted(SCRIPTS.glob("*.sh")):
            archive.add(script_path, script_path.name)
        archive.add(TOP / "tests/guest/lib.sh", "results.sh")
        for name, (version, deb) in packages.items():
            data = f"{version}\n".encode()
            info = tarfile.TarInfo(f"{name}/version")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
            archive.add(deb, f"{name}/{deb.name}")
    os.truncate(path, DISKS["sata"])


def _boot(results, name, kernel, image, folder, script_name):
    """One boot of what GRUB's menu in the image says; whether the next makes sense."""
    vmlinuz, initrd, words = _what_grub_boots(image, folder)
    board = Target(replace(kernel, image=vmlinuz), initrd, folder, memory=2048, words=words,
                   append="console=ttyAMA0 loglevel=7 panic=-1 printk.devkmsg=on init=/usr/sbin/target-init")
    result = board.boot(script_name, timeout=STEP_SECONDS)
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{file_name(name)}-{script_name.removesuffix('.sh')}.log"
    log.write_text(f"# {words}\n{result.text}\n{result.objections}")
    result.log = log
    add_outcomes(results, f"{name}: {script_name}", ktap.script_outcomes(result.said), result.status, log)
    for line in result.said:
        if line.startswith("# ") and " took " in line:
            results.say(f"{name}: {line[2:]}")
    complaints.add(results, f"{name}: {script_name}", result)
    return result.status is not None


def whole_system(results, name):
    """Install, upgrade and remove the package, and boot what each leaves behind."""
    kernel, root = configured_root(results.say)
    folder = run_folder("target")
    image = folder / "nvme.img"
    run_program("cp", "--sparse=always", root, image)
    packages = {}
    for which, wanted in (("old", OLD), ("new", NEW)):
        version, paths = build_deb(wanted)
        packages[which] = (version, paths[0])
    _archive(folder / "sata.img", packages)
    for script_name in STEPS:
        if not _boot(results, name, kernel, image, folder, script_name):
            return
    shutil.rmtree(folder)
