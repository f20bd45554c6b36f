# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# tree: off
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# The SMMU is disabled in the tree: "iommus" says nothing then, "dma-ranges" holds, and
# masters work untranslated.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU1"

check "there is no SMMU" [ -z "$(ls /sys/class/iommu)" ]
check "there is no group" [ -z "$(ls /sys/kernel/iommu_groups)" ]
check "the limit holds" [ "$(cut -d ' ' -f 3 "$EDU_DIR"/"$EDU0"/mask)" = 0x5fffffff ]
check "40 allocations keep to it" many_in "$EDU0" 40 65536 0x40000000 0x5fffffff
for name in "$EDU0" "$EDU1"; do
	check "$name: DMA works" edu_copies "$name"
done
# The other one may have to go through a bounce buffer.
check "addresses are physical" edu_is_physical "$EDU1"
# So eduphys sees what an SMMU that is on refuses.
unbind "$EDU0"
check "eduphys reaches physical memory" [ "$(edu_phys "$BAR0")" = reached ]
check_disks "$USB" "$SATA"
finish
