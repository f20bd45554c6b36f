#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The target's init: runs the script that the kernel's command line names
# (target.run=NAME) out of the archive on the SATA disk.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root
export DEBIAN_FRONTEND=noninteractive

mount -t proc proc /proc 2>/dev/null
mount -t sysfs sysfs /sys 2>/dev/null
mount -t devtmpfs devtmpfs /dev 2>/dev/null
ln -s /proc/self/fd /dev/fd 2>/dev/null
mount -o remount,rw /
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run

say() {
	echo "T> $*" >/dev/kmsg
}

leave() {
	say "SMMU-EXIT $1"
	sync
	mount -o remount,ro /
	# No init system is there to ask.
	echo o >/proc/sysrq-trigger
	sleep 60
}

run=$(sed -n 's/.*target\.run=\([^ ]*\).*/\1/p' /proc/cmdline)
modprobe ahci
modprobe sd_mod
tries=150
disk=
while [ -z "$disk" ] && [ "$tries" -gt 0 ]; do
	tries=$((tries - 1))
	for path in /sys/bus/pci/drivers/ahci/*/ata*/host*/target*/*/block/*; do
		[ ! -e "$path" ] || disk=/dev/${path##*/}
	done
	[ -n "$disk" ] || sleep 0.2
done
[ -n "$disk" ] || leave 98
mkdir -p /tmp/test
tar -x -C /tmp/test -f "$disk" || leave 97
cd /tmp/test || leave 97
{
	sh "./$run" 2>&1
	echo $? >/tmp/status
} | while IFS= read -r line; do
	echo "T> $line" >/dev/kmsg
done
leave "$(cat /tmp/status)"
