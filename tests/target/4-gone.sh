# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Booted as GRUB's menu says after the removal: as it was before.
. ./lib.sh

check "the root disk is behind the kernel's own driver again" [ "$(driver_of_disk)" = arm-smmu-v3 ]
check "smmu.ko is not loaded" [ ! -e /sys/module/smmu ]
finish
