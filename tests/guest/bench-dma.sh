# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# For tests/host/bench.py: the kernel's own dma_map_benchmark, one page and 16, strict and
# lazy. Each line is "BENCH", the case, and nanoseconds for a map and an unmap.
. /test/lib.sh

modprobe smmu_bench
device=$(find_master 1234:11e8 1)
# It has a group, and a type to change, once some driver has had it.
check "smmu_bench takes $device" bind "$device" smmu_bench
echo "BENCH driver $(smmu_driver_of "$device")"
for type in DMA DMA-FQ; do
	suffix=
	[ "$type" = DMA ] || suffix=_lazy
	unbind "$device"
	echo "$type" >"/sys/kernel/iommu_groups/$(group_of "$device")/type"
	check "dma_map_benchmark takes $device" bind "$device" dma_map_benchmark
	for pages in 1 16; do
		if answer=$(./dmabench 1 $pages); then
			echo "BENCH benchmark dma_map_benchmark_$pages$suffix $answer"
		else
			echo "BENCH failed dma_map_benchmark_$pages$suffix"
		fi
	done
done
unbind "$device"
finish
