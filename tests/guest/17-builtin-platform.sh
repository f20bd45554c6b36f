# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: builtin
# stages: 1 nested
# tree: four
# timeout: 200
# append: initcall_debug fw_devlink=off deferred_probe_timeout=0
# qemu: -device loader,addr=0x4010008010,data=0x10000000,data-len=4 -device loader,addr=0x4010008004,data=6,data-len=2 -device loader,addr=0x4010018024,data=0x10010000,data-len=4 -device loader,addr=0x4010018004,data=6,data-len=2
# The same for platform masters, whose drivers are built in, too. QEMU gives their
# functions addresses before the kernel starts, as guest/init is too late for that.
. /test/lib.sh
. /test/builtin.sh

builtin_masters '10000000.usb|10010000.sata' 10000000.usb 10010000.sata
for name in 10000000.usb 10010000.sata; do
	check "$name: 4 MiB written and read" disk_copies "$name"
done
finish
