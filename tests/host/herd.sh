#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# herd.sh: have herd7, which runs litmus tests, out of Debian's newest suite, with all that it
# needs, unpacked in the cache, and print where the program is. What is in the cache is used
# as it is; SMMU_UPDATE=1 looks for a newer one. Exit status 3: it is not to be had now.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"
. "$HOST_DIR/series.sh"
. "$HOST_DIR/unpacked.sh"

PACKAGE=herdtools7
DIR=$CACHE/herd/$NATIVE

make_programs() {
	library=$(cd "$DIR.new/root" && find . -type f -path '*/herd/stdlib.cat' | head -n 1)
	[ -n "$library" ] || absent "$PACKAGE $1 has no library of models"
	wrap herd7 "-set-libdir \"\$root/${library%/*}\""
	"$DIR.new/bin/herd7" -version >&2 || absent "$PACKAGE $1 does not run on this machine"
}

unpacked herd7
echo "$DIR/bin/herd7"
