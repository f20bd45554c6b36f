# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: debian debug armhf
# stages: 2 nested
# tree: four
# timeout: 240
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# #iommu-cells = <4>: every master has a window, and it holds in the DMA API and in
# unmanaged domains.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU1" "$EDU2" "$EDU3"
# Where the window of one page is, which is the kernel's and not always 4 KiB.
ONE=$(edu_plus 0 $((3 * PAGE)))

check "1 MiB: told, with fewer levels" said_window "$EDU0" 0x1000000 0x10fffff fewer
check "4 GiB: told, with fewer levels" said_window "$EDU1" 0x0 0xffffffff fewer
check "narrowed by iommu-ranges: told" said_window "$EDU2" 0x50000000 0x7fffffff fewer
check "one page: told" said_window "$EDU3" "$ONE" "$(edu_plus "$ONE" $((PAGE - 1)))" fewer
check "0xffffffff: taken for 4 GiB" said_window "$SATA" 0x0 0xffffffff fewer
check "0xffffffff: with a warning" dmesg_has \
	"$SATA: \"iommus\" of .*sata@10010000, entry for .*: size 0xffffffff is taken for 4 GiB; write <0x1 0x0>"
check "no such warning for another" sh -c "! dmesg | grep 'taken for 4 GiB' | grep -v -e $SATA -e 'T> '"

window_of "$EDU0" 0x1000000 0x10fffff
window_of "$EDU1" 0x0 0xffffffff
window_of "$EDU2" 0x50000000 0x7fffffff
check_disks "$USB" "$SATA"

check "1 MiB: its pages, then an error" exhausts "$EDU0" $((0x100000 / PAGE))
too_large() {
	! edu_alloc "$EDU0" 2097152 2>/dev/null
}
check "1 MiB: 2 MiB are an error" too_large
too_large_map() {
	! edu_map "$EDU0" 2097152 2>/dev/null
}
check "1 MiB: and so in a streaming mapping" too_large_map
check "1 MiB: afterwards DMA works" edu_copies "$EDU0"

at=$(edu_alloc "$EDU3" 4096)
check "one page: it can be had" [ "$((at))" = "$((ONE))" ]
edu_fill "$EDU3" buf
edu_tell "$EDU3" dma write "$at" 64
check "one page: DMA works" edu_touched "$EDU3" buf
check "one page: no second one" sh -c "! echo 4096 >$EDU_DIR/$EDU3/map"
for address in "$(edu_plus "$ONE" -4)" "$(edu_plus "$ONE" "$PAGE")" 0x0; do
	check "one page: $address is refused" refused_at "$EDU3" "$address"
done
edu_tell "$EDU3" free 1

check "1 MiB: an unmanaged domain keeps to it" api_window "$EDU0" 0x1000000 0x10fffff
check "4 GiB: an unmanaged domain keeps to it" api_window "$EDU1" 0x0 0xffffffff
check "narrowed: an unmanaged domain keeps to it" api_window "$EDU2" 0x50000000 0x7fffffff
for name in $EDU0 $EDU1 $EDU2; do
	check "$name: afterwards DMA works" edu_copies "$name"
done

if ! has_types; then
	skip_types "DMA-FQ"
	finish
fi
# The type is the group's affair, the window the device's.
unbind "$EDU0"
check "DMA-FQ: switched" set_type "$EDU0" DMA-FQ
bind "$EDU0" smmu_edu
edu_use_platform "$EDU0"
check "DMA-FQ: $MANY allocations lie in the window" many_in "$EDU0" "$MANY" 4096 0x1000000 0x10fffff
# What was freed comes back when the flush queue's time is up.
sleep 1
check "DMA-FQ: its pages, then an error" exhausts "$EDU0" $((0x100000 / PAGE)) 1
finish
