# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# For tests/host/bench.py: threads that map and unmap in one domain, on as many CPUs. Each
# line is "BENCH threads", how many, how, unmaps in all, and the mark in QEMU's trace.
. /test/lib.sh

BENCH=/sys/kernel/debug/smmu_bench
modprobe smmu_bench
device=$(find_master 1234:11e8 1)
check "smmu_bench takes $device" bind "$device" smmu_bench
echo "BENCH driver $(smmu_driver_of "$device")"
for threads in 1 4 8; do
	for how in turns free; do
		[ "$threads $how" != "1 free" ] || continue
		if echo "$threads $how 500" >$BENCH/threads; then
			echo "BENCH threads $threads $how $(cat $BENCH/threads)"
		else
			echo "BENCH failed $threads threads $how"
		fi
	done
done
unbind "$device"
finish
