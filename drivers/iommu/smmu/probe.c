// SPDX-License-Identifier: GPL-2.0-only
/*
 * The platform driver: firmware properties in, a running SMMU out.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/rcupdate.h>

#include "arm32/arm32.h"
#include "compat.h"
#include "dt/dt.h"
#include "fault.h"
#include "hw/regs.h"
#include "inval_plan.h"
#include "master.h"
#include "ops.h"
#include "reset.h"
#include "smmu.h"
#include "stream/cdtab.h"
#include "version.h"

/* All registers we use lie in the first part of their page; counters may follow. */
#define SMMU_PROBE_PAGE_BYTES	0xe00

#define SMMU_PROBE_CMDQ_ENTRIES	1024
#define SMMU_PROBE_EVTQ_ENTRIES	2048

static_assert(4 * SMMU_INVAL_SINGLES_MAX == SMMU_PROBE_CMDQ_ENTRIES);

static unsigned int cmdq_entries = SMMU_PROBE_CMDQ_ENTRIES;
module_param(cmdq_entries, uint, 0444);
MODULE_PARM_DESC(cmdq_entries,
		 "Commands that the command queue holds, 16 bytes each (default 1024 = 16 KiB)");

static unsigned int evtq_entries = SMMU_PROBE_EVTQ_ENTRIES;
module_param(evtq_entries, uint, 0444);
MODULE_PARM_DESC(evtq_entries,
		 "Events that the event queue holds, 32 bytes each (default 2048 = 64 KiB)");

static char *disable_features = "";
module_param(disable_features, charp, 0444);
MODULE_PARM_DESC(disable_features,
		 "Features of the hardware to leave unused, separated by commas: range_inval, bbml, contig, lazy_strtab");

/* Size of a queue: what was asked for, within what the hardware takes. */
static u8 smmu_probe_entries_lg2(unsigned int entries, u8 min_lg2, u8 max_lg2)
{
	return clamp_t(u8, entries > 1 ? order_base_2(entries) : 0, min_lg2, max_lg2);
}

static int smmu_probe_map_page(struct smmu_device *smmu, phys_addr_t phys, void __iomem **page)
{
	if (!devm_request_mem_region(smmu->dev, phys, SMMU_PROBE_PAGE_BYTES, dev_name(smmu->dev)))
		return dev_err_probe(smmu->dev, -EBUSY,
				     "registers at %pa are in use by another driver\n", &phys);
	*page = devm_ioremap(smmu->dev, phys, SMMU_PROBE_PAGE_BYTES);
	if (*page)
		return 0;
	dev_err(smmu->dev, "cannot map registers at %pa\n", &phys);
	return -ENOMEM;
}

/* On one implementation, page 1 answers in page 0 and the region may end there. */
static int smmu_probe_map(struct smmu_device *smmu, struct platform_device *pdev)
{
	bool one_page = device_property_read_bool(smmu->dev,
						  "cavium,cn9900-broken-page1-regspace");
	resource_size_t need = one_page ? SZ_64K : SMMU_FRAME_BYTES;
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	int ret;

	if (!res)
		return dev_err_probe(smmu->dev, -EINVAL,
				     "%pOF has no registers: \"reg\" is missing\n",
				     smmu->dev->of_node);
	if (resource_size(res) < need)
		return dev_err_probe(smmu->dev, -EINVAL,
				     "%pOF: \"reg\" %pR is too small, %pa bytes are needed\n",
				     smmu->dev->of_node, res, &need);

	smmu->mmio.phys = res->start;
	ret = smmu_probe_map_page(smmu, res->start, &smmu->mmio.page0);
	smmu->mmio.page1 = smmu->mmio.page0;
	if (!ret && !one_page)
		ret = smmu_probe_map_page(smmu, res->start + SZ_64K, &smmu->mmio.page1);
	return ret;
}

