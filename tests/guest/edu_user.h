/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's edu device, driven by a program that has its BAR 0 mapped. */
#ifndef SMMU_TESTS_EDU_USER_H
#define SMMU_TESTS_EDU_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "../modules/edu_regs.h"

/* A page of the kernel that this runs on: 4, 16 or 64 KiB. */
#define PAGE	((size_t)sysconf(_SC_PAGESIZE))

static inline uint32_t edu_get(volatile uint8_t *regs, unsigned int reg)
{
	return *(volatile uint32_t *)(regs + reg);
}

/*
 * A DMA register takes one access: the model drops the upper half of a pair. With
 * LPAE, STRD is one.
 */
static inline void edu_set(volatile uint8_t *regs, unsigned int reg, uint64_t value)
{
#ifdef __arm__
	__asm__ volatile("strd	%0, %H0, [%1]" : : "r" (value), "r" (regs + reg) : "memory");
#else
	*(volatile uint64_t *)(regs + reg) = value;
#endif
}

/* Between the device's buffer and @iova; whether the transfer came to its end. */
static inline bool edu_dma(volatile uint8_t *regs, uint64_t iova, uint32_t bytes, bool to_mem)
{
	int tries = 5000;

	__sync_synchronize();
	edu_set(regs, EDU_DMA_SRC, to_mem ? EDU_BUF_ADDR : iova);
	edu_set(regs, EDU_DMA_DST, to_mem ? iova : EDU_BUF_ADDR);
	edu_set(regs, EDU_DMA_COUNT, bytes);
	edu_set(regs, EDU_DMA_CMD, EDU_DMA_CMD_RUN | (to_mem ? EDU_DMA_CMD_TO_MEM : 0));
	while (edu_get(regs, EDU_DMA_CMD) & EDU_DMA_CMD_RUN) {
		usleep(2000);
		if (!--tries)
			return false;
	}
	__sync_synchronize();
	return true;
}

#endif /* SMMU_TESTS_EDU_USER_H */
