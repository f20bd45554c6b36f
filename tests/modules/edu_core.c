// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drives QEMU's edu device through the DMA API, by files that a test script
 * reads and writes: /sys/kernel/debug/smmu_edu/<name>/, with the PCI function's
 * or the platform device's name.
 *
 *   mask    write N: set an N-bit DMA mask. It is 28 at first, as the device's; 48
 *           where that reaches no memory, which is so without translation. Read:
 *           "MASK COHERENT-MASK LIMIT", the last one its bus's, 0 for none
 *   dma     write "[start] read|write IOVA BYTES" or "wait": the device reads
 *           memory into its own buffer, or writes that buffer to memory; "start"
 *           leaves 100 ms for a use after unmap, "wait" sees it through
 *   stream  the StreamID that a driver would tell its device to send, by
 *           tegra_dev_iommu_get_stream_id(), or "none"
 *   irq     write: let the device raise its interrupt; read: "KIND COUNT", of kind
 *           "msi", "wired" or "none"
 *
 * Memory by its size (edu_buffer.c, edu_many.c):
 *
 *   alloc   write BYTES: dma_alloc_coherent(); read: "IOVA BYTES"
 *   free    write: dma_free_coherent()
 *   buf     the bytes of the coherent buffer
 *   map     write BYTES: dma_map_single() on a new buffer; read: "IOVA BYTES PHYS"
 *   unmap   write: dma_unmap_single(); the buffer stays for "mapbuf" to show
 *   mapbuf  the bytes of the streaming buffer, synced for whoever needs it
 *   many    write "COUNT BYTES": as many more coherent buffers, until one cannot be
 *           had; "0 0" frees them. Read: "COUNT FIRST LAST", how many there are and
 *           between which addresses
 *
 * Memory by its physical address (edu_page.c):
 *
 *   page      write ADDRESS: dma_map_page() of a page at or above that physical
 *             address, anew; read: "IOVA BYTES PHYS"
 *   unpage    write: dma_unmap_page(); the page stays for "pagebuf" to show
 *   pagebuf   the bytes of that page, with nothing synced for anybody
 *   resource  write ADDRESS: dma_map_resource() of a page of registers, anew; read:
 *             its IOVA
 *
 * alloc, map, page and resource read "none" while nothing is mapped.
 */

#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "edu.h"
#include "edu_core.h"
#include "edu_memory.h"
#include "files.h"

#define SMMU_EDU_MASK_BITS	28
#define SMMU_EDU_WIDE_BITS	48

static const struct smmu_edu_kind *const smmu_edu_kinds[] = {
	&smmu_edu_coherent, &smmu_edu_streaming, &smmu_edu_page, &smmu_edu_resource,
};

struct smmu_edu {
	struct device *dev;
	void __iomem *regs;
	struct dentry *dir;
	const char *irq_kind;
	atomic_t irqs;
	struct smmu_edu_memory memory[ARRAY_SIZE(smmu_edu_kinds)];
	struct smmu_edu_many many;
};

static struct dentry *smmu_edu_root;

static ssize_t mask_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	unsigned long bits;
	int ret;

	ret = kstrtoul_from_user(from, bytes, 0, &bits);
	if (ret)
		return ret;
	if (!bits || bits > 64)
		return -ERANGE;
	return dma_set_mask_and_coherent(edu->dev, DMA_BIT_MASK(bits)) ?: bytes;
}

static ssize_t mask_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	char line[64];

	scnprintf(line, sizeof(line), "0x%llx 0x%llx 0x%llx\n", dma_get_mask(edu->dev),
		  edu->dev->coherent_dma_mask, edu->dev->bus_dma_limit);
	return test_answer(to, bytes, pos, line);
}

DEFINE_TEST_FILE(mask, mask_read, mask_write);

/* Takes no lock: a script unmaps while the device still waits. */
static int smmu_edu_command(struct smmu_edu *edu, const char *line)
{
	unsigned long long iova;
	unsigned int count;
	char way[8];
	bool start;

	if (!strncmp(line, "wait", 4))
		return edu_wait(edu->regs);
	start = !strncmp(line, "start ", 6);
	if (start)
		line += 6;
	if (sscanf(line, "%7s %lli %i", way, &iova, &count) != 3)
		return -EINVAL;
	if (strcmp(way, "read") && strcmp(way, "write"))
		return -EINVAL;
	if (start)
		return edu_start(edu->regs, iova, count, *way == 'w');
	return edu_dma(edu->regs, iova, count, *way == 'w');
}

