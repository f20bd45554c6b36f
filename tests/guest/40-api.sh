# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# The kernel's IOMMU API on unmanaged domains: the cases of tests/modules/smmu_api,
# judged by the DMA of two edu devices. A failure names the seed; to run one again:
# echo "random 123" >/sys/kernel/debug/smmu_api/0000:00:05.0/run
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

run_case() {
	if ! echo "$1" >"$API/$one/run"; then
		fail "$1" "could not be run"
		return
	fi
	read -r verdict why <"$API/$one/run"
	case $verdict in
	pass) pass "$1" ;;
	skip) skip "$1" "$why" ;;
	*) fail "$1" "$why" ;;
	esac
}

while read -r case; do
	# The scripts about windows run that one, with a window.
	[ "$case" != window ] || continue
	# The in-tree driver maps a block over pages.
	[ "$case $(smmu_driver_of "$one")" = "overlap_block arm-smmu-v3" ] || run_case "$case"
done <$API/cases

for device in $one $two; do
	unbind "$device"
done
rmmod smmu_api
edu_use
check "the devices' own driver has them back" edu_copies "$EDU0"
finish
