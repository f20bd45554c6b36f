# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: nested
# tree: group
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# iommu-addresses of masters that share a group, and so a range of addresses. From Linux
# 6.15 on, the SMMU knows both before an address is given out; before, the second one comes
# when the first is at work, and is refused if its regions are news.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU1" "$EDU2" "$EDU3"
EVERYBODY="$EDU0 $EDU2 $EDU3"

regions() {
	cat "/sys/kernel/iommu_groups/$(group_of "$1")/reserved_regions"
}
has_region() {
	regions "$1" | grep -E -q "^0x0*$2 0x0*$3 $4$" || { regions "$1"; return 1; }
}

if kernel_since 6 15; then
	EVERYBODY="$EVERYBODY $EDU1"
	check "one stream: one group" [ "$(group_of "$EDU0")" = "$(group_of "$EDU1")" ]
	check "the first one's group keeps the second one's addresses" has_region "$EDU0" 2000000 200ffff reserved
	check "the second one reaches its region" edu_reaches "$EDU1" 0x2000000 0x70000000
	edu_tell "$EDU0" mask 32
	check "the first one gets no address that the second keeps" many_in "$EDU0" 40 65536 0x100000 0xfeffffff
else
	check "the second one is refused" [ ! -e "$(dir_of "$EDU1")/iommu_group" ]
	check "and told why" dmesg_has "$EDU1: \"iommu-addresses\" 0x0-0xfffff come too late: $EDU0"
	no_copies() {
		! edu_copies "$1"
	}
	check "its DMA does not work" no_copies "$EDU1"
fi

check "same regions: one group" [ "$(group_of "$EDU2")" = "$(group_of "$EDU3")" ]
for name in $EDU2 $EDU3; do
	check "same regions: $name reaches its" edu_reaches "$name" 0x2000000 0x70100000
	edu_tell "$name" mask 32
	check "same regions: $name gets no address that is kept" many_in "$name" 40 65536 0x100000 0xfeffffff
done
check "same regions: told once" [ "$(regions "$EDU2" | grep -c reserved)" = 3 ]
for name in $EVERYBODY; do
	check "$name: DMA works" edu_copies "$name"
done

finish