/* The firmware knows the interconnect; the SMMU knows only its own port. */
static void smmu_probe_apply_coherency(struct smmu_device *smmu)
{
	bool coherent = device_get_dma_attr(smmu->dev) == DEV_DMA_COHERENT;

	if (coherent != smmu->caps.coherent)
		dev_notice(smmu->dev, "IDR0.COHACC says %scoherent, \"dma-coherent\" is %s: going by the property\n",
			   smmu->caps.coherent ? "" : "not ", coherent ? "there" : "missing");
	smmu->caps.coherent = coherent;
}

static int smmu_probe_choose_granule(struct smmu_device *smmu)
{
	smmu->granule_lg2 = smmu_caps_granule_lg2(smmu->caps.granules);
	if (smmu->granule_lg2)
		return 0;
	return dev_err_probe(smmu->dev, -EOPNOTSUPP,
			     "all granules (%#x) are larger than the kernel's pages of %lu bytes\n",
			     smmu->caps.granules, PAGE_SIZE);
}

/* For hardware that cannot do what it says, or to narrow down a fault */
static void smmu_probe_disable_features(struct smmu_device *smmu)
{
	const char *unknown;

	if (!*disable_features)
		return;
	unknown = smmu_caps_disable(&smmu->caps, disable_features);
	if (unknown)
		dev_warn(smmu->dev, "parameter \"disable_features\": unknown from \"%s\" on; there are range_inval, bbml, contig and lazy_strtab\n",
			 unknown);
	else
		dev_notice(smmu->dev, "features disabled by parameter: %s\n", disable_features);
}

static void smmu_probe_add_errata(struct smmu_device *smmu)
{
	struct property *prop;
	const char *compatible;

	of_property_for_each_string(smmu->dev->of_node, "compatible", prop, compatible)
		smmu->caps.errata |= smmu_caps_errata_of_compatible(compatible);
	if (smmu->caps.errata & SMMU_ERRATUM_INVALIDATE_TWICE)
		dev_info(smmu->dev, "erratum: invalidations are sent twice\n");
	if (smmu->caps.errata & SMMU_ERRATUM_SYNC_EVERY_BATCH)
		dev_info(smmu->dev, "erratum: each batch of commands ends in a CMD_SYNC\n");
}

static int smmu_probe_read_caps(struct smmu_device *smmu)
{
	const struct smmu_id_regs ids = {
		.idr0 = smmu_mmio_read(&smmu->mmio, SMMU_IDR0),
		.idr1 = smmu_mmio_read(&smmu->mmio, SMMU_IDR1),
		.idr3 = smmu_mmio_read(&smmu->mmio, SMMU_IDR3),
		.idr5 = smmu_mmio_read(&smmu->mmio, SMMU_IDR5),
		.iidr = smmu_mmio_read(&smmu->mmio, SMMU_IIDR),
		.aidr = smmu_mmio_read(&smmu->mmio, SMMU_AIDR),
	};
	const char *why = "";
	int ret;

	ret = smmu_caps_decode(&ids, &smmu->caps, &why);
	if (ret)
		return dev_err_probe(smmu->dev, ret, "cannot drive this SMMU: %s\n", why);
	smmu_probe_add_errata(smmu);
	smmu_probe_disable_features(smmu);
	smmu_probe_apply_coherency(smmu);
	ret = smmu_probe_choose_granule(smmu);
	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(smmu->dev, DMA_BIT_MASK(smmu->caps.oas_bits));
	if (ret)
		return dev_err_probe(smmu->dev, ret, "cannot use %u-bit addresses for tables\n",
				     smmu->caps.oas_bits);
	return 0;
}

/* An SMMU that lets nothing pass, as after rmmod, has no master to lose. */
static int smmu_probe_check_late(const struct smmu_device *smmu)
{
	return smmu_reset_lets_pass(smmu) ? smmu_late_check(smmu) : 0;
}

static void smmu_probe_destroy_ids(void *ctx)
{
	smmu_ids_destroy(ctx);
}

static const struct smmu_cmdq_ops smmu_probe_cmdq_ops = {
	.poll_errors = smmu_irq_check_errors,
	.cut_off = smmu_reset_cut_off,
};

