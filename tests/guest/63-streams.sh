# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: nested
# tree: one
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# #iommu-cells = <1>, platform masters: one with two streams (edu1's is edu0's second)
# and a window of two ranges; one that names its stream twice; PASIDs and stalling, which
# have no effect, so nobody says that they had.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU2" "$EDU3"

for name in $USB $SATA $EDU0 $EDU2 $EDU3; do
	check "$name belongs to driver smmu" [ "$(smmu_driver_of "$name")" = smmu ]
done
groups=$(echo /sys/kernel/iommu_groups/*)
check "each has a group of its own" [ "$(echo "$groups" | wc -w)" = 5 ]
check_disks "$USB" "$SATA"

at=$(edu_plus "$(edu_map "$EDU0" 65536)" 0)
edu_fill "$EDU0" mapbuf
edu_tell "$EDU0" dma write "$at" 64
check "first stream: reaches what is mapped" edu_touched "$EDU0" mapbuf
edu_fill "$EDU0" mapbuf
edu_phys "$BAR1" "$at"
check "second stream: reaches it, too" edu_touched "$EDU0" mapbuf
edu_fill "$EDU0" mapbuf
edu_tell "$EDU3" dma write "$at" 64
check "another master: does not" edu_untouched "$EDU0" mapbuf
edu_tell "$EDU0" unmap 1
edu_fill "$EDU0" mapbuf
dmesg_mark
edu_phys "$BAR1" "$at"
check "second stream: not any more" edu_untouched "$EDU0" mapbuf
second_named() {
	dmesg_since | grep -E "smmu .*: $EDU0: StreamID 0x30: write of 0x0*${at#0x} refused"
}
check "second stream: a line names the master and it" wait_for 5 second_named
check "second stream: reaches no physical memory" [ "$(edu_phys "$BAR1")" = untouched ]

# The rest wants the binding's newer properties; the ranges are apart.
window_of "$EDU0" 0x1000000 0x10fffff 0x1300000 0x13fffff
check "the window is told" said_window "$EDU0" 0x1000000 0x10fffff fewer
check "its second range is told" said_window "$EDU0" 0x1300000 0x13fffff fewer
edu_alloc "$EDU0" 4096 >/dev/null
for address in 0x1100000 0x1200000 0x12ffffc; do
	check "the hole at $address is refused" refused_at "$EDU0" $address
done
edu_tell "$EDU0" free 1
check "both ranges are used up before there is an error" exhausts "$EDU0" $((0x200000 / PAGE))
reserves() {
	grep -E -q "^0x0*1100000 0x0*12fffff (reserved|direct)" \
		"/sys/kernel/iommu_groups/$(group_of "$EDU0")/reserved_regions"
}
check "the hole is among the group's reserved regions" reserves
check "an unmanaged domain keeps to both ranges" \
	api_window "$EDU0" 0x1000000 0x10fffff 0x1300000 0x13fffff

no_line() {
	! dmesg_has "$1"
}
for property in pasid-num-bits dma-can-stall; do
	check "nothing is said of $property" no_line "$property"
done
finish
