# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# Boots with a wrong or unusual device tree (tests/host/harness/boots/badtree.py). The command
# line says test.smmu=up or test.smmu=refused: whether the SMMU comes up anyway.
. /test/lib.sh

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
	for driver in nvme xhci_hcd ahci e1000e; do
		check "$driver does not run untranslated" [ -z "$(find_master $driver)" ]
	done
	check "the driver holds no registers" sh -c '! grep -q 9050000.smmuv3 /proc/iomem'
	check "the module can be unloaded" rmmod smmu
	check "and loaded again" modprobe smmu
fi
finish
