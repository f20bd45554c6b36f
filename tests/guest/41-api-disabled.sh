# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 240
# append: smmu.disable_features=range_inval,bbml,contig
# What was unmapped is out of reach, on an SMMU that can neither invalidate ranges nor
# change the size of what is mapped.
. /test/lib.sh
. /test/edu.sh
. /test/api.sh

check "the driver says which features are disabled" \
	sh -c 'dmesg | grep -q "features disabled by parameter: range_inval,bbml,contig"'
check "and invalidates by page" sh -c 'dmesg | grep -q "invalidation by page"'
modprobe smmu_api
one=$(find_master 1234:11e8 1)
api_take "$one"
while read -r case; do
	case $case in
	strict_* | unmap_* | remap | levels | part_of_block | random) run_case "$case" ;;
	esac
done <"$API/cases"
check_cases 15
unbind "$one"
rmmod smmu_api
finish
