# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# own-boot: yes
# needs: module
# load: none
# append: deferred_probe_timeout=1
# qemu: -global edu.dma_mask=0xffffffffffff
# timeout: 240
# expect-qemu: ^invalid sid=40 .L1STD
# After rmmod the SMMU lets nothing pass: a device that is told to write to memory does
# not reach it. A driver that is bound at such a time has nothing to lose, so the module
# comes back all the same.
. /test/lib.sh
. /test/edu.sh
. /test/late.sh
GBPA=0x9050044
ABORT=$((1 << 20))

modprobe smmu_edu
late_bound smmu_edu
for path in /sys/bus/pci/devices/*; do
	late_free "${path##*/}"
done
check "modprobe works" modprobe smmu
EDU0=$(find_master 1234:11e8 1)
bar=$(bar_of "$EDU0")
late_free "$EDU0"
edu_enable "$EDU0"
check "a device without a driver: what it writes does not arrive" [ "$(edu_phys "$bar")" = untouched ]
remove_functions
check "rmmod works" rmmod smmu
check "GBPA.ABORT is set" [ $(($(devmem $GBPA) & ABORT)) != 0 ]
check "after rmmod: what it writes does not arrive" [ "$(edu_phys "$bar")" = untouched ]

# So that the word "untouched" means something: what the firmware's setting lets through.
value=$(devmem $GBPA)
devmem $GBPA 32 $(((value & ~ABORT) | 1 << 31))
check "without GBPA.ABORT it would arrive" [ "$(edu_phys "$bar")" = reached ]
devmem $GBPA 32 $((value | 1 << 31))

echo 1 >/sys/bus/pci/rescan
late_bound smmu_edu
EDU0=$(find_master smmu_edu 1)
edu_tell "$EDU0" mask 48
stopped() {
	! edu_copies "$EDU0"
}
check "a driver bound after rmmod: DMA does not work" stopped
check "modprobe works, since nobody is cut off" modprobe smmu
late_free "$EDU0"
check "the device's driver comes back" bind "$EDU0" smmu_edu
check "the device is behind our SMMU" [ "$(smmu_driver_of "$EDU0")" = smmu ]
edu_tell "$EDU0" mask 48
check "DMA works" edu_copies "$EDU0"
finish
