# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Message-signalled interrupts pass the SMMU: the doorbell is mapped for a master
# like any other memory.
. /test/lib.sh
. /test/edu.sh
edu_use

# irqs NAME: how many MSIs whose lines in /proc/interrupts match NAME came.
irqs() {
	awk -v name="$1" '/ITS/ && $0 ~ name { for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i }
		END { print sum + 0 }' /proc/interrupts
}

disk=$(disk_of "$(find_master nvme)")
before=$(irqs nvme)
echo 3 >/proc/sys/vm/drop_caches
dd if="$disk" of=/dev/null bs=1M count=4 2>/dev/null
check "nvme's MSIs arrive" [ "$(irqs nvme)" -gt "$before" ]

for device in $EDU0 $EDU1; do
	read -r kind before <"$EDU_DIR/$device/irq"
	check "$device uses an MSI" [ "$kind" = msi ]
	for _ in 1 2 3; do
		edu_tell "$device" irq 1
		sleep 0.1
	done
	read -r kind after <"$EDU_DIR/$device/irq"
	check "$device: three raised, three arrive" [ $((after - before)) = 3 ]
done
finish
