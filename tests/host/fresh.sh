#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fresh.sh RELEASE COMMAND...: run a command in a copy of this project, in a Debian system
# that has what "debootstrap --variant=minbase" puts there, git and make, and nothing else.
# The exit status is the command's; 3: no such system can be had here, or (from a command
# that tells it apart) not what it needs of Debian; the messages say why.
#
# What setup.sh forgets to install has to show, so nothing that this machine has built,
# fetched or unpacked is used again: what made it would not be asked for. Each run has a
# system of its own, out of one archive, and a cache of its own. Only the packages that
# setup.sh downloads are kept for the next run: apt has to ask for them and dpkg to unpack
# them all the same.
#
# Mounts and processes are in namespaces that end with the run, however it ends.
set -eu
. "$(dirname "$0")/lib.sh"
. "$HOST_DIR/apt.sh"

PATH=$PATH:/usr/sbin:/sbin
TOP=$(cd "$HOST_DIR/../.." && pwd)
FRESH=$CACHE/fresh
# Where the copy is in that system.
PROJECT=root/smmu

# in_root ROOT COMMAND...: with no more of an environment than a new machine has.
in_root() {
	in_root=$1
	shift
	# Programs that make namespaces want "/" to be a mount, as it is on every machine.
	mount --bind "$in_root" "$in_root" || return
	mount -t proc proc "$in_root/proc" && mount --rbind /sys "$in_root/sys" &&
		mount --rbind /dev "$in_root/dev" || return
	env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		${no_proxy:+no_proxy="$no_proxy"} chroot "$in_root" "$@"
}

# The smallest system, made at ROOT, with this machine's mirrors and its ways to them.
inside_base() {
	root=$1 release=$2 sources=$3
	mirror=$(echo "$sources" | awk -v suite="$release" '$2 == suite { print $1; exit }')
	key=$(echo "$sources" | awk '$3 != "-" { print $3; exit }')
	tools='git make'
	case $mirror in
	https:*) tools="$tools ca-certificates" ;;
	esac
	debootstrap --variant=minbase ${key:+--keyring="$key"} "$release" "$root" "$mirror"
	echo "$sources" | awk '{ print "deb", $1, $2, "main" }' >"$root/etc/apt/sources.list"
	apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/90machine"
	cp -L /etc/hosts /etc/resolv.conf "$root/etc/"
	# shellcheck disable=SC2086
	in_root "$root" sh -c 'apt-get update && apt-get clean && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "$@" && apt-get clean' sh $tools
}

inside_run() {
	root=$1
	shift
	# shellcheck disable=SC2016
	in_root "$root" sh -c 'cd "/$0" && exec "$@"' "$PROJECT" "$@"
}

# apart base|run ARGUMENT...: inside_base or inside_run, in namespaces of its own.
apart() {
	unshare --mount --pid --fork --kill-child "$0" --inside "$@" </dev/null &
	apart=$!
	status=0
	wait $apart || status=$?
	apart=
	return $status
}

clean_up() {
	# It blocks other signals.
	[ -z "$apart" ] || kill -KILL "$apart"
	# What runs inside dies just now, and may still write a file.
	rm -rf --one-file-system "$work" "$copy" 2>/dev/null || {
		sleep 2
		rm -rf --one-file-system "$work" "$copy"
	}
}

# The archive of the smallest system, made anew each week.
make_base() {
	[ ! -e "$base" ] || return 0
	lock "fresh-$release"
	if [ ! -e "$base" ]; then
		say "making the smallest Debian $release"
		mkdir "$work/base"
		log=$FRESH/$release.log
		apart base "$work/base" "$release" "$sources" >"$log" 2>&1 || {
			tail -n 5 "$log" >&2
			absent "no smallest Debian $release can be made here, see $log"
		}
		tar -C "$work/base" --one-file-system -cf "$base.new" .
		mv "$base.new" "$base"
		rm -rf --one-file-system "$work/base"
		# Another copy of the project may use a younger one now.
		find "$FRESH" -maxdepth 1 -name "$release-*.tar" -mtime +0 -delete
	fi
	exec 9>&-
}

# packages FROM TO: have the packages of one folder in the other, too.
packages() {
	for deb in "$1"/*.deb; do
		[ ! -e "$deb" ] || [ -e "$2/${deb##*/}" ] || ln "$deb" "$2"
	done
}

as_root_run() {
	copy=$1 release=$2 sources=$3
	shift 3
	base=$FRESH/$release-$( (date +%G-%V; echo "$sources"; cat "$0") | sha256sum | cut -c1-12).tar
	kept=$FRESH/$release-packages
	# What was killed without mercy, and packages that no run asks for any more.
	find "$FRESH" -maxdepth 1 -name '*.run' -mtime +1 -exec rm -rf --one-file-system {} +
	mkdir -p "$kept"
	find "$kept" -name '*.deb' -mtime +60 -delete
	apart=
	work=$(mktemp -d --suffix=.run "$FRESH/XXXXXX")
	trap clean_up EXIT
	trap 'exit 1' INT TERM HUP
	make_base
	mkdir "$work/root"
	tar -C "$work/root" -xpf "$base"
	mv "$copy/smmu" "$work/root/$PROJECT"
	chown -R 0:0 "$work/root/$PROJECT"
	own=$work/root/root/.cache/smmu/apt/$NATIVE/cache/archives
	mkdir -p "$own/partial"
	packages "$kept" "$own"
	status=0
	apart run "$work/root" "$@" || status=$?
	packages "$own" "$kept"
	exit $status
}

# A clone, with what is not committed, and not ignored, either.
copy_project() {
	git -C "$TOP" diff --binary HEAD >"$1.diff" &&
		git clone -q "file://$TOP" "$1" &&
		git -C "$1" apply --allow-empty "$1.diff" &&
		(cd "$TOP" && git ls-files -z --others --exclude-standard |
			tar --null -c -T - -f "$1.tar") &&
		tar -C "$1" -xf "$1.tar" &&
		rm -f "$1.diff" "$1.tar"
}

case ${1:-} in
--inside)
	shift
	what=$1
	shift
	"inside_$what" "$@"
	exit ;;
--root)
	shift
	as_root_run "$@" ;;
'' | -*) die "usage: $0 RELEASE COMMAND..." ;;
esac

release=$1
shift
[ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || absent "this needs root, or sudo without a password"
command -v debootstrap >/dev/null || absent "debootstrap is not installed: run tests/host/setup.sh fresh"
git -C "$TOP" rev-parse -q --verify HEAD >/dev/null || absent "$TOP is no clone of the project"
sources=$(release_sources "$release")
[ -n "$sources" ] || absent "no source of Debian is in /etc/apt/sources.list*"
mkdir -p "$FRESH"
copy=$(mktemp -d --suffix=.run "$FRESH/XXXXXX")
copy_project "$copy/smmu" || die "cannot copy the project to $copy: is the disk full?"
if [ "$(id -u)" -eq 0 ]; then
	exec "$0" --root "$copy" "$release" "$sources" "$@"
fi
exec sudo -n SMMU_CACHE="$CACHE" "$0" --root "$copy" "$release" "$sources" "$@"
