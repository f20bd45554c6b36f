# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: nested
# own-boot: yes
# A stream that nobody claims aborts, even between streams that work. The board's
# own edu device has too few address bits for memory, but they suffice for the
# clock's load register: where it arrives, a write of zero sets the clock to 1970.
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

# clock: "reached" or "spared".
clock() {
	before=$(cat $CLOCK/since_epoch)
	edu_enable "$EDU0" 2>/dev/null
	/test/eduphys "$bar" $LOAD_REGISTER || return 1
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
rmmod smmu_edu
check "translated: the clock is spared" [ "$(clock)" = spared ]
echo 1 >"/sys/bus/pci/devices/$EDU0/remove"
check "released: the clock is spared" [ "$(clock)" = spared ]
echo 1 >/sys/bus/pci/rescan
check_no_group_yet "found again, no driver yet" "$EDU0"
check "found again, no driver yet: the clock is spared" [ "$(clock)" = spared ]

# Without this one, the rest would say nothing.
modprobe smmu_edu
unbind "$EDU0"
set_type "$EDU0" identity
check "identity: the clock is reached" [ "$(clock)" = reached ]
echo 1 >"/sys/bus/pci/devices/$EDU0/remove"
check "released from identity: the clock is spared" [ "$(clock)" = spared ]

echo 1 >/sys/bus/pci/rescan
[ "$(driver_of "$EDU0")" = smmu_edu ] || bind "$EDU0" smmu_edu
check "translated once more: DMA works" edu_copies "$EDU0"
finish
