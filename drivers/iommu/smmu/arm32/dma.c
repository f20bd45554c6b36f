// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA API of 32-bit Arm, where the architecture and not the IOMMU core gives out
 * addresses (arch/arm/mm/dma-mapping.c).
 *
 * Left alone, the architecture makes a domain of 4 GiB from address 0 each time a driver
 * is bound, and attaches it in place of the core's default domain.  That knows no DMA
 * window, no address that has to stay free, no group of two devices, and no VFIO.  So
 * this driver makes that domain, once for a group, before a driver is bound, and takes
 * out of its bitmaps what must not be given out.  To the core, the group stays in its
 * default domain, which the kernel wants to be "identity" here: attaching that one
 * attaches the API's domain.
 *
 * No header promises what this needs.  What is assumed of the kernel (Linux 6.12 to 7.2):
 *
 *  1. The core's default domain is identity.  It is attached before probe_finalize, and
 *     again when whoever took a device over gives it back.
 *  2. arm_iommu_create_mapping() has the device's own SMMU make the domain.  A mapping
 *     covers its range from @base on with a bitmap, a bit for a page, or with several of
 *     a page each; the first exists, @extensions is how many there can be.  It starts with
 *     one reference.
 *  3. arm_iommu_attach_device() installs the same operations in every device, whether it
 *     snoops the caches or not.
 *  4. These find the mapping in dev->archdata.  They give out only addresses whose bits
 *     are clear, set those bits, and map in the mapping's domain; they undo both.
 *  5. "free" undoes "alloc" also for memory in one piece, of a device that snoops.
 *  6. A device that has operations is left as it is when a driver is bound to it
 *     (arch_setup_dma_ops()), and when the driver is unbound (arch_teardown_dma_ops()) if
 *     archdata.dma_ops_setup is not set.
 *  7. @lock of a mapping guards its bitmaps and their number.  With the last reference
 *     go the domain and all bitmaps, by kfree().  "free" gives coherent memory back page
 *     by page.  A device meets its SMMU before arch_setup_dma_ops().
 *  8. The core calls probe_finalize without the group's mutex, and release_device with it,
 *     when the device is in its release domain already.
 *  9. Each map and unmap of a domain goes through the "ops" that the domain has then.
 * 10. What a device has in archdata has two references.  A client that manages its domains
 *     itself drops both: arm_iommu_detach_device() one, as it takes the mapping out of
 *     archdata, and arm_iommu_release_mapping() the other.  iommu_detach_device() warns,
 *     since to the core the device is in its default domain, and changes nothing.
 *
 * 1 to 6, and 9 of a map, are tried out when the module is loaded (check.c), on a device
 * that is there for this alone (learn.c); what 3 and 5 say of devices that snoop, where the
 * tree has one.  If one does not hold, the module does not load and says which.
 *
 * What the architecture gets wrong, and what is done about it, which does no harm should
 * it be put right one day:
 *
 *  - Of a coherent buffer of several pages it maps only the first right, for devices that
 *    snoop the caches: coherent.c replaces that operation.
 *  - It never maps MSI doorbells, and the interrupt controllers hand out their physical
 *    addresses: doorbell.c reads from the controller's node where they are, and maps the
 *    page one to one in every domain, also outside of a window.
 *  - It says that it may sleep when it maps, whatever its caller said: domains of the DMA
 *    API have a map_pages of their own, which never sleeps.
 *  - It asks for no mapping that is cacheable: those domains get them if a master snoops.
 *  - It never unmaps page 0, so that page is not given out.
 *  - It does not look at DMA masks. It gives out the lowest address that is free, so only
 *    a window that starts beyond a master's mask is out of reach.
 */
#include <linux/align.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include <asm/dma-iommu.h>

#include <kunit/visibility.h>

#include "arm32/arm32.h"
#include "arm32/internal.h"
#include "attach.h"
#include "compat.h"
#include "domain.h"
#include "master.h"
#include "resv.h"

/* Taken before a group's mutex: one group is set up at a time. */
static DEFINE_MUTEX(smmu_arm32_lock);

/* The operations for devices behind an IOMMU. */
static const struct dma_map_ops *smmu_arm32_dma_ops __ro_after_init;

/* The operations of the API's domains: those of all domains, but for one. */
static struct iommu_domain_ops smmu_arm32_domain_ops __ro_after_init;

/*
 * The part of the master's window that 32-bit Arm gives out addresses in: they are
 * numbers of 32 bits in the calls to the IOMMU core.
 */
