# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian armhf
# stages: nested
# memory: 6144
# Memory above 4 GiB of physical address, and a device that drives 28 address bits: its
# transfers reach such a page at an address that it can say, both ways, and only while
# the page is mapped.
. /test/lib.sh
. /test/edu.sh
edu_use

LEAST=0x100000000
if ! edu_tell "$EDU0" page $LEAST 2>/dev/null; then
	fail "a page above 4 GiB is had and mapped" "memory: $(grep 'System RAM' /proc/iomem)"
	finish
fi
read -r at _ phys <"$EDU_DIR/$EDU0/page"
check "the page at $phys is above 4 GiB" [ $((phys)) -ge $((LEAST)) ]
check "it is mapped at $at, which 28 bits reach" [ $((at)) -lt $((1 << 28)) ]

# Nothing is synced: a bounce buffer would show old bytes.
edu_fill "$EDU0" pagebuf
edu_tell "$EDU0" dma read "$at" 4096
cp "/tmp/$EDU0.pagebuf" /tmp/want
head -c 4096 /dev/zero >"$EDU_DIR/$EDU0/pagebuf"
edu_tell "$EDU0" dma write "$at" 4096
# As much as the device's own buffer holds, which may be less than a page.
check "the device reads the page, and writes it" cmp -n 4096 "$EDU_DIR/$EDU0/pagebuf" /tmp/want

edu_fill "$EDU0" pagebuf
edu_tell "$EDU1" dma write "$at" 64
check "another device does not reach it" edu_untouched "$EDU0" pagebuf
edu_tell "$EDU0" unpage 1
dmesg_mark
edu_tell "$EDU0" dma write "$at" 64
check "unmapped, it is untouched" edu_untouched "$EDU0" pagebuf
check "unmapped, a line says so" faulted "$EDU0" "$at" write

# User space and files have their pages up there as well.
for script in 11-disks 12-network; do
	check "$script passes" sh /test/$script.sh
done
finish
