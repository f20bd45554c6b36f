# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: 2
# tree: fixed-pci
# timeout: 240
# #iommu-cells = <0> with a PCI host: its functions share one group, one context and
# one range of addresses, and all work at once.
. /test/lib.sh
. /test/edu.sh
edu_use

group=$(group_of "$EDU0")
for driver in nvme xhci_hcd ahci e1000e virtio-pci pcieport smmu_edu; do
	name=$(find_master $driver)
	check "$name ($driver) is in the one group" [ "$(group_of "$name")" = "$group" ]
done
check "there is no other group" [ "$(ls /sys/kernel/iommu_groups)" = "$group" ]

for script in 11-disks 12-network 13-msi 20-dma; do
	check "$script passes" sh /test/$script.sh
done

at=$(edu_map "$EDU0" 4096)
edu_fill "$EDU0" mapbuf
edu_tell "$EDU1" dma write "$at" 64
check "what one maps, the other reaches" edu_touched "$EDU0" mapbuf
edu_tell "$EDU0" unmap 1
edu_fill "$EDU0" mapbuf
edu_tell "$EDU1" dma write "$at" 64
check "and loses with it" edu_untouched "$EDU0" mapbuf
finish
