# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# own-boot: yes
# expect-qemu: ^smmuv3-iommu-memory-region-
# qemu: -device pcie-root-port,id=root9,chassis=9,slot=9,addr=0x9 -device pcie-pci-bridge,id=legacy,bus=root9 -device edu,bus=legacy,addr=0x1 -device edu,bus=legacy,addr=0x2
# Two functions behind a bridge to conventional PCI send under one requester ID: they are
# one group with one stream, each has working DMA, and one goes without the other's losing it.
. /test/lib.sh
. /test/edu.sh
edu_use

first=$(find_master 1234:11e8 3)
second=$(find_master 1234:11e8 4)
for name in $first $second; do
	check "$name: its driver is bound" wait_for 5 edu_bound "$name"
done
bridge=$(basename "$(dirname "$(readlink -f "$(dir_of "$second")")")")
alone=$(group_of "$EDU0")

together() {
	[ "$(group_of "$first")" = "$(group_of "$second")" ] && [ "$(group_of "$first")" != "$alone" ]
}

# refused NAME ADDRESS: whether this is reported as an address that one of them used.
refused() {
	dmesg_mark
	edu_tell "$1" dma write "$2" 4
	wait_for 3 dmesg_refused "${2#0x}"
}

dmesg_refused() {
	dmesg_since | grep -E "smmu .*: ($first|$second|$bridge): .*0x0*$1 .*refused"
}

check "they are behind our SMMU" [ "$(smmu_driver_of "$first")" = smmu ]
check "both are in one group" together
check "the first one's DMA works" edu_copies "$first"
check "the second one's DMA works" edu_copies "$second"
check "the first one's faults name one of them" refused "$first" 0x5000
check "the second one's faults name one of them" refused "$second" 0x6000

group=$(group_of "$second")
for time in first second; do
	edu_map "$first" 65536 >/dev/null
	edu_map "$second" 4096 >/dev/null
	edu_fill "$second" mapbuf
	echo 1 >"$(dir_of "$first")/remove"
	check "$time time: one is gone" [ ! -e "/sys/bus/pci/devices/$first" ]
	check "$time time: the group stays" [ "$(group_of "$second")" = "$group" ]
	read -r at _ <"$EDU_DIR/$second/map"
	edu_tell "$second" dma read "$at" 4096
	edu_tell "$second" unmap 1
	check "$time time: the other one's DMA works" edu_copies "$second"
	echo 1 >/sys/bus/pci/rescan
	check "$time time: the first one is back" wait_for 5 edu_bound "$first"
	check "$time time: in the same group" [ "$(group_of "$first")" = "$group" ]
	check "$time time: its DMA works" edu_copies "$first"
	check "$time time: the other one's still does" edu_copies "$second"
done

# Nothing of either is left for the SMMU to translate when both are gone.
at=$(edu_map "$second" 4096)
check "the last of their mappings is told" [ -n "$at" ]
echo 1 >"$(dir_of "$first")/remove"
echo 1 >"$(dir_of "$second")/remove"
check "both are gone" [ ! -e "/sys/bus/pci/devices/$second" ]
echo 1 >/sys/bus/pci/rescan
check "both are back" wait_for 5 edu_bound "$second"
check "the first one's DMA works again" edu_copies "$first"
check "the second one's DMA works again" edu_copies "$second"
check "the others work" edu_copies "$EDU0"
finish
