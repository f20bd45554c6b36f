# SPDX-License-Identifier: GPL-2.0-only
"""The test board: QEMU's virt machine with masters behind its SMMUv3."""

import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from harness.builds.kernels import Kernel
from harness.machine import qemu
from harness.machine.qmp import Qmp
from harness.programs import Failure

# What -M and -global have to say for each of the model's stage settings:
# from 9.2 on, plain "virt" is nested and ignores the property.
STAGES = {"1": ("virt-9.1", ["-global", "arm-smmuv3.stage=1"]),
          "2": ("virt-9.1", ["-global", "arm-smmuv3.stage=2"]),
          "nested": ("virt", [])}

MIB = 1 << 20
DISKS = {"nvme": 256 * MIB, "usb": 160 * MIB, "sata": 128 * MIB}

# Slots are fixed: the StreamID of slot n, function 0, is 8 * n.
SLOT = {"xhci": 1, "nvme": 2, "sata": 3, "e1000e": 4, "edu0": 5, "edu1": 6,
        "virtio": 7, "port": 8}

# A script says "T> ..." in the kernel log (tests/guest/init).
MARK = re.compile(r"^(?:<\d+>)?\[ *(\d+\.\d+)\](?:\[[^]]*\])? T> ?(.*)$")


@dataclass
class Result:
    """How a boot went."""
    log: Path
    text: str
    said: list
    status: Optional[int]
    seconds: float
    objections: str
    timed_out: bool
    cpu_seconds: float = 0


