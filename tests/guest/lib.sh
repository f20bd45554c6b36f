# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by guest scripts: ". /test/lib.sh". Results are KTAP lines; a script
# ends with "finish", which prints the plan: without it the script has failed.

T_COUNT=0
T_FAILED=0

# The bytes in a page of this kernel: 4096, 16384 or 65536.
# shellcheck disable=SC2034 # the scripts' own
PAGE=$(($(sed -n 's/^KernelPageSize: *\([0-9]*\) kB/\1/p' /proc/self/smaps | head -n 1) * 1024))

pass() {
	T_COUNT=$((T_COUNT + 1))
	echo "ok $T_COUNT $1"
}

# fail NAME WHY
fail() {
	T_COUNT=$((T_COUNT + 1))
	T_FAILED=$((T_FAILED + 1))
	[ -z "${2:-}" ] || echo "$2" | sed 's/^/# /'
	echo "not ok $T_COUNT $1"
}

# skip NAME WHY
skip() {
	T_COUNT=$((T_COUNT + 1))
	echo "ok $T_COUNT $1 # SKIP ${2:-}"
}

# check NAME COMMAND...: passes if the command does; its output is shown if not.
check() {
	t_name=$1
	shift
	if t_out=$("$@" 2>&1); then
		pass "$t_name"
	else
		fail "$t_name" "failed ($?): $*
$t_out"
	fi
}

# Prints the plan and ends the script.
finish() {
	echo "1..$T_COUNT"
	[ "$T_FAILED" -eq 0 ]
	exit
}

# dir_of NAME: where sysfs keeps a device: a PCI function (0000:00:02.0) or a
# platform device (10000000.usb). Where a function below says NAME, either will do.
dir_of() {
	if [ -e "/sys/bus/pci/devices/$1" ]; then
		echo "/sys/bus/pci/devices/$1"
	else
		echo "/sys/bus/platform/devices/$1"
	fi
}

# kernel_since MAJOR MINOR: whether the kernel is that one or a newer one.
kernel_since() {
	t_release=$(uname -r)
	t_minor=${t_release#*.}
	[ "${t_release%%.*}" -gt "$1" ] ||
		{ [ "${t_release%%.*}" -eq "$1" ] && [ "${t_minor%%[!0-9]*}" -ge "$2" ]; }
}

# find_master DRIVER|VENDOR:DEVICE [N]: prints the name of the Nth (from 1) function
# or platform device that has this driver or these IDs; fails if there is none.
find_master() {
	t_n=${2:-1}
	for t_dev in /sys/bus/pci/devices/* /sys/bus/platform/devices/*; do
		case $1 in
		*:*)
			[ -e "$t_dev/vendor" ] || continue
			t_is=$(sed 's/^0x//' "$t_dev/vendor"):$(sed 's/^0x//' "$t_dev/device") ;;
		*)
			[ -e "$t_dev/driver" ] || continue
			t_is=$(driver_of "${t_dev##*/}") ;;
		esac
		[ "$t_is" = "$1" ] || continue
		t_n=$((t_n - 1))
		[ "$t_n" -gt 0 ] || { echo "${t_dev##*/}"; return 0; }
	done
	return 1
}

# driver_of NAME: prints the driver bound to it; nothing if there is none.
driver_of() {
	[ -e "$(dir_of "$1")/driver" ] || return 0
	basename "$(readlink "$(dir_of "$1")/driver")"
}

# group_of NAME: prints the number of its IOMMU group.
group_of() {
	[ -e "$(dir_of "$1")/iommu_group" ] || return 1
	basename "$(readlink "$(dir_of "$1")/iommu_group")"
}

# check_no_group_yet WHEN NAME: no driver was bound to it so far, so it has no group.
check_no_group_yet() {
	if kernel_since 6 15; then
		skip "$1: it has no group" "this kernel makes the group when it finds the device"
	else
		check "$1: it has no group" [ ! -e "$(dir_of "$2")/iommu_group" ]
	fi
}

# smmu_of NAME: prints the name of the SMMU that translates it ("smmu3.0x...").
smmu_of() {
	[ -e "$(dir_of "$1")/iommu" ] || return 1
	basename "$(readlink -f "$(dir_of "$1")/iommu")"
}

# has_types: whether a group has types to switch between. On 32-bit Arm the DMA API is
# the architecture's own: the kernel's IOMMU core (without CONFIG_IOMMU_DMA) knows no
# type of group but "identity", which stands for whatever that API does.
has_types() {
	[ "$(uname -m)" = aarch64 ]
}

# skip_types NAME: skips what needs another type.
skip_types() {
	skip "$1" "32-bit Arm's own DMA API: the kernel has no type but \"identity\" to switch to"
}

