#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# qemu.sh MAJOR: have QEMU of this major version for Arm out of Debian's newest suite, with
# all that it needs, unpacked in the cache, and print the folder of its programs. What is in
# the cache is used as it is; SMMU_UPDATE=1 looks for a newer one. Exit status 3: Debian does
# not have that version now, or the mirror fails.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"
. "$HOST_DIR/series.sh"
. "$HOST_DIR/unpacked.sh"

MAJOR=${1:?usage: $0 MAJOR}
PACKAGE=qemu-system-arm
DIR=$CACHE/qemu/$NATIVE-$MAJOR

make_programs() {
	for program in qemu-system-aarch64 qemu-system-arm; do
		# shellcheck disable=SC2016 # the wrapper's
		wrap "$program" '-L "$root/usr/share/qemu"'
		"$DIR.new/bin/$program" --version >&2 ||
			absent "$PACKAGE $1 does not run on this machine"
	done
}

unpacked qemu-system-aarch64 "$MAJOR."
echo "$DIR/bin"
