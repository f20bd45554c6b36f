# SPDX-License-Identifier: GPL-2.0-only
"""smmu-boot and the initramfs's script, on machines that are folders."""

import os
import re
import shutil

from harness.places import TOP, run_folder
from harness.programs import run

# What they look at or write, and where a machine's folder has it.
PLACES = r"/sys/|/proc/|/etc/default|/boot/|/dev/(?!null)"

NODE = "/iommu@9050000"
NAME = "9050000.smmuv3"

# Commands of the machine: each writes a line into "calls".
COMMANDS = {
    "modprobe": 'echo "modprobe $*" >>"$ROOT/calls"; exit "$(cat "$ROOT/modprobe")"',
    "lsinitramfs": "echo usr/lib/modules/6.12/updates/smmu.ko",
    "update-grub": 'echo "update-grub" >>"$ROOT/calls"',
    "dmesg": 'cat "$ROOT/dmesg"',
}

REFUSED = f"smmu {NAME}: left alone: 1 masters are at work without this SMMU\n"


class _Machine:
    """A folder with what the scripts find on a machine with one SMMU."""

    def __init__(self, driver, loads=True, said="", words=False):
        self.root = run_folder("boot")
        node = self._file(f"sys/firmware/devicetree/base{NODE}/compatible", "arm,smmu-v3\0").parent
        device = self._file(f"sys/bus/platform/devices/{NAME}/uevent", "").parent
        (device / "of_node").symlink_to(node)
        if driver:
            (device / "driver").symlink_to(self.root)
        self._file("boot/vmlinuz-6.12", "")
        self._file("boot/initrd.img-6.12", "")
        self._file("proc/cmdline", "initcall_blacklist=arm_smmu_driver_init" if words else "quiet")
        self._file("etc/default/grub", "")
        self._file("dmesg", said)
        self._file("modprobe", "0" if loads else "1")
        self._file("dev/console", "")
        for name, code in COMMANDS.items():
            self._file(f"bin/{name}", f"#!/bin/sh\n{code}\n").chmod(0o755)

    def _file(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, script, *args):
        """Run one of packaging/ there: what it printed, also on the console."""
        text = re.sub(PLACES, lambda match: f"{self.root}{match.group()}",
                      (TOP / "packaging" / script).read_text())
        # What a device gets, one line after the other, would replace a file.
        path = self._file(script, text.replace(f">{self.root}/dev/", f">>{self.root}/dev/"))
        env = {**os.environ, "PATH": f"{self.root}/bin:{os.environ['PATH']}", "ROOT": str(self.root)}
        done = run("sh", path, *args, env=env, good=None)
        return done.text + (self.root / "dev/console").read_text()

    def called(self, what):
        """Whether a command was called so."""
        calls = self.root / "calls"
        return calls.exists() and what in calls.read_text()

    def close(self):
        """It is gone."""
        shutil.rmtree(self.root)


def _enable(results, name, what, driver, wanted):
    machine = _Machine(driver)
    said = machine.run("smmu-boot", "enable")
    results.expect(f"{name}: smmu-boot enable {what}", machine.called("modprobe -q smmu") == wanted, said)
    results.expect(f"{name}: smmu-boot enable, {'' if driver else 'no '}driver: says if it was not tried",
                   ("not tried whether" in said) != wanted, said)
    machine.close()


def _early(results, name, what, wanted, **machine):
    machine = _Machine(driver=False, **machine)
    said = machine.run("initramfs-init-top")
    results.expect(f"{name}: the initramfs {what}", wanted in said if wanted else not said, said)
    machine.close()


def scripts(results, name):
    """Who loads the module when, and what is said where it does not drive."""
    _enable(results, name, "tries the module where the SMMU has a driver", True, True)
    _enable(results, name, "does not load it into a system that runs without", False, False)
    _early(results, name, "is quiet where the module drives", "")
    _early(results, name, "says that the module was refused by its masters", "came too late",
           loads=False, said=REFUSED)
    _early(results, name, "says so of one SMMU of several", "came too late", said=REFUSED)
    _early(results, name, "says that the module is missing where it was to be", "cannot be loaded",
           loads=False, words=True)
    _early(results, name, "is quiet where another driver is there", "", loads=False)
