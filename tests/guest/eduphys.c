// SPDX-License-Identifier: GPL-2.0-only
/*
 * eduphys BAR [ADDRESS]: no driver, no DMA API. Drives the edu device whose BAR 0
 * is at physical address BAR through /dev/mem, lets it write to the physical
 * address of a page of this program, and prints whether that page was "reached"
 * or is "untouched". With ADDRESS it writes four bytes there; look for yourself.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "edu_user.h"

#define EDU_BYTES	0x100000

static void must(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(2);
}

static uint64_t phys_of(const void *at)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry;

	must(fd >= 0, "/proc/self/pagemap");
	must(pread(fd, &entry, 8, (uintptr_t)at / PAGE * 8) == 8, "/proc/self/pagemap");
	close(fd);
	must(entry >> 63 && entry << 9, "the page has no physical address");
	return (entry & ((1ULL << 55) - 1)) * PAGE;
}

static volatile uint8_t *map_bar(uint64_t bar)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC);
	volatile uint8_t *regs;

	must(fd >= 0, "/dev/mem");
	regs = mmap(NULL, EDU_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, bar);
	must(regs != MAP_FAILED, "mmap of BAR 0");
	close(fd);
	return regs;
}

int main(int argc, char **argv)
{
	volatile uint8_t *regs;
	uint8_t before[64];
	uint64_t address, bytes;
	uint8_t *page;
	size_t i;

	if (argc < 2) {
		fprintf(stderr, "usage: eduphys BAR [ADDRESS]\n");
		return 2;
	}
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
	must(page != MAP_FAILED, "mmap of a page");
	for (i = 0; i < sizeof(before); i++)
		page[i] = before[i] = 0x5a ^ i;
	bytes = argc > 2 ? 4 : sizeof(before);
	address = argc > 2 ? strtoull(argv[2], NULL, 0) : phys_of(page);
	regs = map_bar(strtoull(argv[1], NULL, 0));
	must((edu_get(regs, EDU_ID) & EDU_ID_MASK) == EDU_ID_VALUE, "no edu device at BAR");
	must(edu_dma(regs, address, bytes, true), "the transfer does not end");
	if (argc == 2)
		puts(memcmp(page, before, sizeof(before)) ? "reached" : "untouched");
	return 0;
}
