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

MAJOR=${1:?usage: $0 MAJOR}
PACKAGE=qemu-system-arm
DIR=$CACHE/qemu/$NATIVE-$MAJOR

# What the suite has now, as apt names it: 1:11.1.0+ds-1.
version() {
	: >"$(apt_dir "$NATIVE")/no-status"
	apt_private "$NATIVE" apt-cache -o Dir::State::status="$(apt_dir "$NATIVE")/no-status" \
		--no-all-versions show "$PACKAGE" 2>/dev/null |
		sed -n 's/^Version: //p' | head -n 1
}

# An empty package state makes apt name every dependency, the C library among them.
download() {
	rm -rf "$DIR.new"
	mkdir -p "$DIR.new/deb/partial"
	: >"$(apt_dir "$NATIVE")/no-status"
	apt_private "$NATIVE" apt-get install -qq -y --download-only --no-install-recommends \
		-o APT::Architecture="$NATIVE" -o Dir::State::status="$(apt_dir "$NATIVE")/no-status" \
		-o Dir::Cache::archives="$DIR.new/deb" -o Debug::NoLocking=1 "$PACKAGE" \
		>"$(apt_dir "$NATIVE")/qemu.log" 2>&1 || {
		tail -n 5 "$(apt_dir "$NATIVE")/qemu.log" >&2
		return 1
	}
}

# The programs with the C library and the data that they came with.
wrap() {
	cat >"$DIR.new/bin/$1" <<-WRAPPER
		#!/bin/sh
		root=\$(dirname "\$0")/../root
		for loader in "\$root"/usr/lib64/ld-linux*.so.* "\$root"/usr/lib/ld-linux*.so.*; do
			[ -e "\$loader" ] && exec "\$loader" --library-path "\$(echo "\$root"/usr/lib/*-linux-gnu)" \\
				"\$root/usr/bin/$1" -L "\$root/usr/share/qemu" "\$@"
		done
	WRAPPER
	chmod +x "$DIR.new/bin/$1"
}

unpack() {
	mkdir -p "$DIR.new/root" "$DIR.new/bin"
	for deb in "$DIR.new"/deb/*.deb; do
		dpkg-deb -x "$deb" "$DIR.new/root"
	done
	rm -rf "$DIR.new/deb"
	for program in qemu-system-aarch64 qemu-system-arm; do
		wrap "$program"
		"$DIR.new/bin/$program" --version >&2 ||
			absent "$PACKAGE $found does not run on this machine"
	done
	rm -rf "$DIR"
	mv "$DIR.new" "$DIR"
}

is_there() {
	[ -z "${SMMU_UPDATE:-}" ] && [ -x "$DIR/bin/qemu-system-aarch64" ]
}

if ! is_there; then
	lock "qemu-$NATIVE-$MAJOR"
	is_there || {
		# shellcheck disable=SC2034 # apt.sh looks at it
		APT_SUITE=$NEWEST_SUITE
		apt_prepare "$NATIVE" ${SMMU_UPDATE:+again} ||
			absent "the package lists of Debian's suite '$NEWEST_SUITE' cannot be fetched"
		found=$(version)
		case $found in
		*:"$MAJOR".* | "$MAJOR".*) ;;
		*) absent "Debian's suite '$NEWEST_SUITE' has ${found:-no} $PACKAGE now, and not version $MAJOR" ;;
		esac
		say "fetching $PACKAGE $found out of $NEWEST_SUITE"
		# Old package lists can name files that the mirror no longer has.
		download || { apt_prepare "$NATIVE" again && retry download; } ||
			absent "could not fetch $PACKAGE $found out of $NEWEST_SUITE"
		unpack
	}
fi
echo "$DIR/bin"
