# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# Boots with a wrong or unusual device tree (tests/host/harness/boots/badtree.py). The command
# line says test.smmu=up or test.smmu=refused: whether the SMMU comes up anyway.
. /test/lib.sh

CR0=0x9050020 GBPA=0x9050044
ABORT=$((1 << 20))

no_group() {
	! group_of "$1"
}

reads_anew() {
	echo 3 >/proc/sys/vm/drop_caches
	disk_reads "$(find_master nvme)" 8
}

units=$(ls /sys/class/iommu | wc -l)
if grep -q test.smmu=up /proc/cmdline; then
	check "the SMMU comes up" [ "$units" = 1 ]
	check "the NVMe disk can be read" disk_reads "$(find_master nvme)" 8
	modprobe smmu_edu
	dmesg_mark
	edu=$(find_master smmu_edu)
	echo 4096 >"/sys/kernel/debug/smmu_edu/$edu/alloc"
	echo "write 0x123000 64" >"/sys/kernel/debug/smmu_edu/$edu/dma"
	reported() {
		dmesg_since | grep -q -i 'smmu.*0*123000'
	}
	check "a fault is reported" wait_for 10 reported
else
	check "no SMMU is registered" [ "$units" = 0 ]
	# The command line has the kernel's time-out end early, after which Linux does
	# without this SMMU. It is open then, as firmware left it, and nobody is cut off.
	for driver in nvme xhci_hcd ahci e1000e; do
		check "$driver: Linux goes on without the SMMU" wait_for 40 find_master $driver
		check "$driver: no group" no_group "$(find_master $driver)"
	done
	check "the NVMe disk can be read" wait_for 10 reads_anew
	check "the driver holds no registers" sh -c '! grep -q 9050000.smmuv3 /proc/iomem'
	check "the module can be unloaded" rmmod smmu
	# It would leave an SMMU alone by whose masters work, and not get to what is wrong.
	check "and loaded again" modprobe smmu allow_late=1
	check "again no SMMU is registered" [ -z "$(ls /sys/class/iommu)" ]
	check "the NVMe disk can be read once more" reads_anew
	check "the SMMU is as it was found" [ "$(devmem $CR0) $(($(devmem $GBPA) & ABORT))" = "0x00000000 0" ]
fi
finish
