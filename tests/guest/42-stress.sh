# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# stages: nested
# cpus: 6
# own-boot: yes
# timeout: 120
# Small unmaps on more CPUs than the host has, so that they meet in the command queue at
# all its places: cases of tests/modules/smmu_api, checked by the DMA of edu devices.
. /test/lib.sh
. /test/edu.sh
. /test/api.sh

modprobe smmu_api
one=$(find_master 1234:11e8 1)
two=$(find_master 1234:11e8 2)
api_take "$one" "$two"
check "there are six CPUs" [ "$(nproc)" = 6 ]

for case in stress_small stress_two stress_shared stress_own; do
	echo $case >"$API/$one/run"
	check "$case" grep -q ^pass "$API/$one/run"
	cat "$API/$one/run"
done

api_give_back "$one" "$two"
finish
