/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of QEMU's edu device. Plain numbers: programs in user space (tests/guest)
 * include it as well.
 */
#ifndef SMMU_TEST_EDU_REGS_H
#define SMMU_TEST_EDU_REGS_H

#define EDU_ID			0x00
#define EDU_ID_MASK		0xffff
#define EDU_ID_VALUE		0x00ed
#define EDU_IRQ_STATUS		0x24
#define EDU_IRQ_RAISE		0x60
#define EDU_IRQ_ACK		0x64
#define EDU_DMA_SRC		0x80
#define EDU_DMA_DST		0x88
#define EDU_DMA_COUNT		0x90
#define EDU_DMA_CMD		0x98
#define EDU_DMA_CMD_RUN		0x1
#define EDU_DMA_CMD_TO_MEM	0x2

/* Where its own buffer is, in the device's view. */
#define EDU_BUF_ADDR		0x40000
#define EDU_BUF_BYTES		4096

#endif /* SMMU_TEST_EDU_REGS_H */