static int smmu_probe_alloc(struct smmu_device *smmu)
{
	u8 cmdq_lg2 = smmu_probe_entries_lg2(cmdq_entries, SMMU_CMDQ_MIN_LG2,
					     smmu->caps.cmdq_max_lg2);
	u8 evtq_lg2 = smmu_probe_entries_lg2(evtq_entries, SMMU_EVTQ_MIN_LG2,
					     smmu->caps.evtq_max_lg2);
	int ret;

	raw_spin_lock_init(&smmu->cr0_lock);
	mutex_init(&smmu->lock);
	xa_init(&smmu->streams);
	smmu_ids_init(&smmu->ids, smmu->caps.asid_bits, smmu->caps.vmid_bits);
	ret = devm_add_action_or_reset(smmu->dev, smmu_probe_destroy_ids, &smmu->ids);
	if (ret)
		return ret;

	ret = smmu_cmdq_init(&smmu->cmdq, smmu->dev, &smmu->mmio, cmdq_lg2, smmu->caps.errata,
			     &smmu_probe_cmdq_ops, smmu);
	if (ret)
		return ret;
	ret = smmu_evtq_init(&smmu->evtq, smmu->dev, &smmu->mmio, evtq_lg2, smmu_fault_sink, smmu);
	if (ret)
		return ret;
	ret = smmu_strtab_init(&smmu->strtab, smmu->dev, &smmu->caps, smmu->one_context);
	if (ret)
		return ret;
	smmu->cd_pool = dmam_pool_create("smmu_cd", smmu->dev,
					 SMMU_CDTAB_CDS * sizeof(struct smmu_cd),
					 SMMU_CDTAB_CDS * sizeof(struct smmu_cd), 0);
	if (smmu->cd_pool)
		return 0;
	dev_err(smmu->dev, "no memory for context descriptors\n");
	return -ENOMEM;
}

static void smmu_probe_announce(const struct smmu_device *smmu)
{
	const struct smmu_caps *caps = &smmu->caps;

	dev_info(smmu->dev, "SMMUv3.%u: %s%s%s, %u-bit output, %u KiB granule, %s\n", caps->minor,
		 caps->s1 ? "stage 1" : "", caps->s1 && caps->s2 ? " and " : "",
		 caps->s2 ? "stage 2" : "", caps->oas_bits, 1U << (smmu->granule_lg2 - 10),
		 caps->coherent ? "coherent" : "not coherent");
	dev_info(smmu->dev, "%u-bit StreamIDs (%s%s table), %u-bit ASIDs, %u-bit VMIDs, invalidation by %s\n",
		 smmu->strtab.sid_bits, caps->lazy_strtab ? "" : "preallocated ",
		 smmu->strtab.split ? "two-level" : "linear",
		 caps->asid_bits, caps->vmid_bits, caps->range_inval ? "range" : "page");
	dev_info(smmu->dev, "queues: %u commands, %u events; unclaimed streams abort\n",
		 1U << smmu->cmdq.entries_lg2, 1U << smmu->evtq.entries_lg2);
}

static int smmu_probe_register(struct smmu_device *smmu)
{
	int ret;

	ret = iommu_device_sysfs_add(&smmu->iommu, smmu->dev, NULL, "smmu3.%pa", &smmu->mmio.phys);
	if (ret)
		return dev_err_probe(smmu->dev, ret, "cannot make the sysfs entry\n");
	WRITE_ONCE(smmu->registering, current);
	ret = iommu_device_register(&smmu->iommu, &smmu_ops, smmu->dev);
	WRITE_ONCE(smmu->registering, NULL);
	if (ret) {
		smmu_master_release_all(smmu);
		iommu_device_sysfs_remove(&smmu->iommu);
		return dev_err_probe(smmu->dev, ret, "cannot register with the IOMMU core\n");
	}
	return 0;
}

