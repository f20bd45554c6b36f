# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: builtin
# stages: 1 nested
# timeout: 200
# append: initcall_debug
# As usual, the kernel has consumers wait for their suppliers (fw_devlink=on): here
# there is nothing to wait for.
. /test/lib.sh
. /test/builtin.sh

host=$(basename "$(readlink -f /sys/bus/pci/devices/0000:00:00.0/../..)")
builtin_masters "$host|0000:00:[0-9a-f.]*" "$(find_master nvme)" "$(find_master xhci_hcd)" "$(find_master ahci)" \
	"$(find_master pcieport)"
check "the PCI host was probed once, and not deferred" probed "$host"
finish
