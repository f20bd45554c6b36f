# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# A device reaches its own mappings and nothing else, and who tried is named.
. /test/lib.sh
. /test/edu.sh
edu_use

mine=$(edu_alloc "$EDU0" "$PAGE")
theirs=$(edu_alloc "$EDU1" $((16 * PAGE)))
edu_fill "$EDU0" buf
edu_fill "$EDU1" buf $((16 * PAGE))

# Nothing is ever mapped there: the kernel hands out from the top, or on 32-bit Arm
# from the bottom, but not as much.
dmesg_mark
edu_tell "$EDU0" dma write 0x123000 4
check "unmapped address: own memory untouched" edu_untouched "$EDU0" buf
check "unmapped address: the other's memory untouched" edu_untouched "$EDU1" buf
check "unmapped address: a line names device, address and direction" \
	faulted "$EDU0" 0x123000 write

dmesg_mark
edu_tell "$EDU0" dma read 0x456000 4
check "unmapped address: reading is named, too" faulted "$EDU0" 0x456000 read

# The second page of the other's 16, which is not mapped for this one.
dmesg_mark
edu_tell "$EDU0" dma write "$(edu_plus "$theirs" "$PAGE")" 4
check "the other's address: its memory untouched" edu_untouched "$EDU1" buf
check "the other's address: a line" faulted "$EDU0" "$(edu_plus "$theirs" "$PAGE")"
edu_tell "$EDU0" dma write "$mine" 64
check "own address: the other's memory untouched" edu_untouched "$EDU1" buf
check "own address: own memory touched" edu_touched "$EDU0" buf

# One byte in front and one behind.
edu_fill "$EDU0" buf
dmesg_mark
edu_tell "$EDU0" dma write "$(edu_plus "$mine" "$PAGE")" 4
edu_tell "$EDU0" dma write "$(edu_plus "$mine" -4)" 4
check "in front and behind: own memory untouched" edu_untouched "$EDU0" buf
edu_tell "$EDU0" free 1
edu_tell "$EDU1" free 1

# The device still waits when its memory is unmapped. This is the memory's second
# page: a driver may tell two faults in one page by one line.
at=$(edu_plus "$(edu_map "$EDU0" $((16 * PAGE)))" "$PAGE")
edu_fill "$EDU0" mapbuf $((16 * PAGE))
edu_tell "$EDU0" dma write "$at" 64
check "streaming memory: touched while mapped" edu_touched "$EDU0" mapbuf
edu_fill "$EDU0" mapbuf $((16 * PAGE))
dmesg_mark
edu_tell "$EDU0" dma start write "$at" 4
edu_tell "$EDU0" unmap 1
edu_tell "$EDU0" dma wait
check "use after unmap: untouched" edu_untouched "$EDU0" mapbuf
check "use after unmap: a line" faulted "$EDU0" "$at" write
check "afterwards the device works" edu_copies "$EDU0"
finish
