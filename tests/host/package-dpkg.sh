#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# package-dpkg.sh OLD.deb NEW.deb: install, upgrade, remove and purge the package with
# this machine's own dpkg and DKMS, on an overlay that is gone afterwards. This
# machine is no Arm one, so DKMS has to leave the module alone and nothing may fail.
# Status 77: no overlay can be had here.
set -u
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

if [ "${SMMU_INSIDE:-}" != yes ]; then
	user=
	[ "$(id -u)" -eq 0 ] || user=--map-root-user
	# Where "/" is no mount, as in a chroot, unshare cannot make it private.
	# shellcheck disable=SC2086
	unshare $user --mount --propagation unchanged true || exit 77
	# shellcheck disable=SC2086
	SMMU_INSIDE=yes exec unshare $user --mount --propagation unchanged "$0" "$@"
fi
mount --make-rprivate / 2>/dev/null || true

top=$(mktemp -d) || exit 77
# The mounts die with the namespace.
trap 'umount -l "$top" 2>/dev/null; rmdir "$top"' EXIT
# Private, so that nothing that is mounted below is seen, or unmounted, outside.
mount -t tmpfs --make-private tmpfs "$top" || exit 77
mkdir "$top/up" "$top/work" "$top/root" || exit 77
mount -t overlay overlay -o "lowerdir=/,upperdir=$top/up,workdir=$top/work" "$top/root" || exit 77
for name in dev proc sys; do
	mount --rbind --make-rprivate "/$name" "$top/root/$name" || exit 77
done
mount -t tmpfs tmpfs "$top/root/tmp" || exit 77
cp "$1" "$top/root/tmp/old.deb"
cp "$2" "$top/root/tmp/new.deb"
mkdir -p "$top/root/lib/modules/$(uname -r)/build/include"

inside() {
	chroot "$top/root" "$@"
}

status=0
step() {
	echo "--- $*"
	inside "$@" || {
		echo "FAILED: $*"
		status=1
	}
}

# The machine that builds need not have an initramfs.
step dpkg --force-depends -i /tmp/old.deb
# shellcheck disable=SC2016
step sh -c 'status=$(dkms status smmu) && echo "$status" | grep added'
step dpkg --force-depends -i /tmp/new.deb
# shellcheck disable=SC2016
step sh -c '[ "$(ls -d /usr/src/smmu-* | wc -l)" = 1 ]'
step smmu-boot words
# 1: it refuses.
# shellcheck disable=SC2016
step sh -c 'smmu-boot enable; [ $? -eq 1 ]'
step dpkg -r smmu-dkms
# shellcheck disable=SC2016
step sh -c 'status=$(dkms status smmu) && [ -z "$status" ]'
step dpkg -P smmu-dkms
step sh -c '! ls -d /etc/default/smmu /etc/default/grub.d/smmu.cfg /etc/initramfs/post-update.d/smmu /usr/src/smmu-* /var/lib/dkms/smmu 2>/dev/null | grep .'
exit $status
