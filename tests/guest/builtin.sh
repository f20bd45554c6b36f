# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh by scripts for a kernel that has the driver built in. They boot
# with initcall_debug, so that the kernel's log has each probe and what became of it.

# said REGEX: what the kernel, not these scripts, says of that.
said() {
	dmesg_kernel | grep -E -- "$1"
}

# number REGEX: the line of the log where the kernel says that for the first time.
number() {
	dmesg_kernel | grep -E -n -m 1 -- "$1" | cut -d : -f 1
}

# probed NAME: a driver took it, at its first probe. 517 is EPROBE_DEFER; the kernel drops
# the sign of what the driver itself returned.
probed() {
	said "probe of $1 returned "
	said "probe of $1 returned 0 " >/dev/null && ! said "probe of $1 returned -?517 " >/dev/null
}

# builtin_masters REGEX NAME...: all are behind our SMMU, and none ever waited for it.
# REGEX is what is probed first of those that could have to wait.
builtin_masters() {
	first=$1
	shift
	check "the driver is built in" [ -d /sys/module/smmu -a ! -e /sys/module/smmu/initstate ]
	unit=$(basename "$(readlink -f /sys/class/iommu/*/device)")
	check "the SMMU was ready before any master was looked at" \
		[ "$(number "smmu $unit: .*unclaimed streams abort")" -lt "$(number "probe of ($first) returned")" ]
	for name; do
		check "$name ($(driver_of "$name")) belongs to our SMMU" [ "$(smmu_driver_of "$name")" = smmu ]
		check "$name was probed once, and not deferred" probed "$name"
	done
	check "the kernel remembers no deferred device" [ ! -s /sys/kernel/debug/devices_deferred ]
}
