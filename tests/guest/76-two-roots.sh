# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: nested
# board: two
# tree: two-roots
# timeout: 90
# expect-qemu: ^smmuv3-iommu-memory-region-
# expect-qemu: only supported with pcie.0 for DT
# Two SMMUs, each in front of a PCI root of its own: both translate, an address is of no use
# to any device from its unmap on, and each SMMU reports what its own devices did.
. /test/lib.sh
. /test/edu.sh
. /test/two.sh
edu_use
EDU0=$(find_master 1234:11e8 1)
EDU1=$(find_master 1234:11e8 3)
nvme=$(find_master nvme 1)
other=$(find_master nvme 2)

check "two SMMUs are driven" [ "$(ls /sys/class/iommu | wc -l)" = 2 ]
for name in "$EDU0" "$nvme"; do
	check "$name is behind the first" [ "$(smmu_device_of "$name")" = "$NEAR" ]
done
for name in $EDU1 $other; do
	check "$name is behind the second" [ "$(smmu_device_of "$name")" = "$FAR" ]
done
check "devices of both have groups of their own" [ "$(group_of "$EDU0")" != "$(group_of "$EDU1")" ]
check_disks "$nvme"
# What is on it is zeros, which only a device that writes to memory brings.
check "the disk behind the second one can be read" disk_reads "$other" 16

# unmapped DEVICE SMMU ROUND: what a device may write to until the unmap, and not after. At
# another address in each round: a refusal that was just reported is not told again.
unmapped() {
	at=$(edu_map "$1" $((4096 << $3)))
	edu_fill "$1" mapbuf
	edu_tell "$1" dma write "$at" 64
	check "$1, round $3: an address that is mapped is written to" edu_touched "$1" mapbuf
	edu_tell "$1" unmap 1
	dmesg_mark
	edu_tell "$1" dma write "$at" 64
	check "$1, round $3: it is refused at once after the unmap, and reported by $2" reported "$2" "$at"
}

for round in 1 2 3; do
	check "$EDU0: DMA works" edu_copies "$EDU0"
	check "$EDU1: DMA works" edu_copies "$EDU1"
	unmapped "$EDU0" "$NEAR" "$round"
	unmapped "$EDU1" "$FAR" "$round"
done

# What one SMMU was told does not concern the other.
at=$(edu_alloc "$EDU1" 4096)
edu_fill "$EDU1" buf
unbind "$EDU0"
edu_tell "$EDU1" dma write "$at" 64
check "a device leaves the first one, those of the second one go on" edu_touched "$EDU1" buf
bind "$EDU0" smmu_edu
check "it is back" edu_copies "$EDU0"

# The second root's disk, removed and found again.
echo 1 >"$(dir_of "$other")/remove"
echo 1 >/sys/bus/pci/rescan
back() {
	other=$(find_master nvme 2) && disk_reads "$other" 2
}
check "the second one's disk comes back" wait_for 20 back
check "to the same SMMU" [ "$(smmu_device_of "$other")" = "$FAR" ]
finish
