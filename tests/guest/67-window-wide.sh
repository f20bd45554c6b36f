# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: 1 nested
# tree: five
# timeout: 240
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# #iommu-cells = <5> and a "dma-window" on the SMMU's node: windows beyond 4 GiB, and
# intersections of two and three.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU1" "$EDU2"

check "iommus and dma-window: told" said_window "$EDU0" 0x100000000 0x1001fffff
check "dma-window is the smaller: told" said_window "$EDU1" 0x100000000 0x8ffffffff
check "all three: told" said_window "$EDU2" 0x100000000 0x1bfffffff
window_of "$EDU0" 0x100000000 0x1001fffff
window_of "$EDU1" 0x100000000 0x8ffffffff
window_of "$EDU2" 0x100000000 0x1bfffffff
check_disks "$USB" "$SATA"
check "2 MiB: its pages, then an error" exhausts "$EDU0" $((0x200000 / PAGE))

# A driver that cannot say such addresses gets none.
edu_tell "$EDU0" mask 32 2>/dev/null
narrow() {
	! edu_alloc "$EDU0" 4096 2>/dev/null
}
check "32 bits and a window above: an error" narrow
edu_tell "$EDU0" mask 48
check "48 bits again: DMA works" edu_copies "$EDU0"

check "an unmanaged domain keeps to iommus" api_window "$EDU0" 0x100000000 0x1001fffff
check "an unmanaged domain keeps to dma-window" api_window "$EDU1" 0x100000000 0x8ffffffff
check "an unmanaged domain keeps to all three" api_window "$EDU2" 0x100000000 0x1bfffffff
finish
