# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debug
# stages: 1 2
# own-boot: yes
# needs: module
# expect-qemu: ^EDU: clamping DMA
# timeout: 300
# No memory, at each step of what a master's life is made of: it is found and gets
# a group and a domain; its type is switched; unmanaged domains are filled.
. /test/lib.sh
. /test/edu.sh
. /test/fail.sh
fail_setup
edu_use

MODULE=/lib/modules/$(uname -r)/extra/smmu_edu.ko

fresh_device() {
	rmmod smmu_edu
	echo 1 >"/sys/bus/pci/devices/$EDU0/remove"
	echo 1 >/sys/bus/pci/rescan
}

# Where the kernel went on without translation, the stream has to abort.
verify_device() {
	edu_copies "$EDU1" || { echo "the other device does not work"; return 1; }
	if [ "$(driver_of "$EDU0")" = smmu_edu ] && ! group_of "$EDU0" >/dev/null; then
		! edu_copies "$EDU0" || { echo "DMA without a group"; return 1; }
	fi
	if [ "$(driver_of "$EDU0")" != smmu_edu ] || ! group_of "$EDU0" >/dev/null; then
		unbind "$EDU0"
		bind "$EDU0" smmu_edu || { echo "it does not bind later"; return 1; }
	fi
	group_of "$EDU0" >/dev/null || { echo "it has no group later"; return 1; }
	edu_copies "$EDU0" || { echo "its DMA does not work later"; return 1; }
}
fail_each "a device is found" verify_device fresh_device load "$MODULE"
check "a device is found: DMA works" edu_copies "$EDU0"

type=/sys/kernel/iommu_groups/$(group_of "$EDU0")/type
type_prepare() {
	unbind "$EDU0"
	echo identity >"$type"
}

verify_type() {
	case $1 in
	0) [ "$(cat "$type")" = DMA ] || { echo "no error, but $(cat "$type")"; return 1; } ;;
	*) [ "$(cat "$type")" = identity ] || { echo "an error, but $(cat "$type")"; return 1; } ;;
	esac
	echo DMA >"$type" || { echo "it cannot be switched later"; return 1; }
	bind "$EDU0" smmu_edu || { echo "the driver does not bind"; return 1; }
	edu_copies "$EDU0" || { echo "DMA does not work"; return 1; }
}
fail_each "a type is switched" verify_type type_prepare write "$type" DMA
bind "$EDU0" smmu_edu
check "a type is switched: DMA works" edu_copies "$EDU0"

modprobe smmu_api
unbind "$EDU0"
bind "$EDU0" smmu_api
run=/sys/kernel/debug/smmu_api/$EDU0/run
for case in mixed overlap_block map_sg; do
	verify_case() {
		# The case may fail in words, not in the call; after that it passes.
		! grep -q '^skip' "$run" || return 1
		echo "$case" >"$run"
		cat "$run"
		grep -q '^pass' "$run"
	}
	fail_each "domain, case $case" verify_case : write "$run" $case
	check "domain, case $case: passes" grep '^pass' "$run"
done
unbind "$EDU0"
rmmod smmu_api
finish
