# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# needs: module
# stages: nested
# tree: parts
# qemu: -global edu.dma_mask=0xffffffffffff
# Masters that are parts of a platform device: a struct device for each channel, with no
# node, on the platform bus, behind the "iommu-map" of the device's node. What else the
# node says, its window and its memory, holds for them.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
modprobe smmu_edu
PART5=10100000.edu-parts.5 PART6=10100000.edu-parts.6
check "the channels are there" wait_for 5 [ -d "$EDU_DIR/$PART6" ]

part_dir() {
	echo "/sys/devices/platform/10100000.edu-parts/$1"
}
group_of_part() {
	basename "$(readlink "$(part_dir "$1")/iommu_group")"
}
listed() {
	for unit in /sys/class/iommu/*; do
		[ ! -e "$unit/devices/$1" ] || return 0
	done
	return 1
}
for part in "$PART5" "$PART6"; do
	check "$part: a group" group_of_part $part
	check "$part: listed by its SMMU" listed $part
done
check "groups of their own" [ "$(group_of_part "$PART5")" != "$(group_of_part "$PART6")" ]
check "the first one's StreamID" [ "$(cat "$EDU_DIR/$PART5/stream")" = 0x28 ]
check "the other one's StreamID" [ "$(cat "$EDU_DIR/$PART6/stream")" = 0x106 ]
if [ -e "$(dir_of 10100000.edu-parts)/iommu_group" ]; then
	fail "the device itself has no stream" "group $(group_of 10100000.edu-parts)"
else
	pass "the device itself has no stream"
fi

edu_tell "$PART5" mask 48
check "DMA works" edu_copies "$PART5"
check "40 allocations lie in the window" many_in "$PART5" 40 4096 0x40000000 0x4fffffff
check "the memory of the node is reached" edu_reaches "$PART5" 0x70000000 0x70000000
at=$(edu_plus "$(edu_map "$PART5" 4096)" 0)
edu_tell "$PART5" unmap 1
edu_fill "$PART5" mapbuf
dmesg_mark
edu_tell "$PART5" dma write "$at" 64
check "unmapped: refused" edu_untouched "$PART5" mapbuf
named() {
	dmesg_since | grep -E "smmu .*: $PART5: StreamID 0x28: write of 0x0*${at#0x} refused"
}
check "unmapped: a line names the channel" wait_for 5 named
echo 10100000.edu-parts >/sys/bus/platform/drivers/smmu_edu_parts/unbind
check "without its driver: no physical memory" [ "$(edu_phys "$BAR0")" = untouched ]
check "its driver comes back" sh -c 'echo 10100000.edu-parts >/sys/bus/platform/drivers/smmu_edu_parts/bind'
edu_tell "$PART5" mask 48
check "DMA works again" edu_copies "$PART5"
check_disks "$USB"
finish
