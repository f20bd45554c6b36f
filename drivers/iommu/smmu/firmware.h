/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the device tree says of SMMUs and masters.
 */
#ifndef SMMU_FIRMWARE_H
#define SMMU_FIRMWARE_H

#include <linux/types.h>

struct device;
struct of_phandle_args;
struct smmu_device;
struct smmu_master;
struct smmu_master_source;
struct smmu_window;

int smmu_firmware_read_smmu(struct smmu_device *smmu);

int smmu_firmware_keep(struct device *dev, const struct of_phandle_args *args);
int smmu_firmware_sources(struct device *dev, struct smmu_master_source **sources);
int smmu_firmware_window(struct device *dev, const struct smmu_master_source *from,
			 unsigned int nr, struct smmu_window *window, bool *windowed);
void smmu_firmware_read_abilities(struct smmu_master *master);

#endif /* SMMU_FIRMWARE_H */
