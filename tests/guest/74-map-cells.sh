# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug
# stages: 2 nested
# tree: map-cells
# qemu: -global edu.dma_mask=0xffffffffffff
# timeout: 240
# #iommu-cells = <4> and iommu-map: each function of PCI has a window there, as "iommus"
# gives one to a platform device.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
if ! kernel_since 7 2; then
	skip "windows in iommu-map" "this kernel takes one cell from it, whatever #iommu-cells says"
	finish
fi
edu_use
for name in $EDU0 $EDU1; do
	edu_tell "$name" mask 48
done

nvme=$(find_master nvme)
check "nvme: told" said_window "$nvme" 0x80000000 0x17fffffff fewer
check "first edu: told" said_window "$EDU0" 0x1000000 0x11fffff fewer
check "second edu: told" said_window "$EDU1" 0x4000000 0x7ffffff fewer
check "the others: told" said_window "$(find_master ahci)" 0x0 0xffffffff fewer
check "each has a group of its own" [ "$(group_of "$EDU0")" != "$(group_of "$EDU1")" ]
window_of "$EDU0" 0x1000000 0x11fffff
window_of "$EDU1" 0x4000000 0x7ffffff
for script in 11-disks 12-network 13-msi; do
	check "$script passes" sh /test/$script.sh
done
finish
