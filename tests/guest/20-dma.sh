# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The DMA API on a device that does what it is told.
. /test/lib.sh
. /test/edu.sh
edu_use

for device in $EDU0 $EDU1; do
	check "$device: coherent memory, read and written" edu_copies "$device"
done

streams() {
	at=$(edu_map "$1" "$2") || return 1
	edu_fill "$1" mapbuf "$2"
	# Its last bytes, then back to its first.
	edu_tell "$1" dma read "$(edu_plus "$at" $(($2 - 256)))" 256
	edu_tell "$1" dma write "$at" 256
	tail -c 256 "/tmp/$1.mapbuf" >/tmp/want
	head -c 256 "$EDU_DIR/$1/mapbuf" | cmp - /tmp/want
	good=$?
	edu_tell "$1" unmap 1
	return $good
}

for bytes in 4096 8192 65536 2097152; do
	check "streaming memory of $bytes bytes" streams "$EDU0" $bytes
done

# Both at once, at what may be the same address.
at0=$(edu_alloc "$EDU0" 4096)
at1=$(edu_alloc "$EDU1" 4096)
edu_fill "$EDU0" buf
edu_fill "$EDU1" buf
edu_tell "$EDU0" dma read "$at0" 4096
edu_tell "$EDU1" dma read "$at1" 4096
cp "/tmp/$EDU0.buf" /tmp/want0
cp "/tmp/$EDU1.buf" /tmp/want1
edu_fill "$EDU0" buf
edu_fill "$EDU1" buf
edu_tell "$EDU0" dma start write "$at0" 4096
edu_tell "$EDU1" dma start write "$at1" 4096
edu_tell "$EDU0" dma wait
edu_tell "$EDU1" dma wait
check "two devices at once: the first one's bytes" cmp -n 4096 "$EDU_DIR/$EDU0/buf" /tmp/want0
check "two devices at once: the second one's bytes" cmp -n 4096 "$EDU_DIR/$EDU1/buf" /tmp/want1
edu_tell "$EDU0" free 1
edu_tell "$EDU1" free 1
finish
