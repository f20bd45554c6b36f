#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# target-root.sh RELEASE: have a root filesystem of Debian arm64 with Linux RELEASE,
# its headers, a compiler and DKMS, and print its directory. packages.img is
# unpacked but not configured; that takes an arm64 machine (target.py boots one,
# and leaves root.img instead).
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"

[ $# -eq 1 ] || die "usage: $0 RELEASE"
RELEASE=$1

# What a package of priority "required" may take for granted, in merged /usr.
BASE='base-files base-passwd bash bsdutils coreutils dash debianutils diffutils dpkg
findutils grep gzip hostname init-system-helpers libc-bin login mawk mount ncurses-bin
passwd perl-base sed sysvinit-utils tar usr-is-merged util-linux debconf'
MORE="apt dkms gcc-12 initramfs-tools kmod udev zstd grub2-common e2fsprogs
linux-image-$RELEASE-unsigned linux-headers-$RELEASE"
MIB=3072

# What is in the cache fits, or is made anew.
key=$(echo "$BASE $MORE" | cat - "$HOST_DIR"/../target/stage2.sh "$HOST_DIR"/../target/init.sh |
	sha256sum | cut -c 1-12)
dir=$CACHE/target/arm64-$key

# An empty package state makes apt name every dependency.
download() {
	mkdir -p "$1/partial"
	: >"$APT_DIR/arm64/no-status"
	# shellcheck disable=SC2086
	apt_private arm64 apt-get install -qq -y --download-only --no-install-recommends \
		-o APT::Architecture=arm64 -o Dir::State::status="$APT_DIR/arm64/no-status" \
		-o Dir::Cache::archives="$1" -o Debug::NoLocking=1 $BASE $MORE \
		>"$APT_DIR/arm64/target.log" 2>&1 || {
		tail -n 5 "$APT_DIR/arm64/target.log" >&2
		return 1
	}
}

# unpack ROOT: what the package manager itself needs, and all packages to install.
unpack() {
	root=$1
	mkdir -p "$root/usr" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" \
		"$root/proc" "$root/sys" "$root/dev" "$root/test"
	for name in bin sbin lib; do
		mkdir "$root/usr/$name"
		ln -s "usr/$name" "$root/$name"
	done
	for deb in "$root"/packages/*.deb; do
		case ${deb##*/} in
		linux-* | gcc-1?_* | cpp-* | binutils* | perl-modules* | perl_* | pahole* | dkms* | *san[0-9]* | \
			grub* | libgcc-1?-dev* | initramfs* | klibc* | dpkg-dev* | apt_*) ;;
		*) dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink ;;
		esac
	done
	: >"$root/var/lib/dpkg/status"
	: >"$root/var/lib/dpkg/available"
	echo target >"$root/etc/hostname"
	echo '127.0.0.1 localhost target' >"$root/etc/hosts"
	cp "$HOST_DIR/../target/stage2.sh" "$root/stage2.sh"
	cp "$HOST_DIR/../target/init.sh" "$root/usr/sbin/target-init"
	chmod 755 "$root/stage2.sh" "$root/usr/sbin/target-init"
}

there() {
	[ -e "$dir/packages.img" ] || [ -e "$dir/root.img" ]
}

there || lock target-arm64
if ! there; then
	apt_prepare arm64
	rm -rf "$CACHE"/target/arm64-*
	mkdir -p "$dir/tree"
	say "fetching a Debian arm64 system with Linux $RELEASE (about 200 MB)"
	download "$dir/tree/packages" || {
		apt_prepare arm64 again
		retry download "$dir/tree/packages" || die "could not fetch an arm64 system"
	}
	rm -rf "$dir/tree/packages/partial" "$dir/tree/packages/lock"
	unpack "$dir/tree"
	rm -f "$dir/new.img"
	/sbin/mke2fs -q -t ext4 -L target -d "$dir/tree" "$dir/new.img" "${MIB}M" >&2
	rm -rf "$dir/tree"
	mv "$dir/new.img" "$dir/packages.img"
fi
echo "$dir"
