# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh by scripts that load the module late. Their command line
# lets masters go ahead without it after a while (deferred_probe_timeout=), which for
# drivers built in must not end before the board's platform devices have their addresses.

# late_bound DRIVER: has it bound to a master, without an IOMMU.
late_bound() {
	if ! wait_for 40 find_master "$1" || group_of "$(find_master "$1")"; then
		fail "$1 works without an IOMMU" "its device: $(find_master "$1")"
		finish
	fi
}

# late_free NAME...: devices have no driver; the debug kernel has some built in.
late_free() {
	for late_one; do
		unbind "$late_one"
	done
}

# late_said REGEX: whether the kernel said so since dmesg_mark.
late_said() {
	dmesg_since | grep -E -q -- "$1"
}

LATE_SMMU=9050000.smmuv3

# late_try: have the module look at the SMMU; once it is loaded, the driver core is asked.
late_try() {
	if [ -d /sys/module/smmu ]; then
		echo $LATE_SMMU >/sys/bus/platform/drivers_probe
	else
		modprobe smmu
	fi
}

# late_refused MASTER DRIVER: the module leaves the SMMU alone because of this one.
late_refused() {
	dmesg_mark
	check "$2 is bound: the module can be loaded" late_try
	check "$2 is bound: it names the device" late_said "smmu .*: $1 .driver $2. is at work without this SMMU"
	check "$2 is bound: it says what to do" late_said 'smmu .*: left alone: [1-9] masters .* allow_late=1'
	check "$2 is bound: the module waits" [ -d /sys/module/smmu ]
	check "$2 is bound: no SMMU is driven" [ -z "$(ls /sys/class/iommu)" ]
	check "$2 is bound: no registers are held" sh -c '! grep -q 9050000.smmuv3 /proc/iomem'
}

# late_driver VENDOR DEVICE: the driver of a function of the board.
late_driver() {
	case $1:$2 in
	0x1b36:0x000c) echo pcieport ;;
	0x1b36:0x000d) echo xhci_hcd ;;
	0x1b36:0x0010) echo nvme ;;
	0x1af4:*) echo virtio-pci ;;
	0x8086:0x2922) echo ahci ;;
	0x8086:0x10d3) echo e1000e ;;
	*) echo none ;;
	esac
}

# late_built_in: the functions whose drivers are there already have them.
late_built_in() {
	for late_path in /sys/bus/pci/devices/*; do
		if [ ! -e "$late_path/vendor" ] || [ -e "$late_path/driver" ]; then
			continue
		fi
		late_name=$(late_driver "$(cat "$late_path/vendor")" "$(cat "$late_path/device")")
		[ ! -d "/sys/bus/pci/drivers/$late_name" ] || return 1
	done
}

# Until the time-out has ended, a driver can bind at any moment: on a slow machine after a
# script has freed the masters and before the module looks at them.
wait_for 60 late_built_in || fail "deferred probing ends" "$(cat /sys/kernel/debug/devices_deferred)"
