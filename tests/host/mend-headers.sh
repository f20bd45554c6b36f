#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# mend-headers.sh DIR ARCH SERIES: make the headers of Debian's newest kernel, unpacked
# at DIR/headers, good for this machine's compiler and C library.
#
# They were made with Debian's newest tools: the programs of linux-kbuild want a newer
# C library, and the configuration has options that an older compiler refuses. The
# source of the same series says what is right here, given Debian's configuration.
set -eu
. "$(dirname "$0")/lib.sh"

top=${1:?usage: $0 DIR ARCH SERIES}
arch=$2
series=$3
headers=$(readlink -f "$top/headers")
[ ! -e "$headers/.mended" ] || exit 0

case $arch in
arm) cross=arm-linux-gnueabihf- ;;
*) cross=aarch64-linux-gnu- ;;
esac
tree=$("$HOST_DIR/source-kernel.sh" --tree "$series") || exit
dir=$CACHE/mended-$arch-$series
log=$dir.log
lock "mended-$arch-$series"
[ ! -e "$headers/.mended" ] || exit 0

say "building the host programs of Linux $series"
rm -rf "$dir"
mkdir -p "$dir"
# No BTF: Debian 12's pahole cannot write that of modules for newer kernels.
# No signatures and no Rust, for which there are neither keys nor tools.
sed '/^CONFIG_\(DEBUG_INFO_BTF\|RUST\|SYSTEM_TRUSTED_KEYS\|MODULE_SIG_KEY\)\(_[A-Z]*\)*=/d' \
	"$headers/.config" >"$dir/.config"
args="-C $tree O=$dir ARCH=$arch CROSS_COMPILE=$cross"
# shellcheck disable=SC2086
{
	make -s $args olddefconfig && nice make -s $args -j"$(nproc)" modules_prepare
} >"$log" 2>&1 || die "building the host programs of Linux $series failed, see $log"

# Programs that do not run here.
kbuild=$(readlink -f "$headers/scripts")
find "$kbuild" -type f -perm -1 | while read -r program; do
	ours=$dir/scripts/${program#"$kbuild"/}
	# modpost stands there once for each kind of machine.
	ours=${ours%.real-*}
	[ -e "$ours" ] || continue
	ldd "$program" 2>&1 | grep -q 'version .* not found' || continue
	cp "$ours" "$program.new"
	mv "$program.new" "$program"
done

# What depends on the tools only: no structure of the kernel changes with it.
tools='CONFIG_\(CC_HAS\|CC_OPT\|AS_HAS\|ARM64_LSUI\)[A-Z0-9_]*'
grep -o "^$tools=y" "$headers/.config" | grep -vxFf "$dir/.config" | sed 's/=y$//' >"$dir/lost" || true
sed -i "$(sed 's|.*|/^&=/d|' "$dir/lost")" "$headers/include/config/auto.conf"
sed -i "$(sed 's|.*|/^#define & /d|' "$dir/lost")" "$headers/include/generated/autoconf.h"
# struct module keeps its layout by autoconf.h; kbuild writes no BTF by auto.conf.
sed -i '/^CONFIG_DEBUG_INFO_BTF_MODULES=/d' "$headers/include/config/auto.conf"
sed -i 's/gcc-[0-9]*$/gcc/' "$headers/.kernelvariables"
rm -rf "$dir"
touch "$headers/.mended"
