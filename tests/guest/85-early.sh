# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: nested
# own-boot: yes
# needs: module
# load: none
# append: deferred_probe_timeout=600
# timeout: 300
# expect-log: cut here|WARNING: (drivers/iommu/iommu\.c|at __iommu_probe_device)
# Devices are found, and drivers bound to them, while the SMMU is registered: a little
# later in each round. None may be left with physical addresses. (Newer kernels warn of
# drivers that were bound first.)
. /test/lib.sh
. /test/edu.sh
ROUNDS=12

# both_found: the two devices have their driver.
both_found() {
	EDU0=$(find_master smmu_edu 1) && [ -d "$EDU_DIR/$EDU0" ] &&
		EDU1=$(find_master smmu_edu 2) && [ -d "$EDU_DIR/$EDU1" ]
}

# served NAME
served() {
	[ "$(smmu_driver_of "$1")" = smmu ] && edu_copies "$1"
}

modprobe smmu_edu async_probe
remove_functions
round=0
while [ $round -lt $ROUNDS ]; do
	round=$((round + 1))
	modprobe smmu &
	usleep $((round * 10000))
	echo 1 >/sys/bus/pci/rescan
	wait
	if ! wait_for 20 both_found; then
		fail "round $round: drivers are bound" "$(cat /sys/kernel/debug/devices_deferred)"
		break
	fi
	for name in $EDU0 $EDU1; do
		check "round $round: $name is served" served "$name"
	done
	remove_functions
	check "round $round: rmmod works" rmmod smmu
done
finish
