# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the target's scripts. /tmp/test is the archive that the host gave:
# packages and these scripts.
. ./results.sh

# shellcheck disable=SC2034 # the scripts use it
RELEASE=$(uname -r)
INITRD=/boot/initrd.img-$RELEASE
MENU=/boot/grub/grub.cfg

# driver_of_disk: what drives the SMMU in front of the disk with the root filesystem.
driver_of_disk() {
	owner=$(readlink -f /sys/class/nvme/nvme0/device/iommu/../..)
	[ "${owner#/sys/devices/}" != "$owner" ] || return 1
	basename "$(readlink "$owner/driver")"
}

# in_initrd: what of ours is in the initramfs of the running kernel.
in_initrd() {
	lsinitramfs "$INITRD" | grep -E '/smmu\.ko|scripts/init-top/smmu'
}

# version_of_module: what modinfo says of the installed one.
version_of_module() {
	modinfo -k "$RELEASE" -F version smmu
}

# version_in_initrd: the same of the initramfs's.
version_in_initrd() {
	rm -rf /tmp/unpacked
	unmkinitramfs "$INITRD" /tmp/unpacked || return
	ko=$(find /tmp/unpacked -name 'smmu.ko*')
	[ -n "$ko" ] && modinfo -F version "$ko"
}

menu_stands_down() {
	grep -q 'initcall_blacklist=arm_smmu_driver_init deferred_probe_timeout=60' "$MENU"
}

# recovery entries and the others, apart
menu_line() {
	grep -E '^[[:space:]]*linux[[:space:]]' "$MENU" | if [ "$1" = recovery ]; then
		grep -w single
	else
		grep -vw single
	fi
}

timed() {
	began=$(cut -d . -f 1 /proc/uptime)
	"$@"
	status=$?
	echo "# $* took $(($(cut -d . -f 1 /proc/uptime) - began)) s"
	return $status
}
