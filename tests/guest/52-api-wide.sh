# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# timeout: 150
# expect-qemu: ^smmuv3-iommu-memory-region-0-
# Cases of the IOMMU API that want more than 28 address bits.
. /test/lib.sh
. /test/edu.sh
. /test/api.sh

modprobe smmu_api bits=48
if ! edu_plug; then
	fail "the device appears" "no third edu device within 20 s"
	rmmod smmu_api
	finish
fi
api_take "$WIDE"
for case in sizes aperture strict_leaves; do
	run_case $case
done
unbind "$WIDE"
rmmod smmu_api
check "it goes" edu_unplug
finish