static ssize_t dma_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	char line[64];
	int ret;

	ret = test_line(line, sizeof(line), from, bytes);
	if (!ret)
		ret = smmu_edu_command(edu, line);
	return ret ?: bytes;
}

DEFINE_TEST_FILE(dma, NULL, dma_write);

static ssize_t stream_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	char line[32] = "none\n";
	u32 sid;

	if (tegra_dev_iommu_get_stream_id(edu->dev, &sid))
		scnprintf(line, sizeof(line), "0x%x\n", sid);
	return test_answer(to, bytes, pos, line);
}

DEFINE_TEST_FILE(stream, stream_read, NULL);

static ssize_t irq_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;

	writel(1, edu->regs + EDU_IRQ_RAISE);
	return bytes;
}

static ssize_t irq_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	char line[32];

	scnprintf(line, sizeof(line), "%s %d\n", edu->irq_kind, atomic_read(&edu->irqs));
	return test_answer(to, bytes, pos, line);
}

DEFINE_TEST_FILE(irq, irq_read, irq_write);

irqreturn_t smmu_edu_interrupt(int irq, void *data)
{
	struct smmu_edu *edu = data;
	u32 status = readl(edu->regs + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, edu->regs + EDU_IRQ_ACK);
	atomic_inc(&edu->irqs);
	return IRQ_HANDLED;
}

struct smmu_edu *smmu_edu_new(struct device *dev, void __iomem *regs)
{
	struct smmu_edu *edu;
	unsigned int i;
	int ret;

	edu = devm_kzalloc(dev, sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return ERR_PTR(-ENOMEM);
	edu->dev = dev;
	edu->regs = regs;
	edu->irq_kind = "none";
	for (i = 0; i < ARRAY_SIZE(smmu_edu_kinds); i++)
		smmu_edu_memory_init(&edu->memory[i], smmu_edu_kinds[i], dev);
	smmu_edu_many_init(&edu->many, dev);
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(SMMU_EDU_MASK_BITS));
	if (ret)
		ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(SMMU_EDU_WIDE_BITS));
	return ret ? ERR_PTR(ret) : edu;
}

void smmu_edu_show(struct smmu_edu *edu, const char *irq_kind)
{
	unsigned int i;

	edu->irq_kind = irq_kind;
	dev_set_drvdata(edu->dev, edu);
	edu->dir = debugfs_create_dir(dev_name(edu->dev), smmu_edu_root);
	debugfs_create_file("mask", 0600, edu->dir, edu, &mask_fops);
	debugfs_create_file("dma", 0200, edu->dir, edu, &dma_fops);
	debugfs_create_file("stream", 0400, edu->dir, edu, &stream_fops);
	debugfs_create_file("irq", 0600, edu->dir, edu, &irq_fops);
	for (i = 0; i < ARRAY_SIZE(edu->memory); i++)
		smmu_edu_memory_show(&edu->memory[i], edu->dir);
	smmu_edu_many_show(&edu->many, edu->dir);
}

void smmu_edu_hide(struct smmu_edu *edu)
{
	debugfs_remove(edu->dir);
}

void smmu_edu_release(struct smmu_edu *edu)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(edu->memory); i++)
		smmu_edu_memory_release(&edu->memory[i]);
	smmu_edu_many_release(&edu->many);
}

static int __init smmu_edu_init(void)
{
	int ret;

	smmu_edu_root = debugfs_create_dir("smmu_edu", NULL);
	ret = smmu_edu_pci_register();
	if (ret)
		goto no_files;
	ret = smmu_edu_platform_register();
	if (ret)
		goto no_pci;
	ret = smmu_edu_parts_register();
	if (ret)
		goto no_platform;
	return 0;

no_platform:
	smmu_edu_platform_unregister();
no_pci:
	smmu_edu_pci_unregister();
no_files:
	debugfs_remove(smmu_edu_root);
	return ret;
}
module_init(smmu_edu_init);

static void __exit smmu_edu_exit(void)
{
	smmu_edu_parts_unregister();
	smmu_edu_platform_unregister();
	smmu_edu_pci_unregister();
	debugfs_remove(smmu_edu_root);
}
module_exit(smmu_edu_exit);

MODULE_DESCRIPTION("QEMU's edu device as a master for tests of smmu");
MODULE_LICENSE("GPL");
