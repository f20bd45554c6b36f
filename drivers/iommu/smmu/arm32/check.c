// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the kernel is as dma.c assumes, tried out on the device of learn.c with what the
 * driver does to its masters.
 */
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/of_device.h>
#include <linux/sizes.h>

#include "arm32/internal.h"

/* One mapping has a bitmap of one word, the other two bitmaps as large as they get. */
#define SMMU_ARM32_BASE		SZ_1M
#define SMMU_ARM32_SMALL_PAGES	BITS_PER_LONG
#define SMMU_ARM32_LARGE_PAGES	((unsigned int)(PAGE_SIZE * BITS_PER_BYTE))

/* Pages of the second bitmap that are left free; aligned to their number. */
#define SMMU_ARM32_FREE_FIRST	4
#define SMMU_ARM32_FREE_PAGES	2
#define SMMU_ARM32_FREE_BYTES	(SMMU_ARM32_FREE_PAGES * PAGE_SIZE)
#define SMMU_ARM32_FREE_IOVA	\
	(SMMU_ARM32_BASE + (u64)(SMMU_ARM32_LARGE_PAGES + SMMU_ARM32_FREE_FIRST) * PAGE_SIZE)

/*
 * Compare what was found with what is assumed (by its number in dma.c). A statement is 1
 * if it is true. Only the first difference counts.
 */
static void smmu_arm32_expect(struct smmu_arm32_trial *trial, const char *what, u64 found,
			      u64 assumed)
{
	if (trial->result || found == assumed)
		return;
	trial->result = -EOPNOTSUPP;
	trial->said_which = true;
	pr_err("smmu: cannot start: the DMA API of 32-bit Arm is not as known here: %s: %#llx instead of %#llx; use Linux 6.12, or a version of smmu for this kernel\n",
	       what, found, assumed);
}

static void smmu_arm32_check_core(struct smmu_arm32_trial *trial)
{
	smmu_arm32_expect(trial, "(1) identity is attached before probe_finalize",
			  trial->default_first, 1);
	smmu_arm32_expect(trial, "(1) identity is the default domain",
			  iommu_get_domain_for_dev(trial->dev) == &trial->identity, 1);
}

static struct dma_iommu_mapping *smmu_arm32_make(struct smmu_arm32_trial *trial, u64 pages)
{
	struct dma_iommu_mapping *mapping = arm_iommu_create_mapping(trial->dev, SMMU_ARM32_BASE,
								     pages * PAGE_SIZE);

	if (!IS_ERR(mapping))
		return mapping;
	trial->result = PTR_ERR(mapping);
	return NULL;
}

static void smmu_arm32_check_layout(struct smmu_arm32_trial *trial,
				    const struct dma_iommu_mapping *mapping, unsigned int bits,
				    unsigned int bitmaps)
{
	smmu_arm32_expect(trial, "(2) a mapping's domain is from the device's SMMU",
			  mapping->domain == &trial->paging, 1);
	smmu_arm32_expect(trial, "(2) base of a mapping", mapping->base, SMMU_ARM32_BASE);
	smmu_arm32_expect(trial, "(2) pages of a bitmap", mapping->bits, bits);
	smmu_arm32_expect(trial, "(2) bytes of a bitmap", mapping->bitmap_size,
			  bits / BITS_PER_BYTE);
	smmu_arm32_expect(trial, "(2) bitmaps that a mapping may have", mapping->extensions,
			  bitmaps);
	smmu_arm32_expect(trial, "(2) bitmaps of a new mapping", mapping->nr_bitmaps, 1);
	smmu_arm32_expect(trial, "(2) references to a new mapping", kref_read(&mapping->kref), 1);
}

/* Let the architecture attach the device and detach it, and see what it installs. */
static const struct dma_map_ops *smmu_arm32_attach(struct smmu_arm32_trial *trial,
						   struct dma_iommu_mapping *mapping)
{
	const struct dma_map_ops *ops;
	int ret = arm_iommu_attach_device(trial->dev, mapping);

	if (ret) {
		trial->result = ret;
		return NULL;
	}
	ops = get_dma_ops(trial->dev);
	smmu_arm32_expect(trial, "(3) operations are installed", !!ops, 1);
	smmu_arm32_expect(trial, "(3) the mapping's domain is attached",
			  trial->attached == &trial->paging, 1);
	smmu_arm32_expect(trial, "(4) the mapping is in archdata",
			  to_dma_iommu_mapping(trial->dev) == mapping, 1);
	arm_iommu_detach_device(trial->dev);
	smmu_arm32_expect(trial, "(1) identity is attached when a device is given back",
			  trial->attached == &trial->identity, 1);
	return ops;
}

