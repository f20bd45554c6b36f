#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The Debian package: what is in it, and that DKMS builds, installs and removes it."""

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import kernels
import modules
from board import run_folder
from kernels import BUILD, TOP, Failure
from results import Results

OLD, NEW = "0.0.1+test", "0.0.2+test"

WANTED = ("./usr/src/smmu-{v}/dkms.conf", "./usr/src/smmu-{v}/drivers/iommu/smmu/Makefile",
          "./usr/src/smmu-{v}/drivers/iommu/smmu/hw/regs.h", "./usr/src/smmu-{v}/packaging/dkms-initramfs",
          "./usr/src/smmu-{v}/include/dt-bindings/iommu/smmu.h",
          "./usr/share/initramfs-tools/hooks/smmu", "./usr/share/initramfs-tools/scripts/init-top/smmu",
          "./etc/initramfs/post-update.d/smmu", "./etc/default/grub.d/smmu.cfg", "./usr/sbin/smmu-boot",
          "./usr/share/doc/smmu-dkms/README.Debian", "./usr/share/doc/smmu-dkms/README.md",
          "./usr/share/doc/smmu-dkms/iommu/install.rst",
          "./usr/share/doc/smmu-dkms/devicetree/bindings/iommu/arm,smmu-v3.yaml")
# Nothing that was built, and no tests.
UNWANTED = r"\.(o|ko|mod|cmd|symvers|pyc)$|/smmu/tests/|_test\."

INFO = {"version": OLD, "license": "GPL", "author": r"\S.*", "description": r".*SMMUv3.*",
        "alias": r"of:N\*T\*Carm,smmu-v3(C\*)?"}

KERNELS = {"6.12.117+deb12-arm64": True, "6.13.1": True, "6.20.0-rc1": True, "7.2.13+deb14-arm64": True,
           "7.0.0": True, "10.1.0": True, "6.1.0-50-arm64": False, "6.2.0": False, "6.11.9": False,
           "5.19.0": False, "4.9.0-6.12": False}


@functools.lru_cache(None)
def build_deb(version=""):
    """Build the packages; returns (version, paths)."""
    out = BUILD / "test-deb" / (version or "default")
    with modules.locked(BUILD / "locks" / "deb"):
        done = subprocess.run([TOP / "packaging/build-deb"], check=False, text=True,
                              env={**os.environ, "SMMU_VERSION": version, "SMMU_DEB_DIR": str(out)},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Failure(f"packaging/build-deb failed:\n{done.stdout}")
    paths = [Path(line) for line in done.stdout.splitlines() if line.endswith(".deb")]
    return paths[0].name.split("_")[1], paths


def _output(*command, **more):
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more)
    return done.returncode, done.stdout


def _add(results, name, good, detail=""):
    results.add(name, "ok" if good else "FAILED", detail="" if good else detail)


def _base_version():
    text = (TOP / "drivers/iommu/smmu/version.h").read_text()
    return re.search(r'#define SMMU_VERSION "(.*)"', text).group(1)


def contents(results, name):
    """What "make deb" makes."""
    version, (deb, lint_deb) = build_deb()
    _add(results, f"{name}: the version begins with that of version.h",
         version.startswith(_base_version()), version)
    folder = run_folder("package")
    for path in (deb, lint_deb):
        subprocess.run(["dpkg-deb", "-x", path, folder], check=True)
    listing = _output("dpkg-deb", "-c", deb)[1]
    files = [line.split(maxsplit=5)[5] for line in listing.splitlines()]
    missing = [one for one in (wanted.format(v=version) for wanted in WANTED) if one not in files]
    _add(results, f"{name}: every file is there", not missing, "\n".join(missing))
    extra = [one for one in files if re.search(UNWANTED, one)]
    _add(results, f"{name}: sources only, no tests", not extra, "\n".join(extra))
    loose = [line for line in listing.splitlines() if " root/root " not in line]
    _add(results, f"{name}: root owns everything", not loose, "\n".join(loose))
    source = folder / f"usr/src/smmu-{version}"
    status, said = _output("bash", "-c", '. "$0"; echo "$PACKAGE_VERSION"', source / "dkms.conf")
    _add(results, f"{name}: DKMS and the module have the package's version",
         status == 0 and said.strip() == version
         and f'"{version}"' in (source / "drivers/iommu/smmu/version.h").read_text(), said)
    status, said = _output("bash", "-c", '. "$0"; echo "$PACKAGE_VERSION"', TOP / "dkms.conf")
    _add(results, f"{name}: dkms.conf of the checkout reads version.h",
         said.strip() == _base_version(), said)
    status, said = _output(folder / "usr/bin/iommu-lint", "--help")
    _add(results, f"{name}: iommu-lint of its package runs", status == 0, said)
    _lintian(results, name, (deb, lint_deb))
    _exclusive(results, name)
    shutil.rmtree(folder)