# smmu_driver_of NAME: prints the driver that owns that SMMU.
smmu_driver_of() {
	t_drv=$(readlink -f "$(dir_of "$1")/iommu/device/driver") || return 1
	basename "$t_drv"
}

# disk_of NAME: prints the first block device (/dev/...) behind this device.
# An NVMe path (nvme0c0n1) is hidden; its disk (nvme0n1) is a virtual device.
#
# QEMU's AHCI maps the list of a command's buffers (PRDT) in one piece and gives the
# command up where an IOMMU has two pages of it apart; its disk may answer after 30 s
# only. As Linux lays the lists out, the first 8 entries always lie in one page, so
# requests to such a disk are kept to 8 pages. Not where lockdep runs: some of Linux
# 6.12's releases take two locks of the block layer in both orders when the limit is
# set, and lockdep, having told that, is off. There a lost command costs its 30 s.
disk_of() {
	t_top=$(readlink -f "$(dir_of "$1")")
	for t_blk in /sys/block/*; do
		case $(readlink -f "$t_blk") in
		"$t_top"/ata*)
			[ -w "$t_blk/queue/max_sectors_kb" ] || continue
			[ -e /proc/lockdep_stats ] || echo 32 >"$t_blk/queue/max_sectors_kb"
			echo "/dev/${t_blk##*/}"
			return 0 ;;
		"$t_top"/*)
			t_node=/dev/$(basename "$t_blk" | sed 's/^\(nvme[0-9]*\)c[0-9]*/\1/')
			[ ! -b "$t_node" ] || { echo "$t_node"; return 0; } ;;
		esac
	done
	return 1
}

# disk_copies NAME: whether the disk behind this device, which may still be coming
# up, gives back 4 MiB that it was given.
disk_copies() {
	wait_for 10 disk_of "$1" || { echo "there is no disk behind $1"; return 1; }
	t_disk=$(disk_of "$1")
	head -c 4194304 /dev/urandom >/tmp/disk.data
	dd if=/tmp/disk.data of="$t_disk" bs=64k conv=fsync 2>/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	dd if="$t_disk" bs=1M count=4 2>/dev/null | cmp - /tmp/disk.data
}

# disk_reads NAME [MIB]: whether so much can be read from the disk behind this device.
disk_reads() {
	t_disk=$(disk_of "$1") && dd if="$t_disk" of=/dev/null bs=1M count="${2:-2}"
}

# check_disks NAME...: disk_copies as a check for each.
check_disks() {
	for t_dev; do
		check "$t_dev: 4 MiB written and read" disk_copies "$t_dev"
	done
}

# remove_functions: every PCI function goes, with what is below it.
remove_functions() {
	for t_dev in /sys/bus/pci/devices/*; do
		[ ! -e "$t_dev/remove" ] || echo 1 >"$t_dev/remove"
	done
	return 0
}

# bind NAME DRIVER / unbind NAME
bind() {
	t_dir=$(dir_of "$1")
	echo "$2" >"$t_dir/driver_override"
	echo "$1" >"${t_dir%/devices/*}/drivers_probe"
	[ "$(driver_of "$1")" = "$2" ]
}

unbind() {
	t_dir=$(dir_of "$1")
	[ ! -e "$t_dir/driver" ] || echo "$1" >"$t_dir/driver/unbind"
	echo >"$t_dir/driver_override"
}

# dmesg_mark remembers where the kernel log is; dmesg_since prints what the
# kernel (not these scripts) said after it.
dmesg_mark() {
	T_MARK="mark-$$-$T_COUNT-$(cut -d ' ' -f 1 /proc/uptime)"
	echo "T> # $T_MARK" >/dev/kmsg
}

dmesg_since() {
	dmesg | sed "1,/$T_MARK/d" | grep -v '\] T> '
}

# dmesg_kernel prints all that the kernel said so far.
dmesg_kernel() {
	dmesg | grep -v '\] T> '
}

# dmesg_has REGEX: whether the kernel said so, now or at any time before.
dmesg_has() {
	dmesg_kernel | grep -E -q -- "$1"
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails at the time limit.
wait_for() {
	t_tries=$(($1 * 10))
	shift
	while ! "$@" >/dev/null 2>&1; do
		t_tries=$((t_tries - 1))
		[ "$t_tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# qmp COMMAND [ARGUMENTS]: have QEMU carry out a QMP command, for example
# qmp device_del '{"id":"plugged"}'. Look for the effect: the answer stays outside.
qmp() {
	echo "T> QMP {\"execute\":\"$1\",\"arguments\":${2:-{\}}}" >/dev/kmsg
}
