#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# source-kernel.sh [--path] KIND [SERIES]: build Linux 6.12 (or that series) for arm64
# from Debian's source with configs/KIND.config, keep it, print its directory.
# --path builds nothing: it prints the directory, and fails if it is not there.
# source-kernel.sh --tree [SERIES]: unpack the source only, print its directory.
# source-kernel.sh --sweep: remove what only makes the next build quick.
# Exit status 3: Debian does not have that source now (only for other series).
#
# Kinds with the same "# objects:" line are built with the same objects: what they have
# in common is compiled once. One with "# overlay: yes" has this driver built in; its
# objects stay, so that a changed driver costs a minute.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"
. "$HOST_DIR/series.sh"
. "$HOST_DIR/source.sh"

TOP=$(cd "$HOST_DIR/../.." && pwd)
CROSS=aarch64-linux-gnu-
MAKE_ARGS="ARCH=arm64 CROSS_COMPILE=$CROSS"

# header KEY: what a "# KEY: value" line of the configuration says.
header() {
	sed -n "s/^# $1: *//p" "$HOST_DIR/configs/$KIND.config"
}

# A configuration is base.config, what its "# with:" line names, itself, and for
# another series newer.config. Of two lines for an option the last one counts.
config_files() {
	newer=newer
	[ "$SERIES" != "$BASE_SERIES" ] || newer=
	for part in base $(header with) "$KIND" $newer; do
		echo "$HOST_DIR/configs/$part.config"
	done
}

# What the driver in a kernel tree is made of.
driver_sources() {
	find "$TOP/drivers/iommu/smmu" "$TOP/include" -type f ! -name '*.mod.c' \
		\( -name '*.[chS]' -o -name Kconfig -o -name Makefile \) | sort
}

compiler_version() {
	${CROSS}gcc -dumpfullversion || die "${CROSS}gcc does not work: run tests/host/setup.sh check"
}

# Everything that changes the result is in the key, so a stale kernel is
# never mistaken for the one asked for.
key() {
	compiler=$(compiler_version) || exit
	# shellcheck disable=SC2046 # file names without spaces, one a line
	{
		echo "$VERSION"
		echo "$compiler"
		cat $(config_files)
		[ -z "$OVERLAY" ] || cat $(driver_sources)
	} | sha256sum | cut -c1-12
}

configure() {
	# shellcheck disable=SC2046
	awk 'match($0, /^(# )?CONFIG_[A-Z0-9_]+[= ]/) {
			name = substr($0, RSTART, RLENGTH - 1)
			sub(/^# /, "", name)
			line[name] = $0
		}
		END { for (name in line) print line[name] }' \
		$(config_files) | sort >"$obj/wanted.config"
	# shellcheck disable=SC2086
	make -s -C "$work/tree" O="$obj" $MAKE_ARGS KCONFIG_ALLCONFIG="$obj/wanted.config" \
		allnoconfig >"$obj/build.log" 2>&1 ||
		die "configuration $KIND failed, see $obj/build.log"
	lost=$(grep '^CONFIG_' "$obj/wanted.config" | grep -vxFf "$obj/.config" || true)
	lost="$lost$(sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/^\1=/p' \
		"$obj/wanted.config" | grep -f - "$obj/.config" || true)"
	[ -z "$lost" ] || die "Kconfig did not take these options of $KIND:
$lost
Give what they depend on in tests/host/configs, too."
}

# A tree of our own, which the driver is put into; its files are links.
prepare_tree() {
	if [ ! -e "$work/tree/Makefile" ]; then
		rm -rf "$CACHE/work/$FAMILY-$SERIES-"*
		mkdir -p "$obj"
		cp -al "$tree" "$work/tree" 2>/dev/null || {
			rm -rf "$work/tree"
			cp -a "$tree" "$work/tree"
		}
	fi
	[ -z "$OVERLAY" ] || make -s -C "$TOP" overlay KSRC="$work/tree" >"$work/overlay.log" 2>&1 || {
		cat "$work/overlay.log" >&2
		die "make overlay failed"
	}
}

# What a boot and module builds need. Modules are built against the plain source, so
# that the tree may change meanwhile.
export_kernel() {
	mkdir -p "$dir"
	rsync -a --delete --include='/scripts/***' --exclude='*.o' --exclude='*.a' \
		--exclude='.*.cmd' --exclude='.tmp_*' --exclude='/vmlinux.*' "$obj/" "$dir/"
	sed -i "s|$work/tree|$tree|g;s|$obj|$dir|g" "$dir/Makefile"
	ln -sfn "$tree" "$dir/source"
	echo "$KEY" >"$dir/.complete"
}

build() {
	obj=$work/obj
	rm -f "$dir/.complete"
	prepare_tree
	configure
	say "building the $KIND-$SERIES kernel from source (about 6 min on 2 cores the first time)," \
		"log: $obj/build.log"
	began=$(date +%s)
	# shellcheck disable=SC2086
	nice make -C "$work/tree" O="$obj" $MAKE_ARGS -j"$(nproc)" Image.gz modules \
		>>"$obj/build.log" 2>&1 &
	make_pid=$!
	trap 'kill $make_pid 2>/dev/null || true' EXIT
	while sleep 2; kill -0 $make_pid 2>/dev/null; do
		[ $((($(date +%s) - began) % 60)) -ge 2 ] || say "$KIND-$SERIES kernel:" \
			"$(($(date +%s) - began)) s, $(grep -c '^  *CC ' "$obj/build.log") files compiled"
	done
	wait $make_pid || {
		tail -n 20 "$obj/build.log" >&2
		die "building the $KIND-$SERIES kernel failed, see $obj/build.log"
	}
	trap - EXIT
	export_kernel
	say "$KIND-$SERIES kernel built in $(($(date +%s) - began)) s"
	[ "$FAMILY" != "$KIND" ] || rm -rf "$work"
}

is_complete() {
	[ "$(cat "$dir/.complete" 2>/dev/null)" = "$KEY" ]
}

MODE=build
case ${1:-} in
--tree | --path)
	MODE=${1#--}
	shift ;;
--sweep)
	rm -rf "$CACHE/work"
	exit ;;
'' | -*)
	die "usage: $0 [--path] KIND [SERIES] | --tree [SERIES] | --sweep" ;;
esac
[ "$MODE" = tree ] || { KIND=$1; shift; }
SERIES=${1:-$BASE_SERIES}
# shellcheck disable=SC2034 # source.sh looks at it
PACKAGE=linux-source-$SERIES
VERSION=$(source_version)

if [ "$MODE" = tree ]; then
	lock source
	unpack_source
	exit
fi
[ -e "$HOST_DIR/configs/$KIND.config" ] || die "no configuration tests/host/configs/$KIND.config"
FAMILY=$(header objects)
FAMILY=${FAMILY:-$KIND}
OVERLAY=$(header overlay)
KEY=$(key)
dir=$CACHE/kernels/$KIND$(series_suffix "$SERIES")-$KEY
# With the driver in it, it belongs to this copy of the project.
[ -z "$OVERLAY" ] || dir=$TOP/build/kernels/$KIND-$SERIES
if ! is_complete; then
	[ "$MODE" = build ] ||
		die "the $KIND-$SERIES kernel is not built: run tests/host/source-kernel.sh $KIND $SERIES"
	lock source
	tree=$(unpack_source)
	work=$CACHE/work/$FAMILY-$SERIES-$( (echo "$VERSION"; compiler_version) | sha256sum | cut -c1-12)
	lock "work-$FAMILY-$SERIES"
	is_complete || build
fi
echo "$dir"
