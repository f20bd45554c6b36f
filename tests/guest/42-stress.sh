# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# stages: nested
# cpus: 6
# own-boot: yes
# timeout: 120
# Small unmaps on more CPUs than the host has, so that they meet in the command queue at
# all its places: cases of tests/modules/smmu_api, judged by the DMA of edu devices.
. /test/lib.sh
. /test/edu.sh

API=/sys/kernel/debug/smmu_api
modprobe smmu_api
one=$(find_master 1234:11e8 1)
two=$(find_master 1234:11e8 2)
for device in $one $two; do
	unbind "$device"
	check "smmu_api takes $device" bind "$device" smmu_api
done
check "there are six CPUs" [ "$(nproc)" = 6 ]

for case in stress_small stress_two stress_shared stress_own; do
	echo $case >"$API/$one/run"
	check "$case" grep -q ^pass "$API/$one/run"
	cat "$API/$one/run"
done

for device in $one $two; do
	unbind "$device"
done
rmmod smmu_api
edu_use
check "the devices' own driver has them back" edu_copies "$EDU0"
finish
