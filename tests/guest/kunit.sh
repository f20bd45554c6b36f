# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Loads the driver's KUnit module: the results are in the kernel's own log.
# Then the module's memory has to be gone with it. Not "modprobe -r", which would take
# the driver as well, and fails where the kernel's built-in drivers use it.
set -e
modprobe smmu-kunit
rmmod smmu-kunit
