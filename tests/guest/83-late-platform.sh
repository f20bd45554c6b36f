# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: nested
# own-boot: yes
# needs: module
# load: none
# tree: late
# append: deferred_probe_timeout=10
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# timeout: 240
# The same where masters have "iommus", one of them on the bus of AMBA. The first edu device
# plays the controller of a bus: "iommu-map" of its node is about others.
. /test/lib.sh
. /test/edu.sh
. /test/late.sh
RTC=/sys/bus/amba/devices/9010000.pl031

for module in usb-storage sd_mod xhci-plat-hcd smmu_edu; do
	modprobe $module
done
late_bound xhci-hcd
wait_for 40 [ -e $RTC/driver ]
late_refused "$USB" xhci-hcd
check "it names the clock" late_said 'smmu .*: 9010000.pl031 .driver rtc-pl031. is at work'
check "it does not take a controller for a master" sh -c "! dmesg | grep 'smmu .*: $EDU0 '"
check "the disk still works" disk_copies "$USB"

late_free "$USB"
late_refused 9010000.pl031 rtc-pl031
echo 9010000.pl031 >$RTC/driver/unbind
check "a controller is at work" [ "$(driver_of "$EDU0")" = smmu_edu ]
check "it takes the SMMU when nobody is at work" late_try
check "it drives the SMMU" [ -n "$(ls /sys/class/iommu)" ]
check "the disk's driver comes back" bind "$USB" xhci-hcd
check "the disk is behind our SMMU" [ "$(smmu_driver_of "$USB")" = smmu ]
check "the disk works" disk_copies "$USB"
finish
