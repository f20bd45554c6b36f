# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: 1 nested
# tree: fixed
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# #iommu-cells = <0>: all streams use one context, and nobody needs to be named: edu1
# is not in the tree. edu0, edu2 and two disks are.
. /test/lib.sh
. /test/edu.sh
edu_use_platform "$EDU0" "$EDU2"
MASTERS="$USB $SATA $EDU0 $EDU2"

group=$(group_of "$EDU0")
for name in $MASTERS; do
	check "$name is in the one group" [ "$(group_of "$name")" = "$group" ]
done
check "nobody else is" [ "$(ls "/sys/kernel/iommu_groups/$group/devices")" = \
	"$(echo "$MASTERS" | tr ' ' '\n' | sort)" ]
check "there is no other group" [ "$(ls /sys/kernel/iommu_groups)" = "$group" ]

for name in $EDU0 $EDU2; do
	check "$name: DMA works" edu_copies "$name"
done
check_disks "$USB" "$SATA"

at=$(edu_plus "$(edu_map "$EDU0" $((16 * PAGE)))" 0)
other=$(edu_map "$EDU2" 65536)
check "two devices have two addresses" [ "$at" != "$other" ]
edu_fill "$EDU0" mapbuf
edu_tell "$EDU2" dma write "$at" 64
check "what one maps, the other reaches" edu_touched "$EDU0" mapbuf
edu_fill "$EDU0" mapbuf
edu_phys "$BAR1" "$at"
check "and so does one that the tree does not name" edu_touched "$EDU0" mapbuf

edu_tell "$EDU0" unmap 1
edu_fill "$EDU0" mapbuf
dmesg_mark
edu_tell "$EDU2" dma write "$at" 64
check "unmapped: refused for the other" edu_untouched "$EDU0" mapbuf
refused() {
	dmesg_since | grep -E "smmu .*StreamID $1: write of 0x0*${at#0x} refused"
}
check "unmapped: a line names its StreamID" wait_for 5 refused 0x48
at=$(edu_plus "$at" "$PAGE")
edu_phys "$BAR1" "$at"
check "unmapped: refused for the one that nobody names" edu_untouched "$EDU0" mapbuf
check "unmapped: a line names its StreamID, too" wait_for 5 refused 0x30
edu_tell "$EDU2" unmap 1

check "no physical address is reached" [ "$(edu_phys "$BAR1")" = untouched ]
check "the type stays while drivers are bound" \
	[ "$(set_type "$EDU0" identity 2>/dev/null || echo refused)" = refused ]

unbind_all() {
	for name in $MASTERS; do
		unbind "$name"
	done
}

bind_all() {
	bind "$USB" xhci-hcd && bind "$SATA" ahci && bind "$EDU0" smmu_edu && bind "$EDU2" smmu_edu &&
		edu_use_platform "$EDU0" "$EDU2"
}

works() {
	check "$1: all bind" bind_all
	for name in $EDU0 $EDU2; do
		check "$1: $name: DMA works" edu_copies "$name"
	done
	for name in $USB $SATA; do
		check "$1: $name: 4 MiB written and read" disk_copies "$name"
	done
}

through_identity() {
	unbind_all
	check "identity: switched, by one of them" set_type "$EDU2" identity
	for bar in $BAR0 $BAR1 $BAR2; do
		check "identity: edu at $bar reaches physical memory" [ "$(edu_phys "$bar")" = reached ]
	done
	works identity
	check "identity: addresses are physical" edu_is_physical "$EDU0"

	unbind_all
	check "DMA: switched back" set_type "$EDU0" DMA
}

if has_types; then
	through_identity
else
	skip_types "identity"
	unbind_all
fi
for bar in $BAR0 $BAR1 $BAR2; do
	check "DMA: edu at $bar reaches no physical memory" [ "$(edu_phys "$bar")" = untouched ]
done
works DMA
finish
