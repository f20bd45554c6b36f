# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# For tests/host/bench.py: threads that map and unmap in one domain, on as many CPUs. Each
# line is "BENCH threads", how many, how, unmaps in all, and the mark in QEMU's trace.
#
# QEMU carries commands out while the doorbell is written, so a CMD_SYNC is in flight for
# a moment only. "slow" has as many commands before it as the driver can be made to send:
# ours does without range commands in a boot of its own.
. /test/lib.sh

BENCH=/sys/kernel/debug/smmu_bench
modprobe smmu_bench
device=$(find_master 1234:11e8 1)
check "smmu_bench takes $device" bind "$device" smmu_bench
driver=$(smmu_driver_of "$device")
echo "BENCH driver $driver"

# threads NR HOW PAGES AS
threads() {
	if echo "$1 $2 500 $3" >$BENCH/threads; then
		echo "BENCH threads $1 $4 $(cat $BENCH/threads)"
	else
		echo "BENCH failed $1 threads $4"
	fi
}

by_page=$(grep -c smmu.without=range_inval /proc/cmdline)
if [ "$by_page" = 0 ]; then
	threads 1 turns 1 turns
	for number in 4 8; do
		threads $number turns 1 turns
		threads $number free 1 free
	done
fi
if [ "$by_page" = 1 ] || [ "$driver" != smmu ]; then
	threads 4 free 24 slow
	threads 8 free 24 slow
fi
unbind "$device"
finish