def _lintian(results, name, paths):
    if not shutil.which("lintian"):
        results.add(f"{name}: lintian", "skipped", detail="not installed")
        return
    status, said = _output("lintian", "--allow-root", "--fail-on", "error,warning", *paths)
    _add(results, f"{name}: lintian has no error and no warning", status == 0, said)


def _exclusive(results, name):
    """The kernels that dkms.conf takes."""
    code = '. "$0"; [[ $1 =~ $BUILD_EXCLUSIVE_KERNEL ]]'
    wrong = [one for one, good in KERNELS.items()
             if (_output("bash", "-c", code, TOP / "dkms.conf", one)[0] == 0) != good]
    _add(results, f"{name}: Linux 6.12 and newer, nothing older", not wrong, " ".join(wrong))


def with_dpkg(results, name):
    """The maintainer scripts, on this machine, which is no Arm one."""
    if not shutil.which("dkms", path=f"/usr/sbin:{os.environ['PATH']}"):
        results.add(f"{name}: dpkg", "skipped", detail="DKMS is not installed")
        return
    paths = [build_deb(version)[1][0] for version in (OLD, NEW)]
    status, said = _output(kernels.HOST / "package-dpkg.sh", *paths)
    if status == 77:
        results.add(f"{name}: dpkg", "skipped", detail=f"no overlay of this machine: {said.strip()}")
        return
    _add(results, f"{name}: dpkg installs, upgrades, removes and purges on x86", status == 0, said)


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
        return _output(*words, env=self.env)

    def unpack(self, deb):
        """The sources of a package, where DKMS looks for them."""
        subprocess.run(["dpkg-deb", "-x", deb, self.folder / "root"], check=True)
        for path in (self.folder / "root/usr/src").iterdir():
            path.replace(self.folder / "src" / path.name)
        shutil.rmtree(self.folder / "root")

    def module(self):
        """The installed module."""
        found = list((self.folder / "modules").rglob("smmu*.ko*"))
        return found[0] if len(found) == 1 and found[0].name.startswith("smmu.ko") else None

    def log(self):
        """The end of make's log."""
        return "".join(modules.tail(path.read_text(), 20)
                       for path in (self.folder / "dkms").rglob("make.log"))


def _fields(path, field):
    return _output("/sbin/modinfo", "-F", field, path)[1].splitlines()


def _check_info(results, name, kernel, path, version):
    for field, pattern in {**INFO, "version": re.escape(version)}.items():
        values = _fields(path, field)
        _add(results, f"{name}: modinfo shows the {field}",
             values and all(re.fullmatch(pattern, one) for one in values), f"{field}: {values}")
    _add(results, f"{name}: modinfo shows both aliases of the binding", len(_fields(path, "alias")) == 2)
    _add(results, f"{name}: it is for this kernel",
         [one.split()[0] for one in _fields(path, "vermagic")] == [kernel.release])
    texts = (TOP / "drivers/iommu/smmu").rglob("*.c")
    declared = set(re.findall(r"^module_param(?:_named)?\((\w+)", "".join(one.read_text() for one in texts), re.M))
    described = {one.split(":")[0] for one in _fields(path, "parm") if re.match(r"\w+:\S.* \(\w+\)", one)}
    _add(results, f"{name}: modinfo describes every parameter",
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
        status, said = dkms("build", version, **wish)
        _add(results, f"{name}: DKMS does not build on {what}", status == 77, f"status {status}: {said}")


def _install(results, name, dkms, version):
    status, said = dkms("install", version)
    path = dkms.module()
    _add(results, f"{name}: DKMS builds and installs {version}", status == 0 and path,
         f"status {status}: {said}\n{dkms.log()}")
    return path


def with_dkms(results, name, kernel):
    """Install, and remove again; on one kernel also upgrade."""
    if not shutil.which("dkms", path=f"/usr/sbin:{os.environ['PATH']}"):
        results.add(f"{name}: DKMS", "skipped", detail="not installed")
        return
    if os.geteuid() and _output("unshare", "-r", "true")[0]:
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
        dkms("remove", version)
        version, (deb, _) = build_deb(NEW)
        dkms.unpack(deb)
        path = _install(results, name, dkms, version)
        _add(results, f"{name}: the upgrade's module has its version",
             path and _fields(path, "version") == [version])
    status, said = dkms("remove", version)
    left = [str(one) for part in ("dkms/smmu", "modules") for one in (dkms.folder / part).rglob("*") if one.is_file()]
    _add(results, f"{name}: DKMS removes it and leaves nothing", status == 0 and not left,
         f"status {status}: {said}\n{left}")
    shutil.rmtree(dkms.folder)


def main():
    """The light tests of the package by themselves."""
    results = Results()
    contents(results, "package/contents")
    with_dpkg(results, "package/dpkg")
    for one in sys.argv[1:] or ("debian", "armhf"):
        with_dkms(results, f"package/dkms/{one}", kernels.get(one))
    return results.close()


if __name__ == "__main__":
    sys.exit(main())
