# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# tree: dma-ranges
# append: deferred_probe_timeout=20
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# "dma-ranges" of a master's bus: Linux limits addresses to it, IOMMU or not, and the
# driver says that this contradicts "iommus".
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU1"

warned() {
	dmesg_kernel | grep -c -E "$1: \"dma-ranges\" of its bus limits DMA to 0x0*40000000-0x0*5fffffff"
}
check "a bus with it: a warning, once" [ "$(warned "$EDU0")" = 1 ]
check "another master on such a bus: another warning" [ "$(warned "$SATA")" = 1 ]
check "a bus without it: none" [ "$(warned "$EDU1")" = 0 ]
check "no bus: none" [ "$(warned "$USB")" = 0 ]
check "the warning names the way out" dmesg_has "smmu.ignore_dma_ranges=1 ignores it"

limit() {
	cut -d ' ' -f 3 "$EDU_DIR/$1/mask"
}
check "a bus with it: the limit holds" [ "$(limit "$EDU0")" = 0x5fffffff ]
check "a bus with it: 40 allocations below" many_in "$EDU0" 40 65536 0x1 0x5fffffff
check "a bus without it: no limit" [ "$(limit "$EDU1")" = 0x0 ]
check "a bus without it: addresses outside of the limits" outside_limits "$EDU1"
for name in $EDU0 $EDU1; do
	check "$name: DMA works" edu_copies "$name"
	check "$name: translated" [ "$(smmu_driver_of "$name")" = smmu ]
done
check_disks "$USB" "$SATA"
finish