static void smmu_arm32_learn_ops(struct smmu_arm32_trial *trial)
{
	struct dma_iommu_mapping *mapping = smmu_arm32_make(trial, SMMU_ARM32_SMALL_PAGES);
	const struct dma_map_ops *arch;

	if (!mapping)
		return;
	smmu_arm32_check_layout(trial, mapping, SMMU_ARM32_SMALL_PAGES, 1);
	if (!trial->result)
		trial->arch = smmu_arm32_attach(trial, mapping);
	arm_iommu_release_mapping(mapping);
	if (trial->result)
		return;

	arch = trial->arch;
	smmu_arm32_expect(trial, "(5) operations for coherent memory",
			  !!arch->alloc + !!arch->free + !!arch->mmap + !!arch->get_sgtable, 4);
	trial->ops = smmu_arm32_coherent_ops(arch);
	if (!trial->ops)
		trial->result = -ENOMEM;
}

/* Give the device a mapping that is full but for some pages in its second bitmap. */
static void smmu_arm32_give_mapping(struct smmu_arm32_trial *trial)
{
	struct dma_iommu_mapping *mapping = smmu_arm32_make(trial, 2 * SMMU_ARM32_LARGE_PAGES);

	if (!mapping)
		return;
	smmu_arm32_check_layout(trial, mapping, SMMU_ARM32_LARGE_PAGES, 2);
	/* Two references, as many as the architecture drops if it takes a mapping away. */
	kref_get(&mapping->kref);
	trial->mapping = mapping;
	/* As dma.c does to its domains */
	mapping->domain->ops = trial->other_ops;
	smmu_arm32_install(trial->dev, mapping, trial->ops);
	if (!trial->result)
		trial->result = smmu_arm32_reserve(mapping, 0, SMMU_ARM32_FREE_IOVA - 1);
	if (!trial->result)
		trial->result = smmu_arm32_reserve(mapping, SMMU_ARM32_FREE_IOVA +
						   SMMU_ARM32_FREE_BYTES, U64_MAX);
}

/* What comes before a driver is bound, with a node that makes a device snoop, if any. */
static void smmu_arm32_check_setup(struct smmu_arm32_trial *trial)
{
	struct device_node *np = of_find_node_with_property(NULL, "dma-coherent") ?:
				 of_find_node_by_path("/");

	trial->result = of_dma_configure(trial->dev, np, true);
	of_node_put(np);
	smmu_arm32_expect(trial, "(6) arch_setup_dma_ops() keeps operations",
			  get_dma_ops(trial->dev) == trial->ops, 1);
	smmu_arm32_expect(trial, "(6) arch_setup_dma_ops() keeps a mapping",
			  to_dma_iommu_mapping(trial->dev) == trial->mapping, 1);
	smmu_arm32_expect(trial, "(6) dma_ops_setup after arch_setup_dma_ops()",
			  trial->dev->archdata.dma_ops_setup, 0);
}

static unsigned int smmu_arm32_pages_taken(const struct smmu_arm32_trial *trial)
{
	unsigned int i, nr = 0;

	for (i = 0; i < SMMU_ARM32_FREE_PAGES; i++)
		nr += test_bit(SMMU_ARM32_FREE_FIRST + i, trial->mapping->bitmaps[1]);
	return nr;
}

/* The free pages, and they alone, lead to a piece of memory. */
static void smmu_arm32_check_mapped(struct smmu_arm32_trial *trial, dma_addr_t iova,
				    const void *addr)
{
	smmu_arm32_expect(trial, "(4) address given out", iova, SMMU_ARM32_FREE_IOVA);
	smmu_arm32_expect(trial, "(4) pages taken", smmu_arm32_pages_taken(trial),
			  SMMU_ARM32_FREE_PAGES);
	smmu_arm32_expect(trial, "(4) address mapped", trial->iova, SMMU_ARM32_FREE_IOVA);
	smmu_arm32_expect(trial, "(4) where it leads", trial->phys, virt_to_phys(addr));
	smmu_arm32_expect(trial, "(4) bytes mapped", trial->mapped, SMMU_ARM32_FREE_BYTES);
	smmu_arm32_expect(trial, "(9) mapped through what the domain has for that now",
			  trial->through_other, 1);
}

