# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels: armhf
# stages: 1 nested
# tree: five-low
# timeout: 240
# qemu: -global edu.dma_mask=0xffffffffffff -device edu,addr=0x9 -device edu,addr=0xa
# #iommu-cells = <5> where addresses have 32 bits: windows below 4 GiB hold; of one that
# goes on beyond, the part below is used; one that begins beyond gives nothing. Refused
# transfers go beyond, too: the device has all address bits.
. /test/lib.sh
. /test/edu.sh
. /test/window.sh
edu_use_platform "$EDU0" "$EDU1" "$EDU2"

check "2 MiB: told" said_window "$EDU0" 0x1000000 0x11fffff
check "narrowed by iommu-ranges: told" said_window "$EDU2" 0xe0000000 0xefffffff
window_of "$EDU0" 0x1000000 0x11fffff
window_of "$EDU2" 0xe0000000 0xefffffff
check_disks "$USB" "$SATA"
check "2 MiB: its pages, then an error" exhausts "$EDU0" $((0x200000 / PAGE))
edu_alloc "$EDU0" 4096 >/dev/null
# What the low half of the address says is mapped.
check "2 MiB: 4 GiB higher is refused" \
	refused_at "$EDU0" "$(edu_plus "$(edu_alloc "$EDU0" 4096)" $((1 << 32)))"
edu_tell "$EDU0" free 1
check "2 MiB: an unmanaged domain keeps to it" api_window "$EDU0" 0x1000000 0x11fffff

check "on both sides of 4 GiB: the pages below, then an error" exhausts "$EDU1" $((0x100000 / PAGE))
edu_alloc "$EDU1" 4096 >/dev/null
check "on both sides of 4 GiB: nothing below" refused_at "$EDU1" 0xffeffffc
check "on both sides of 4 GiB: nothing beyond 4 GiB" refused_at "$EDU1" 0x100000000
edu_tell "$EDU1" free 1

# Nobody waits for this one's driver: it may have been refused.
none() {
	! edu_bound "$EDU3" || ! edu_alloc "$EDU3" 4096 2>/dev/null
}
check "beyond 4 GiB: no memory" none
unbind "$EDU3"
check "beyond 4 GiB: no physical memory" [ "$(edu_phys "$BAR3")" = untouched ]
check "beyond 4 GiB: the log says why" dmesg_has "$EDU3: .*4 GiB"
finish
