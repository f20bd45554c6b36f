# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: 1 2
# tree: mask
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# #iommu-cells = <2>: streams 0x20, 0x28, 0x30 and 0x38 are edu0's by a mask, so edu1,
# which the tree does not name, uses edu0's context. edu2 lies outside the mask.
. /test/lib.sh
. /test/edu.sh
edu_use_platform "$EDU0" "$EDU3"

for name in $USB $SATA $EDU0 $EDU3; do
	check "$name belongs to driver smmu" [ "$(smmu_driver_of "$name")" = smmu ]
done
groups=$(echo /sys/kernel/iommu_groups/*)
check "each has a group of its own" [ "$(echo "$groups" | wc -w)" = 4 ]
check_disks "$USB" "$SATA"
# What drivers find among the IDs of a master: its StreamID, if it has one and that is all.
stream_is() {
	[ "$(cat "$EDU_DIR/$1/stream")" = "$2" ]
}
check "a mask that is empty: drivers find the StreamID" stream_is "$EDU3" 0x50
check "another mask: they find none" stream_is "$EDU0" none
for name in $EDU0 $EDU3; do
	check "$name: DMA works" edu_copies "$name"
done

at=$(edu_plus "$(edu_map "$EDU0" 65536)" 0)
edu_fill "$EDU0" mapbuf
edu_phys "$BAR1" "$at"
check "a stream under the mask reaches what the master mapped" edu_touched "$EDU0" mapbuf
edu_fill "$EDU0" mapbuf
edu_phys "$BAR2" "$at"
check "a stream outside does not" edu_untouched "$EDU0" mapbuf
edu_tell "$EDU3" dma write "$at" 64
check "another master does not" edu_untouched "$EDU0" mapbuf
edu_tell "$EDU0" unmap 1
dmesg_mark
edu_phys "$BAR1" "$at"
check "unmapped, it is refused" edu_untouched "$EDU0" mapbuf
named() {
	dmesg_since | grep -E "smmu .*: $EDU0: StreamID 0x30: write of 0x0*${at#0x} refused"
}
check "a line names the master and the stream" wait_for 5 named

check "under the mask: no physical memory" [ "$(edu_phys "$BAR1")" = untouched ]
check "outside: no physical memory" [ "$(edu_phys "$BAR2")" = untouched ]

unbind "$EDU0"
if has_types; then
	check "identity: switched" set_type "$EDU0" identity
	check "identity: the named stream reaches memory" [ "$(edu_phys "$BAR0")" = reached ]
	check "identity: so does one under the mask" [ "$(edu_phys "$BAR1")" = reached ]
	check "identity: a stream outside does not" [ "$(edu_phys "$BAR2")" = untouched ]
	check "DMA: switched back" set_type "$EDU0" DMA
else
	skip_types "identity"
fi
check "DMA: no physical memory" [ "$(edu_phys "$BAR0") $(edu_phys "$BAR1")" = "untouched untouched" ]
check "DMA: the driver binds" bind "$EDU0" smmu_edu
check "DMA: DMA works" edu_copies "$EDU0"
finish
