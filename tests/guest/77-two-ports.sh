# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: nested
# board: two
# tree: two-ports
# timeout: 90
# expect-qemu: ^smmuv3-iommu-memory-region-
# expect-qemu: only supported with pcie.0 for DT
# qemu: -global edu.dma_mask=0xffffffffffff
# A master with a port on each of two SMMUs. Its second port is an edu device behind the
# other PCI root, which nobody but this script drives: what is mapped for the master serves
# both ports, and from the unmap on neither.
. /test/lib.sh
. /test/edu.sh
. /test/two.sh

# What firmware does: bus 9 and a megabyte for the bridge in slot 2 of bus 8, and the address
# for the function behind it.
PORT=0x10500000
devmem 0x4010810018 32 0x00090908
devmem 0x4010810020 32 0x10501050
devmem 0x4010810004 16 6
devmem 0x4010900010 32 $PORT
devmem 0x4010900004 16 6
edu_use_platform "$EDU0" "$EDU1"

# second_port ADDRESS: it writes four bytes there.
second_port() {
	edu_phys $PORT "$1"
}

check "two SMMUs are driven" [ "$(ls /sys/class/iommu | wc -l)" = 2 ]
check "the master is in one group" [ "$(ls "/sys/kernel/iommu_groups/$(group_of "$EDU0")/devices")" = "$EDU0" ]
for round in 1 2 3; do
	check "round $round: DMA through the first port works" edu_copies "$EDU0"
	# Another address in each round: a refusal that was just reported is not told again.
	at=$(edu_map "$EDU0" $((4096 << round)))
	edu_fill "$EDU0" mapbuf
	second_port "$at"
	check "round $round: what is mapped serves the second port" edu_touched "$EDU0" mapbuf
	edu_fill "$EDU0" mapbuf
	edu_tell "$EDU0" dma write "$at" 4
	check "round $round: and the first" edu_touched "$EDU0" mapbuf
	edu_tell "$EDU0" unmap 1
	dmesg_mark
	second_port "$at"
	check "round $round: unmapped, the second port is refused, and the second SMMU says so" reported "$FAR" "$at"
	dmesg_mark
	edu_tell "$EDU0" dma write "$at" 4
	check "round $round: the first port as well, and the first SMMU says so" reported "$NEAR" "$at"
done

# Let go by its driver, it has neither.
at=$(edu_alloc "$EDU0" 4096)
unbind "$EDU0"
dmesg_mark
second_port "$at"
check "without its driver, the second port is refused" reported "$FAR" "$at"
check "the device that has the first SMMU alone works" edu_copies "$EDU1"
check "the master's driver comes back" bind "$EDU0" smmu_edu
check "DMA through the first port works again" edu_copies "$EDU0"
finish
