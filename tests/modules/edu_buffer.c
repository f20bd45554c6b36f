// SPDX-License-Identifier: GPL-2.0-only
/* smmu_edu: memory by its size, coherent or mapped for a while. */

#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "edu_memory.h"

static int coherent_map(struct smmu_edu_memory *m, u64 bytes)
{
	m->bytes = bytes;
	m->cpu = dma_alloc_coherent(m->dev, m->bytes, &m->iova, GFP_KERNEL);
	return m->cpu ? 0 : -ENOMEM;
}

static void coherent_unmap(struct smmu_edu_memory *m)
{
	dma_free_coherent(m->dev, m->bytes, m->cpu, m->iova);
	m->cpu = NULL;
}

static void *coherent_begin(struct smmu_edu_memory *m, bool write)
{
	return m->cpu;
}

const struct smmu_edu_kind smmu_edu_coherent = {
	.map_file = "alloc",
	.unmap_file = "free",
	.bytes_file = "buf",
	.words = 2,
	.map = coherent_map,
	.unmap = coherent_unmap,
	.begin = coherent_begin,
};

static int streaming_map(struct smmu_edu_memory *m, u64 bytes)
{
	m->bytes = PAGE_ALIGN(bytes);
	m->cpu = kzalloc(m->bytes, GFP_KERNEL);
	if (!m->cpu)
		return -ENOMEM;
	m->phys = virt_to_phys(m->cpu);
	m->iova = dma_map_single(m->dev, m->cpu, m->bytes, DMA_BIDIRECTIONAL);
	return dma_mapping_error(m->dev, m->iova) ? -ENOSPC : 0;
}

static void streaming_unmap(struct smmu_edu_memory *m)
{
	dma_unmap_single(m->dev, m->iova, m->bytes, DMA_BIDIRECTIONAL);
}

static void streaming_drop(struct smmu_edu_memory *m)
{
	kfree(m->cpu);
	m->cpu = NULL;
}

static void *streaming_begin(struct smmu_edu_memory *m, bool write)
{
	if (m->mapped && !write)
		dma_sync_single_for_cpu(m->dev, m->iova, m->bytes, DMA_BIDIRECTIONAL);
	return m->cpu;
}

static void streaming_end(struct smmu_edu_memory *m, void *at, bool write)
{
	if (m->mapped && write)
		dma_sync_single_for_device(m->dev, m->iova, m->bytes, DMA_BIDIRECTIONAL);
}

const struct smmu_edu_kind smmu_edu_streaming = {
	.map_file = "map",
	.unmap_file = "unmap",
	.bytes_file = "mapbuf",
	.words = 3,
	.map = streaming_map,
	.unmap = streaming_unmap,
	.drop = streaming_drop,
	.begin = streaming_begin,
	.end = streaming_end,
};
