# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# The kernel's IOMMU API on unmanaged domains, checked by the DMA of two edu devices.
. /test/lib.sh
. /test/edu.sh
. /test/api.sh

modprobe smmu_api
one=$(find_master 1234:11e8 1)
two=$(find_master 1234:11e8 2)
api_take "$one" "$two"

while read -r case; do
	# The scripts about windows run that one, with a window; 43-client.sh runs the other.
	case $case in
	window | drop_mapping) continue ;;
	esac
	# The in-tree driver maps a block over pages, and calls no fault handlers.
	case "$case $(smmu_driver_of "$one")" in
	'overlap_block arm-smmu-v3' | handler_*' arm-smmu-v3') ;;
	*) run_case "$case" ;;
	esac
done <"$API/cases"
check_cases 34

api_give_back "$one" "$two"
finish
