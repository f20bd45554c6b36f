# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: nested
# own-boot: yes
# needs: module
# load: none
# append: deferred_probe_timeout=1
# qemu: -global edu.dma_mask=0xffffffffffff
# timeout: 240
# expect-log: cut here|WARNING: (drivers/iommu/iommu\.c|at __iommu_probe_device)
# expect-qemu: ^invalid sid=40 .L1STD
# The module comes when functions of PCI are at work without the SMMU: it leaves the
# SMMU alone, says why, and they go on. It takes the SMMU when nobody would be cut off,
# or when it is told to.
. /test/lib.sh
. /test/edu.sh
. /test/late.sh

modprobe nvme
late_bound nvme
nvme=$(find_master nvme)
for path in /sys/bus/pci/devices/*; do
	case $(driver_of "${path##*/}") in
	nvme | pcieport) ;;
	*) late_free "${path##*/}" ;;
	esac
done
late_refused "$nvme" nvme
check "the disk still works" disk_copies "$nvme"

modprobe smmu_edu
late_bound smmu_edu
EDU0=$(find_master smmu_edu 1)
EDU1=$(find_master smmu_edu 2)
edu_tell "$EDU0" mask 48
late_free "$nvme"
late_refused "$EDU0" smmu_edu
check "a device's DMA still works" edu_copies "$EDU0"

# Told to, it takes the SMMU: what a master was given before is of no use any more.
at=$(edu_alloc "$EDU0" 4096)
edu_fill "$EDU0" buf
dmesg_mark
echo 1 >/sys/module/smmu/parameters/allow_late
check "with allow_late=1, it takes the SMMU" late_try
check "it says who loses DMA" late_said "allow_late=1: [2-9] masters .* lose their DMA now"
check "it names them" late_said "$EDU1 .driver smmu_edu. is at work"
check "it says what bridges lose" late_said "1 bridges had their drivers .* MSIs"
check "it drives the SMMU" [ -n "$(ls /sys/class/iommu)" ]
check "it says what to do" late_said "$EDU1 .driver smmu_edu. was bound too early and has no DMA"
edu_tell "$EDU0" dma write "$at" 4
check "the master is cut off" edu_untouched "$EDU0" buf

# Whoever comes from now on is served, those who were cut off as well; newer kernels warn
# of devices that get an IOMMU only when a driver is bound the second time.
for name in $EDU0 $EDU1; do
	late_free "$name"
	check "$name: its driver comes back" bind "$name" smmu_edu
	check "$name: is behind our SMMU" [ "$(smmu_driver_of "$name")" = smmu ]
	edu_tell "$name" mask 48
	check "$name: DMA works" edu_copies "$name"
done
check "the disk's driver comes back" bind "$nvme" nvme
check "the disk is behind our SMMU" [ "$(smmu_driver_of "$nvme")" = smmu ]
check "the disk works" disk_copies "$nvme"
finish
