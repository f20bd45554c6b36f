#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debian-kernel.sh ARCH FLAVOUR [image|headers|both] [SERIES]: have Debian's newest
# Linux 6.12 (or that series) for arm64 (flavours arm64, arm64-16k) or armhf (flavour
# armmp-lpae) unpacked in the cache and print its directory: vmlinuz, modules/,
# headers/, release. What is in the cache is used as it is; SMMU_UPDATE=1 looks for a
# newer one. Exit status 3: Debian does not have it now (for other series), or the mirror
# has damaged package lists.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"
. "$HOST_DIR/series.sh"

ARCH=${1:-} FLAVOUR=${2:-} PARTS=${3:-both} SERIES=${4:-$BASE_SERIES}
[ -n "$FLAVOUR" ] || die "usage: $0 ARCH FLAVOUR [image|headers|both] [SERIES]"
case $PARTS in
image | headers | both) ;;
*) die "what to fetch is image, headers or both, not '$PARTS'" ;;
esac
use_series "$SERIES"

BASE=$CACHE/debian/$ARCH-$FLAVOUR$(series_suffix "$SERIES")

have_parts() {
	case $PARTS in
	image) [ -e "$1/.image" ] ;;
	headers) [ -e "$1/.headers" ] ;;
	both) [ -e "$1/.image" ] && [ -e "$1/.headers" ] ;;
	esac
}

newest_release() {
	apt_private "$ARCH" apt-cache search --names-only \
		"^linux-headers-$(series_regex "$SERIES")\\.[^ -]*-$FLAVOUR(:$ARCH)?\$" |
		sed "s/^linux-headers-\\([^ :]*\\)-$FLAVOUR.*/\\1/" | sort -V | tail -n 1
}

has_package() {
	[ -n "$(apt_private "$ARCH" apt-cache --no-all-versions show "$1:$ARCH" 2>/dev/null)" ]
}

# arm64 kernels are signed on Debian; the unsigned package is the same code. Newer
# ones are in three packages, and linux-image-* only asks for those.
image_packages() {
	if has_package "linux-binary-$1-$FLAVOUR"; then
		for part in base binary modules; do
			echo "linux-$part-$1-$FLAVOUR:$ARCH"
		done
		return
	fi
	for suffix in -unsigned ''; do
		package=linux-image-$1-$FLAVOUR$suffix
		if has_package "$package"; then
			echo "$package:$ARCH"
			return
		fi
	done
	say "Debian has headers but no image of Linux $1-$FLAVOUR for $ARCH"
	return 1
}

# fetch DIR PACKAGE...: download into DIR and unpack there.
fetch() {
	into=$1
	shift
	say "fetching $*"
	mkdir -p "$into/deb"
	(cd "$into/deb" && retry apt_private "$ARCH" apt-get download -qq "$@") || return 1
	for deb in "$into"/deb/*.deb; do
		dpkg-deb -x "$deb" "$into/root"
		rm -f "$deb"
	done
}

get_image() {
	packages=$(image_packages "$2") || return 1
	# shellcheck disable=SC2086
	fetch "$1" $packages || return 1
	modules=root/lib/modules/$2-$FLAVOUR
	[ -e "$1/$modules" ] || modules=root/usr/lib/modules/$2-$FLAVOUR
	image=root/boot/vmlinuz-$2-$FLAVOUR
	[ -e "$1/$image" ] || image=$modules/vmlinuz
	[ -e "$1/$image" ] || die "there is no kernel in $packages"
	ln -sfn "$image" "$1/vmlinuz"
	ln -sfn "$modules" "$1/modules"
	rm -f "$1/$modules/build" "$1/$modules/source"
	if [ ! -e "$1/$modules/modules.dep" ]; then
		top=$1/${modules%/lib/modules/*}
		# depmod wants lib/modules under its base directory.
		/sbin/depmod -b "$top" "$2-$FLAVOUR" || die "depmod failed on $top"
	fi
	touch "$1/.image"
}

get_headers() {
	fetch "$1" "linux-headers-$2-$FLAVOUR:$ARCH" "linux-headers-$2-common" \
		"linux-kbuild-$2:$NATIVE" || return 1
	# The packages name one another by absolute paths.
	src=$1/root/usr/src/linux-headers-$2
	sed -i "s|/usr/src/linux-headers-$2|$src|g" "$src-$FLAVOUR/Makefile"
	ln -sfn "root/usr/src/linux-headers-$2-$FLAVOUR" "$1/headers"
	touch "$1/.headers"
}

get() {
	release=$(newest_release)
	[ -n "$release" ] || return 1
	dir=$BASE/$release
	mkdir -p "$dir"
	if [ "$PARTS" != headers ] && [ ! -e "$dir/.image" ]; then
		get_image "$dir" "$release" || return 1
	fi
	if [ "$PARTS" != image ] && [ ! -e "$dir/.headers" ]; then
		get_headers "$dir" "$release" || return 1
	fi
	echo "$release-$FLAVOUR" >"$dir/release"
	ln -sfn "$release" "$BASE/current"
}

if [ -z "${SMMU_UPDATE:-}" ] && have_parts "$BASE/current"; then
	readlink -f "$BASE/current"
	exit
fi

lock "debian-$ARCH"
if [ -z "${SMMU_UPDATE:-}" ] && have_parts "$BASE/current"; then
	readlink -f "$BASE/current"
	exit
fi
# Old package lists can name files that the mirror no longer has.
{ apt_prepare "$ARCH" ${SMMU_UPDATE:+again} && get; } ||
	{ apt_prepare "$ARCH" again && get; } || {
	why="could not fetch Debian's Linux $SERIES for $ARCH ($FLAVOUR)${APT_SUITE:+ out of $APT_SUITE}"
	[ "$SERIES" = "$BASE_SERIES" ] || absent "$why: it is gone there, or the mirror failed"
	apt_failed "$ARCH" "$why: no package found, or the mirror failed. Try again; 'SMMU_UPDATE=1' refreshes the lists"
}
readlink -f "$BASE/current"
