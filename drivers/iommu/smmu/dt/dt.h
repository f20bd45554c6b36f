/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the device tree says of SMMUs and masters, and what "dma-ranges" of the buses in
 * front of them and behind them let through; who is at work before its SMMU is driven.
 */
#ifndef SMMU_DT_H
#define SMMU_DT_H

#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/types.h>

struct of_phandle_args;
struct smmu_device;
struct smmu_master;
struct smmu_master_source;
struct smmu_window;

#define SMMU_DT_OLD_4G	"size 0xffffffff is taken for 4 GiB; write <0x1 0x0>"

/*
 * The IOMMU of a device, %NULL if it has none: a group alone says nothing, as VFIO makes
 * groups without an IOMMU.  The device has a driver, and who asks holds its lock: the core
 * takes it out of its group, and frees what dev->iommu points to, only without a driver.
 */
static inline const struct iommu_device *smmu_dt_iommu_of(struct device *dev)
{
	const struct dev_iommu *iommu = READ_ONCE(dev->iommu);

	device_lock_assert(dev);
	return device_iommu_mapped(dev) && iommu ? iommu->iommu_dev : NULL;
}

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
#if IS_ENABLED(CONFIG_KUNIT)
void smmu_dmaranges_lift(struct device *dev);
#endif

int smmu_late_check(const struct smmu_device *smmu);
unsigned int smmu_late_report(const struct smmu_device *smmu);

#endif /* SMMU_DT_H */
