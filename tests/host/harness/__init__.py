# SPDX-License-Identifier: GPL-2.0-only
"""The tests' side of the host. From the bottom up; a module uses what stands above it here.

    places, programs     where things are; how programs are run, and what their status says
    results              collect and print what tests found
    builds/              architectures, kernels, modules: what is fetched or built for a boot
    machine/             QEMU's board: its device trees, its initramfs, a boot of it
    boots/               guest scripts, KUnit, wrong device trees, the demo; what a log says
    bench/               what calls cost beside the in-tree driver
    package/             the Debian package: contents, DKMS, a whole system that installs it
    litmus/              the driver's barriers, by the kernel's memory model
    lint/                the checks that boot nothing
    fresh                what is started first on a machine that has nothing installed
    record               which groups have passed before with the same files
    plan                 which tests there are, and which of them "make check" runs

The programs that people start (check.py, demo.py, board.py, bench.py, litmus.py) stand beside this
folder, and so do the shell scripts that fetch and build.
"""
