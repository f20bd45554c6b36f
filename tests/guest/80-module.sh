# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# own-boot: yes
# needs: module
# The module's life: refused to leave while masters are attached, leaves when they
# are gone, and everything is back after it was loaded again.
. /test/lib.sh
. /test/edu.sh

if [ ! -d /sys/module/smmu ]; then
	skip "unload and load" "the SMMU's driver is not a module of ours"
	finish
fi
edu_use

gone() {
	! lsmod | grep -q '^smmu '
}

bound() {
	find_master "$1"
}

read_disk() {
	disk_reads "$(find_master "$1")"
}

check "rmmod is refused while masters are attached" sh -c '! rmmod smmu'
check "refused: DMA works" edu_copies "$EDU0"
check "refused: the disk works" read_disk nvme

masters=$(ls /sys/bus/pci/devices)
for time in first second; do
	remove_functions
	check "$time time: no group is left" [ -z "$(ls /sys/kernel/iommu_groups)" ]
	check "$time time: rmmod works" rmmod smmu
	check "$time time: it is gone" gone
	check "$time time: so is its unit" [ -z "$(ls /sys/class/iommu)" ]
	check "$time time: so is its interrupt" sh -c '! grep -q smmu /proc/interrupts'
	check "$time time: so are its registers" sh -c '! grep "smmu" /proc/iomem | grep -v "^09050000-0906ffff : "'
	check "$time time: modprobe works" modprobe smmu
	echo 1 >/sys/bus/pci/rescan
	check "$time time: every function is back" [ "$(ls /sys/bus/pci/devices)" = "$masters" ]
	for driver in nvme xhci_hcd ahci e1000e virtio-pci smmu_edu; do
		check "$time time: $driver is back" wait_for 10 bound $driver
	done
	check "$time time: DMA works" edu_copies "$EDU0"
	check "$time time: nvme works" wait_for 10 read_disk nvme
	check "$time time: ahci works" wait_for 20 read_disk ahci
	check "$time time: usb works" wait_for 20 read_disk xhci_hcd
	dmesg_mark
	edu_tell "$EDU0" dma write 0x7000 4
	check "$time time: a fault is named" faulted "$EDU0" 0x7000 write
done
finish
