# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# own-boot: yes
# A stream that nobody claims aborts, even between streams that work. The board's
# own edu device has too few address bits for memory, but they suffice for the
# clock's load register: where it arrives, a write of zero sets the clock to 1970.
# That it would is seen where the driver has mapped the register for the device.
. /test/lib.sh
. /test/edu.sh

CLOCK=/sys/class/rtc/rtc0
LOAD_REGISTER=0x9010008
case $(readlink -f $CLOCK/device) in
*/9010000.*) ;;
*)
	skip "an unclaimed stream aborts" "the clock is not the board's PL031"
	finish ;;
esac
EDU0=$(find_master 1234:11e8 1)
bar=$(bar_of "$EDU0")

# clock: "reached" or "spared", when nobody drives the device.
clock() {
	edu_enable "$EDU0" 2>/dev/null
	clock_after /test/eduphys "$bar" $LOAD_REGISTER
}

# clock_after COMMAND...: the same, when it has run.
clock_after() {
	before=$(cat $CLOCK/since_epoch)
	"$@" || return 1
	after=$(cat $CLOCK/since_epoch)
	hwclock -w -u
	if [ $((after - before)) -gt 100 ] || [ $((before - after)) -gt 100 ]; then
		echo reached
	else
		echo spared
	fi
}

check_no_group_yet "never claimed" "$EDU0"
check "never claimed: the clock is spared" [ "$(clock)" = spared ]
edu_use
check "claimed: DMA works" edu_copies "$EDU0"

# Without this one, the rest would say nothing.
edu_tell "$EDU0" dma read "$(edu_alloc "$EDU0" 4096)" 4096
edu_tell "$EDU0" resource $((LOAD_REGISTER & ~0xfff))
at=$(edu_plus "$(cat "$EDU_DIR/$EDU0/resource")" $((LOAD_REGISTER & 0xfff)))
check "mapped: the clock is reached" [ "$(clock_after edu_tell "$EDU0" dma write "$at" 4)" = reached ]
rmmod smmu_edu
check "translated: the clock is spared" [ "$(clock)" = spared ]
echo 1 >"/sys/bus/pci/devices/$EDU0/remove"
check "released: the clock is spared" [ "$(clock)" = spared ]
echo 1 >/sys/bus/pci/rescan
check_no_group_yet "found again, no driver yet" "$EDU0"
check "found again, no driver yet: the clock is spared" [ "$(clock)" = spared ]

modprobe smmu_edu
if has_types; then
	unbind "$EDU0"
	set_type "$EDU0" identity
	check "identity: the clock is reached" [ "$(clock)" = reached ]
else
	skip_types "identity: the clock is reached"
fi
echo 1 >"/sys/bus/pci/devices/$EDU0/remove"
check "released once more: the clock is spared" [ "$(clock)" = spared ]

echo 1 >/sys/bus/pci/rescan
[ "$(driver_of "$EDU0")" = smmu_edu ] || bind "$EDU0" smmu_edu
check "translated once more: DMA works" edu_copies "$EDU0"
finish
