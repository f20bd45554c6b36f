# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# timeout: 150
# A disk is reset through sysfs while it is read: what was under way is done again by its
# driver, nothing faults, and what comes back is what was written.
. /test/lib.sh

nvme=$(find_master nvme)
disk=$(disk_of "$nvme")
head -c 4194304 /dev/urandom >/tmp/reset.data
dd if=/tmp/reset.data of="$disk" bs=64k conv=fsync 2>/dev/null
dmesg_mark

# Reads past the cache until it is told to stop; each must succeed, with the right bytes.
reader() {
	while [ ! -e /tmp/reset.stop ]; do
		dd if="$disk" bs=64k count=64 iflag=direct 2>/dev/null | cmp -s - /tmp/reset.data ||
			echo wrong >>/tmp/reset.wrong
		echo >>/tmp/reset.rounds
	done
}

reads_done() {
	[ "$(wc -l </tmp/reset.rounds)" -gt 2 ]
}

: >/tmp/reset.rounds
: >/tmp/reset.wrong
reader &
reader &
resets=0
while [ "$resets" -lt 10 ]; do
	sleep 0.3
	echo 1 >"$(dir_of "$nvme")/reset" || break
	resets=$((resets + 1))
done
check "ten resets were carried out" [ "$resets" = 10 ]
check "reads went on meanwhile" wait_for 20 reads_done
touch /tmp/reset.stop
wait
check "all of them returned what was written" [ ! -s /tmp/reset.wrong ]
check "the SMMU refused nothing" [ -z "$(dmesg_since | grep 'smmu.*refused')" ]
check_disks "$nvme"
rm -f /tmp/reset.*
finish
