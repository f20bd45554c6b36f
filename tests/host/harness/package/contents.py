# SPDX-License-Identifier: GPL-2.0-only
"""What is in the packages, and what dpkg makes of their scripts on this machine."""

import os
import re
import shutil

from harness.package.build import NEW, OLD, build_deb
from harness.places import HOST, TOP, run_folder
from harness.programs import run, tail

WANTED = ("./usr/src/smmu-{v}/dkms.conf", "./usr/src/smmu-{v}/drivers/iommu/smmu/Makefile",
          "./usr/src/smmu-{v}/drivers/iommu/smmu/hw/regs.h", "./usr/src/smmu-{v}/packaging/dkms-initramfs",
          "./usr/src/smmu-{v}/include/dt-bindings/iommu/smmu.h",
          "./usr/share/initramfs-tools/hooks/smmu", "./usr/share/initramfs-tools/scripts/init-top/smmu",
          "./etc/initramfs/post-update.d/smmu", "./etc/default/grub.d/smmu.cfg", "./usr/sbin/smmu-boot",
          "./usr/lib/modprobe.d/smmu.conf",
          "./usr/share/doc/smmu-dkms/README.Debian", "./usr/share/doc/smmu-dkms/README.md",
          "./usr/share/doc/smmu-dkms/iommu/install.rst",
          "./usr/share/doc/smmu-dkms/devicetree/bindings/iommu/arm,smmu-v3.yaml")
# Nothing that was built, and no tests.
UNWANTED = r"\.(o|ko|mod|cmd|symvers|pyc)$|/smmu/tests/|_test\."

KERNELS = {"6.12.117+deb12-arm64": True, "6.13.1": True, "6.20.0-rc1": True, "7.2.13+deb14-arm64": True,
           "7.0.0": True, "10.1.0": True, "6.1.0-50-arm64": False, "6.2.0": False, "6.11.9": False,
           "5.19.0": False, "4.9.0-6.12": False}

# Of dkms.conf.
SAY_VERSION = '. "$0"; echo "$PACKAGE_VERSION"'

# A script's status: this machine does not let it do its work.
CANNOT = 77


def _base_version():
    text = (TOP / "drivers/iommu/smmu/version.h").read_text()
    return re.search(r'#define SMMU_VERSION "(.*)"', text).group(1)


def contents(results, name):
    """What "make deb" makes."""
    version, (deb, lint_deb) = build_deb()
    results.expect(f"{name}: the version begins with that of version.h",
                   version.startswith(_base_version()), version)
    folder = run_folder("package")
    for path in (deb, lint_deb):
        run("dpkg-deb", "-x", path, folder)
    listing = run("dpkg-deb", "-c", deb).text
    files = [line.split(maxsplit=5)[5] for line in listing.splitlines()]
    missing = [one for one in (wanted.format(v=version) for wanted in WANTED) if one not in files]
    results.expect(f"{name}: every file is there", not missing, "\n".join(missing))
    extra = [one for one in files if re.search(UNWANTED, one)]
    results.expect(f"{name}: sources only, no tests", not extra, "\n".join(extra))
    loose = [line for line in listing.splitlines() if " root/root " not in line]
    results.expect(f"{name}: root owns everything", not loose, "\n".join(loose))
    source = folder / f"usr/src/smmu-{version}"
    said = run("bash", "-ec", SAY_VERSION, source / "dkms.conf").text
    results.expect(f"{name}: DKMS and the module have the package's version", said.strip() == version
                   and f'"{version}"' in (source / "drivers/iommu/smmu/version.h").read_text(), said)
    said = run("bash", "-ec", SAY_VERSION, TOP / "dkms.conf").text
    results.expect(f"{name}: dkms.conf of the checkout reads version.h", said.strip() == _base_version(), said)
    done = run(folder / "usr/bin/iommu-lint", "--help", good=None)
    results.expect(f"{name}: iommu-lint of its package runs", done.status == 0, done.text)
    _lintian(results, name, (deb, lint_deb))
    _exclusive(results, name)
    shutil.rmtree(folder)


def _lintian(results, name, paths):
    if not shutil.which("lintian"):
        results.add(f"{name}: lintian", "skipped", detail="not installed")
        return
    done = run("lintian", "--allow-root", "--fail-on", "error,warning", *paths, good=None)
    results.expect(f"{name}: lintian has no error and no warning", done.status == 0, done.text)


def _exclusive(results, name):
    """The kernels that dkms.conf takes."""
    code = '. "$0"; if [[ $1 =~ $BUILD_EXCLUSIVE_KERNEL ]]; then echo yes; else echo no; fi'
    wrong = [one for one, good in KERNELS.items()
             if run("bash", "-ec", code, TOP / "dkms.conf", one).text != ("yes\n" if good else "no\n")]
    results.expect(f"{name}: Linux 6.12 and newer, nothing older", not wrong, " ".join(wrong))


def with_dpkg(results, name):
    """The maintainer scripts, on this machine, which is no Arm one."""
    if not shutil.which("dkms", path=f"/usr/sbin:{os.environ['PATH']}"):
        results.add(f"{name}: dpkg", "skipped", detail="DKMS is not installed")
        return
    paths = [build_deb(version)[1][0] for version in (OLD, NEW)]
    done = run(HOST / "package-dpkg.sh", *paths, good=None)
    if done.status == CANNOT:
        results.add(f"{name}: dpkg", "skipped", detail=f"no overlay of this machine: {tail(done.text, 3)}")
        return
    results.expect(f"{name}: dpkg installs, upgrades, removes and purges on x86", done.status == 0, done.text)
