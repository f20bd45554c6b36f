# SPDX-License-Identifier: GPL-2.0-only
"""The real DKMS builds, installs and removes the module, with trees of its own."""

import os
import re
import shutil

from harness.package.build import NEW, OLD, build_deb
from harness.places import TOP, run_folder
from harness.programs import run, tail

INFO = {"version": OLD, "license": "GPL", "author": r"\S.*", "description": r".*SMMUv3.*",
        "alias": r"of:N\*T\*Carm,smmu-v3(C\*)?"}


class _Dkms:
    """DKMS with trees of its own, building for a kernel of another architecture."""

    def __init__(self, folder, kernel):
        self.folder, self.kernel = folder, kernel
        self.machine = {"arm64": "aarch64", "arm": "armv7l"}[kernel.arch]
        for part in ("dkms", "src", f"modules/{kernel.release}", "bin"):
            (folder / part).mkdir(parents=True)
        # DKMS strips with the machine's own.
        (folder / "bin/strip").symlink_to(shutil.which(f"{kernel.cross}strip"))
        self.env = {**os.environ, "ARCH": kernel.arch, "CROSS_COMPILE": kernel.cross,
                    "PATH": f"{folder / 'bin'}:/usr/sbin:/sbin:{os.environ['PATH']}"}

    def __call__(self, action, version, *more, release=None, machine=None, kdir=None):
        words = [] if os.geteuid() == 0 else ["unshare", "-r"]
        words += ["nice", "dkms", action, "-m", "smmu", "-v", version, "-k", release or self.kernel.release,
                  "-a", machine or self.machine, "--kernelsourcedir", kdir or self.kernel.kdir,
                  "--dkmstree", self.folder / "dkms", "--sourcetree", self.folder / "src",
                  "--installtree", self.folder / "modules", "--no-depmod", *more]
        return run(*words, env=self.env, good=None)

    def unpack(self, deb):
        """The sources of a package, where DKMS looks for them."""
        run("dpkg-deb", "-x", deb, self.folder / "root")
        for path in (self.folder / "root/usr/src").iterdir():
            path.replace(self.folder / "src" / path.name)
        shutil.rmtree(self.folder / "root")

    def module(self):
        """The installed module."""
        found = list((self.folder / "modules").rglob("smmu*.ko*"))
        return found[0] if len(found) == 1 and found[0].name.startswith("smmu.ko") else None

    def log(self):
        """The end of make's log."""
        return "".join(tail(path.read_text(), 20)
                       for path in (self.folder / "dkms").rglob("make.log"))


def _fields(path, field):
    return run("/sbin/modinfo", "-F", field, path).text.splitlines()


def _check_info(results, name, kernel, path, version):
    for field, pattern in {**INFO, "version": re.escape(version)}.items():
        values = _fields(path, field)
        results.expect(f"{name}: modinfo shows the {field}",
                       values and all(re.fullmatch(pattern, one) for one in values), f"{field}: {values}")
    results.expect(f"{name}: modinfo shows both aliases of the binding", len(_fields(path, "alias")) == 2)
    results.expect(f"{name}: it is for this kernel",
                   [one.split()[0] for one in _fields(path, "vermagic")] == [kernel.release])
    driver = TOP / "drivers/iommu/smmu"
    texts = [path for path in driver.rglob("*.c") if not path.is_relative_to(driver / "tests")]
    declared = set(re.findall(r"^module_param(?:_named)?\((\w+)", "".join(one.read_text() for one in texts), re.M))
    described = {one.split(":")[0] for one in _fields(path, "parm") if re.match(r"\w+:\S.* \(\w+\)", one)}
    results.expect(f"{name}: modinfo describes every parameter",
                   declared and declared == described, f"declared {declared}, described {described}")


def _check_excluded(results, name, dkms, version):
    """DKMS leaves alone what the driver cannot run on (status 77: not meant for this)."""
    bare = dkms.folder / "bare"
    bare.mkdir()
    config = (dkms.kernel.kdir / ".config").read_text()
    for what, wish in {"x86": {"machine": "x86_64"}, "Linux 6.1": {"release": "6.1.0-50-arm64"},
                       "a kernel without device trees": {"kdir": bare, "drop": "CONFIG_OF"},
                       "a kernel without IOMMUs": {"kdir": bare, "drop": "CONFIG_IOMMU_SUPPORT"}}.items():
        drop = wish.pop("drop", None)
        (bare / ".config").write_text(re.sub(f"^{drop}=y$", "", config, flags=re.M) if drop else config)
        done = dkms("build", version, **wish)
        results.expect(f"{name}: DKMS does not build on {what}", done.status == 77,
                       f"status {done.status}: {done.text}")


def _install(results, name, dkms, version):
    done = dkms("install", version)
    path = dkms.module()
    results.expect(f"{name}: DKMS builds and installs {version}", done.status == 0 and path,
                   f"status {done.status}: {done.text}\n{dkms.log()}")
    return path


def with_dkms(results, name, kernel):
    """Install, and remove again; on one kernel also upgrade."""
    if not shutil.which("dkms", path=f"/usr/sbin:{os.environ['PATH']}"):
        results.add(f"{name}: DKMS", "skipped", detail="not installed")
        return
    if os.geteuid() and run("unshare", "-r", "true", good=None).status:
        results.add(f"{name}: DKMS", "skipped", detail="needs root, or a user namespace")
        return
    dkms = _Dkms(run_folder(f"dkms-{kernel.name}"), kernel)
    version, (deb, _) = build_deb(OLD)
    dkms.unpack(deb)
    if kernel.kind == "debian":
        _check_excluded(results, name, dkms, version)
    path = _install(results, name, dkms, version)
    if path:
        _check_info(results, name, kernel, path, version)
    if kernel.kind == "debian":
        done = dkms("remove", version)
        results.expect(f"{name}: DKMS removes the old version", done.status == 0,
                       f"status {done.status}: {done.text}")
        version, (deb, _) = build_deb(NEW)
        dkms.unpack(deb)
        path = _install(results, name, dkms, version)
        results.expect(f"{name}: the upgrade's module has its version",
                       path and _fields(path, "version") == [version])
    done = dkms("remove", version)
    left = [str(one) for part in ("dkms/smmu", "modules") for one in (dkms.folder / part).rglob("*")
            if one.is_file()]
    results.expect(f"{name}: DKMS removes it and leaves nothing", done.status == 0 and not left,
                   f"status {done.status}: {done.text}\n{left}")
    shutil.rmtree(dkms.folder)
