#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# overlay-tree.sh [SERIES]: Debian's source of Linux with our driver in it, brought up
# to date by "make overlay"; prints its directory. It is made of hard links.
set -eu
. "$(dirname "$0")/lib.sh"

TOP=$(cd "$HOST_DIR/../.." && pwd)
source=$("$HOST_DIR/source-kernel.sh" --tree "$@")
tree=$TOP/build/trees/${1:-base}

lock "overlay-${1:-base}"
if [ "$(cat "$tree.is" 2>/dev/null)" != "$source" ]; then
	rm -rf "$tree" "$tree.is"
	mkdir -p "$TOP/build/trees"
	cp -al "$source" "$tree" 2>/dev/null || {
		rm -rf "$tree"
		cp -a "$source" "$tree" || die "cannot copy $source to $tree: is the disk full?"
	}
	echo "$source" >"$tree.is"
fi
said=$(PYTHONDONTWRITEBYTECODE=1 "$TOP/tools/kernel-tree" overlay "$tree" 2>&1) ||
	die "make overlay failed: $said"
echo "$tree"
