# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Platform masters of which all but edu1 are wrong: those abort, and edu1 works.
. /test/lib.sh
. /test/edu.sh
edu_use_platform "$EDU0" "$EDU1"

wrong=''
for path in /sys/bus/platform/devices/*; do
	name=${path##*/}
	grep -q qemu,edu "$path/of_node/compatible" 2>/dev/null || continue
	case $name in
	"$EDU1") check "$name: has a group" group_of "$name" ;;
	*-old | old) ;;
	*) [ -e "$path/iommu_group" ] && wrong="$wrong $name" ;;
	esac
done
check "no wrong master has a group" [ -z "$wrong" ]

# Linux goes on without an IOMMU, so its driver is bound.
abort() {
	! edu_copies "$1" || return 1
	unbind "$1"
	[ "$(edu_phys "$2")" = untouched ]
}
check "$EDU0: its stream aborts" abort "$EDU0" "$BAR0"
if [ -e "/sys/bus/platform/devices/$EDU2" ]; then
	edu_use_platform "$EDU2"
	check "$EDU2: its stream aborts" abort "$EDU2" "$BAR2"
fi
check "$EDU1: DMA works" edu_copies "$EDU1"
unbind "$EDU1"
check "$EDU1: no physical memory without its driver" [ "$(edu_phys "$BAR1")" = untouched ]
finish
