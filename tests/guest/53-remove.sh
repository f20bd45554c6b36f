# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Functions removed and found again through sysfs: their groups go and come back,
# and so do their transfers.
. /test/lib.sh
. /test/edu.sh
edu_use

bound() {
	[ "$(driver_of "$1")" = "$2" ]
}

nvme=$(find_master nvme)
for time in first second; do
	group=$(group_of "$EDU0")
	# A transfer is under way, memory is mapped.
	edu_map "$EDU0" 4096 >/dev/null
	edu_tell "$EDU0" dma start write 0x6000 4
	for device in $EDU0 $nvme; do
		echo 1 >"/sys/bus/pci/devices/$device/remove"
		check "$time time: $device is gone" [ ! -e "/sys/bus/pci/devices/$device" ]
	done
	check "$time time: its group is gone" [ ! -e "/sys/kernel/iommu_groups/$group" ]
	check "$time time: the other device works" edu_copies "$EDU1"
	echo 1 >/sys/bus/pci/rescan
	check "$time time: edu is back" wait_for 5 bound "$EDU0" smmu_edu
	check "$time time: edu works" edu_copies "$EDU0"
	check "$time time: nvme is back" wait_for 5 bound "$nvme" nvme
	check "$time time: the disk can be read" wait_for 10 disk_reads "$nvme"
done
finish
