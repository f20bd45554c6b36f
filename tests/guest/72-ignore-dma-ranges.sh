# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# tree: dma-ranges
# append: deferred_probe_timeout=20 smmu.ignore_dma_ranges=1
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# The binding's own rule: behind an IOMMU, "dma-ranges" of the bus is nobody's limit.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU1"

check "the parameter says so" grep -q '[1Y]' /sys/module/smmu/parameters/ignore_dma_ranges
check "no warning" sh -c '! dmesg | grep -q "of its bus limits DMA"'
for name in $EDU0 $EDU1; do
	check "$name: addresses outside of the limits" outside_limits "$name"
	check "$name: DMA works" edu_copies "$name"
done
check_disks "$USB" "$SATA"
# The driver sets its mask anew each time that it is bound.
unbind "$EDU0"
check "bound again" bind "$EDU0" smmu_edu
edu_use_platform "$EDU0"
check "bound again: addresses outside of the limits" outside_limits "$EDU0"
finish
