# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Every master is behind the SMMU, and sysfs says so.
. /test/lib.sh
modprobe smmu_edu

for driver in nvme xhci_hcd ahci e1000e virtio-pci pcieport smmu_edu; do
	check "a function has driver $driver" find_master $driver
done

# With ours loaded, nothing else may be the one that translates.
owner=arm-smmu-v3
[ ! -d /sys/module/smmu ] || owner=smmu
unit=$(ls /sys/class/iommu)
check "/sys/class/iommu has one unit" [ "$(echo "$unit" | wc -w)" = 1 ]

groups=''
for path in /sys/bus/pci/devices/*; do
	device=${path##*/}
	[ -n "$(driver_of "$device")" ] || continue
	check "$device ($(driver_of "$device")) has a group" group_of "$device"
	check "$device belongs to driver $owner" [ "$(smmu_driver_of "$device")" = $owner ]
	check "$device is among the unit's devices" [ -e "/sys/class/iommu/$unit/devices/$device" ]
	group=/sys/kernel/iommu_groups/$(group_of "$device")
	check "$device is among its group's devices" [ -e "$group/devices/$device" ]
	! has_types || check "$device has translated DMA" grep -q '^DMA' "$group/type"
	check "$device has room for MSIs in its addresses" grep -q ' msi$' "$group/reserved_regions"
	groups="$groups $group"
done
has_types || skip_types "types of the groups"
# The board's topology isolates each function from the others.
check "no two functions share a group" [ -z "$(echo "$groups" | tr ' ' '\n' | sort | uniq -d)" ]
finish
