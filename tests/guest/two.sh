# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh and edu.sh by scripts for the board with two SMMUs
# (tests/host/harness/machine/two.py).

# shellcheck disable=SC2034 # the scripts' own
NEAR=c000000.smmuv3 FAR=c020000.smmuv3

# smmu_device_of NAME: the device of the SMMU that translates it.
smmu_device_of() {
	basename "$(readlink -f "$(dir_of "$1")/iommu/device")"
}

# reported SMMU ADDRESS: whether that SMMU, and no other, refused a write to the address
# since dmesg_mark.
reported() {
	wait_for 3 two_refused "$2" || return 1
	! two_refused "$2" | grep -v -q "smmu $1: "
}

two_refused() {
	dmesg_since | grep -E "smmu .*: .*write.*0x0*$(printf '%x' $(($1))) .*refused"
}
