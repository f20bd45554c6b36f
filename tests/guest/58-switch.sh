# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian builtin
# own-boot: yes
# qemu: -device pcie-root-port,id=root9,chassis=9,slot=9,addr=0x9 -device x3130-upstream,id=up,bus=root9 -device xio3130-downstream,id=down0,bus=up,chassis=10,slot=10,addr=0x0 -device xio3130-downstream,id=down1,bus=up,chassis=11,slot=11,addr=0x1 -device edu,id=left,bus=down0 -device edu,id=right,bus=down1
# Functions behind two ports of a switch: the kernel puts them in groups of their own if the
# root port's ACS bits keep transfers from turning round there. Linux 7.2 turns these on
# before it makes groups; 6.12 does for what it finds after the first master of the SMMU, so
# there it takes a second look. Both are the same with the driver built in, or as a module.
. /test/lib.sh
. /test/edu.sh
edu_use

upstream_of() {
	basename "$(dirname "$(readlink -f "$(dir_of "$1")")")"
}

# byte NAME OFFSET: of the configuration space, as a number.
byte() {
	dd if="$(dir_of "$1")/config" bs=1 skip="$2" count=1 2>/dev/null | od -An -tu1 | tr -d ' '
}

# acs_of NAME: the low byte of ACS Control; "none" without the capability.
acs_of() {
	at=256
	while [ "$at" -ge 256 ]; do
		if [ "$(byte "$1" "$at")" = 13 ] && [ "$(byte "$1" $((at + 1)))" = 0 ]; then
			printf '0x%x\n' "$(byte "$1" $((at + 6)))"
			return
		fi
		at=$((($(byte "$1" $((at + 2))) >> 4) | ($(byte "$1" $((at + 3))) << 4)))
	done
	echo none
}

groups() {
	for name in $left $right; do
		group_of "$name"
	done | sort -u | wc -l
}

# look WHEN ACS GROUPS
look() {
	left=$(find_master 1234:11e8 3)
	right=$(find_master 1234:11e8 4)
	down0=$(upstream_of "$left")
	down1=$(upstream_of "$right")
	root=$(upstream_of "$(upstream_of "$down0")")
	for name in $root $down0 $down1; do
		echo "# $name: ACS $(acs_of "$name"), group $(group_of "$name")"
	done
	echo "# $left: group $(group_of "$left"), $right: group $(group_of "$right")"
	check "$1: ACS of the root port is $2" [ "$(acs_of "$root")" = "$2" ]
	check "$1: groups of both: $3" [ "$(groups)" = "$3" ]
	check "$1: both drivers are bound" edu_bound "$right"
	check "$1: the left one's DMA works" edu_copies "$left"
	check "$1: the right one's DMA works" edu_copies "$right"
}
if kernel_since 7 2; then
	look "found at boot" 0x1d 2
else
	look "found at boot" 0x0 1
fi
echo 1 >"$(dir_of "$root")/remove"
echo 1 >/sys/bus/pci/rescan
wait_for 5 edu_bound "$right"
look "found again" 0x1d 2
finish
