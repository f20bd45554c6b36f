#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debian-userland.sh ARCH PACKAGE...: unpack these packages of ARCH with all
# that they depend on, in the cache, and print the directory. Exit status 3: the mirror
# has damaged package lists.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"

[ $# -ge 2 ] || die "usage: $0 ARCH PACKAGE..."
ARCH=$1
shift
dir=$CACHE/userland/$ARCH-$(echo "$*" | tr ' ' _)

# An empty package state makes apt name every dependency.
download() {
	rm -rf "$dir.new"
	mkdir -p "$dir.new/partial"
	: >"$APT_DIR/$ARCH/no-status"
	apt_private "$ARCH" apt-get install -qq -y --download-only --no-install-recommends \
		-o APT::Architecture="$ARCH" -o Dir::State::status="$APT_DIR/$ARCH/no-status" \
		-o Dir::Cache::archives="$dir.new" -o Debug::NoLocking=1 "$@" >"$APT_DIR/$ARCH/userland.log" 2>&1 || {
		tail -n 5 "$APT_DIR/$ARCH/userland.log" >&2
		return 1
	}
}

if [ ! -e "$dir/.complete" ]; then
	lock "debian-$ARCH"
	apt_prepare "$ARCH"
	say "fetching for $ARCH: $*"
	download "$@" || {
		apt_prepare "$ARCH" again
		retry download "$@" || apt_failed "$ARCH" "could not fetch these packages for $ARCH: $*"
	}
	rm -rf "$dir"
	for deb in "$dir.new"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "$dir.new"
	touch "$dir/.complete"
fi
echo "$dir"
