#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# source-kernel.sh [--path] NAME: build Linux 6.12 for arm64 from Debian's
# source with configs/NAME.config, keep it in the cache, print its directory.
# --path builds nothing: it prints the directory, and fails if it is not there.
# source-kernel.sh --tree: unpack the source only, print its directory.
set -eu
. "$(dirname "$0")/lib.sh"

PACKAGE=linux-source-6.12
TARBALL=/usr/src/$PACKAGE.tar.xz
CROSS=aarch64-linux-gnu-
MAKE_ARGS="ARCH=arm64 CROSS_COMPILE=$CROSS"

source_version() {
	dpkg-query -W -f '${Version}' "$PACKAGE" 2>/dev/null ||
		die "$PACKAGE is not installed: run tests/host/setup.sh check"
}

# A configuration is base.config, what its "# with:" line names, and itself.
config_files() {
	with=$(sed -n 's/^# with: *//p' "$HOST_DIR/configs/$1.config")
	for part in base $with "$1"; do
		echo "$HOST_DIR/configs/$part.config"
	done
}

# Everything that changes the result is in the key, so a stale kernel is
# never mistaken for the one asked for.
kernel_dir() {
	# shellcheck disable=SC2046 # file names without spaces, one a line
	key=$( (source_version; ${CROSS}gcc -dumpfullversion; cat $(config_files "$1")) |
		sha256sum | cut -c1-12)
	echo "$CACHE/kernels/$1-$key"
}

unpack_source() {
	tree=$CACHE/source/$(source_version)
	if [ ! -e "$tree/Makefile" ]; then
		say "unpacking $TARBALL (about 20 s)"
		rm -rf "$tree.new"
		mkdir -p "$tree.new"
		tar -C "$tree.new" --strip-components=1 -xf "$TARBALL" \
			--exclude='*/drivers/gpu/drm/amd/include' ||
			die "cannot unpack $TARBALL into $tree.new: is the disk full?"
		mv "$tree.new" "$tree"
	fi
	echo "$tree"
}

configure() {
	# shellcheck disable=SC2046
	cat $(config_files "$2") >"$3/wanted.config"
	# shellcheck disable=SC2086
	make -s -C "$1" O="$3" $MAKE_ARGS KCONFIG_ALLCONFIG="$3/wanted.config" \
		allnoconfig >"$3/build.log" 2>&1 ||
		die "configuration $2 failed, see $3/build.log"
	lost=$(grep '^CONFIG_' "$3/wanted.config" | grep -vxFf "$3/.config" || true)
	lost="$lost$(sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1=/p' \
		"$3/wanted.config" | grep -f - "$3/.config" || true)"
	[ -z "$lost" ] || die "Kconfig did not take these options of $2:
$lost
Give what they depend on in tests/host/configs, too."
}

# The objects are of no use once they are linked; module builds need scripts/.
prune() {
	find "$1" -path "$1/scripts" -prune -o -type f \
		\( -name '*.o' -o -name '*.a' -o -name '.*.cmd' -o -name '.tmp_*' \) \
		-exec rm -f {} +
}

build() {
	tree=$1 name=$2 dir=$3
	rm -rf "$dir"
	mkdir -p "$dir"
	configure "$tree" "$name" "$dir"
	say "building the $name kernel from source (about 6 min on 2 cores), log: $dir/build.log"
	began=$(date +%s)
	# shellcheck disable=SC2086
	nice make -C "$tree" O="$dir" $MAKE_ARGS -j"$(nproc)" Image modules \
		>>"$dir/build.log" 2>&1 &
	make_pid=$!
	trap 'kill $make_pid 2>/dev/null || true' EXIT
	while sleep 5; kill -0 $make_pid 2>/dev/null; do
		[ $((($(date +%s) - began) % 60)) -ge 5 ] || say "$name kernel: $(($(date +%s) - began)) s," \
			"$(grep -c '^  *CC ' "$dir/build.log") files compiled"
	done
	wait $make_pid || {
		tail -n 20 "$dir/build.log" >&2
		die "building the $name kernel failed, see $dir/build.log"
	}
	trap - EXIT
	prune "$dir"
	touch "$dir/.complete"
	say "$name kernel built in $(($(date +%s) - began)) s"
}

case ${1:-} in
--tree)
	lock source
	unpack_source
	exit ;;
--path)
	dir=$(kernel_dir "${2:?--path needs a name}")
	[ -e "$dir/.complete" ] ||
		die "the $2 kernel is not built: run tests/host/source-kernel.sh $2"
	echo "$dir"
	exit ;;
'' | -*)
	die "usage: $0 [--path] NAME | --tree" ;;
esac

[ -e "$HOST_DIR/configs/$1.config" ] || die "no configuration tests/host/configs/$1.config"
dir=$(kernel_dir "$1")
if [ ! -e "$dir/.complete" ]; then
	lock source
	tree=$(unpack_source)
	lock "kernel-$1"
	[ -e "$dir/.complete" ] || build "$tree" "$1" "$dir"
fi
echo "$dir"
