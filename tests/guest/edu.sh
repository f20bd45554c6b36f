# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh by scripts that use edu devices (tests/modules/edu_core.c).

EDU_DIR=/sys/kernel/debug/smmu_edu

# edu_use: binds smmu_edu to all edu devices; EDU0 and EDU1 are their names.
edu_use() {
	modprobe smmu_edu
	EDU0=$(find_master 1234:11e8 1)
	EDU1=$(find_master 1234:11e8 2)
	for edu_one in $EDU0 $EDU1; do
		[ "$(driver_of "$edu_one")" = smmu_edu ] || bind "$edu_one" smmu_edu
	done
	[ -d "$EDU_DIR/$EDU0" ] && [ -d "$EDU_DIR/$EDU1" ] && return
	fail "two edu devices are there" "found: '$EDU0' '$EDU1'"
	finish
}

# edu_use_platform NAME...: the same where the tree shows them as platform devices
# (tests/host/harness/machine/trees.py), which may be fewer than QEMU has. With 48 address
# bits, which the board is asked for by "# qemu: -global edu.dma_mask=0xffffffffffff".
# shellcheck disable=SC2034 # the scripts' own
{
	EDU0=10100000.edu BAR0=0x10100000
	EDU1=10200000.edu BAR1=0x10200000
	EDU2=10300000.edu BAR2=0x10300000
	EDU3=10400000.edu BAR3=0x10400000
	USB=10000000.usb SATA=10010000.sata
}
edu_use_platform() {
	modprobe smmu_edu
	for edu_one; do
		if ! wait_for 5 [ -d "$EDU_DIR/$edu_one" ]; then
			fail "$edu_one is there" "its driver: $(driver_of "$edu_one")"
			finish
		fi
		edu_tell "$edu_one" mask 48
	done
}

# edu_tell DEVICE FILE WORDS...: write to one of the device's files.
edu_tell() {
	edu_to=$EDU_DIR/$1/$2
	shift 2
	echo "$*" >"$edu_to"
}

# edu_alloc DEVICE BYTES / edu_map DEVICE BYTES: coherent or streaming memory,
# anew; prints its address.
edu_alloc() {
	edu_tell "$1" free 1
	edu_tell "$1" alloc "$2" || return 1
	cut -d ' ' -f 1 "$EDU_DIR/$1/alloc"
}

edu_map() {
	edu_tell "$1" unmap 1
	edu_tell "$1" map "$2" || return 1
	cut -d ' ' -f 1 "$EDU_DIR/$1/map"
}

# edu_plus ADDRESS BYTES: prints the sum.
edu_plus() {
	printf '0x%x\n' $(($1 + $2))
}

# edu_fill DEVICE buf|mapbuf [BYTES]: random bytes into the memory of a device,
# and into /tmp/DEVICE.FILE to compare with.
edu_fill() {
	head -c "${3:-4096}" /dev/urandom >"/tmp/$1.$2"
	dd if="/tmp/$1.$2" of="$EDU_DIR/$1/$2" bs=1M conv=notrunc 2>/dev/null
}

# edu_untouched DEVICE buf|mapbuf: whether edu_fill's bytes are still there.
edu_untouched() {
	head -c "$(wc -c <"/tmp/$1.$2")" "$EDU_DIR/$1/$2" | cmp -s - "/tmp/$1.$2"
}

# edu_touched DEVICE buf|mapbuf: the opposite.
edu_touched() {
	! edu_untouched "$1" "$2"
}

# edu_copies DEVICE: the device reads 4 KiB of fresh random bytes from coherent
# memory and writes them to the next page: true if they arrive.
edu_copies() {
	edu_at=$(edu_alloc "$1" 8192) || return 1
	edu_fill "$1" buf
	edu_tell "$1" dma read "$edu_at" 4096 &&
		edu_tell "$1" dma write "$(edu_plus "$edu_at" 4096)" 4096 &&
		tail -c 4096 "$EDU_DIR/$1/buf" | cmp - "/tmp/$1.buf"
	edu_good=$?
	edu_tell "$1" free 1
	return $edu_good
}

# faults_of DEVICE [ADDRESS [read|write]]: the log's lines since dmesg_mark that
# say the SMMU refused something to this device. The one place that knows the
# text; the in-tree driver's lines name no device.
faults_of() {
	if [ "$(smmu_driver_of "$1")" = smmu ]; then
		edu_hex=$(printf '%x' $((${2:-0})))
		dmesg_since | grep -E "smmu .*: $1: .*${3:-}.*${2:+0x0*$edu_hex }.*refused"
	else
		dmesg_since | grep 'arm-smmu-v3 .*: event 0x1[0-3] received'
	fi
}

# faulted DEVICE [ADDRESS [read|write]]: whether there is such a line by now.
faulted() {
	wait_for 3 faults_of "$@"
}

# set_type DEVICE TYPE: the type of its group's domain. The kernel wants a group
# of one device without a driver for it, or a running one for DMA -> DMA-FQ.
set_type() {
	echo "$2" >"/sys/kernel/iommu_groups/$(group_of "$1")/type"
}

