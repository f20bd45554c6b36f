# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# own-boot: yes
# needs: module
# load: none
# append: deferred_probe_timeout=1 mem=960M
# qemu: -global edu.dma_mask=0xffffffffffff
# timeout: 240
# expect-qemu: ^Illegal command type: 255|^invalid sid=|L1STD
# never-writes: 44=80[02468ace]\w{5} (?:(?!44=)\S+ )*20=\w*[02468ace]\b
# What an earlier kernel left: an SMMU that is enabled, with a stream table and queues of
# its own, events that nobody read, a command that was refused, its interrupts on, and
# GBPA open. The module takes it over, and nothing passes meanwhile: what the old table
# lets pass only until then; and no write to CR0 disables it before GBPA aborts.
. /test/lib.sh
. /test/edu.sh
. /test/late.sh

# Memory beyond what the kernel was told to use.
TABLE=0x7c000000 COMMANDS=0x7c100000 EVENTS=0x7c200000
SMMU=0x9050000
OPEN=$((0x80001000))

# reg OFFSET VALUE / get OFFSET
reg() {
	devmem $((SMMU + $1)) 32 $(($2))
}

get() {
	echo $(($(devmem $((SMMU + $1)))))
}

# leave TABLE-CFG: what the earlier kernel leaves, with a table of this format.
leave() {
	reg 0x20 0
	reg 0x44 $OPEN
	reg 0x80 $TABLE
	reg 0x84 0
	reg 0x88 "$1"
	reg 0x90 $((COMMANDS | 8))
	reg 0x94 0
	reg 0xa0 $((EVENTS | 8))
	reg 0xa4 0
	reg 0x98 5
	reg 0x9c 5
	reg 0x100a8 3
	reg 0x100ac 1
	reg 0x50 5
	reg 0x20 0xd
	# A command that there is not.
	devmem $((COMMANDS + 5 * 16)) 32 0xff
	reg 0x98 6
	check "$2: it is enabled" [ "$(get 0x24)" = 13 ]
	check "$2: GBPA is open" [ $(($(get 0x44) >> 20 & 1)) = 0 ]
	check "$2: a global error is pending" [ "$(get 0x60)" != "$(get 0x64)" ]
}

# taken_over WHEN: what holds once the module is there.
taken_over() {
	check "$1: it says that it was enabled" late_said 'smmu .*: found enabled'
	check "$1: no global error is pending" [ "$(get 0x60)" = "$(get 0x64)" ]
	for bar in $bar0 $bar1; do
		check "$1: edu at $bar reaches no physical memory" [ "$(edu_phys "$bar")" = untouched ]
	done
	modprobe smmu_edu
	for name in $EDU0 $EDU1; do
		check "$1: $name: its driver binds" bind "$name" smmu_edu
		check "$1: $name: is behind our SMMU" [ "$(smmu_driver_of "$name")" = smmu ]
		edu_tell "$name" mask 48
		check "$1: $name: DMA works" edu_copies "$name"
	done
	dmesg_mark
	edu_tell "$EDU0" dma write 0x123000 4
	check "$1: the event interrupt works" faulted "$EDU0" 0x123000 write
}

free_all() {
	for path in /sys/bus/pci/devices/*; do
		late_free "${path##*/}"
	done
}

free_all
EDU0=$(find_master 1234:11e8 1)
EDU1=$(find_master 1234:11e8 2)
bar0=$(bar_of "$EDU0")
bar1=$(bar_of "$EDU1")
edu_enable "$EDU0"
edu_enable "$EDU1"
check "as firmware left it: physical memory is reached" [ "$(edu_phys "$bar0")" = reached ]

# A linear table of 64 streams: the first edu's (0x28) aborts, the second's (0x30) bypasses.
devmem $((TABLE + 0x28 * 64)) 32 0x1
devmem $((TABLE + 0x30 * 64)) 32 0x9
leave 6 "linear table"
check "linear table: what it stops is stopped" [ "$(edu_phys "$bar0")" = untouched ]
check "linear table: what it lets pass passes" [ "$(edu_phys "$bar1")" = reached ]
dmesg_mark
check "linear table: modprobe works" modprobe smmu
taken_over "linear table"
modprobe nvme
check "linear table: the disk works" wait_for 20 disk_reads "$(find_master 1b36:0010)"

# Once more, with a table of two levels, in which there is nothing.
rmmod nvme
rmmod smmu_edu
remove_functions
check "rmmod works" rmmod smmu
echo 1 >/sys/bus/pci/rescan
free_all
edu_enable "$EDU0"
edu_enable "$EDU1"
for address in 0x28 0x30; do
	devmem $((TABLE + address * 64)) 32 0
done
leave $((1 << 16 | 8 << 6 | 16)) "two levels"

# A device that never stops to try, while the module comes.
rm -f /tmp/stop
while [ ! -e /tmp/stop ]; do
	edu_phys "$bar1"
done >/tmp/meanwhile &
sleep 1
dmesg_mark
check "two levels: modprobe works" modprobe smmu
sleep 1
touch /tmp/stop
wait
check "two levels: meanwhile nothing is reached" sh -c \
	'grep untouched /tmp/meanwhile && ! grep -v untouched /tmp/meanwhile'
taken_over "two levels"
finish
