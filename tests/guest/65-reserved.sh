# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: nested
# tree: one
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# reserved-memory with iommu-addresses: a region mapped elsewhere, at another address
# for each of two masters; one mapped one to one; addresses that are only reserved.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU2" "$EDU3"

MOVED=0x70000000 AT2=0x1000000 AT3=0x2000000
DIRECT=0x70100000

# keeps IOVA PHYSICAL DEVICE: a write of the device does not change the memory.
keeps() {
	devmem "$2" 32 0x5A5A5A5A
	edu_tell "$3" dma write "$1" 4
	[ "$(devmem "$2" 32)" = 0x5A5A5A5A ]
}

check "the first master edu_reaches the region at its address" edu_reaches "$EDU2" $AT2 $MOVED
check "the second one, at another" edu_reaches "$EDU3" $AT3 $MOVED
check "its last page, too" edu_reaches "$EDU2" $((AT2 + 0xe000)) $((MOVED + 0xe000))
check "not at the region's own address" keeps $MOVED $MOVED "$EDU2"
check "not at the other's address: the first" keeps $AT3 $MOVED "$EDU2"
check "not at the other's address: the second" keeps $AT2 $MOVED "$EDU3"
check "one to one: reached" edu_reaches "$EDU2" $DIRECT $DIRECT
check "one to one: only by its master" keeps $DIRECT $DIRECT "$EDU3"

regions() {
	cat "/sys/kernel/iommu_groups/$(group_of "$1")/reserved_regions"
}

has_region() {
	regions "$1" | grep -E -q "^0x0*$2 0x0*$3 $4" || { regions "$1"; return 1; }
}
check "the first master's addresses of the region are reserved" has_region "$EDU2" 1000000 100ffff
check "the second one's" has_region "$EDU3" 2000000 200ffff
check "those of one to one" has_region "$EDU2" 70100000 7010ffff direct
check "those that are only reserved" has_region "$EDU2" ff000000 ffffffff reserved

# Where the DMA API fills addresses from the top, the last ones would be among the
# first 40; where from the bottom, these 40 MiB would meet the first region.
edu_tell "$EDU2" mask 32
check "the DMA API leaves them out" many_in "$EDU2" 40 65536 0x1 0xfeffffff
check "large buffers leave them out, too" many_in "$EDU2" 10 4194304 0x1 0xfeffffff
check "afterwards the region is where it was" edu_reaches "$EDU2" $AT2 $MOVED
dmesg_mark
edu_alloc "$EDU2" 4096 >/dev/null
check "nothing is mapped there" refused_at "$EDU2" 0xff800000
edu_tell "$EDU2" free 1
for name in $EDU2 $EDU3; do
	check "$name: DMA works beside its regions" edu_copies "$name"
done

# A new domain has the regions as well; without a domain of the DMA API they are gone.
unbind "$EDU2"
if has_types; then
	check "identity: switched" set_type "$EDU2" identity
	check "DMA: switched back" set_type "$EDU2" DMA
else
	skip_types "identity and back"
fi
bind "$EDU2" smmu_edu
edu_use_platform "$EDU2"
check "DMA: the region is back" edu_reaches "$EDU2" $AT2 $MOVED
check "DMA: the one to one is back" edu_reaches "$EDU2" $DIRECT $DIRECT

# Back to the same domain after one of somebody else's, who did not have the region.
modprobe smmu_api
unbind "$EDU3"
check "smmu_api takes the second master" bind "$EDU3" smmu_api
echo dma_domain_returns >"/sys/kernel/debug/smmu_api/$EDU3/run"
check "an unmanaged domain comes and goes" grep -q ^pass "/sys/kernel/debug/smmu_api/$EDU3/run"
unbind "$EDU3"
bind "$EDU3" smmu_edu
edu_use_platform "$EDU3"
check "DMA: the same domain still has the region" edu_reaches "$EDU3" $AT3 $MOVED
finish
