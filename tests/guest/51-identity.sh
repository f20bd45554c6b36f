# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# timeout: 150
# expect-qemu: ^smmuv3-iommu-memory-region-0-
# expect-qemu: ^invalid sid=256
# A device that drives enough address bits reaches physical memory while its
# group's type is identity, and neither before, nor after, nor when nobody has
# claimed its stream. eduphys checks it, without driver or DMA API.
. /test/lib.sh
. /test/edu.sh
edu_use

# phys: "reached" or "untouched".
phys() {
	edu_enable "$WIDE" 2>/dev/null
	/test/eduphys "$bar"
}

# A driver, and with it a group, only when we say so.
rmmod smmu_edu
if ! edu_plug; then
	fail "the device appears" "no third edu device within 20 s"
	finish
fi
bar=$(bar_of "$WIDE")
check_no_group_yet "nobody claimed it" "$WIDE"
check "nobody claimed it: memory is untouched" [ "$(phys)" = untouched ]

modprobe smmu_edu
check "its driver binds" wait_for 5 edu_bound "$WIDE"
check "translated: DMA works" edu_copies "$WIDE"
unbind "$WIDE"
check "translated, without driver: memory is untouched" [ "$(phys)" = untouched ]

# What needs the type.
through_types() {
	check "identity: switched" set_type "$WIDE" identity
	check "identity: memory is reached" [ "$(phys)" = reached ]
	bind "$WIDE" smmu_edu
	edu_tell "$WIDE" mask 48
	check "identity: the DMA API works" edu_copies "$WIDE"
	check "identity: addresses are physical" edu_is_physical "$WIDE"
	unbind "$WIDE"

	check "DMA: switched back" set_type "$WIDE" DMA
	check "DMA: memory is untouched" [ "$(phys)" = untouched ]
	bind "$WIDE" smmu_edu
	check "DMA: the DMA API works" edu_copies "$WIDE"
	unbind "$WIDE"

	# Into identity again, then Linux lets go of it: the function itself stays.
	check "identity once more: switched" set_type "$WIDE" identity
	check "identity once more: memory is reached" [ "$(phys)" = reached ]
}

if has_types; then
	through_types
else
	skip_types "identity"
fi
echo 1 >"/sys/bus/pci/devices/$WIDE/remove"
check "after its release memory is untouched" [ "$(/test/eduphys "$bar")" = untouched ]

echo 1 >/sys/bus/pci/rescan
check "rescan finds it" wait_for 5 edu_bound "$WIDE"
check "rescan: translated again, DMA works" edu_copies "$WIDE"
unbind "$WIDE"
check "rescan: without driver, memory is untouched" [ "$(phys)" = untouched ]
check "it goes" edu_unplug
finish
