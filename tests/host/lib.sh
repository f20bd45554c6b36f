# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the shell scripts of tests/host: messages, the cache, retries.

HOST_DIR=$(cd "$(dirname "$0")" && pwd)
export HOST_DIR
CACHE=${SMMU_CACHE:-$HOME/.cache/smmu}

# Progress goes to stderr: stdout is for the answer a script prints.
say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	printf '%s: error: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# absent WHY: what was asked for is not to be had now; nothing of ours is broken.
absent() {
	say "$*"
	exit 3
}

# retry COMMAND...: a mirror that is being renewed fails for seconds at a time.
retry() {
	retry_left=4
	while ! "$@"; do
		retry_left=$((retry_left - 1))
		[ "$retry_left" -gt 0 ] || return 1
		say "failed, trying again in 5 s ($retry_left tries left): $1"
		sleep 5
	done
}

# as_root COMMAND...
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "need root for: $* (run as root, or install sudo)"
	fi
}

# lock NAME: at most one process of this machine at a time works on NAME.
lock() {
	mkdir -p "$CACHE/locks"
	exec 9>"$CACHE/locks/$1"
	flock -n 9 || {
		say "another run is working on $1, waiting for it"
		flock 9
	}
}