static int smmu_probe(struct platform_device *pdev)
{
	struct smmu_device *smmu = devm_kzalloc(&pdev->dev, sizeof(*smmu), GFP_KERNEL);
	int ret;

	if (!smmu)
		return -ENOMEM;
	smmu->dev = &pdev->dev;
	platform_set_drvdata(pdev, smmu);

	ret = smmu_probe_map(smmu, pdev);
	if (!ret)
		ret = smmu_probe_read_caps(smmu);
	if (!ret)
		ret = smmu_firmware_read_smmu(smmu);
	if (!ret)
		ret = smmu_dmaranges_check(smmu);
	if (!ret)
		ret = smmu_probe_alloc(smmu);
	if (!ret)
		ret = smmu_irq_setup(smmu);
	/* No register has been written so far, and interrupts come to nothing. */
	if (!ret)
		ret = smmu_probe_check_late(smmu);
	if (!ret)
		ret = smmu_reset_start(smmu);
	if (ret)
		return ret;

	smmu_probe_announce(smmu);
	ret = smmu_probe_register(smmu);
	if (ret)
		smmu_reset_stop(smmu);
	else
		smmu_late_report(smmu);
	return ret;
}

/* Every master holds the module; a device that goes by itself may still have some. */
static void smmu_remove(struct platform_device *pdev)
{
	struct smmu_device *smmu = platform_get_drvdata(pdev);

	iommu_device_unregister(&smmu->iommu);
	smmu_master_release_all(smmu);
	iommu_device_sysfs_remove(&smmu->iommu);
	smmu_reset_stop(smmu);
	WARN_ON(!xa_empty(&smmu->streams));
}

static void smmu_shutdown(struct platform_device *pdev)
{
	smmu_reset_stop(platform_get_drvdata(pdev));
}

static int smmu_suspend(struct device *dev)
{
	struct smmu_device *smmu = dev_get_drvdata(dev);
	int ret = smmu_reset_stop(smmu);

	/* The system stays awake then, and nobody calls smmu_resume(). */
	if (ret)
		smmu_reset_start(smmu);
	return ret;
}

static int smmu_resume(struct device *dev)
{
	return smmu_reset_start(dev_get_drvdata(dev));
}

/*
 * With interrupts of devices off: their MSIs pass through the SMMU, too, and one
 * that comes while all traffic is stopped would be lost.
 */
static const struct dev_pm_ops smmu_pm_ops = {
	NOIRQ_SYSTEM_SLEEP_PM_OPS(smmu_suspend, smmu_resume)
};

static const struct of_device_id smmu_of_match[] = {
	{ .compatible = "arm,smmu-v3" },
	{ }
};
MODULE_DEVICE_TABLE(of, smmu_of_match);

static struct platform_driver smmu_driver = {
	.probe = smmu_probe,
	.remove = smmu_remove,
	.shutdown = smmu_shutdown,
	.driver = {
		.name = "smmu",
		.of_match_table = smmu_of_match,
		.pm = pm_sleep_ptr(&smmu_pm_ops),
		.suppress_bind_attrs = true,
	},
};

static void smmu_probe_exit(void)
{
	smmu_dmaranges_unwatch();
	if (smmu_arm32.exit)
		smmu_arm32.exit();
	/* Page tables on their way through RCU return into this module. */
	rcu_barrier();
}

/*
 * Built in: before the drivers of masters and of PCI hosts, which would have to wait;
 * after subsys_initcall, where the core chooses the type of default domains.
 */
static int __init smmu_init(void)
{
	/* Learns how masters get the DMA API, where the core does not bring it. */
	int ret = smmu_arm32.init ? smmu_arm32.init(&smmu_ops) : 0;

	if (ret)
		return ret;
	ret = smmu_dmaranges_watch(&smmu_ops);
	if (!ret)
		ret = platform_driver_register(&smmu_driver);
	if (ret)
		smmu_probe_exit();
	return ret;
}
subsys_initcall_sync(smmu_init);

static void __exit smmu_exit(void)
{
	platform_driver_unregister(&smmu_driver);
	smmu_probe_exit();
}
module_exit(smmu_exit);

MODULE_DESCRIPTION("Arm SMMUv3 IOMMU driver");
MODULE_AUTHOR("The smmu project");
MODULE_VERSION(SMMU_VERSION);
MODULE_LICENSE("GPL");
