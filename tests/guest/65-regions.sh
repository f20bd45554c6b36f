# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# needs: module
# stages: nested
# tree: regions
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9
# append: mem=768M
# iommu-addresses as bootloaders leave them: not filled in, not on a granule, not of the
# size of their memory; windows told by all that lies outside of them, up to 2^64.
# The memory is not the kernel's, so that devmem reaches all of it.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU1" "$EDU2"

# last ADDRESS: the last one of its page, without 0x.
last() {
	printf '%x' $((($1 / PAGE + 1) * PAGE - 1))
}

told() {
	dmesg_has "$EDU0: \"iommu-addresses\" of /reserved-memory/$1: $2" || {
		dmesg_kernel | grep iommu-addr
		return 1
	}
}
check "size 0: a warning" told empty@70000000 '0 bytes at 0x0, so nothing is kept'
check "off the granule: a warning" told odd@70100000 \
	'0x1fa400 bytes at 0x70100000 are not on a granule: '"0x70100000-0x$(last 0x702fa3ff) is mapped$"
check "off the granule, elsewhere: a warning" told moved@70400400 \
	'0x1000 bytes at 0x20000400 are not on a granule: '"0x20000000-0x$(last 0x200013ff) is mapped$"
check "two offsets: a warning" told apart@70500400 \
	'0x1000 bytes at 0x21000800, but "reg" lies otherwise on a granule: it is kept free and not mapped$'
check "two sizes: a warning" told sized@70600000 \
	'0x20000 bytes at 0x70600000, but "reg" has another size: it is kept free and not mapped$'

# keeps IOVA PHYSICAL DEVICE: a write of the device does not change the memory.
keeps() {
	devmem "$2" 32 0x5A5A5A5A
	edu_tell "$3" dma write "$1" 4
	[ "$(devmem "$2" 32)" = 0x5A5A5A5A ]
}
# lands IOVA PHYSICAL: a word that edu0 reads at the start of "odd" and writes there arrives.
lands() {
	l_word=$(printf '0x%08X' $((0x$(head -c 4 /dev/urandom | od -An -tx4 | tr -d ' '))))
	devmem 0x70100000 32 "$l_word"
	devmem "$2" 32 0
	edu_tell "$EDU0" dma read 0x70100000 4
	edu_tell "$EDU0" dma write "$1" 4
	[ "$(devmem "$2" 32)" = "$l_word" ]
}
check "off the granule: its first page is reached" edu_reaches "$EDU0" 0x70100000 0x70100000
check "off the granule: its last bytes are reached" lands 0x702fa3fc 0x702fa3fc
check "off the granule, elsewhere: reached" lands 0x20000400 0x70400400
check "off the granule, elsewhere: its end, too" lands 0x200013fc 0x704013fc
check "two in one granule: reached" lands 0x200013fc 0x704013fc
check "two in one granule: the second, too" lands 0x200023fc 0x704023fc
check "two offsets: not mapped" keeps 0x21000800 0x70500400 "$EDU0"
check "two sizes: not mapped" keeps 0x70600000 0x70600000 "$EDU0"

regions() {
	cat "/sys/kernel/iommu_groups/$(group_of "$1")/reserved_regions"
}
has_region() {
	regions "$1" | grep -E -q "^0x0*$2 0x0*$3 $4$" || { regions "$1"; return 1; }
}
# Where the addresses end that the kernel knows.
END=ffffffffffff
has_types || END=ffffffff
check "off the granule: reserved" has_region "$EDU0" 70100000 "$(last 0x702fa3ff)" direct
check "off the granule, elsewhere: reserved" has_region "$EDU0" 20000000 "$(last 0x200023ff)" reserved
check "two offsets: reserved" has_region "$EDU0" 21000000 "$(last 0x210017ff)" reserved
check "two sizes: reserved" has_region "$EDU0" 70600000 7061ffff reserved
check "the rest: reserved below" has_region "$EDU0" 0 fffffff reserved
check "the rest: reserved above" has_region "$EDU0" 80000000 $END reserved

# Two masters with one stream have the same rest, which is told once.
check "one stream: one group" [ "$(group_of "$EDU1")" = "$(group_of "$EDU2")" ]
check "one stream: reserved below" has_region "$EDU1" 0 1ffffff reserved
check "one stream: reserved above" has_region "$EDU1" 3000000 $END reserved
check "one stream: nothing else is" [ "$(regions "$EDU1" | grep -c reserved)" = 2 ]

for name in "$EDU0 0x10000000 0x7fffffff" "$EDU1 0x2000000 0x2ffffff" "$EDU2 0x2000000 0x2ffffff"; do
	# shellcheck disable=SC2086 # words
	set -- $name
	check "$1: 40 allocations lie in what is left" many_in "$1" 40 65536 "$2" "$3"
	check "$1: DMA works" edu_copies "$1"
done
check_disks "$USB"
finish