static int smmu_arm32_aperture(const struct smmu_master *master,
			       struct smmu_window_range *aperture)
{
	const struct bus_dma_region *map = master->dev->dma_range_map;
	u64 start = smmu_window_start(&master->window);
	u64 last = smmu_window_last(&master->window);

	if (map) {
		start = max_t(u64, start, ALIGN(dma_range_map_min(map), PAGE_SIZE));
		last = min_t(u64, last, ALIGN_DOWN(dma_range_map_max(map) + 1, PAGE_SIZE) - 1);
	}
	aperture->start = start;
	aperture->last = min_t(u64, last, U32_MAX);
	if (aperture->start < aperture->last)
		return 0;
	dev_err(master->dev, "DMA window %#llx-%#llx lies beyond 4 GiB, where 32-bit Arm gives out no addresses\n",
		start, last);
	return -ERANGE;
}

/* What the master cannot reach, and what its firmware and its MSIs need. */
static int smmu_arm32_reserve_all(struct dma_iommu_mapping *mapping,
				  const struct smmu_master *master)
{
	struct smmu_window_range aperture;
	struct iommu_resv_region *region;
	LIST_HEAD(regions);
	int ret;

	ret = smmu_arm32_aperture(master, &aperture);
	if (!ret && aperture.start)
		ret = smmu_arm32_reserve(mapping, 0, aperture.start - 1);
	if (!ret)
		ret = smmu_arm32_reserve(mapping, aperture.last + 1, U64_MAX);
	smmu_resv_list(master, &regions);
	list_for_each_entry(region, &regions, list)
		ret = ret ?: smmu_arm32_reserve(mapping, region->start,
						(u64)region->start + region->length - 1);
	iommu_put_resv_regions(master->dev, &regions);
	return ret;
}

/* A mapping as large as the aperture: the bitmaps of a larger one end beyond it. */
static struct dma_iommu_mapping *smmu_arm32_create(const struct smmu_master *master)
{
	struct dma_iommu_mapping *mapping;
	struct smmu_window_range aperture;
	u64 bytes;
	int ret;

	ret = smmu_arm32_aperture(master, &aperture);
	if (ret)
		return ERR_PTR(ret);
	bytes = aperture.last - aperture.start + 1;
	if (bytes > SMMU_ARM32_BITMAP_BYTES)
		bytes = ALIGN(bytes, SMMU_ARM32_BITMAP_BYTES);
	mapping = arm_iommu_create_mapping(master->dev, aperture.start, bytes);
	if (IS_ERR(mapping))
		return mapping;
	/* Attached to nothing yet, so nobody has looked. */
	mapping->domain->ops = &smmu_arm32_domain_ops;

	/* The architecture never unmaps page 0, and drivers take it for no address. */
	ret = smmu_arm32_reserve(mapping, 0, PAGE_SIZE - 1);
	if (!ret)
		return mapping;
	arm_iommu_release_mapping(mapping);
	return ERR_PTR(ret);
}

/*
 * The mapping of another master in the group, also if a client has detached that one from
 * it. Holds the group's mutex.
 */
static int smmu_arm32_find(struct device *dev, void *ctx)
{
	struct dma_iommu_mapping **mapping = ctx;
	const struct smmu_master *master = dev_iommu_priv_get(dev);

	if (!*mapping && master && master->arm32.mapping) {
		*mapping = master->arm32.mapping;
		kref_get(&(*mapping)->kref);
	}
	return 0;
}

/*
 * The architecture does not tell devices that snoop the caches from those that do not.
 * A mapping that is cacheable does no harm to a device that does not snoop.
 */
static void smmu_arm32_add_prot(struct smmu_domain *smmu_domain, const struct smmu_master *master)
{
	if (smmu_master_snoops(master))
		WRITE_ONCE(smmu_domain->more_prot, IOMMU_CACHE);
}

/* A master, and the mapping that it is to have. */
struct smmu_arm32_pair {
	struct smmu_master *master;
	struct dma_iommu_mapping *mapping;
};

/* Attach the master to the API's domain, if it is not in somebody else's. */
static int smmu_arm32_enter(struct device *dev, void *ctx)
{
	const struct smmu_arm32_pair *pair = ctx;
	struct smmu_master *master = pair->master;
	struct smmu_domain *smmu_domain = to_smmu_domain(pair->mapping->domain);
	int ret;

	if (dev != master->dev)
		return 0;
	smmu_arm32_add_prot(smmu_domain, master);
	if (smmu_compat_domain_of(dev) == &smmu_attach_identity_domain) {
		ret = smmu_attach_domain(master, smmu_domain);
		if (ret)
			return ret;
	}
	master->arm32.mapping = pair->mapping;
	master->arm32.domain = smmu_domain;
	/* Two more references, for a client that takes the mapping away. */
	kref_get(&pair->mapping->kref);
	kref_get(&pair->mapping->kref);
	smmu_arm32_install(dev, pair->mapping, smmu_arm32_dma_ops);
	return 0;
}

