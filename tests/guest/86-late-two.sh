# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: nested
# board: two
# tree: two-roots
# own-boot: yes
# needs: module
# load: none
# append: deferred_probe_timeout=1
# qemu: -global edu.dma_mask=0xffffffffffff
# timeout: 120
# expect-log: cut here|WARNING: (drivers/iommu/iommu\.c|at __iommu_probe_device)
# expect-qemu: ^smmuv3-iommu-memory-region-
# expect-qemu: ^invalid sid=
# expect-qemu: only supported with pcie.0 for DT
# The module comes when a master of one of two SMMUs is at work: it leaves that one alone,
# drives the other, and takes the first one when it is told to.
. /test/lib.sh
. /test/edu.sh
. /test/late.sh
. /test/two.sh
DRIVER=/sys/bus/platform/drivers/smmu

modprobe smmu_edu
late_bound smmu_edu
EDU0=$(find_master 1234:11e8 1)
EDU1=$(find_master 1234:11e8 3)
check "the device behind the second one has its driver" wait_for 20 [ -d "$EDU_DIR/$EDU1" ]
for path in /sys/bus/pci/devices/*; do
	name=${path##*/}
	[ "$name" = "$EDU1" ] || [ "$(driver_of "$name")" = pcieport ] || late_free "$name"
done
edu_tell "$EDU1" mask 48

# left_alone WHEN: what holds while the second one is.
left_alone() {
	check "$1: it names the device" late_said "smmu $FAR: $EDU1 .driver smmu_edu. is at work without this SMMU"
	check "$1: it says what to do" late_said "smmu $FAR: left alone: 1 masters .* allow_late=1"
	check "$1: it is silent about the other" sh -c "! dmesg | grep 'smmu $NEAR: .*left alone'"
	check "$1: one SMMU is driven" [ "$(ls /sys/class/iommu | wc -l)" = 1 ]
	check "$1: the device at work keeps its DMA" edu_copies "$EDU1"
}

dmesg_mark
check "the module can be loaded" modprobe smmu
left_alone "at first"
check "the first SMMU's device gets a driver" bind "$EDU0" smmu_edu
check "it is behind that SMMU" [ "$(smmu_device_of "$EDU0")" = "$NEAR" ]
edu_tell "$EDU0" mask 48
check "its DMA works" edu_copies "$EDU0"
dmesg_mark
echo "$FAR" >/sys/bus/platform/drivers_probe
left_alone "asked again"

echo 1 >/sys/module/smmu/parameters/allow_late
dmesg_mark
echo "$FAR" >/sys/bus/platform/drivers_probe
check "allow_late=1: it says who loses its DMA" late_said "smmu $FAR: allow_late=1: 1 masters"
check "allow_late=1: both are driven" [ "$(ls /sys/class/iommu | wc -l)" = 2 ]
check "allow_late=1: the second one, too" [ -e "$DRIVER/$FAR" ]
cut_off() {
	! edu_copies "$EDU1"
}
check "allow_late=1: the device is cut off" cut_off
late_free "$EDU1"
check "its driver comes back" bind "$EDU1" smmu_edu
check "it is behind the second SMMU" [ "$(smmu_device_of "$EDU1")" = "$FAR" ]
edu_tell "$EDU1" mask 48
check "DMA works behind the second SMMU" edu_copies "$EDU1"
check "and behind the first" edu_copies "$EDU0"
finish
