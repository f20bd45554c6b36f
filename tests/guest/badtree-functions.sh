# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# PCI functions with windows in nodes of their own: edu0's is good; edu1 is in its
# group, but wants another one; a third one's property has the wrong number of cells.
. /test/lib.sh
. /test/edu.sh
edu_use
THIRD=0000:00:09.0

no_copies() {
	! edu_copies "$1"
}

check "the good one: DMA works" edu_copies "$EDU0"
for name in "$EDU1" "$THIRD"; do
	check "$name: no group" [ ! -e "/sys/bus/pci/devices/$name/iommu_group" ]
	check "$name: DMA does not work" no_copies "$name"
	unbind "$name"
	edu_enable "$name"
	check "$name: no physical memory" [ "$(edu_phys "$(bar_of "$name")")" = untouched ]
done
check "the NVMe disk can be read" disk_reads "$(find_master nvme)" 8
finish
