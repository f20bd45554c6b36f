#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# source-kernel.sh [--path] NAME [SERIES]: build Linux 6.12 (or that series) for
# arm64 from Debian's source with configs/NAME.config, keep it in the cache, print its
# directory. --path builds nothing: it prints the directory, and fails if it is not
# there. source-kernel.sh --tree [SERIES]: unpack the source only, print its directory.
# Exit status 3: Debian does not have that source now (only for other series).
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"
. "$HOST_DIR/series.sh"

CROSS=aarch64-linux-gnu-
MAKE_ARGS="ARCH=arm64 CROSS_COMPILE=$CROSS"

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

# A configuration is base.config, what its "# with:" line names, itself, and for
# another series newer.config. Of two lines for an option the last one counts.
config_files() {
	with=$(sed -n 's/^# with: *//p' "$HOST_DIR/configs/$1.config")
	newer=newer
	[ "$SERIES" != "$BASE_SERIES" ] || newer=
	for part in base $with "$1" $newer; do
		echo "$HOST_DIR/configs/$part.config"
	done
}

# Everything that changes the result is in the key, so a stale kernel is
# never mistaken for the one asked for.
kernel_dir() {
	# shellcheck disable=SC2046 # file names without spaces, one a line
	key=$( (echo "$VERSION"; ${CROSS}gcc -dumpfullversion; cat $(config_files "$1")) |
		sha256sum | cut -c1-12)
	echo "$CACHE/kernels/$1$(series_suffix "$SERIES")-$key"
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

configure() {
	# shellcheck disable=SC2046
	awk 'match($0, /^(# )?CONFIG_[A-Z0-9_]+[= ]/) {
			name = substr($0, RSTART, RLENGTH - 1)
			sub(/^# /, "", name)
			line[name] = $0
		}
		END { for (name in line) print line[name] }' \
		$(config_files "$2") | sort >"$3/wanted.config"
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

MODE=build
case ${1:-} in
--tree | --path)
	MODE=${1#--}
	shift ;;
'' | -*)
	die "usage: $0 [--path] NAME [SERIES] | --tree [SERIES]" ;;
esac
[ "$MODE" = tree ] || { NAME=$1; shift; }
SERIES=${1:-$BASE_SERIES}
PACKAGE=linux-source-$SERIES
VERSION=$(source_version)

if [ "$MODE" = tree ]; then
	lock source
	unpack_source
	exit
fi
[ -e "$HOST_DIR/configs/$NAME.config" ] || die "no configuration tests/host/configs/$NAME.config"
dir=$(kernel_dir "$NAME")
if [ ! -e "$dir/.complete" ]; then
	[ "$MODE" = build ] ||
		die "the $NAME-$SERIES kernel is not built: run tests/host/source-kernel.sh $NAME $SERIES"
	lock source
	tree=$(unpack_source)
	lock "kernel-$NAME$(series_suffix "$SERIES")"
	[ -e "$dir/.complete" ] || build "$tree" "$NAME" "$dir"
fi
echo "$dir"
