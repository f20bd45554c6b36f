# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: armhf
# own-boot: yes
# expect-log: cut here|WARNING: .*drivers/iommu/iommu\.c
# A driver for 32-bit Arm that manages its domains itself gives the mapping of the DMA API
# back. The core warns, as it knows of no other domain than the default one there.
. /test/lib.sh
. /test/edu.sh
. /test/api.sh

modprobe smmu_api
one=$(find_master 1234:11e8 1)
api_take "$one"
run_case drop_mapping
run_case drop_mapping
check_cases 2
api_give_back "$one"
finish
