# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# A first look at assignment: a program drives an edu device through VFIO, twice,
# then the kernel's driver has it back.
. /test/lib.sh
. /test/edu.sh
. /test/vfio.sh
edu_use

modprobe vfio_iommu_type1 2>/dev/null
modprobe vfio_pci 2>/dev/null
if [ ! -d /sys/bus/pci/drivers/vfio-pci ]; then
	skip "a device in user space" "this kernel has no vfio-pci"
	finish
fi

for time in first second; do
	unbind "$EDU0"
	check "$time time: vfio-pci takes the device" bind "$EDU0" vfio-pci
	check "$time time: the other device works" edu_copies "$EDU1"
	vfio_results "$time time: " "$EDU0" "$(group_of "$EDU0")"
	unbind "$EDU0"
	check "$time time: smmu_edu takes it back" bind "$EDU0" smmu_edu
	check "$time time: and its DMA works" edu_copies "$EDU0"
done
finish
