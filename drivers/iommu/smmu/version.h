/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The version: the module, DKMS and the Debian package all take it from here.
 * "make deb" adds the commit to the copy that goes into the package.
 */
#ifndef SMMU_VERSION_H
#define SMMU_VERSION_H

#define SMMU_VERSION "0.4"

#endif
