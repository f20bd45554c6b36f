# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# For tests/host/bench.py: every case of tests/modules/smmu_bench, on the driver's domain
# and on one that does nothing; what the tables of some mappings take; what the time from
# probe to the first mapping is made of. Each line is "BENCH" and what it is about.
. /test/lib.sh

BENCH=/sys/kernel/debug/smmu_bench
modprobe smmu_bench
device=$(find_master 1234:11e8 1)

# bench_bind TYPE: the device with the module, its group of that type.
bench_bind() {
	unbind "$device"
	echo "$1" >"/sys/kernel/iommu_groups/$(group_of "$device")/type"
	bind "$device" smmu_bench
}

# bench_case CASE AS [nothing]: run it, under the name AS.
bench_case() {
	if ! echo "$1 ${3:-}" >$BENCH/run; then
		echo "BENCH failed $2 ${3:-driver}"
		return
	fi
	while read -r part least median mark; do
		echo "BENCH time $2 ${3:-driver} $part $least $median $mark"
	done <$BENCH/run
}

# The kernel counts pages by CPU; this brings the counts together, when those that wait
# for an RCU grace period are gone.
bench_pages() {
	sleep 1
	echo 1 >/proc/sys/vm/stat_refresh
	sed -n 's/^nr_iommu_pages //p' /proc/vmstat
}

# bench_tables CASE: pages while it is mapped, and after it was unmapped.
bench_tables() {
	before=$(bench_pages)
	echo "$1" >$BENCH/hold
	during=$(bench_pages)
	echo unmap >$BENCH/hold
	after=$(bench_pages)
	echo free >$BENCH/hold
	echo "BENCH tables $1 $((during - before)) $((after - before))"
}

# Before anything else: the first mapping is the first.
check "smmu_bench takes $device" bind "$device" smmu_bench
smmu_name=$(basename "$(readlink -f "$(dir_of "$device")/iommu/device")")
echo "BENCH driver $(smmu_driver_of "$device")"
echo "BENCH first $(cat $BENCH/first)"
for one in $smmu_name $device; do
	dmesg | sed -n "s/.*probe of $one returned 0 after \([0-9]*\) usecs.*/BENCH probe $one \1/p"
done
for queue in 'CMDQ_BASE 0x9050090 16' 'EVENTQ_BASE 0x90500a0 32'; do
	# shellcheck disable=SC2086 # three words
	set -- $queue
	echo "BENCH queue $1 $(($3 << ($(devmem "$2" 64) & 31)))"
done

for case in 64M_pages 2M_pages 2M 1G 4K; do
	bench_tables "$case"
done
while read -r case; do
	case $case in
	dma_*) ;;
	*)
		bench_case "$case" "$case"
		[ "$case" = domain ] || bench_case "$case" "$case" nothing ;;
	esac
done <$BENCH/cases
for type in DMA DMA-FQ; do
	check "the group's type is $type" bench_bind "$type"
	suffix=
	[ "$type" = DMA ] || suffix=_lazy
	for case in $(grep dma_ $BENCH/cases); do
		bench_case "$case" "$case$suffix"
		bench_case "$case" "$case$suffix" nothing
	done
done
unbind "$device"
finish
