#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# setup.sh demo|demo-arm|bench|deb|source|check|fresh: install the Debian packages that the
# demo, the demo on 32-bit Arm, measuring, the building of our own package, the source of
# the kernel, all tests but those on fresh machines, or those need. Cheap when they are
# there. Needs root or sudo otherwise.
#
# The least that a Debian system has ("Essential: yes" and apt, with git and make) has none
# of what is named here, python3 among it: "make check-fresh" starts from there.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"

DEMO='qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross make bc
xz-utils cpio kmod pahole python3 device-tree-compiler'

# Besides a compiler, what modpost32.sh builds a program of.
ARM='linux-source-6.12 gcc libc6-dev flex bison perl patch gcc-arm-linux-gnueabihf
libc6-dev-armhf-cross'

# A kernel built from source.
BENCH='linux-source-6.12 gcc libc6-dev flex bison perl libelf-dev libssl-dev rsync'

CHECK='libelf-dev libssl-dev rsync sparse shellcheck pylint python3-libfdt'

# build-essential: dpkg-buildpackage wants it of every machine, whatever is built.
DEB='make build-essential dpkg-dev debhelper dh-dkms python3'

SOURCE='linux-source-6.12 xz-utils python3'

FRESH='debootstrap python3'

# What the tests of the package run: DKMS with a tree of its own.
PACKAGE='dkms lintian e2fsprogs'

# What a release may lack; lint says that it skips what needs it. Linux 7.2 wants
# clang 15 or newer; 19 is in Debian 12 and 13.
OPTIONAL='dt-schema clang-19 lld-19 llvm-19'

NEEDS_QEMU=yes
case ${1:-} in
demo) wanted=$DEMO OPTIONAL= ;;
demo-arm) wanted="$DEMO $ARM" OPTIONAL= ;;
bench) wanted="$DEMO $BENCH" OPTIONAL= ;;
deb) wanted=$DEB OPTIONAL='' NEEDS_QEMU=no ;;
source) wanted=$SOURCE OPTIONAL='' NEEDS_QEMU=no ;;
fresh) wanted=$FRESH OPTIONAL='' NEEDS_QEMU=no ;;
check) wanted="$DEMO $ARM $CHECK $DEB $PACKAGE" ;;
*) die "usage: $0 demo|demo-arm|bench|deb|source|check|fresh" ;;
esac

installed() {
	# shellcheck disable=SC2016
	dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null |
		sed -n 's/^ii *//p'
}

# The SMMU model has stage 2 from QEMU 9.0 on, its last switchable machine is
# virt-9.1, and nesting came with 9.2.
new_enough() {
	[ "$NEEDS_QEMU" = yes ] || return 0
	# shellcheck disable=SC2016
	version=$(dpkg-query -W -f '${Version}' qemu-system-arm 2>/dev/null) || return 1
	dpkg --compare-versions "$version" ge 1:9.2
}

missing=
# shellcheck disable=SC2086
have=" $(installed $wanted $OPTIONAL | tr '\n' ' ')"
for package in $wanted $OPTIONAL; do
	case $have in
	*" $package "*) ;;
	*)
		[ -z "${SMMU_UPDATE:-}" ] && [ -e "$APT_DIR/$NATIVE/lacks-$package" ] ||
			missing="$missing $package"
		;;
	esac
done
if [ -z "$missing" ] && new_enough; then
	exit 0
fi

apt_install() {
	# apt_private looks at it.
	# shellcheck disable=SC2034
	APT_ROOT=as_root
	apt_private "$NATIVE" apt-get install -qq -y --no-install-recommends "$@" \
		>"$APT_DIR/install.log" 2>&1
}

export DEBIAN_FRONTEND=noninteractive
lock apt
apt_prepare "$NATIVE" again
for package in $OPTIONAL; do
	case "$missing " in
	*" $package "*)
		[ -z "$(apt_private "$NATIVE" apt-cache --no-all-versions show "$package" 2>/dev/null)" ] ||
			continue
		say "the archive has no $package, going on without it"
		touch "$APT_DIR/$NATIVE/lacks-$package"
		missing=$(echo "$missing " | sed "s/ $package / /;s/ \$//")
		;;
	esac
done
if [ -z "$missing" ] && new_enough; then
	exit 0
fi
backports=$(sed -n 's/.* \([a-z]*-backports\) main$/\1/p' "$APT_DIR/$NATIVE/sources.list")
if ! new_enough; then
	missing=$(echo "$missing " | sed 's/ qemu-system-arm / /')
	missing="$missing qemu-system-arm${backports:+/$backports}"
fi
say "installing:$missing"
# QEMU's libraries from backports may not go with the other packages' from the
# release: then all of them come from there.
# shellcheck disable=SC2086
apt_install $missing || retry apt_install ${backports:+-t $backports} $missing || {
	tail -n 20 "$APT_DIR/install.log" >&2
	die "apt could not install these packages, see $APT_DIR/install.log"
}
new_enough || die "QEMU 9.2 or newer is needed, Debian's archive gave $version"
