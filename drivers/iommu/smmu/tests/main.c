// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KUnit module: every *_test.c beside this file adds its own suites.
 */
#include "compat.h"

MODULE_DESCRIPTION("KUnit tests of the Arm SMMUv3 driver");
MODULE_LICENSE("GPL");
SMMU_IMPORT_KUNIT_NS();
