# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# stages: nested
# own-boot: yes
# needs: module
# timeout: 240
# Loaded and unloaded 100 times, some of those with masters attached. What the driver
# itself had must be back, exactly: memory that the SMMU reads, by the kernel's own trace
# of the DMA API for this device; pages of page tables, which the kernel counts; mappings
# of its registers. Objects of the slab allocator are kmemleak's affair, on the debug
# kernel, when the boot ends.
. /test/lib.sh
. /test/edu.sh

if [ ! -d /sys/module/smmu ]; then
	skip "100 times" "the SMMU's driver is not a module of ours"
	finish
fi
modprobe smmu_edu

edu_found() {
	EDU0=$(find_master smmu_edu) && [ -d "$EDU_DIR/$EDU0" ]
}

# reload TIMES [COMMAND]: the command runs while the module is there.
reload() {
	n=0
	while [ $n -lt "$1" ]; do
		n=$((n + 1))
		if ! rmmod smmu || ! modprobe smmu || ! ${2:-:}; then
			echo "round $n failed"
			return 1
		fi
	done
}

TRACE=/sys/kernel/tracing
traced() {
	[ -d $TRACE/events/dma/dma_alloc ]
}

# What is allocated and freed of memory for this device from now on.
trace_dma() {
	for event in dma_alloc dma_free; do
		echo 'device == "9050000.smmuv3"' >$TRACE/events/dma/$event/filter
		echo 1 >$TRACE/events/dma/$event/enable
	done
	echo 1 >$TRACE/tracing_on
}

calls() {
	grep -c "$1: 9050000.smmuv3 " $TRACE/trace
}

table_pages() {
	echo 1 >/proc/sys/vm/stat_refresh
	sed -n 's/^nr_sec_page_table_pages //p' /proc/vmstat
}

mapped() {
	grep -E -c 'phys=0x0*90[56]0000 ' /proc/vmallocinfo
}

# In a process of its own, so that a file has the result.
with_masters() {
	echo 1 >/sys/bus/pci/rescan
	wait_for 10 edu_found && edu_copies "$EDU0" || return 1
	table_pages >/tmp/had
	remove_functions
}

remove_functions
rmmod smmu
! traced || trace_dma
modprobe smmu
check "5 times, with masters" reload 5 with_masters
check "95 times, without" reload 95
check "once more, with masters" with_masters
check "the driver can be told from others by its mappings" [ "$(mapped)" -gt 0 ]
rmmod smmu
if traced; then
	allocs=$(calls dma_alloc)
	check "DMA memory of $allocs allocations came back" [ "$(calls dma_free)" = "$allocs" ]
	check "there were some each time" [ "$allocs" -gt 300 ]
else
	skip "DMA memory came back" "this kernel does not trace the DMA API"
fi
had=$(cat /tmp/had)
check "pages of page tables came back, $had at last" [ "$(table_pages)" = 0 ]
check "there were some" [ "$had" -gt 0 ]
check "its registers are not mapped any more" [ "$(mapped)" = 0 ]
check "it can be loaded once more" modprobe smmu
finish
