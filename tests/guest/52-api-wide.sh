# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# timeout: 150
# expect-qemu: ^smmuv3-iommu-memory-region-0-
# Cases of the IOMMU API that want more than 28 address bits.
. /test/lib.sh
. /test/edu.sh
API=/sys/kernel/debug/smmu_api

modprobe smmu_api bits=48
if ! edu_plug; then
	fail "the device appears" "no third edu device within 20 s"
	rmmod smmu_api
	finish
fi
unbind "$WIDE"
check "smmu_api takes the device" bind "$WIDE" smmu_api
for case in sizes aperture; do
	echo $case >"$API/$WIDE/run"
	read -r verdict why <"$API/$WIDE/run"
	if [ "$verdict" = skip ]; then
		skip "$case" "${why%(*}"
	else
		check "$case: $verdict ${why%(*}" [ "$verdict" = pass ]
	fi
done
unbind "$WIDE"
rmmod smmu_api
check "it goes" edu_unplug
finish
