# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh, apt.sh and series.sh: a package of Debian's newest suite with all that
# it needs, the C library among it, unpacked into a folder of the cache. Nothing else on the
# machine uses it. The one who sources it sets PACKAGE, and DIR, where it goes:
#
#	DIR/root	what was unpacked
#	DIR/bin		programs that start with the C library that they came with

# unpacked PROGRAM [VERSION]: have it, of this major version if one is named. What is in the
# cache is used as it is; SMMU_UPDATE=1 looks for a newer one. make_programs VERSION, of who
# sources this, fills $DIR.new/bin by wrap, and tries it. Ends with status 3 (absent) where
# Debian does not have it now, or the mirror fails.
unpacked() {
	unpacked_is_there "$1" && return
	lock "$(basename "$(dirname "$DIR")")-$(basename "$DIR")"
	unpacked_is_there "$1" && return
	# shellcheck disable=SC2034 # apt.sh looks at it
	APT_SUITE=$NEWEST_SUITE
	apt_prepare "$NATIVE" ${SMMU_UPDATE:+again} ||
		absent "the package lists of Debian's suite '$NEWEST_SUITE' cannot be fetched"
	found=$(unpacked_version)
	case ${found:-none} in
	none) absent "Debian's suite '$NEWEST_SUITE' has no $PACKAGE now" ;;
	*:"${2:-}"* | "${2:-}"*) ;;
	*) absent "Debian's suite '$NEWEST_SUITE' has $PACKAGE $found now, and not version ${2%.}" ;;
	esac
	say "fetching $PACKAGE $found out of $NEWEST_SUITE"
	# Old package lists can name files that the mirror no longer has.
	unpacked_download || { apt_prepare "$NATIVE" again && retry unpacked_download; } ||
		absent "could not fetch $PACKAGE $found out of $NEWEST_SUITE"
	unpacked_unpack
	make_programs "$found"
	rm -rf "$DIR"
	mv "$DIR.new" "$DIR"
}

unpacked_is_there() {
	[ -z "${SMMU_UPDATE:-}" ] && [ -x "$DIR/bin/$1" ]
}

# What the suite has now, as apt names it: 1:11.1.0+ds-1.
unpacked_version() {
	: >"$(apt_dir "$NATIVE")/no-status"
	apt_private "$NATIVE" apt-cache -o Dir::State::status="$(apt_dir "$NATIVE")/no-status" \
		--no-all-versions show "$PACKAGE" 2>/dev/null |
		sed -n 's/^Version: //p' | head -n 1
}

# An empty package state makes apt name every dependency, the C library among them.
unpacked_download() {
	rm -rf "$DIR.new"
	mkdir -p "$DIR.new/deb/partial"
	: >"$(apt_dir "$NATIVE")/no-status"
	unpacked_log=$(apt_dir "$NATIVE")/$PACKAGE.log
	apt_private "$NATIVE" apt-get install -qq -y --download-only --no-install-recommends \
		-o APT::Architecture="$NATIVE" -o Dir::State::status="$(apt_dir "$NATIVE")/no-status" \
		-o Dir::Cache::archives="$DIR.new/deb" -o Debug::NoLocking=1 "$PACKAGE" \
		>"$unpacked_log" 2>&1 || {
		tail -n 5 "$unpacked_log" >&2
		return 1
	}
}

unpacked_unpack() {
	mkdir -p "$DIR.new/root" "$DIR.new/bin"
	for deb in "$DIR.new"/deb/*.deb; do
		dpkg-deb -x "$deb" "$DIR.new/root"
	done
	rm -rf "$DIR.new/deb"
}

# wrap PROGRAM ARGS: DIR/bin/PROGRAM starts it with ARGS, a piece of shell in which $root is
# what was unpacked.
wrap() {
	cat >"$DIR.new/bin/$1" <<-WRAPPER
		#!/bin/sh
		root=\$(dirname "\$0")/../root
		for loader in "\$root"/usr/lib64/ld-linux*.so.* "\$root"/usr/lib/ld-linux*.so.*; do
			[ -e "\$loader" ] && exec "\$loader" --library-path "\$(echo "\$root"/usr/lib/*-linux-gnu)" \\
				"\$root/usr/bin/$1" $2 "\$@"
		done
	WRAPPER
	chmod +x "$DIR.new/bin/$1"
}
