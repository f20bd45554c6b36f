# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own driver has the SMMU; the package comes.
. ./lib.sh

check "before: the root disk is behind the kernel's own driver" [ "$(driver_of_disk)" = arm-smmu-v3 ]
check "before: nothing stands down" sh -c "! grep -q initcall_blacklist $MENU"
if timed apt-get install -y -o Dpkg::Use-Pty=0 "$PWD/old/"smmu-dkms_*.deb >/tmp/log 2>&1; then
	pass "apt installs the package"
else
	fail "apt installs the package" "$(tail -n 30 /tmp/log; tail -n 30 /var/lib/dkms/smmu/*/build/make.log)"
fi
grep '^# ' /tmp/log
check "the package is configured" [ "$(dpkg-query -W -f '${db:Status-Abbrev}' smmu-dkms)" = 'ii ' ]
check "the note says how to go on" grep -q 'smmu-boot enable' /tmp/log
check "DKMS has the module installed for this kernel" \
	sh -c "dkms status smmu | grep -q '$RELEASE.*: installed'"
check "the module has the package's version" [ "$(version_of_module)" = "$(cat old/version)" ]
check "the initramfs has that module" [ "$(version_in_initrd)" = "$(cat old/version)" ]
check "the initramfs loads it" grep -qx smmu /tmp/unpacked/*/conf/modules /tmp/unpacked/conf/modules
check "the initramfs has the script that loads it first" [ -n "$(find /tmp/unpacked -path '*init-top/smmu')" ]
check "KUnit tests were not built" sh -c '! find /lib/modules /var/lib/dkms -name "smmu-kunit*" | grep .'
alias=$(cat /sys/bus/platform/devices/*.smmuv3/modalias)
check "by name it can be loaded" sh -c 'modprobe -n -v smmu | grep -q smmu'
check "its alias is the SMMU's" sh -c "modprobe -C /dev/null -n -v -b '$alias' | grep -q /smmu.ko"
check "by alias, as udev does, it is not" sh -c "! modprobe -n -v -b '$alias' | grep /smmu.ko"
check "nothing stands down yet" sh -c "! grep -q initcall_blacklist $MENU"
timed update-grub >/tmp/log 2>&1
check "not by update-grub, either" sh -c "! grep -q initcall_blacklist $MENU"

# A kernel without the module in the menu: the in-tree driver has to stay.
touch /boot/vmlinuz-9.9.9-old
check "smmu-boot does not enable with a kernel that has no module" sh -c '! smmu-boot enable'
check "it says which" sh -c "smmu-boot enable 2>&1 | grep -q 'Linux 9.9.9-old has no smmu.ko'"
rm /boot/vmlinuz-9.9.9-old
if smmu-boot enable >/tmp/log 2>&1; then
	pass "smmu-boot enable"
else
	fail "smmu-boot enable" "$(cat /tmp/log)"
fi
check "GRUB's menu has the words" menu_stands_down
check "its recovery entry has not" sh -c "! menu_line recovery | grep initcall_blacklist"
finish
