# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# One edu device has a StreamID that the stream table does not reach.
. /test/lib.sh
. /test/edu.sh

check "the SMMU comes up" [ "$(ls /sys/class/iommu | wc -l)" = 1 ]
edu_use
# The kernel binds a driver all the same: what counts is that nothing translates.
check "the device beyond the table has no group" [ ! -e "/sys/bus/pci/devices/$EDU0/iommu_group" ]
check "its twin's DMA works" edu_copies "$EDU1"
disk=$(disk_of "$(find_master nvme)")
check "the NVMe disk can be read" dd if="${disk:-/none}" of=/dev/null bs=1M count=8
finish
