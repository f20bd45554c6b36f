# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Loads the driver's KUnit module: the results are in the kernel's own log.
# Then the module's memory has to be gone with it.
set -e
modprobe smmu-kunit
modprobe -r smmu-kunit
