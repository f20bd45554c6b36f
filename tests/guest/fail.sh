# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by scripts that let allocations fail (tests/guest/failnth.c): only those
# that smmu.ko makes itself or the kernel makes for it.

# fail_setup [REACH]: skips the script where the kernel cannot. smmu has to be
# loaded: allocations count if its code is among the callers. With REACH so does
# code that many bytes around, for a module that will be loaded again.
fail_setup() {
	if [ ! -w /proc/self/fail-nth ] || [ ! -d /sys/kernel/debug/failslab ]; then
		skip "allocations fail" "this kernel has no fault injection"
		finish
	fi
	if [ ! -d /sys/module/smmu ]; then
		skip "allocations fail" "the SMMU's driver is not a module of ours"
		finish
	fi
	fail_text=$(cat /sys/module/smmu/sections/.text)
	fail_last=$(awk '/\[smmu\]/ && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort | tail -n 1)
	for fail_dir in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
		echo 0 >$fail_dir/verbose
		echo N >$fail_dir/ignore-gfp-wait
		echo 32 >$fail_dir/stacktrace-depth
		printf "0x%x\n" $((fail_text - ${1:-0})) >$fail_dir/require-start
		printf "0x%x\n" $((0x$fail_last + ${1:-0})) >$fail_dir/require-end
	done
	echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

# fail_each NAME VERIFY PREPARE COMMAND...: lets the first allocation of COMMAND (in
# failnth's words) fail, then the second, until it makes no more. PREPARE goes
# before each; VERIFY ERROR after each has to find everything undone. Passes if there
# was at least one.
fail_each() {
	fail_name=$1 fail_verify=$2 fail_prepare=$3
	shift 3
	fail_n=1
	while :; do
		$fail_prepare
		fail_error=$(/test/failnth $fail_n "$@")
		fail_status=$?
		[ $fail_status = 0 ] || break
		if ! fail_why=$($fail_verify "$fail_error" 2>&1); then
			fail "$fail_name: allocation $fail_n" "error $fail_error: $fail_why"
		fi
		fail_n=$((fail_n + 1))
		[ $fail_n -lt 200 ] || break
	done
	fail_n=$((fail_n - 1))
	check "$fail_name: each of $fail_n allocations failed once, all undone" [ $fail_n -gt 0 ]
	check "$fail_name: without a failure it works" [ "$fail_status $fail_error" = "1 0" ]
}
