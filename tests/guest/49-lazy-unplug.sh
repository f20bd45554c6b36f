# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# own-boot: yes
# append: iommu.strict=0
# timeout: 180
# expect-qemu: ^smmuv3-iommu-memory-region-0-
# Disks are pulled out under load while unmaps are lazy: the addresses that still wait for
# their invalidation belong to a domain that goes. Through sysfs, and by the slot.
. /test/lib.sh
. /test/edu.sh
edu_use

type_is_lazy() {
	[ "$(type_of "$EDU0")" = DMA-FQ ]
}
check "unmaps are lazy" type_is_lazy

# The port anew, so that the disk on it has a group of its own (edu.sh).
port=$(find_master pcieport)
EDU_PORT=$(dir_of "$port")
echo 1 >"$EDU_PORT/remove"
echo 1 >/sys/bus/pci/rescan
wait_for 5 [ -e "$EDU_PORT/driver" ]

# The port has services, which are devices as well.
plugged() {
	for one in "$EDU_PORT"/0000:*:*.*; do
		[ -e "$one/vendor" ] && PLUGGED=${one##*/} && return
	done
	return 1
}

has_disk() {
	plugged && disk_of "$PLUGGED" >/dev/null
}

gone() {
	! plugged
}

# Four that read past the cache until the disk is gone.
load() {
	for _ in 1 2 3 4; do
		while dd if="$1" of=/dev/null bs=256k count=256 iflag=direct 2>/dev/null; do
			:
		done &
	done
}

# The bytes are nobody's, only their transfers count.
edu_qemu '{"execute": "blockdev-add", "arguments": {"driver": "null-co", "node-name": "spare-disk",' \
	'"size": 268435456, "read-zeroes": true}}'

groups_now() {
	ls /sys/kernel/iommu_groups | wc -l
}

its_group_gone() {
	[ "$(groups_now)" = "$before" ]
}

before=$(groups_now)
for way in sysfs sysfs slot; do
	has_disk || edu_qemu '{"execute": "device_add", "arguments": {"driver": "nvme",' \
		'"id": "wide", "bus": "spare", "serial": "lazy", "drive": "spare-disk"}}'
	if ! wait_for 20 has_disk; then
		fail "$way: a disk appears" "no NVMe disk within 20 s"
		break
	fi
	plugged
	pass "$way: a disk appears"
	check "$way: in a group of its own" [ "$(ls "$(dir_of "$PLUGGED")/iommu_group/devices")" = "$PLUGGED" ]
	load "$(disk_of "$PLUGGED")"
	sleep 1
	if [ "$way" = sysfs ]; then
		echo 1 >"$(dir_of "$PLUGGED")/remove"
	else
		edu_qemu '{"execute": "device_del", "arguments": {"id": "wide"}}'
	fi
	check "$way: it goes under load" wait_for 20 gone
	check "$way: its group goes" wait_for 5 its_group_gone
	wait
	check "$way: the others work" edu_copies "$EDU0"
	[ "$way" = slot ] || echo 1 >/sys/bus/pci/rescan
done
check_disks "$(find_master nvme)"
finish
