# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by demo.sh and demo-board.sh, the guest's halves of "make demo". The host's
# half (tests/host/harness/boots/demo.py) put data on the disks and reads the lines that start with
# HOST. /test/demo.env says what the host expects: NVME_MIB, NVME_MD5, USB_MIB,
# USB_MD5, FILE, FILE_MD5.
. /test/lib.sh
# shellcheck disable=SC1091
. /test/demo.env

section() {
	echo
	echo "== $* =="
}

drop_caches() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

# md5_part DISK FROM-MIB MIB: checksum of what the disk itself gives back.
md5_part() {
	drop_caches
	dd if="$1" bs=1M skip="$2" count="$3" 2>/dev/null | md5sum | cut -d ' ' -f 1
}

# owner_of NAME: the kernel module of the driver that owns its SMMU.
owner_of() {
	[ -e "$(dir_of "$1")/iommu/device/driver" ] || return 1
	owner=$(readlink -f "$(dir_of "$1")/iommu/device/driver")
	[ -e "$owner/module" ] || { echo built-in; return; }
	basename "$(readlink -f "$owner/module")"
}

show_smmu() {
	section "The SMMU and what it can do"
	for unit in /sys/class/iommu/*; do
		[ -e "$unit" ] || continue
		node=$(basename "$(readlink -f "$unit/device")")
		echo "$(basename "$unit"), platform device $node, driver" \
			"$(basename "$(readlink -f "$unit/device/driver")")"
		dmesg | sed -n "s/^\[[^]]*\] \(.*$node: .*\)/  \1/p" | grep -v '^  platform\|Adding to iommu'
	done
}

# raw_disk NAME DRIVER MIB MD5: read what the host wrote, write as much anew.
raw_disk() {
	disk=$(disk_of "$(find_master "$2")") || {
		fail "$1: a disk is there"
		return
	}
	got=$(md5_part "$disk" 0 "$3")
	check "$1 $disk: $3 MiB that the host wrote, read with checksum $4" [ "$got" = "$4" ]
	dd if=/dev/urandom of=/tmp/data bs=1M count="$3" 2>/dev/null
	want=$(md5sum </tmp/data | cut -d ' ' -f 1)
	dd if=/tmp/data of="$disk" bs=1M seek="$3" conv=notrunc 2>/dev/null
	rm -f /tmp/data
	got=$(md5_part "$disk" "$3" "$3")
	check "$1 $disk: $3 MiB written, read back with checksum $want" [ "$got" = "$want" ]
	echo "HOST $1 $want"
}

filesystem() {
	section "A filesystem on the SATA disk"
	disk=$(disk_of "$(find_master ahci)") || {
		fail "SATA: a disk is there"
		return
	}
	check "mkfs.ext4 $disk" mkfs.ext4 -q -F "$disk"
	check "mount" mount -t ext4 "$disk" /mnt
	for n in 1 2 3 4 5 6 7 8; do
		dd if=/dev/urandom of="/mnt/file$n" bs=256k count=8 2>/dev/null
	done
	(cd /mnt && md5sum file*) >/tmp/sums
	check "umount" umount /mnt
	check "mount again" mount -t ext4 "$disk" /mnt
	drop_caches
	# shellcheck disable=SC2016
	check "8 files of 2 MiB have their checksums" sh -c 'cd /mnt && md5sum -c /tmp/sums'
	check "umount again" umount /mnt
	check "fsck.ext4 -f" fsck.ext4 -f -n "$disk"
}

network() {
	section "The network card"
	card=$(find_master e1000e) || {
		fail "e1000e: a card is there"
		return
	}
	link=$(ls "/sys/bus/pci/devices/$card/net")
	ip link set "$link" up
	ip addr add 10.0.2.15/24 dev "$link"
	wait_for 10 grep -q 1 "/sys/class/net/$link/carrier"
	check "e1000e $link: TFTP of $FILE" tftp -g -b 1428 -r "$FILE" -l /tmp/file 10.0.2.2
	got=$(md5sum </tmp/file | cut -d ' ' -f 1)
	check "e1000e $link: $(($(wc -c </tmp/file) / 1048576)) MiB with checksum $FILE_MD5" \
		[ "$got" = "$FILE_MD5" ]
}

# The edu device does DMA to any address it is told (tests/modules/edu_core.c).
rogue() {
	section "A device that is told where to go"
	edu=$(find_master smmu_edu) || {
		fail "edu: bound to smmu_edu"
		return
	}
	dir=/sys/kernel/debug/smmu_edu/$edu
	echo 4096 >"$dir/alloc"
	read -r iova size <"$dir/alloc"
	iova=$(printf '0x%x' "$iova")
	echo "edu $edu has a buffer of $size bytes mapped at $iova"
	head -c 4096 /dev/urandom >/tmp/pattern
	head -c 4096 /dev/zero >/tmp/zero
	cat /tmp/pattern >"$dir/buf"
	check "edu reads the mapped buffer" sh -c "echo read $iova 4096 >$dir/dma"
	cat /tmp/zero >"$dir/buf"
	check "edu writes the mapped buffer" sh -c "echo write $iova 4096 >$dir/dma"
	check "the buffer holds what edu read before" cmp "$dir/buf" /tmp/pattern

	cat /tmp/zero >"$dir/buf"
	# As far from it as no other master's mappings reach, should they share a context.
	rogue_address=$(printf '0x%x' $((iova ^ 0x2000000)))
	echo "now edu is told to write at $rogue_address, which is not mapped"
	dmesg_mark
	echo "write $rogue_address 4096" >"$dir/dma" || true
	wait_for 5 fault_line "$rogue_address" || true
	check "the mapped buffer is untouched" cmp "$dir/buf" /tmp/zero
	if line=$(fault_line "$rogue_address"); then
		pass "the SMMU reports it"
		echo "  $line"
	else
		fail "the SMMU reports it" "no line of the SMMU names $rogue_address: $(dmesg_since)"
	fi
	echo 1 >"$dir/free"

	echo "and to write the buffer's old address, $iova, after it was unmapped"
	dmesg_mark
	echo "write $iova 4096" >"$dir/dma" || true
	if wait_for 5 fault_line "$iova"; then
		pass "the SMMU reports the use after unmap"
		echo "  $(fault_line "$iova")"
	else
		fail "the SMMU reports the use after unmap" "$(dmesg_since)"
	fi
}

# fault_line ADDRESS: what the SMMU's driver said about it since the mark.
fault_line() {
	dmesg_since | sed 's/^\[[^]]*\] //' | grep -i "smmu.*0x0*${1#0x}" | head -n 1 | grep .
}

