# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The type of a group's domain, switched in sysfs, under a disk: identity, lazy
# and strict, each with data written and read.
. /test/lib.sh
. /test/edu.sh

if ! has_types; then
	skip_types "a disk under each type"
	finish
fi
nvme=$(find_master nvme)
first=$(type_of "$nvme")

disk_is_there() {
	disk=$(disk_of "$nvme")
}

data_survive() {
	wait_for 10 disk_is_there
	head -c 8388608 /dev/urandom >/tmp/data
	dd if=/tmp/data of="$disk" bs=64k conv=fsync 2>/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	dd if="$disk" bs=1M count=8 2>/dev/null | cmp - /tmp/data
}

for type in DMA-FQ identity DMA "$first"; do
	unbind "$nvme"
	check "$type: switched" set_type "$nvme" "$type"
	check "$type: the driver binds" bind "$nvme" nvme
	check "$type: the group says so" [ "$(type_of "$nvme")" = "$type" ]
	check "$type: data survive" data_survive
done
echo >"/sys/bus/pci/devices/$nvme/driver_override"
rm -f /tmp/data
finish
