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
check "the NVMe disk can be read" disk_reads "$(find_master nvme)" 8
finish
