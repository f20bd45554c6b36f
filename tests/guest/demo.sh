# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# "make demo": the board with QEMU's own device tree.
. /test/demo-lib.sh

show_masters() {
	section "Masters"
	format='%-14s %-11s %-8s %-16s %-8s %-6s %s\n'
	# shellcheck disable=SC2059
	printf "$format" device driver stream SMMU owner group type
	alien=''
	for device in /sys/bus/pci/devices/*; do
		name=${device##*/}
		driver=$(driver_of "$name")
		[ -n "$driver" ] || continue
		slot=${name##*:}
		stream=$((0x$(echo "$name" | cut -d : -f 2) << 8 | 0x${slot%.*} << 3 | ${slot#*.}))
		group=$(group_of "$name") || group=none
		owner=$(owner_of "$name") || owner=none
		type=$(cat "/sys/kernel/iommu_groups/$group/type" 2>/dev/null) || type=-
		# There the kernel has one type only, and means this by it.
		has_types || type=arm_iommu
		# shellcheck disable=SC2059
		printf "$format" "$name" "$driver" "$(printf '0x%x' "$stream")" \
			"$(smmu_of "$name" | sed 's/0x0*/0x/')" "$owner" "$group" "$type"
		[ "$owner" = smmu ] || alien="$alien $name($owner)"
	done
	for driver in nvme xhci_hcd ahci e1000e virtio-pci smmu_edu; do
		find_master "$driver" >/dev/null || alien="$alien $driver(not bound)"
	done
	if [ -z "$alien" ]; then
		pass "every master is behind an SMMU that smmu.ko owns"
	else
		fail "every master is behind an SMMU that smmu.ko owns" "not so:$alien"
	fi
}

modprobe smmu_edu
show_smmu
show_masters
section "NVMe"
raw_disk NVMe nvme "$NVME_MIB" "$NVME_MD5"
section "USB disk"
raw_disk USB xhci_hcd "$USB_MIB" "$USB_MD5"
filesystem
network
rogue
echo
finish
