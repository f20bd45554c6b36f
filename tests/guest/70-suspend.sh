# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Suspend to idle, as far as pm_test takes it: all devices are suspended, the SMMU
# with them, and come back.
. /test/lib.sh
. /test/edu.sh

if [ ! -w /sys/power/pm_test ] || ! grep -q freeze /sys/power/state; then
	skip "suspend and resume" "this kernel has no /sys/power/pm_test, or no freeze"
	finish
fi
edu_use
echo 1 >/sys/module/suspend/parameters/pm_test_delay
# nvme freezes its queues in one thread and thaws them in another, which lockdep takes
# for a leaked lock.
nvme=$(find_master nvme)
unbind "$nvme"
disk=$(disk_of "$(find_master ahci)")
head -c 4194304 /dev/urandom >/tmp/data
dd if=/tmp/data of="$disk" bs=1M conv=fsync 2>/dev/null

same_data() {
	echo 3 >/proc/sys/vm/drop_caches
	dd if="$disk" bs=1M count=4 2>/dev/null | cmp - /tmp/data
}

freeze() {
	echo "$1" >/sys/power/pm_test
	echo freeze >/sys/power/state
}

page=0
for level in devices platform; do
	# Another page each time: faults in one page may be told by one line.
	at=$(edu_plus "$(edu_map "$EDU0" 65536)" $page)
	page=$((page + 4096))
	check "$level: freeze and come back" freeze $level
	edu_fill "$EDU0" mapbuf 65536
	edu_tell "$EDU0" dma write "$at" 4
	check "$level: an old mapping works" edu_touched "$EDU0" mapbuf
	edu_tell "$EDU0" unmap 1
	edu_fill "$EDU0" mapbuf 65536
	dmesg_mark
	edu_tell "$EDU0" dma write "$at" 4
	check "$level: unmapped, it is refused" edu_untouched "$EDU0" mapbuf
	check "$level: the event interrupt works" faulted "$EDU0" "$at" write
	check "$level: new memory works" edu_copies "$EDU1"
	check "$level: the disk works" same_data
done
echo none >/sys/power/pm_test
bind "$nvme" nvme
finish
