# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug builtin
# A program drives an edu device through the device's own file and IOMMUFD, with a
# domain that it asks for and another one that takes its place; then the kernel's driver
# has it back.
. /test/lib.sh
. /test/edu.sh
. /test/vfio.sh
edu_use

modprobe iommufd 2>/dev/null
modprobe vfio_pci 2>/dev/null

# Without CONFIG_VFIO_DEVICE_CDEV there is a folder for it, but no number.
own_file() {
	ls "$(dir_of "$EDU0")"/vfio-dev/*/dev
}

unbind "$EDU0"
check "vfio-pci takes the device" bind "$EDU0" vfio-pci
if [ ! -e /dev/iommu ] || ! own_file >/dev/null 2>&1; then
	skip "a device by IOMMUFD" "this kernel has no IOMMUFD, or no files of single VFIO devices"
	unbind "$EDU0"
	bind "$EDU0" smmu_edu
	finish
fi
check "the other device works" edu_copies "$EDU1"
vfio_results "" "$EDU0" iommufd
unbind "$EDU0"
check "smmu_edu takes it back" bind "$EDU0" smmu_edu
check "and its DMA works" edu_copies "$EDU0"
finish
