# shellcheck shell=sh
# shellcheck disable=SC2012 # entries of sysfs have plain names
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# own-boot: yes
# timeout: 600
# qemu: -device pcie-root-port,id=root9,chassis=9,slot=9,addr=0x9 -netdev user,restrict=on,id=many -device igb,bus=root9,netdev=many,romfile=
# A network card's virtual functions come and go, fifty times, of which its driver spends
# two seconds each on waiting: each function has a group of its own while it is there, and
# nothing is left of it afterwards.
. /test/lib.sh

port=
ROUNDS=50
modprobe igb
modprobe vfio_pci
find_card() {
	igb=$(find_master igb) && dir=$(dir_of "$igb") && [ -e "$dir/sriov_numvfs" ]
}

# Its port anew, so that the kernel turns ACS on: without, they share the port's group.
find_card && port=$(dirname "$(readlink -f "$dir")")
[ -z "$port" ] || echo 1 >"$port/remove"
echo 1 >/sys/bus/pci/rescan
if ! wait_for 10 find_card; then
	fail "the card is there" "no function has the driver igb"
	finish
fi
find_card

groups_now() {
	ls /sys/kernel/iommu_groups | wc -l
}

functions() {
	for one in "$dir"/virtfn*; do
		[ ! -e "$one" ] || basename "$(readlink -f "$one")"
	done
}

# own_groups FUNCTION...: each gets a driver, and with it a group of its own: before Linux
# 6.15 that is when it gets one.
own_groups() {
	for one; do
		bind "$one" vfio-pci || { echo "$one has the driver '$(driver_of "$one")'"; return 1; }
		[ "$(smmu_driver_of "$one")" = smmu ] || { echo "$one is not behind our SMMU"; return 1; }
	done
	[ "$(for one; do group_of "$one"; done | sort -u | wc -l)" = $# ] &&
		[ "$(groups_now)" -ge $((before + $#)) ]
}

# Which ones get a driver in this round: one in turn, and all of them in every eighth.
these() {
	if [ $((round % 8)) = 1 ]; then
		functions
	else
		functions | sed -n "$((round % 7 + 1))p"
	fi
}

# Without drivers of their own, which would have a word to say about each coming.
echo 0 >"$dir/sriov_drivers_autoprobe"
before=$(groups_now)
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	round=$((round + 1))
	echo 7 >"$dir/sriov_numvfs"
	# shellcheck disable=SC2046 # names of functions are single words
	if [ "$(functions | wc -l)" != 7 ] || ! why=$(own_groups $(these)); then
		fail "round $round: seven functions in groups of their own" \
			"$(functions | wc -l) functions, $(groups_now) groups, $before before: ${why:-}"
		break
	fi
	echo 0 >"$dir/sriov_numvfs"
	[ "$(groups_now)" = "$before" ] || {
		fail "round $round: their groups go" "$(groups_now) groups are left, $before before"
		break
	}
done
check "$ROUNDS times seven functions came, had groups and went" [ "$round" = $ROUNDS ]
check "the card itself is behind our SMMU" [ "$(smmu_driver_of "$igb")" = smmu ]
check_disks "$(find_master nvme)"
finish
