# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian
# stages: nested
# tree: mask-slots
# load: smmu
# qemu: -device edu,addr=9.0 -device edu,addr=0xa.0
# A mask of iommu-map (0x31f) under which only two bits of a slot's number count: slots four
# apart are one stream and one group, neighbours are not. The board sends the stream of the
# first of each pair.
. /test/lib.sh
. /test/edu.sh
edu_use

pair() {
	[ "$(group_of "$1")" = "$(group_of "$2")" ]
}
check "slots 5 and 9 are one group" pair "$EDU0" 0000:00:09.0
check "slots 6 and 10 are one group" pair "$EDU1" 0000:00:0a.0
check "these are two" [ "$(group_of "$EDU0")" != "$(group_of "$EDU1")" ]
for name in $EDU0 $EDU1; do
	check "$name: DMA works" edu_copies "$name"
done
for name in 0000:00:09.0 0000:00:0a.0; do
	at=$(edu_alloc $name 4096)
	edu_fill $name buf
	edu_tell $name dma write "$at" 64
	check "$name: sends another stream" edu_untouched $name buf
	edu_tell $name free 1
done
finish
