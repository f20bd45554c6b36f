# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: 2 nested
# tree: window-pci
# qemu: -global edu.dma_mask=0xffffffffffff
# timeout: 240
# PCI functions with windows: all have the "dma-window" of the SMMU's node, 224 MiB;
# NVMe and the first edu have "iommu-ranges" in nodes of their own.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
. /test/vfio.sh
edu_use
ALL='0x2000000 0xfffffff'
OWN='0x2000000 0x43fffff 0x6000000 0x63fffff'

nvme=$(find_master nvme)
check "nvme: told" said_window "$nvme" 0x8000000 0x8ffffff fewer
check "first edu: told" said_window "$EDU0" 0x2000000 0x43fffff fewer
check "second edu: told" said_window "$EDU1" 0x2000000 0xfffffff fewer
# shellcheck disable=SC2086 # ranges are words
{
	window_of "$EDU0" $OWN
	check "second edu: 40 allocations lie in the node's window" many_in "$EDU1" 40 65536 $ALL
}
edu_alloc "$EDU0" 4096 >/dev/null
check "first edu: the hole is refused" refused_at "$EDU0" 0x4400000
edu_tell "$EDU0" free 1

# 16 MiB are enough for a disk that is busy, and for its interrupts.
for script in 11-disks 12-network 13-msi; do
	check "$script passes" sh /test/$script.sh
done

# msi_inside NAME RANGE...: the page of MSIs lies in the window; on 32-bit Arm, where the
# doorbell itself is.
msi_inside() {
	regions=/sys/kernel/iommu_groups/$(group_of "$1")/reserved_regions
	shift
	read -r msi_start msi_last _ <<-LINE
		$(grep ' msi$' "$regions")
	LINE
	cat "$regions"
	[ "$(uname -m)" = aarch64 ] || set -- 0x8090000 0x8090fff
	in_window "$msi_start" "$msi_last" "$@"
}
# shellcheck disable=SC2086
{
	check "nvme: MSIs lie in its window, or at the doorbell" msi_inside "$nvme" 0x8000000 0x8ffffff
	check "first edu: MSIs lie in its window, or at the doorbell" msi_inside "$EDU0" $OWN
	check "second edu: MSIs lie in the node's window, or at the doorbell" msi_inside "$EDU1" $ALL
}

modprobe vfio_iommu_type1 2>/dev/null
modprobe vfio_pci 2>/dev/null
for name in "$EDU0 $OWN" "$EDU1 $ALL"; do
	# shellcheck disable=SC2086
	set -- $name
	device=$1
	shift
	unbind "$device"
	check "vfio-pci takes $device" bind "$device" vfio-pci
	vfio_results "VFIO, $device: " "$device" "$(group_of "$device")" "$@"
	unbind "$device"
	check "smmu_edu takes $device back" bind "$device" smmu_edu
	check "$device: its DMA works" edu_copies "$device"
done
finish
