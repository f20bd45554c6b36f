# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# stages: nested
# own-boot: yes
# needs: module
# timeout: 300
# No memory, at each step of bringing the SMMU up: what was taken is given back,
# and the next attempt works.
. /test/lib.sh
. /test/edu.sh
. /test/fail.sh
REACH=$((1 << 20))
fail_setup $REACH
edu_use
MODULE=/lib/modules/$(uname -r)/extra/smmu.ko

remove_functions

unload() {
	[ ! -d /sys/module/smmu ] || rmmod smmu
}

held() {
	grep smmu /proc/interrupts
	grep smmu /proc/iomem | grep -v '^09050000-0906ffff : '
	ls /sys/class/iommu
}

verify_probe() {
	text=$(cat /sys/module/smmu/sections/.text 2>/dev/null)
	# shellcheck disable=SC2154 # fail.sh sets it
	[ -z "$text" ] || [ $((text - fail_text)) -lt $REACH ] ||
		{ echo "the module has moved too far"; return 1; }
	if [ -z "$(ls /sys/class/iommu)" ]; then
		[ -z "$(held)" ] || { echo "not brought up, but held: $(held)"; return 1; }
	fi
	unload || { echo "it cannot be unloaded"; return 1; }
	[ -z "$(held)" ] || { echo "held after rmmod: $(held)"; return 1; }
	modprobe smmu || { echo "modprobe failed"; return 1; }
	[ -n "$(ls /sys/class/iommu)" ] || { echo "it does not come up later"; return 1; }
}
fail_each "the SMMU comes up" verify_probe unload load "$MODULE"

check "it is up" [ -n "$(ls /sys/class/iommu)" ]
echo 1 >/sys/bus/pci/rescan
check "the masters are back" wait_for 10 find_master smmu_edu
check "DMA works" edu_copies "$(find_master smmu_edu)"
finish
