# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: nested
# tree: level
# One interrupt for everything, whose level counts: it is taken as such, and nothing is
# polled. That is as far as QEMU goes: its SMMU gives pulses, which such a wire does not see.
. /test/lib.sh
. /test/edu.sh
edu_use
wire_is_level() {
	grep 9050000.smmuv3 /proc/interrupts | grep -q Level
}
check "the wire is one whose level counts" wire_is_level
check "it is the only one" [ "$(grep -c 9050000.smmuv3 /proc/interrupts)" = 1 ]
not_polled() {
	! dmesg_has "smmu.*polling"
}
check "nothing is polled" not_polled
check "DMA works" edu_copies "$EDU0"
check_disks "$(find_master nvme)"
finish