static int smmu_arm32_set_up(struct smmu_master *master, struct iommu_group *group)
{
	struct smmu_arm32_pair pair = { .master = master };
	int ret;

	lockdep_assert_held(&smmu_arm32_lock);
	iommu_group_for_each_dev(group, &pair.mapping, smmu_arm32_find);
	if (!pair.mapping)
		pair.mapping = smmu_arm32_create(master);
	if (IS_ERR(pair.mapping))
		return PTR_ERR(pair.mapping);
	ret = smmu_arm32_reserve_all(pair.mapping, master);
	if (!ret)
		ret = iommu_group_for_each_dev(group, &pair, smmu_arm32_enter);
	/* The master keeps the reference. */
	if (ret)
		arm_iommu_release_mapping(pair.mapping);
	return ret;
}

/*
 * Where it fails, the streams stay blocked: a domain that the architecture brings then,
 * with none of what is done here, is refused.
 */
static void smmu_arm32_probe_finalize(struct smmu_master *master)
{
	struct iommu_group *group = iommu_group_get(master->dev);
	int ret = 0;

	mutex_lock(&smmu_arm32_lock);
	if (!master->arm32.domain)
		ret = smmu_arm32_set_up(master, group);
	mutex_unlock(&smmu_arm32_lock);
	iommu_group_put(group);
	if (!ret)
		return;
	master->arm32.failed = true;
	dev_err(master->dev, "cannot set up the DMA API, its DMA stays blocked: %pe\n",
		ERR_PTR(ret));
}

static void smmu_arm32_release_device(struct smmu_master *master)
{
	struct dma_iommu_mapping *mapping = master->arm32.mapping;

	if (!mapping)
		return;
	/* Otherwise a client has dropped the two. */
	if (to_dma_iommu_mapping(master->dev) == mapping) {
		smmu_arm32_install(master->dev, NULL, NULL);
		arm_iommu_release_mapping(mapping);
		arm_iommu_release_mapping(mapping);
	}
	master->arm32.domain = NULL;
	master->arm32.mapping = NULL;
	arm_iommu_release_mapping(mapping);
}

/* Until a master has joined, nothing passes. */
static int smmu_arm32_attach_default(struct smmu_master *master)
{
	if (master->arm32.domain)
		return smmu_attach_domain(master, master->arm32.domain);
	smmu_attach_block_master(master);
	return 0;
}

static struct smmu_domain *smmu_arm32_domain_of(const struct smmu_master *master)
{
	return master->arm32.domain;
}

static bool smmu_arm32_refuses(const struct smmu_master *master)
{
	return master->arm32.failed;
}

static bool smmu_arm32_serves(const struct smmu_domain *smmu_domain)
{
	return smmu_domain->domain.ops == &smmu_arm32_domain_ops;
}

/* The architecture says that it may sleep, whatever its own caller said. */
static int smmu_arm32_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
			  size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	return smmu_domain_map(domain, iova, pa, pgsize, pgcount, prot, GFP_ATOMIC, mapped);
}

static int smmu_arm32_init(const struct iommu_ops *ops)
{
	int ret = smmu_arm32_learn(&smmu_arm32_dma_ops);

	if (ret)
		return ret;
	smmu_arm32_domain_ops = *ops->default_domain_ops;
	smmu_arm32_domain_ops.map_pages = smmu_arm32_map;
	return 0;
}

static void smmu_arm32_exit(void)
{
	kfree(smmu_arm32_dma_ops);
}

const struct smmu_arm32_ops smmu_arm32 = {
	.init = smmu_arm32_init,
	.exit = smmu_arm32_exit,
	.probe_finalize = smmu_arm32_probe_finalize,
	.release_device = smmu_arm32_release_device,
	.attach_default = smmu_arm32_attach_default,
	.domain_of = smmu_arm32_domain_of,
	.refuses = smmu_arm32_refuses,
	.serves = smmu_arm32_serves,
	.read_msi = smmu_arm32_read_msi,
	.last_msi = smmu_arm32_last_msi,
	.list_msi = smmu_arm32_list_msi,
	.map_msi = smmu_arm32_map_msi,
};
EXPORT_SYMBOL_IF_KUNIT(smmu_arm32);
