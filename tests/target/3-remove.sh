# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Booted as GRUB's menu says, our driver has the SMMU. A kernel for which there is no
# module comes and goes, and the package goes.
. ./lib.sh

check "the root disk is behind our driver" [ "$(driver_of_disk)" = smmu ]
check "the driver is the installed package's" \
	[ "$(cat /sys/module/smmu/version)" = "$(dpkg-query -W -f '${Version}' smmu-dkms)" ]
dd if=/dev/urandom of=/root/noise bs=1M count=16 2>/dev/null
sum=$(md5sum </root/noise)
sync
echo 3 >/proc/sys/vm/drop_caches
check "what was written to the root disk is read back" [ "$(md5sum </root/noise)" = "$sum" ]
rm /root/noise

# As when DKMS failed for a new kernel.
touch /boot/vmlinuz-9.9.9-new
update-grub >/tmp/log 2>&1
check "a kernel without the module: the words are gone" sh -c "! grep -q initcall_blacklist $MENU"
check "update-grub says why" grep -q 'Linux 9.9.9-new has no smmu.ko' /tmp/log
rm /boot/vmlinuz-9.9.9-new
smmu-boot refresh >/tmp/log 2>&1
check "that kernel is gone: the words are back" menu_stands_down

if timed apt-get remove -y -o Dpkg::Use-Pty=0 smmu-dkms >/tmp/log 2>&1; then
	pass "apt removes the package"
else
	fail "apt removes the package" "$(tail -n 30 /tmp/log)"
fi
grep '^# ' /tmp/log
check "no module is left in the kernel's modules" sh -c '! find /lib/modules -name "smmu.ko*" | grep .'
# shellcheck disable=SC2016
check "none is left in DKMS" sh -c 'status=$(dkms status smmu) && [ -z "$status" ]'
check "none is left in the initramfs" sh -c "! lsinitramfs $INITRD | grep -E '/smmu\.ko|init-top/smmu'"
check "GRUB's menu has no words of ours" sh -c "! grep -q initcall_blacklist $MENU"
check "the disks work on" sh -c 'dd if=/dev/zero of=/root/noise bs=1M count=4 conv=fsync && rm /root/noise'
check "apt purges the package" apt-get purge -y -o Dpkg::Use-Pty=0 smmu-dkms
check "nothing of the package is left" \
	sh -c '! ls -d /etc/default/smmu /etc/default/grub.d/smmu.cfg /etc/initramfs/post-update.d/smmu /usr/src/smmu-* 2>/dev/null | grep .'
finish
