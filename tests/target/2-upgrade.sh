# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Booted as GRUB's menu says: our driver has the SMMU. A newer package comes.
. ./lib.sh

check "the root disk is behind our driver" [ "$(driver_of_disk)" = smmu ]
check "it came out of the initramfs" [ "$(cat /sys/module/smmu/version)" = "$(cat old/version)" ]
bare=''
for device in /sys/bus/pci/devices/*; do
	[ ! -e "$device/driver" ] || [ -e "$device/iommu_group" ] || bare="$bare ${device##*/}"
done
check "every PCI function with a driver has a group" [ -z "$bare" ]
check "no master went ahead without its IOMMU" sh -c '! dmesg | grep -q "WITHOUT an IOMMU"'
if timed apt-get install -y -o Dpkg::Use-Pty=0 "$PWD/new/"smmu-dkms_*.deb >/tmp/log 2>&1; then
	pass "apt upgrades the package"
else
	fail "apt upgrades the package" "$(tail -n 30 /tmp/log; tail -n 30 /var/lib/dkms/smmu/*/build/make.log)"
fi
grep '^# ' /tmp/log
check "the module has the new version" [ "$(version_of_module)" = "$(cat new/version)" ]
check "the initramfs has the new module" [ "$(version_in_initrd)" = "$(cat new/version)" ]
check "DKMS knows of one version" [ "$(dkms status smmu | wc -l)" = 1 ]
check "the old sources are gone" [ "$(echo /usr/src/smmu-*)" = "/usr/src/smmu-$(cat new/version)" ]
check "GRUB's menu has the words still" menu_stands_down
finish
