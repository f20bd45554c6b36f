/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the device tree says of SMMUs and masters, and what "dma-ranges" of the buses in
 * front of them and behind them let through; who is at work before its SMMU is driven.
 */
#ifndef SMMU_DT_H
#define SMMU_DT_H

#include <linux/types.h>

struct device;
struct iommu_ops;
struct of_phandle_args;
struct smmu_device;
struct smmu_master;
struct smmu_master_source;
struct smmu_window;

#define SMMU_DT_OLD_4G	"size 0xffffffff is taken for 4 GiB; write <0x1 0x0>"

int smmu_fwspec_of_xlate(struct device *dev, const struct of_phandle_args *args);
int smmu_fwspec_sources(struct device *dev, struct smmu_master_source **sources);

int smmu_firmware_read_smmu(struct smmu_device *smmu);
int smmu_firmware_window(struct device *dev, const struct smmu_master_source *from,
			 unsigned int nr, struct smmu_window *window, bool *windowed);

int smmu_regions_read(struct smmu_master *master);

int smmu_dmaranges_check(struct smmu_device *smmu);
void smmu_dmaranges_apply(struct smmu_master *master);
int smmu_dmaranges_watch(const struct iommu_ops *ops);
void smmu_dmaranges_unwatch(void);

int smmu_late_check(struct smmu_device *smmu);

#endif /* SMMU_DT_H */
