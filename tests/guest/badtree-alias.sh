# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Two edu devices have one StreamID: they share a group, and both are bound.
. /test/lib.sh
. /test/edu.sh

edu_use
check "both are in one group" [ "$(group_of "$EDU0")" = "$(group_of "$EDU1")" ]
check "the first one's DMA works" edu_copies "$EDU0"
echo "$EDU1" >/sys/bus/pci/drivers/smmu_edu/unbind
check "also when the other one has left" edu_copies "$EDU0"
finish
