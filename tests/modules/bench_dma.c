// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_bench: the same through the DMA API, with its allocator of addresses, strict or
 * lazy as the group's type is.
 */

#include <linux/dma-mapping.h>

#include "bench.h"

static int bench_page_round(struct bench *b, const struct bench_case *one)
{
	dma_addr_t iova;

	bench_start(b);
	iova = dma_map_page(b->dev, b->pages, 0, one->bytes, DMA_BIDIRECTIONAL);
	bench_stop(b, BENCH_MAP);
	if (dma_mapping_error(b->dev, iova))
		return -ENOMEM;
	bench_start(b);
	dma_unmap_page(b->dev, iova, one->bytes, DMA_BIDIRECTIONAL);
	bench_stop(b, BENCH_UNMAP);
	return 0;
}

static int bench_dma_sg_round(struct bench *b, const struct bench_case *one)
{
	int done;

	bench_start(b);
	done = dma_map_sg(b->dev, b->sg, BENCH_SG, DMA_BIDIRECTIONAL);
	bench_stop(b, BENCH_MAP);
	if (!done)
		return -ENOMEM;
	bench_start(b);
	dma_unmap_sg(b->dev, b->sg, BENCH_SG, DMA_BIDIRECTIONAL);
	bench_stop(b, BENCH_UNMAP);
	return 0;
}

static int bench_dma_round(struct bench *b, const struct bench_case *one)
{
	struct bench_default usual = bench_enter_default(b);
	int ret;

	ret = one->bytes > SZ_64K ? bench_dma_sg_round(b, one) : bench_page_round(b, one);
	return bench_leave_default(b, usual) ?: ret;
}

const struct bench_case bench_dma_cases[] = {
	{ "dma_4K", { "map", "unmap" }, .round = bench_dma_round, .bytes = SZ_4K,
	  .dma_api = true },
	{ "dma_64K", { "map", "unmap" }, .round = bench_dma_round, .bytes = SZ_64K,
	  .dma_api = true },
	{ "dma_sg_256", { "map", "unmap" }, .round = bench_dma_round, .bytes = BENCH_SG * SZ_4K,
	  .dma_api = true },
	{ }
};
