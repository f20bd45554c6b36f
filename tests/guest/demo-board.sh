# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# "make demo BOARD=...": a board out of arch/arm64/boot/dts/smmu, with what it has of
# the masters, and their DMA windows.
. /test/demo-lib.sh
. /test/edu.sh
. /test/window.sh

# windows_of NAME: the ranges that the driver told, as words "START LAST".
windows_of() {
	dmesg_kernel |
		sed -n -E "s/.* $1: (DMA window|and) (0x[0-9a-f]+)-(0x[0-9a-f]+).*/\2 \3/p" | tr '\n' ' '
}

# masters: names of all that have a group, on either bus.
masters() {
	for device in /sys/bus/pci/devices/* /sys/bus/platform/devices/*; do
		[ ! -e "$device/iommu_group" ] || echo "${device##*/}"
	done
}

show_masters() {
	section "Masters"
	format='%-14s %-11s %-6s %-6s %s\n'
	# shellcheck disable=SC2059
	printf "$format" device driver owner group 'DMA window'
	alien=''
	for name in $(masters); do
		owner=$(owner_of "$name") || owner=none
		# shellcheck disable=SC2059
		printf "$format" "$name" "$(driver_of "$name")" "$owner" "$(group_of "$name")" \
			"$(windows_of "$name" | sed 's/\([^ ]\) \(0x[^ ]*\) */\1-\2 /g')"
		[ "$owner" = smmu ] || alien="$alien $name($owner)"
	done
	if [ -z "$alien" ] && [ -n "$(masters)" ]; then
		pass "every master is behind an SMMU that smmu.ko owns"
	else
		fail "every master is behind an SMMU that smmu.ko owns" "not so:$alien"
	fi
}

# with DRIVER...: the first of the drivers that is bound to a master.
with() {
	for driver; do
		find_master "$driver" >/dev/null || continue
		echo "$driver"
		return
	done
	return 1
}

# What the DMA API hands out lies in the window, and one step beyond is refused.
windows() {
	section "DMA addresses of the edu devices"
	for name in $(masters); do
		[ "$(driver_of "$name")" = smmu_edu ] || continue
		# shellcheck disable=SC2046
		set -- $(windows_of "$name")
		# All that edu drives on this board, so that it is the window that limits.
		edu_tell "$name" mask 48
		edu_tell "$name" many 40 4096
		read -r count first last <"$EDU_DIR/$name/many"
		edu_tell "$name" many 0 0
		echo "$name: $count buffers between $first and $last, window ${*:-none}"
		check "$name reads and writes mapped memory" edu_copies "$name"
		[ $# -gt 0 ] || continue
		check "$name: all addresses lie in its window" in_window "$first" "$last" "$@"
		for end; do
			:
		done
		edu_alloc "$name" 4096 >/dev/null
		check "$name: a write beyond its window is refused" \
			refused_at "$name" "$(edu_plus "$end" 1)"
		edu_tell "$name" free 1
	done
}

# With one group for all, what one device maps the others reach.
groups() {
	section "Groups"
	for group in /sys/kernel/iommu_groups/*; do
		echo "group ${group##*/}, type $(cat "$group/type"): $(ls -x "$group/devices")"
	done
}

modprobe smmu_edu
show_smmu
show_masters
groups
if with nvme >/dev/null; then
	section "NVMe"
	raw_disk NVMe nvme "$NVME_MIB" "$NVME_MD5"
fi
section "USB disk"
raw_disk USB "$(with xhci-hcd xhci_hcd)" "$USB_MIB" "$USB_MD5"
filesystem
if with e1000e >/dev/null; then
	network
fi
windows
rogue
echo
finish