static void smmu_arm32_check_unmapped(struct smmu_arm32_trial *trial, const char *what_unmapped,
				      const char *what_taken)
{
	smmu_arm32_expect(trial, what_unmapped, trial->unmapped, SMMU_ARM32_FREE_BYTES);
	smmu_arm32_expect(trial, what_taken, smmu_arm32_pages_taken(trial), 0);
	trial->mapped = 0;
	trial->unmapped = 0;
}

/* What failed is left as it is: it is not known how to undo it. */
static void smmu_arm32_check_streaming(struct smmu_arm32_trial *trial)
{
	void *addr = alloc_pages_exact(SMMU_ARM32_FREE_BYTES, GFP_KERNEL);
	dma_addr_t iova, more;

	if (!addr) {
		trial->result = -ENOMEM;
		return;
	}
	iova = dma_map_single(trial->dev, addr, SMMU_ARM32_FREE_BYTES, DMA_BIDIRECTIONAL);
	smmu_arm32_check_mapped(trial, iova, addr);
	if (trial->result)
		return;
	more = dma_map_single(trial->dev, addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	smmu_arm32_expect(trial, "(4) a mapping that is full gives out nothing",
			  !!dma_mapping_error(trial->dev, more), 1);
	if (trial->result)
		return;
	dma_unmap_single(trial->dev, iova, SMMU_ARM32_FREE_BYTES, DMA_BIDIRECTIONAL);
	smmu_arm32_check_unmapped(trial, "(4) bytes unmapped", "(4) pages taken after that");
	free_pages_exact(addr, SMMU_ARM32_FREE_BYTES);
}

/* Allocated by this driver, freed by the architecture; on a board where devices snoop. */
static void smmu_arm32_check_coherent(struct smmu_arm32_trial *trial)
{
	dma_addr_t iova;
	void *addr;

	if (!dev_is_dma_coherent(trial->dev))
		return;
	addr = dma_alloc_coherent(trial->dev, SMMU_ARM32_FREE_BYTES, &iova, GFP_KERNEL);
	if (!addr) {
		trial->result = -ENOMEM;
		return;
	}
	smmu_arm32_check_mapped(trial, iova, addr);
	if (trial->result)
		return;
	dma_free_coherent(trial->dev, SMMU_ARM32_FREE_BYTES, addr, iova);
	smmu_arm32_check_unmapped(trial, "(5) bytes that \"free\" unmapped",
				  "(5) pages taken after that");
}

/* Now that the device snoops, it gets the same as before. */
static void smmu_arm32_check_alike(struct smmu_arm32_trial *trial)
{
	struct dma_iommu_mapping *mapping = smmu_arm32_make(trial, SMMU_ARM32_SMALL_PAGES);
	const struct dma_map_ops *ops;

	if (!mapping)
		return;
	smmu_arm32_install(trial->dev, NULL, NULL);
	ops = smmu_arm32_attach(trial, mapping);
	smmu_arm32_install(trial->dev, trial->mapping, trial->ops);
	arm_iommu_release_mapping(mapping);
	smmu_arm32_expect(trial, "(3) the same operations for every device", ops == trial->arch,
			  1);
}

/**
 * smmu_arm32_check_bound() - Try out the kernel while a driver is bound to the device
 * @trial: the device; gets @ops and @mapping
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP if something is not as assumed (and a line that says what); or
 * another error, if it could not be tried out.
 */
int smmu_arm32_check_bound(struct smmu_arm32_trial *trial)
{
	static void (* const step[])(struct smmu_arm32_trial *trial) = {
		smmu_arm32_check_core,
		smmu_arm32_learn_ops,
		smmu_arm32_give_mapping,
		smmu_arm32_check_setup,
		smmu_arm32_check_streaming,
		smmu_arm32_check_coherent,
		smmu_arm32_check_alike,
	};
	unsigned int i;

	trial->result = 0;
	for (i = 0; i < ARRAY_SIZE(step) && !trial->result; i++)
		step[i](trial);
	return trial->result;
}

/**
 * smmu_arm32_check_released() - What became of the device when its driver was unbound
 * @trial: the device
 *
 * Context: any.
 * Return: as smmu_arm32_check_bound().
 */
int smmu_arm32_check_released(struct smmu_arm32_trial *trial)
{
	smmu_arm32_expect(trial, "(6) arch_teardown_dma_ops() keeps operations and mapping",
			  trial->kept, 1);
	return trial->result;
}
