# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# tree: map
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=9.0,multifunction=on -device edu,addr=9.1
# iommu-map in three parts, without edu1, and a mask that makes the functions of a
# slot one stream. The board gives each function its own, so the second one's aborts.
. /test/lib.sh
. /test/edu.sh
modprobe smmu_edu
EDU0=0000:00:05.0 EDU1=0000:00:06.0 FIRST=0000:00:09.0 SECOND=0000:00:09.1

for driver in nvme xhci_hcd ahci e1000e virtio-pci; do
	name=$(find_master $driver)
	check "$name ($driver) belongs to driver smmu" [ "$(smmu_driver_of "$name")" = smmu ]
done
for script in 11-disks 12-network; do
	check "$script passes" sh /test/$script.sh
done
check "edu in a part of its own: a group of its own" \
	[ "$(ls "/sys/kernel/iommu_groups/$(group_of $EDU0)/devices")" = $EDU0 ]
check "edu in a part of its own: DMA works" edu_copies $EDU0

check "edu in the gap: no group" [ ! -e "/sys/bus/pci/devices/$EDU1/iommu_group" ]
unbind $EDU1
edu_enable $EDU1
check "edu in the gap: no physical memory" [ "$(edu_phys "$(bar_of $EDU1)")" = untouched ]

check "functions that the mask makes one: one group" [ "$(group_of $FIRST)" = "$(group_of $SECOND)" ]
check "functions that the mask makes one: DMA of the first works" edu_copies $FIRST
at=$(edu_alloc $SECOND 4096)
edu_fill $SECOND buf
edu_tell $SECOND dma write "$at" 64
check "functions that the mask makes one: the second sends another stream" \
	edu_untouched $SECOND buf
edu_tell $SECOND free 1
finish
