# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Suspend, as far as pm_test takes it: all devices are suspended, the SMMU with them, and
# come back; the second time after the SMMU has lost its registers meanwhile (smmu_sleep),
# so that nothing works that resume does not set up.
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

modprobe smmu_sleep
asleep() {
	echo "$1" >/sys/power/pm_test
	echo "$2" >/sys/power/state
}

offset=0
for state in freeze mem; do
	[ $state = mem ] && level=platform || level=devices
	# Another page each time: faults in one page may be told by one line.
	at=$(edu_plus "$(edu_map "$EDU0" $((16 * PAGE)))" $offset)
	offset=$((offset + PAGE))
	check "$level: $state and come back" asleep "$level" $state
	edu_fill "$EDU0" mapbuf $((16 * PAGE))
	edu_tell "$EDU0" dma write "$at" 4
	check "$level: an old mapping works" edu_touched "$EDU0" mapbuf
	edu_tell "$EDU0" unmap 1
	edu_fill "$EDU0" mapbuf $((16 * PAGE))
	dmesg_mark
	edu_tell "$EDU0" dma write "$at" 4
	check "$level: unmapped, it is refused" edu_untouched "$EDU0" mapbuf
	check "$level: the event interrupt works" faulted "$EDU0" "$at" write
	check "$level: new memory works" edu_copies "$EDU1"
	check "$level: the disk works" same_data
done
check "platform: the SMMU had lost its registers" dmesg_has "smmu_sleep: the SMMU lost its registers"
echo none >/sys/power/pm_test
rmmod smmu_sleep
bind "$nvme" nvme
finish
