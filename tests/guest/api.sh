# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after edu.sh: the cases of tests/modules/smmu_api. A failure names the seed; to
# run one again: echo "random 123" >/sys/kernel/debug/smmu_api/0000:00:05.0/run

API=/sys/kernel/debug/smmu_api
# How many cases were run.
CASES=0

# api_take DEVICE...: the module drives them; cases run on the first.
api_take() {
	ONE=$1
	for device; do
		unbind "$device"
		check "smmu_api takes $device" bind "$device" smmu_api
	done
}

# api_give_back DEVICE...: their own driver has them again.
api_give_back() {
	for device; do
		unbind "$device"
	done
	rmmod smmu_api
	edu_use
	check "the devices' own driver has them back" edu_copies "$EDU0"
}

# check_cases LEAST: a list of cases that cannot be read is empty, and passes.
check_cases() {
	check "at least $1 cases were run" [ "$CASES" -ge "$1" ]
}

# run_case NAME
run_case() {
	CASES=$((CASES + 1))
	if ! echo "$1" >"$API/$ONE/run"; then
		fail "$1" "could not be run"
		return
	fi
	read -r verdict why <"$API/$ONE/run"
	case $verdict in
	pass) pass "$1" ;;
	skip) skip "$1" "${why%(*}" ;;
	*) fail "$1" "$why" ;;
	esac
}
