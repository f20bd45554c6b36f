# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# stages: nested
# own-boot: yes
# needs: module
# timeout: 240
# Loaded and unloaded 100 times, some of those with masters attached.
# The runner looks for leaks when the boot ends.
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

with_masters() {
	echo 1 >/sys/bus/pci/rescan
	wait_for 10 edu_found && edu_copies "$EDU0" && remove_functions
}

free_kib() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sed -n 's/^MemFree: *\([0-9]*\).*/\1/p' /proc/meminfo
}

remove_functions
check "5 times, with masters" reload 5 with_masters
before=$(free_kib)
check "95 times, without" reload 95
lost=$((before - $(free_kib)))
# A queue that stayed behind each time would be 95 times 64 KiB at least.
check "memory came back, but for less than 4 MiB" [ $lost -lt 4096 ]
check "once more, with masters" with_masters
finish
