# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# timeout: 150
# expect-qemu: ^smmuv3-iommu-memory-region-0-
# A device comes and goes while the board runs, twice.
. /test/lib.sh
. /test/edu.sh
edu_use

group_dir() {
	echo "/sys/kernel/iommu_groups/$(group_of "$WIDE")/devices"
}

groups_now() {
	ls /sys/kernel/iommu_groups
}

for time in first second; do
	if ! edu_plug; then
		fail "$time time: the device appears" "no third edu device within 20 s"
		break
	fi
	check "$time time: its driver binds" wait_for 10 edu_bound "$WIDE"
	check "$time time: it has a group of its own" [ "$(ls "$(group_dir)")" = "$WIDE" ]
	check "$time time: its DMA works" edu_copies "$WIDE"
	dmesg_mark
	edu_tell "$WIDE" dma write 0x5000 4
	check "$time time: its faults name it" faulted "$WIDE" 0x5000 write
	with=$(groups_now | wc -l)
	# It is pulled out with memory mapped.
	edu_map "$WIDE" 65536 >/dev/null
	check "$time time: it goes" edu_unplug
	check "$time time: its group goes" [ "$(groups_now | wc -l)" = $((with - 1)) ]
	check "$time time: the others work" edu_copies "$EDU0"
done
finish
