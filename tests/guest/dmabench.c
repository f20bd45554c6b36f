// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmabench THREADS PAGES: let the kernel's dma_map_benchmark map and unmap so many pages
 * for a second, and print what each took on average, in nanoseconds. The kernel cuts
 * every time down to a multiple of 100 before it sums them up, and the average again.
 */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* As the kernel's linux/map_benchmark.h has it, which is not for user space to include. */
struct map_benchmark {
	uint64_t avg_map_100ns;
	uint64_t map_stddev;
	uint64_t avg_unmap_100ns;
	uint64_t unmap_stddev;
	uint32_t threads;
	uint32_t seconds;
	int32_t node;
	uint32_t dma_bits;
	uint32_t dma_dir;
	uint32_t dma_trans_ns;
	uint32_t granule;
	uint8_t expansion[76];
};

#define DMA_MAP_BENCHMARK	_IOWR('d', 1, struct map_benchmark)

int main(int argc, char **argv)
{
	struct map_benchmark map = { .seconds = 1, .node = -1, .dma_bits = 32 };
	int file;

	if (argc != 3) {
		fprintf(stderr, "usage: dmabench THREADS PAGES\n");
		return 2;
	}
	map.threads = atoi(argv[1]);
	map.granule = atoi(argv[2]);
	file = open("/sys/kernel/debug/dma_map_benchmark", O_RDWR);
	if (file < 0) {
		perror("/sys/kernel/debug/dma_map_benchmark");
		return 1;
	}
	if (ioctl(file, DMA_MAP_BENCHMARK, &map)) {
		perror("DMA_MAP_BENCHMARK");
		return 1;
	}
	printf("%llu %llu\n", 100ULL * map.avg_map_100ns, 100ULL * map.avg_unmap_100ns);
	return 0;
}
