# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: builtin
# timeout: 200
# append: initcall_debug fw_devlink=off deferred_probe_timeout=0
# Built in, the driver is there before PCI hosts and their functions, though nothing
# makes them wait: the kernel neither follows suppliers nor gives anybody time.
. /test/lib.sh
. /test/builtin.sh

host=$(basename "$(readlink -f /sys/bus/pci/devices/0000:00:00.0/../..)")
masters=''
for path in /sys/bus/pci/devices/*; do
	[ -z "$(driver_of "${path##*/}")" ] || masters="$masters ${path##*/}"
done
# shellcheck disable=SC2086 # names of functions are single words
builtin_masters "$host|0000:00:[0-9a-f.]*" $masters
check "the PCI host was probed once, and not deferred" probed "$host"
for driver in nvme xhci_hcd ahci e1000e pcieport; do
	check "a function has driver $driver" find_master $driver
done
for driver in nvme xhci_hcd ahci; do
	check "$driver: 4 MiB written and read" disk_copies "$(find_master $driver)"
done
finish
