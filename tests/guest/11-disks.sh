# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Disks behind three kinds of controller, all busy at once: what was written is
# what is read.
. /test/lib.sh

MIB=12

write_disk() {
	head -c $((MIB << 20)) /dev/urandom >"/tmp/$1.data"
	dd if="/tmp/$1.data" of="$2" bs=64k conv=fsync 2>/dev/null
}

same_data() {
	dd if="$2" bs=1M count=$MIB 2>/dev/null | cmp - "/tmp/$1.data"
}

for driver in nvme xhci_hcd ahci; do
	if disk=$(disk_of "$(find_master $driver)"); then
		eval "disk_$driver=$disk"
		write_disk $driver "$disk" &
	fi
done
wait
echo 3 >/proc/sys/vm/drop_caches
for driver in nvme xhci_hcd ahci; do
	eval "disk=\${disk_$driver:-}"
	check "$driver: $MIB MiB written and read, ${disk:-no disk}" same_data $driver "${disk:-/none}"
	rm -f /tmp/$driver.data
done
finish
