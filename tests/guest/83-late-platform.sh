# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: nested
# own-boot: yes
# needs: module
# load: none
# tree: one
# append: deferred_probe_timeout=10
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# timeout: 240
# The same where masters have "iommus".
. /test/lib.sh
. /test/edu.sh
. /test/late.sh

for module in usb-storage sd_mod xhci-plat-hcd; do
	modprobe $module
done
late_bound xhci-hcd
late_refused "$USB" xhci-hcd
check "the disk still works" disk_copies "$USB"

late_free "$USB" "$SATA"
check "modprobe works when nobody is at work" modprobe smmu
check "it drives the SMMU" [ -n "$(ls /sys/class/iommu)" ]
check "the disk's driver comes back" bind "$USB" xhci-hcd
check "the disk is behind our SMMU" [ "$(smmu_driver_of "$USB")" = smmu ]
check "the disk works" disk_copies "$USB"
finish
