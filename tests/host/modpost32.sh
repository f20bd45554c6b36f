#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# modpost32.sh HEADERS: mend unpacked headers of a 32-bit Arm kernel.
#
# Debian's linux-kbuild of a 64-bit machine has a modpost for 32-bit kernels that
# was built with the 64-bit sizes of the device tables: it refuses every module
# with MODULE_DEVICE_TABLE(of, ...). One built from the kernel's source is right.
set -eu
. "$(dirname "$0")/lib.sh"

headers=${1:?usage: $0 HEADERS}
target=$(readlink -f "$headers/scripts/mod")/modpost.real-lsb-32
[ -e "$target.debian" ] && exit
[ -e "$target" ] || die "$target is not there: has linux-kbuild changed?"

tree=$("$HOST_DIR/source-kernel.sh" --tree)
dir=$CACHE/modpost32
log=$dir/build.log
lock modpost32
[ -e "$target.debian" ] && exit
say "building a modpost for 32-bit kernels"
rm -rf "$dir"
mkdir -p "$dir"
echo CONFIG_MODULES=y >"$dir/wanted.config"
args="-C $tree O=$dir ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf-"
# shellcheck disable=SC2086
{
	make -s $args KCONFIG_ALLCONFIG="$dir/wanted.config" allnoconfig &&
		nice make -s $args -j"$(nproc)" modules_prepare
} >"$log" 2>&1 || die "building modpost failed, see $log"
cp "$target" "$target.debian.new"
cp "$dir/scripts/mod/modpost" "$target.new"
mv "$target.new" "$target"
mv "$target.debian.new" "$target.debian"
