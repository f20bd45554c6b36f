// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_bench: what a device has for all cases: memory, the SMMU's registers, a domain of
 * the driver's that it is attached to, and one that does nothing.
 */

#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/slab.h>

#include "bench.h"

#define BENCH_ORDER	get_order(2 * BENCH_SG * SZ_4K)

static int bench_memory(struct bench *b)
{
	unsigned int i;

	b->pages = alloc_pages(GFP_KERNEL, BENCH_ORDER);
	if (!b->pages)
		return -ENOMEM;
	sg_init_table(b->sg, BENCH_SG);
	for (i = 0; i < BENCH_SG; i++)
		sg_set_page(&b->sg[i], b->pages + 2 * i, PAGE_SIZE, 0);
	return 0;
}

static int bench_registers(struct bench *b)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "arm,smmu-v3");

	b->smmu = node ? of_iomap(node, 0) : NULL;
	of_node_put(node);
	return b->smmu ? 0 : -ENODEV;
}

/* The first of all mappings, made before anything was warm */
static int bench_first(struct bench *b)
{
	int ret;

	b->began = ktime_get_raw_ns();
	ret = iommu_map(b->real, SZ_1G, SZ_1G, SZ_4K, BENCH_RW, GFP_KERNEL);
	b->first = ktime_get_raw_ns() - b->began;
	if (!ret)
		iommu_unmap(b->real, SZ_1G, SZ_4K);
	return ret;
}

static int bench_domains(struct bench *b)
{
	struct iommu_domain *real = iommu_paging_domain_alloc(b->dev);
	int ret;

	if (IS_ERR(real))
		return PTR_ERR(real);
	b->real = real;
	b->nothing = bench_nothing_new(real);
	if (!b->nothing)
		return -ENOMEM;
	ret = iommu_attach_device(real, b->dev);
	if (ret)
		return ret;
	b->attached = true;
	return bench_first(b);
}

struct bench *bench_new(struct device *dev)
{
	struct bench *b;
	int ret;

	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return ERR_PTR(-ENOMEM);
	b->dev = dev;
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(28)) ?: bench_memory(b) ?:
	      bench_registers(b) ?: bench_domains(b);
	if (!ret)
		return b;
	bench_free(b);
	return ERR_PTR(ret);
}

void bench_free(struct bench *b)
{
	bench_release(b);
	if (b->attached)
		iommu_detach_device(b->real, b->dev);
	if (b->nothing)
		iommu_domain_free(b->nothing);
	if (b->real)
		iommu_domain_free(b->real);
	if (b->smmu)
		iounmap(b->smmu);
	if (b->pages)
		__free_pages(b->pages, BENCH_ORDER);
	kfree(b);
}

/* Between cases it is attached to the domain that they map in. */
struct bench_default bench_enter_default(struct bench *b)
{
	struct bench_default usual;

	iommu_detach_device(b->real, b->dev);
	usual.domain = iommu_get_domain_for_dev(b->dev);
	usual.ops = usual.domain->ops;
	if (b->domain == b->nothing)
		usual.domain->ops = &bench_nothing_ops;
	return usual;
}

int bench_leave_default(struct bench *b, struct bench_default usual)
{
	usual.domain->ops = usual.ops;
	return iommu_attach_device(b->real, b->dev);
}
