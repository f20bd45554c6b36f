# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Network functions: QEMU's gateway checks the sums of what it gets and answers,
# the kernel checks the sums of the answers.
. /test/lib.sh

interface_of() {
	for path in "/sys/bus/pci/devices/$1"/net/* "/sys/bus/pci/devices/$1"/virtio*/net/*; do
		[ ! -e "$path" ] || echo "${path##*/}"
	done
}

answers() {
	ip addr add 10.0.2.15/24 dev "$1"
	ip link set "$1" up
	wait_for 10 grep -q 1 "/sys/class/net/$1/carrier"
	ping -c 3 -s 100 -w 10 -I "$1" 10.0.2.2 >/dev/null
	ping -A -c 100 -s 1400 -w 30 -I "$1" 10.0.2.2
	good=$?
	ip addr flush dev "$1"
	ip link set "$1" down
	return $good
}

for driver in e1000e virtio-pci; do
	device=$(find_master $driver)
	interface=$(interface_of "$device")
	if [ -z "$interface" ] && [ $driver = virtio-pci ] && [ ! -e /sys/bus/virtio/drivers/virtio_net ]; then
		skip "$driver: 100 packets of 1400 bytes there and back" "this kernel has no virtio-net"
		continue
	fi
	if [ -z "$interface" ]; then
		fail "$driver has an interface" "device '$device'"
		continue
	fi
	check "$driver: 100 packets of 1400 bytes there and back" answers "$interface"
done
finish
