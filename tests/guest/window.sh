# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after edu.sh by scripts about DMA windows.

# in_window START LAST WINDOW-START WINDOW-LAST...: whether one of the ranges has it.
in_window() {
	w_start=$1 w_last=$2
	shift 2
	while [ $# -ge 2 ]; do
		[ $((w_start)) -lt $(($1)) ] || [ $((w_last)) -gt $(($2)) ] || return 0
		shift 2
	done
	echo "$w_start-$w_last is outside"
	return 1
}

# refused_at DEVICE ADDRESS: a write of a device is refused, and a line says so.
refused_at() {
	edu_fill "$1" buf
	dmesg_mark
	edu_tell "$1" dma write "$2" 4
	edu_untouched "$1" buf && faulted "$1" "$2" write
}

# allocs_in DEVICE BYTES RANGE...: memory of the DMA API, both kinds, has addresses
# inside, and does not come there by luck: several at a time.
allocs_in() {
	w_device=$1 w_bytes=$2
	shift 2
	w_at=$(edu_alloc "$w_device" "$w_bytes") || return 1
	in_window "$w_at" "$(edu_plus "$w_at" $((w_bytes - 1)))" "$@" || return 1
	w_at=$(edu_map "$w_device" "$w_bytes") || return 1
	in_window "$w_at" "$(edu_plus "$w_at" $((w_bytes - 1)))" "$@" || return 1
	edu_fill "$w_device" mapbuf
	edu_tell "$w_device" dma write "$w_at" 64
	edu_touched "$w_device" mapbuf || return 1
	edu_tell "$w_device" unmap 1
	edu_tell "$w_device" free 1
}

# outside_limits DEVICE: the same in the tree "dma-ranges", with addresses that a bus with
# limits would not let through. 32-bit Arm gives out addresses from the bottom, the others
# from the top.
outside_limits() {
	if has_types; then
		allocs_in "$1" 4096 0x60000000 0xffffffffffff
	else
		allocs_in "$1" 4096 0x1000 0x3fffffff
	fi
}

# many_in DEVICE COUNT BYTES START LAST: the outermost of many allocations.
many_in() {
	edu_tell "$1" many "$2" "$3" || return 1
	read -r w_got w_first w_last <"$EDU_DIR/$1/many"
	edu_tell "$1" many 0 0
	[ "$w_got" = "$2" ] || return 1
	in_window "$w_first" "$w_last" "$4" "$5"
}

# How many pages a window of 1 MiB has room for beside what else is in use.
MANY=40
[ "$PAGE" -le 16384 ] || MANY=12

# window_of DEVICE START LAST [START LAST]: all that holds for a window of 1 MiB or more.
window_of() {
	w_name=$1
	shift
	w_low=$1
	for w_high; do
		:
	done
	for w_size in 4096 65536; do
		check "$w_name: $w_size bytes lie in its window" allocs_in "$w_name" $w_size "$@"
	done
	check "$w_name: $MANY allocations lie in its window" many_in "$w_name" "$MANY" 4096 "$w_low" "$w_high"
	check "$w_name: DMA works" edu_copies "$w_name"
	edu_alloc "$w_name" 4096 >/dev/null
	[ $((w_low)) = 0 ] ||
		check "$w_name: nothing below" refused_at "$w_name" "$(edu_plus "$w_low" -4)"
	check "$w_name: nothing above" refused_at "$w_name" "$(edu_plus "$w_high" 1)"
	edu_tell "$w_name" free 1
}

# exhausts DEVICE PAGES [SECONDS]: a window gives that many and then an error, no more.
# A lazy domain needs some time to have them again.
exhausts() {
	edu_tell "$1" many $(($2 + 8)) 4096 2>/dev/null && { echo "there was no error"; return 1; }
	read -r w_got w_first w_last <"$EDU_DIR/$1/many"
	edu_tell "$1" many 0 0
	[ "$w_got" = "$2" ] || { echo "$w_got of $2 pages, $w_first-$w_last"; return 1; }
	[ -z "${3:-}" ] || sleep "$3"
	edu_copies "$1"
}

# said_window DEVICE START LAST [fewer]: the line about it, or about a part of it. With
# "fewer", the tables of the device have fewer levels than without a window.
said_window() {
	w_lines=$(dmesg_kernel | grep -E "$1: (DMA window|and) 0x")
	echo "$w_lines"
	echo "$w_lines" | grep -E -q " 0x0*${2#0x}-0x0*${3#0x}(,|$)" || return 1
	[ "${4:-}" = fewer ] || return 0
	w_levels=$(echo "$w_lines" | sed -n 's/.* \([0-9]\) levels of tables instead of \([0-9]\)$/\1 -lt \2/p' |
		tail -n 1)
	# shellcheck disable=SC2086 # three words
	[ $w_levels ]
}

# api_window DEVICE START LAST...: the case "window" of smmu_api on it.
api_window() {
	w_name=$1
	shift
	unbind "$w_name"
	modprobe smmu_api bits=48
	echo "$*" | tr ' ' , >/sys/module/smmu_api/parameters/window
	bind "$w_name" smmu_api || return 1
	echo window >"/sys/kernel/debug/smmu_api/$w_name/run"
	read -r w_verdict w_why <"/sys/kernel/debug/smmu_api/$w_name/run"
	echo "$w_verdict $w_why"
	unbind "$w_name"
	bind "$w_name" smmu_edu && edu_tell "$w_name" mask 48 && [ "$w_verdict" = pass ]
}