type_of() {
	cat "/sys/kernel/iommu_groups/$(group_of "$1")/type"
}

# edu_plug / edu_unplug: a third device, on the board's spare root port, that
# drives 48 address bits and so could reach all physical memory. QEMU does it for
# us (tests/host/harness/machine/board.py). WIDE is its name.
#
# The port is enumerated anew first. The kernel turns ACS on for ports that it finds
# after the first master asked for it; without it the device would share the port's
# group, and the port's own MSI gets lost when that group's domain is replaced.
# Scripts that plug do not run on the debug kernel: lockdep finds fault with pciehp
# itself when a device is added, and then is off for the rest of the boot. Debian's
# 32-bit kernel has no pciehp; there these functions do its work.
edu_plug() {
	edu_port=$(find_master pcieport)
	EDU_PORT=/sys/bus/pci/devices/$edu_port
	echo 1 >"$EDU_PORT/remove"
	echo 1 >/sys/bus/pci/rescan
	wait_for 5 [ -e "$EDU_PORT/driver" ] || return 1
	edu_has_pciehp || edu_slot '\300\001'
	edu_qemu '{"execute": "device_add", "arguments": {"driver": "edu", "id": "wide",' \
		'"bus": "spare", "dma_mask": 281474976710655}}'
	wait_for 20 edu_find_wide || return 1
	# shellcheck disable=SC2034 # the scripts' own
	WIDE=$(edu_find_wide)
}

edu_unplug() {
	edu_qemu '{"execute": "device_del", "arguments": {"id": "wide"}}'
	edu_has_pciehp || edu_unplug_slot
	wait_for 20 edu_lost_wide
}

edu_unplug_slot() {
	echo 1 >"/sys/bus/pci/devices/$WIDE/remove"
	edu_slot '\300\007'
}

edu_has_pciehp() {
	[ -d /sys/bus/pci_express/drivers/pciehp ]
}

# edu_slot BYTES: the port's Slot Control. 0x1c0 switches the slot and its light on,
# 0x7c0 off; the device that QEMU has there comes and goes with that.
edu_slot() {
	edu_cap=$(edu_config 52)
	while [ "$(edu_config "$edu_cap")" != 16 ]; do
		edu_cap=$(edu_config $((edu_cap + 1)))
		[ "$edu_cap" != 0 ] || return 1
	done
	# shellcheck disable=SC2059 # bytes, in octal
	printf "$1" | dd of="$EDU_PORT/config" bs=1 seek=$((edu_cap + 24)) conv=notrunc 2>/dev/null
}

edu_config() {
	dd if="$EDU_PORT/config" bs=1 skip="$1" count=1 2>/dev/null | od -An -tu1 | tr -d ' '
}

# To the kernel's log directly: stdout may be somebody's variable.
edu_qemu() {
	echo "T> QMP $*" >/dev/kmsg
}

# Without a process: these are asked often.
edu_find_wide() {
	edu_has_pciehp || echo 1 >/sys/bus/pci/rescan
	for edu_one in "$EDU_PORT"/0000:*:*.*; do
		[ -e "$edu_one/vendor" ] && echo "${edu_one##*/}"
	done
}

edu_lost_wide() {
	! edu_find_wide
}

# edu_is_physical DEVICE: whether what the DMA API gives it are physical addresses.
edu_is_physical() {
	edu_map "$1" 4096 >/dev/null || return 1
	read -r edu_at _ edu_where <"$EDU_DIR/$1/map"
	edu_tell "$1" unmap 1
	[ $((edu_at)) = $((edu_where)) ]
}

# edu_phys BAR [ADDRESS]: what eduphys says: whether an edu device reaches physical
# memory; or four bytes written to an address. Nobody else may use the device.
edu_phys() {
	/test/eduphys "$@"
}

# edu_reaches DEVICE IOVA PHYSICAL: the device reads memory that nobody mapped for it in
# the DMA API, and writes what it read to the next page of it.
edu_reaches() {
	edu_word=$(printf '0x%08X' $((0x$(head -c 4 /dev/urandom | od -An -tx4 | tr -d ' '))))
	devmem "$3" 32 "$edu_word"
	devmem "$(edu_plus "$3" 4096)" 32 0
	edu_tell "$1" dma read "$2" 4096
	edu_tell "$1" dma write "$(edu_plus "$2" 4096)" 4096
	[ "$(devmem "$(edu_plus "$3" 4096)" 32)" = "$edu_word" ]
}

# edu_bound DEVICE: whether its files are there.
edu_bound() {
	[ "$(driver_of "$1")" = smmu_edu ] && [ -d "$EDU_DIR/$1" ]
}

# bar_of DEVICE: the physical address of its BAR 0, for eduphys.
bar_of() {
	cut -d ' ' -f 1 "/sys/bus/pci/devices/$1/resource" | head -n 1
}

# edu_enable DEVICE: memory and bus master on, without a driver.
edu_enable() {
	printf '\006' | dd of="/sys/bus/pci/devices/$1/config" bs=1 seek=4 conv=notrunc 2>/dev/null
}