@dataclass
class Board:
    """One board; boot() runs it once, in a folder of its own."""
    kernel: Kernel
    initrd: Path
    folder: Path
    stage: str = "nested"
    append: str = ""
    dtb: Optional[Path] = None
    memory: int = 1024
    cpus: int = 2
    trace: Optional[str] = None
    tftp: Optional[Path] = None
    # QEMU's threads for CPUs: "single" is what counting instructions wants.
    thread: str = "multi"
    # The edu devices only, where nobody else may move.
    bare: bool = False
    # Arguments for SMMUs of its own, of which the newer QEMU can have several; else the machine's.
    smmus: tuple = ()
    extra: list = field(default_factory=list)

    def disk(self, name):
        """The image of a disk; made sparse when it is first asked for."""
        path = self.folder / f"{name}.img"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with open(path, "wb") as image:
                image.truncate(DISKS[name])
        return path

    def machine(self, more=""):
        """QEMU's arguments for the machine without its kernel."""
        version, options = STAGES[self.stage]
        slot = {name: f"addr={number:#x}" for name, number in SLOT.items()}
        # QEMU ends when we do, however that happens.
        args = ["setpriv", "--pdeathsig", "KILL", "nice", qemu.program(self.kernel.machine.qemu, bool(self.smmus)),
                "-nodefaults", "-no-user-config", "-display", "none", "-M",
                f"{version}{'' if self.smmus else ',iommu=smmuv3'},gic-version=3{more}", *options,
                "-cpu", self.kernel.machine.cpu, "-accel", f"tcg,thread={self.thread}",
                "-smp", str(self.cpus), "-m", str(self.memory), "-no-reboot"]
        if self.bare:
            return args + ["-device", f"edu,{slot['edu0']}", "-device", f"edu,{slot['edu1']}"]
        for name in DISKS:
            args += ["-drive", f"if=none,id={name},format=raw,cache=unsafe,file={self.disk(name)}"]
        net = "user,restrict=on" + (f",tftp={self.tftp}" if self.tftp else "")
        for device in (f"qemu-xhci,id=xhci,{slot['xhci']}",
                       "usb-storage,bus=xhci.0,drive=usb",
                       f"nvme,serial=smmu,drive=nvme,{slot['nvme']}",
                       f"ich9-ahci,id=ahci,{slot['sata']}", "ide-hd,bus=ahci.0,drive=sata",
                       f"e1000e,netdev=lan,romfile=,{slot['e1000e']}",
                       f"edu,{slot['edu0']}", f"edu,{slot['edu1']}",
                       f"virtio-net-pci,netdev=virt,romfile=,iommu_platform=on,disable-legacy=on,"
                       f"{slot['virtio']}",
                       f"pcie-root-port,id=spare,chassis=1,slot=1,{slot['port']}"):
            args += ["-device", device]
        return args + [*self.smmus, "-netdev", f"{net},id=lan", "-netdev", "user,restrict=on,id=virt"]

    def command(self, run="", load="all"):
        """The whole command line of QEMU."""
        line = ["console=ttyAMA0", "loglevel=8", "panic=-1", "oops=panic", "deferred_probe_timeout=60",
                "printk.devkmsg=on", "kunit.enable=1", "kunit.autorun=1", self.kernel.cmdline, f"test.load={load}"]
        if run:
            line.append(f"test.run={run}")
        args = self.machine() + ["-kernel", str(self.kernel.image), "-initrd", str(self.initrd),
                                 "-append", " ".join([*line, self.append]).strip()]
        if self.dtb:
            args += ["-dtb", str(self.dtb)]
        return args + self.extra

    def boot(self, run, load="all", timeout=180, hear=None):
        """Run guest scripts RUN ("A.sh,B.sh"), return the Result.

        HEAR is called with each line that a script says. A script can have QEMU
        carry out a QMP command by saying "QMP {...}".
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        objections = self.folder / "qemu.log"
        objections.unlink(missing_ok=True)
        socket = self.folder / "qmp"
        socket.unlink(missing_ok=True)
        command = self.command(run, load) + [
            "-serial", "stdio", "-monitor", "none", "-qmp", f"unix:{socket.resolve()},server,nowait",
            "-d", "guest_errors,unimp", "-D", str(objections)]
        if self.trace:
            command += ["-trace", self.trace]
        (self.folder / "command").write_text(" ".join(command) + "\n")
        return _Run(self, command, socket, objections, hear).finish(timeout)


class _Run:
    """One run of QEMU: reads its console until it ends or the time is up."""

    def __init__(self, board, command, socket, objections, hear):
        self.board, self.objections, self.hear = board, objections, hear
        self.said, self.lines, self.status = [], [], None
        self.qmp = Qmp(socket)
        self.began = time.monotonic()
        with open(board.folder / "qemu.err", "wb") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=errors)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with open(self.board.folder / "console.log", "w", encoding="utf-8") as log:
            for raw in self.process.stdout:
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                log.write(line + "\n")
                log.flush()
                self.lines.append(line)
                match = MARK.match(line)
                if match:
                    self._heard(match.group(2))

    def _heard(self, line):
        if line.startswith("SMMU-EXIT "):
            self.status = int(line.split()[1])
        elif line.startswith("QMP "):
            self.lines.append(f"# QEMU: {self.qmp.try_json(line[4:])}")
        else:
            self.said.append(line)
            if self.hear:
                self.hear(line)

    def _wait(self, timeout):
        """The CPU seconds of QEMU when it ends; None if it does not in time."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                return usage.ru_utime + usage.ru_stime
            time.sleep(0.1)
        return None

    def finish(self, timeout):
        """Wait for the end, at most TIMEOUT seconds."""
        timed_out, used = False, self._wait(timeout)
        if used is None:
            timed_out = True
            self.process.kill()
            used = self._wait(60)
        self.reader.join(10)
        self.qmp.close()
        folder = self.board.folder
        (folder / "qmp").unlink(missing_ok=True)
        errors = (folder / "qemu.err").read_text()
        if self.process.returncode and not timed_out:
            raise Failure(f"QEMU ended with status {self.process.returncode}: {errors.strip()}\n"
                          f"its command line is in {folder / 'command'}")
        objections = self.objections.read_text(errors="replace") if self.objections.exists() else ""
        return Result(folder / "console.log", "\n".join(self.lines), self.said, self.status,
                      time.monotonic() - self.began, objections + errors, timed_out, used or 0)
