#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# debian-kernel.sh ARCH FLAVOUR [image|headers|both]: have Debian's newest
# Linux 6.12 for arm64 (flavour arm64) or armhf (flavour armmp-lpae) unpacked in
# the cache and print its directory: vmlinuz, modules/, headers/, release.
# What is in the cache is used as it is; SMMU_UPDATE=1 looks for a newer one.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"

ARCH=${1:-} FLAVOUR=${2:-} PARTS=${3:-both}
[ -n "$FLAVOUR" ] || die "usage: $0 ARCH FLAVOUR [image|headers|both]"
case $PARTS in
image | headers | both) ;;
*) die "what to fetch is image, headers or both, not '$PARTS'" ;;
esac

BASE=$CACHE/debian/$ARCH-$FLAVOUR

have_parts() {
	case $PARTS in
	image) [ -e "$1/.image" ] ;;
	headers) [ -e "$1/.headers" ] ;;
	both) [ -e "$1/.image" ] && [ -e "$1/.headers" ] ;;
	esac
}

# arm64 kernels are signed on Debian; the unsigned package is the same code.
newest_release() {
	apt_private "$ARCH" apt-cache search --names-only \
		"^linux-headers-6\\.12\\.[^ -]*-$FLAVOUR(:$ARCH)?\$" |
		sed "s/^linux-headers-\\([^ :]*\\)-$FLAVOUR.*/\\1/" | sort -V | tail -n 1
}

image_package() {
	for suffix in -unsigned ''; do
		package=linux-image-$1-$FLAVOUR$suffix
		if [ -n "$(apt_private "$ARCH" apt-cache --no-all-versions show "$package:$ARCH" 2>/dev/null)" ]; then
			echo "$package:$ARCH"
			return
		fi
	done
	die "Debian has headers but no image of Linux $1-$FLAVOUR for $ARCH"
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
	fetch "$1" "$(image_package "$2")" || return 1
	ln -sfn "root/boot/vmlinuz-$2-$FLAVOUR" "$1/vmlinuz"
	modules=root/lib/modules/$2-$FLAVOUR
	[ -e "$1/$modules" ] || modules=root/usr/lib/modules/$2-$FLAVOUR
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
	sed -i "s|/usr/src/linux-headers-$2-common|$src-common|g" "$src-$FLAVOUR/Makefile"
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
apt_prepare "$ARCH" ${SMMU_UPDATE:+again}
# Old package lists can name files that the mirror no longer has.
get || {
	apt_prepare "$ARCH" again
	get || die "could not fetch Debian's Linux 6.12 for $ARCH ($FLAVOUR):" \
		"no package found, or the mirror failed. Try again; 'SMMU_UPDATE=1' refreshes the lists"
}
readlink -f "$BASE/current"
