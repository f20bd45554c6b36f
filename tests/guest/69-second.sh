# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# needs: module
# stages: nested
# tree: second
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9
# append: mem=768M
# Masters on two SMMUs, of which the second comes late and goes again, after their drivers:
# sysfs lists them under both, and they go with it, whichever is their first one. Others
# stay.
. /test/lib.sh
. /test/edu.sh
FIRST=smmu3.0x0000000009050000 SECOND=smmu3.0x0000000070800000

listed() {
	ls /sys/class/iommu/*/devices
	[ -e "/sys/class/iommu/$1/devices/$2" ]
}
in_group() {
	[ -e "$(dir_of "$1")/iommu_group" ]
}
# The first time, their drivers wait, and are being bound already.
both_there() {
	modprobe smmu_second || return 1
	for name in $EDU1 $EDU2; do
		bind "$name" smmu_edu || wait_for 10 [ -d "$EDU_DIR/$name" ] || return 1
	done
}

modprobe smmu_edu
edu_use_platform "$EDU0"
for name in $EDU1 $EDU2; do
	check "$name: waits for its second SMMU" [ ! -d "$EDU_DIR/$name" ]
done
[ -d "/sys/class/iommu/$FIRST" ] || FIRST=smmu3.0x09050000 SECOND=smmu3.0x70800000

for round in 1 2 3; do
	check "$round: the second SMMU comes, and its masters" both_there
	edu_use_platform "$EDU1" "$EDU2"
	for name in $EDU1 $EDU2; do
		check "$round: $name: listed under the first" listed "$FIRST" "$name"
		check "$round: $name: listed under the second" listed "$SECOND" "$name"
		check "$round: $name: DMA works" edu_copies "$name"
		check "$round: $name: two streams, so drivers find none" \
			[ "$(cat "$EDU_DIR/$name/stream")" = none ]
	done
	check "$round: $EDU0: not listed under the second" sh -c "[ ! -e /sys/class/iommu/$SECOND/devices/$EDU0 ]"
	check "$round: $EDU0: its one StreamID" [ "$(cat "$EDU_DIR/$EDU0/stream")" = 0x28 ]
	unbind "$EDU1"
	unbind "$EDU2"
	check "$round: the second SMMU goes" rmmod smmu_second
	for name in $EDU1 $EDU2; do
		if in_group "$name"; then
			fail "$round: $name: gone with it" "it is in a group"
		else
			pass "$round: $name: gone with it"
		fi
	done
	check "$round: $EDU1: its stream aborts" [ "$(edu_phys "$BAR1")" = untouched ]
	check "$round: $EDU2: its stream aborts" [ "$(edu_phys "$BAR2")" = untouched ]
	check "$round: nobody is listed under the first but $USB and $EDU0" \
		[ "$(ls "/sys/class/iommu/$FIRST/devices" | wc -l)" = 2 ]
	check "$round: $EDU0: DMA works" edu_copies "$EDU0"
	check_disks "$USB"
done
finish
