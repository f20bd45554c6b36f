# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# tree: regions-pci
# qemu: -global edu.dma_mask=0xffffffffffff
# Two PCI functions with one StreamID whose window is told by all that lies outside of
# it: VFIO tells the window and nothing else. The second one really sends another ID.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
. /test/vfio.sh
edu_use
WINDOW='0x2000000 0x3ffffff'

check "both are in one group" [ "$(group_of "$EDU0")" = "$(group_of "$EDU1")" ]
regions=$(cat "/sys/kernel/iommu_groups/$(group_of "$EDU0")/reserved_regions")
check "no range is told twice" [ "$(echo "$regions" | grep -c reserved)" = 2 ]
for name in $EDU0 $EDU1; do
	# shellcheck disable=SC2086 # ranges are words
	check "$name: 40 allocations lie in the window" many_in "$name" 40 65536 $WINDOW
done
check "$EDU0: DMA works" edu_copies "$EDU0"

modprobe vfio_iommu_type1 2>/dev/null
modprobe vfio_pci 2>/dev/null
unbind "$EDU0"
unbind "$EDU1"
check "vfio-pci takes $EDU0" bind "$EDU0" vfio-pci
# shellcheck disable=SC2086
vfio_results "VFIO: " "$EDU0" "$(group_of "$EDU0")" $WINDOW
unbind "$EDU0"
for name in $EDU0 $EDU1; do
	check "smmu_edu takes $name back" bind "$name" smmu_edu
done
check "$EDU0: its DMA works" edu_copies "$EDU0"
finish
