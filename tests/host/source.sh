# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced after lib.sh, apt.sh and series.sh: the source of Linux $SERIES, a $PACKAGE
# of Debian's. The one who sources it sets those, and VERSION=$(source_version).

# The base's source is an installed package; what is in the cache of another series
# is used as it is, SMMU_UPDATE=1 looks for a newer one.
source_version() {
	if [ "$SERIES" = "$BASE_SERIES" ]; then
		dpkg-query -W -f '${Version}' "$PACKAGE" 2>/dev/null ||
			die "$PACKAGE is not installed: run tests/host/setup.sh check"
	elif [ -n "${SMMU_UPDATE:-}" ] || [ ! -e "$CACHE/source/current-$SERIES/Makefile" ]; then
		newest_version
	else
		basename "$(readlink "$CACHE/source/current-$SERIES")"
	fi
}

newest_version() {
	use_series "$SERIES"
	for again in '' again; do
		apt_prepare arm64 $again || break
		version=$(apt_private arm64 apt-cache --no-all-versions show "$PACKAGE" 2>/dev/null |
			sed -n 's/^Version: //p')
		[ -z "$version" ] || { echo "$version"; return; }
	done
	absent "Debian's suite '$APT_SUITE' has no $PACKAGE now"
}

# The tarball of the source, on stdout; of another series out of its package.
tarball() {
	if [ "$SERIES" = "$BASE_SERIES" ]; then
		cat "/usr/src/$PACKAGE.tar.xz"
	else
		dpkg-deb --fsys-tarfile "$1"/*.deb | tar -xO "./usr/src/$PACKAGE.tar.xz"
	fi
}

download_source() {
	say "fetching $PACKAGE"
	use_series "$SERIES"
	rm -f "$1"/*.deb
	for again in '' again; do
		apt_prepare arm64 $again || break
		! (cd "$1" && retry apt_private arm64 apt-get download -qq "$PACKAGE") || return 0
	done
	absent "could not fetch $PACKAGE out of $APT_SUITE: it is gone there, or the mirror failed"
}

# shellcheck disable=SC2153 # VERSION is not a misspelt version
unpack_source() {
	tree=$CACHE/source/$VERSION
	if [ ! -e "$tree/Makefile" ]; then
		rm -rf "$tree.new" "$tree.deb"
		mkdir -p "$tree.new" "$tree.deb"
		[ "$SERIES" = "$BASE_SERIES" ] || download_source "$tree.deb"
		say "unpacking the source of Linux $SERIES (about 20 s)"
		tarball "$tree.deb" | tar -C "$tree.new" --strip-components=1 -xJf - \
			--exclude='*/drivers/gpu/drm/amd/include' ||
			die "cannot unpack $PACKAGE into $tree.new: is the disk full?"
		mv "$tree.new" "$tree"
		rm -rf "$tree.deb"
	fi
	[ "$SERIES" = "$BASE_SERIES" ] || ln -sfn "$VERSION" "$CACHE/source/current-$SERIES"
	echo "$tree"
}
