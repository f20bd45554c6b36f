# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: nested
# tree: map-short
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=9.0 -device edu,addr=0xa.0
# iommu-map ends one function too early, under a mask that leaves bus 0 alone: the last one
# has no IOMMU in Linux's eyes, which the kernel says, and reaches no memory all the same.
. /test/lib.sh
. /test/edu.sh
modprobe smmu_edu
LAST=0000:00:0a.0

for name in 0000:00:05.0 0000:00:09.0; do
	check "$name is in the map: a group of its own" \
		[ "$(ls "/sys/kernel/iommu_groups/$(group_of $name)/devices")" = $name ]
	check "$name is in the map: DMA works" edu_copies $name
done
check_disks "$(find_master nvme)"
check "the last one: no group" [ ! -e "$(dir_of $LAST)/iommu_group" ]
check "the last one: the kernel says so" dmesg_has "no iommu-map translation for id 0x50"
copies_nothing() {
	! edu_copies $LAST
}
check "the last one: its driver's DMA is refused" copies_nothing
unbind $LAST
edu_enable $LAST
check "the last one: no physical memory" [ "$(edu_phys "$(bar_of $LAST)")" = untouched ]
finish
