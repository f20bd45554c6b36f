# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: 1 nested
# tree: direct-pci
# qemu: -global edu.dma_mask=0xffffffffffff
# Devices with a region that is mapped one to one are removed; the second has a DMA
# window as well. Their streams abort then, although the kernel would rather lead such a
# device to identity, and they can be found again.
. /test/lib.sh
. /test/edu.sh
edu_use
REGION=0x70000000

# region: "reached" or "spared", by a device without a driver.
region() {
	devmem $REGION 32 0x5A5A5A5A
	edu_phys "$1" $REGION
	if [ "$(devmem $REGION 32)" = 0x5A5A5A5A ]; then
		echo spared
	else
		echo reached
	fi
}

for name in $EDU0 $EDU1; do
	bar=$(bar_of "$name")
	edu_tell "$name" mask 48
	check "$name: reaches its region" edu_reaches "$name" $REGION $REGION
	unbind "$name"
	edu_enable "$name"
	check "$name, without driver: reaches its region" [ "$(region "$bar")" = reached ]
	check "$name, without driver: no other memory" [ "$(edu_phys "$bar")" = untouched ]
	echo 1 >"/sys/bus/pci/devices/$name/remove"
	check "$name, removed: not even its region" [ "$(region "$bar")" = spared ]
	check "$name, removed: no other memory" [ "$(edu_phys "$bar")" = untouched ]
	echo 1 >/sys/bus/pci/rescan
	check "$name, found again: its driver binds" wait_for 5 edu_bound "$name"
	edu_tell "$name" mask 48
	check "$name, found again: reaches its region" edu_reaches "$name" $REGION $REGION
	check "$name, found again: DMA works" edu_copies "$name"
done
finish
