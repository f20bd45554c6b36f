// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drives QEMU's edu device through the DMA API, by files that a test script
 * reads and writes: /sys/kernel/debug/smmu_edu/<name>/, with the PCI function's
 * or the platform device's name.
 *
 *   mask    write N: set an N-bit DMA mask. It is 28 at first, as the device's; 48
 *           where that reaches no memory, which is so without translation. Read:
 *           "MASK COHERENT-MASK LIMIT", the last one its bus's, 0 for none
 *   alloc   write BYTES: dma_alloc_coherent(); read: "IOVA BYTES"
 *   free    write: dma_free_coherent()
 *   many    write "COUNT BYTES": as many more coherent buffers, until one cannot be
 *           had; "0 0" frees them. Read: "COUNT FIRST LAST", how many there are and
 *           between which addresses
 *   buf     the bytes of the coherent buffer
 *   map     write BYTES: dma_map_single() on a new buffer; read: "IOVA BYTES PHYS"
 *   unmap   write: dma_unmap_single(); the buffer stays for "mapbuf" to show
 *   mapbuf  the bytes of the streaming buffer, synced for whoever needs it
 *   dma     write "[start] read|write IOVA BYTES" or "wait": the device reads
 *           memory into its own buffer, or writes that buffer to memory; "start"
 *           leaves 100 ms for a use after unmap, "wait" sees it through
 *   irq     write: let the device raise its interrupt; read: "KIND COUNT", of kind
 *           "msi", "wired" or "none"
 *
 * Those of edu_page.c are there, too.
 */

#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "edu.h"
#include "edu_core.h"

#define SMMU_EDU_MASK_BITS	28
#define SMMU_EDU_WIDE_BITS	48
#define SMMU_EDU_BYTES_MAX	SZ_4M

/* One buffer of "many". */
struct smmu_edu_one {
	struct list_head node;
	void *cpu;
	dma_addr_t iova;
	size_t bytes;
};

struct smmu_edu {
	struct device *dev;
	void __iomem *regs;
	struct dentry *dir;
	const char *irq_kind;
	atomic_t irqs;
	struct smmu_edu_page *page;

	/* Guards what follows. */
	struct mutex lock;
	void *coherent;
	dma_addr_t coherent_iova;
	size_t coherent_bytes;
	struct list_head many;
	void *stream;
	dma_addr_t stream_iova;
	size_t stream_bytes;
	bool stream_mapped;
};

static struct dentry *smmu_edu_root;

static int smmu_edu_copy_line(char *line, size_t room, const char __user *from, size_t bytes)
{
	if (bytes >= room)
		return -EINVAL;
	if (copy_from_user(line, from, bytes))
		return -EFAULT;
	line[bytes] = '\0';
	return 0;
}

static ssize_t smmu_edu_answer(char __user *to, size_t bytes, loff_t *pos, const char *line)
{
	return simple_read_from_buffer(to, bytes, pos, line, strlen(line));
}

static int smmu_edu_number(const char __user *from, size_t bytes, unsigned long max,
			   unsigned long *number)
{
	int ret = kstrtoul_from_user(from, bytes, 0, number);

	if (ret)
		return ret;
	return *number && *number <= max ? 0 : -ERANGE;
}

static ssize_t mask_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	unsigned long bits;
	int ret;

	ret = smmu_edu_number(from, bytes, 64, &bits);
	if (!ret)
		ret = dma_set_mask_and_coherent(edu->dev, DMA_BIT_MASK(bits));
	return ret ?: bytes;
}

static ssize_t mask_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	char line[64];

	scnprintf(line, sizeof(line), "0x%llx 0x%llx 0x%llx\n", dma_get_mask(edu->dev),
		  edu->dev->coherent_dma_mask, edu->dev->bus_dma_limit);
	return smmu_edu_answer(to, bytes, pos, line);
}

static const struct file_operations smmu_edu_mask_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = mask_read,
	.write = mask_write,
};

static int smmu_edu_alloc_locked(struct smmu_edu *edu, size_t bytes)
{
	lockdep_assert_held(&edu->lock);
	if (edu->coherent)
		return -EBUSY;
	edu->coherent = dma_alloc_coherent(edu->dev, bytes, &edu->coherent_iova, GFP_KERNEL);
	if (!edu->coherent)
		return -ENOMEM;
	edu->coherent_bytes = bytes;
	return 0;
}

static void smmu_edu_free_locked(struct smmu_edu *edu)
{
	lockdep_assert_held(&edu->lock);
	if (!edu->coherent)
		return;
	dma_free_coherent(edu->dev, edu->coherent_bytes, edu->coherent, edu->coherent_iova);
	edu->coherent = NULL;
}

static ssize_t alloc_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	unsigned long size;
	int ret;

	ret = smmu_edu_number(from, bytes, SMMU_EDU_BYTES_MAX, &size);
	if (ret)
		return ret;
	mutex_lock(&edu->lock);
	ret = smmu_edu_alloc_locked(edu, size);
	mutex_unlock(&edu->lock);
	return ret ?: bytes;
}

static ssize_t alloc_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	char line[64];

	mutex_lock(&edu->lock);
	if (edu->coherent)
		scnprintf(line, sizeof(line), "%pad %zu\n", &edu->coherent_iova,
			  edu->coherent_bytes);
	else
		scnprintf(line, sizeof(line), "none\n");
	mutex_unlock(&edu->lock);
	return smmu_edu_answer(to, bytes, pos, line);
}

static const struct file_operations smmu_edu_alloc_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = alloc_read,
	.write = alloc_write,
};

static ssize_t free_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;

	mutex_lock(&edu->lock);
	smmu_edu_free_locked(edu);
	mutex_unlock(&edu->lock);
	return bytes;
}

static const struct file_operations smmu_edu_free_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = free_write,
};

static int smmu_edu_one_more_locked(struct smmu_edu *edu, size_t bytes)
{
	struct smmu_edu_one *one;

	lockdep_assert_held(&edu->lock);
	one = kzalloc(sizeof(*one), GFP_KERNEL);
	if (!one)
		return -ENOMEM;
	one->bytes = bytes;
	one->cpu = dma_alloc_coherent(edu->dev, bytes, &one->iova, GFP_KERNEL);
	if (!one->cpu) {
		kfree(one);
		return -ENOSPC;
	}
	list_add(&one->node, &edu->many);
	return 0;
}

static void smmu_edu_none_locked(struct smmu_edu *edu)
{
	struct smmu_edu_one *one, *next;

	lockdep_assert_held(&edu->lock);
	list_for_each_entry_safe(one, next, &edu->many, node) {
		dma_free_coherent(edu->dev, one->bytes, one->cpu, one->iova);
		list_del(&one->node);
		kfree(one);
	}
}

static ssize_t many_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	unsigned int count, size;
	char line[32];
	int ret;

	ret = smmu_edu_copy_line(line, sizeof(line), from, bytes);
	if (ret)
		return ret;
	if (sscanf(line, "%u %u", &count, &size) != 2 || size > SMMU_EDU_BYTES_MAX ||
	    (count && !size))
		return -EINVAL;
	mutex_lock(&edu->lock);
	if (!count)
		smmu_edu_none_locked(edu);
	while (count-- && !ret)
		ret = smmu_edu_one_more_locked(edu, size);
	mutex_unlock(&edu->lock);
	return ret ?: bytes;
}

static ssize_t many_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	u64 first = U64_MAX, last = 0;
	unsigned int count = 0;
	struct smmu_edu_one *one;
	char line[64];

	mutex_lock(&edu->lock);
	list_for_each_entry(one, &edu->many, node) {
		first = min_t(u64, first, one->iova);
		last = max_t(u64, last, one->iova + one->bytes - 1);
		count++;
	}
	mutex_unlock(&edu->lock);
	scnprintf(line, sizeof(line), "%u 0x%llx 0x%llx\n", count, first, last);
	return smmu_edu_answer(to, bytes, pos, line);
}

static const struct file_operations smmu_edu_many_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = many_read,
	.write = many_write,
};

static ssize_t buf_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	ssize_t ret = -ENODATA;

	mutex_lock(&edu->lock);
	if (edu->coherent)
		ret = simple_read_from_buffer(to, bytes, pos, edu->coherent, edu->coherent_bytes);
	mutex_unlock(&edu->lock);
	return ret;
}

static ssize_t buf_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	ssize_t ret = -ENODATA;

	mutex_lock(&edu->lock);
	if (edu->coherent)
		ret = simple_write_to_buffer(edu->coherent, edu->coherent_bytes, pos, from, bytes);
	mutex_unlock(&edu->lock);
	return ret ?: -ENOSPC;
}

static const struct file_operations smmu_edu_buf_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = buf_read,
	.write = buf_write,
	.llseek = default_llseek,
};

static void smmu_edu_unmap_locked(struct smmu_edu *edu)
{
	lockdep_assert_held(&edu->lock);
	if (!edu->stream_mapped)
		return;
	dma_unmap_single(edu->dev, edu->stream_iova, edu->stream_bytes, DMA_BIDIRECTIONAL);
	edu->stream_mapped = false;
}

static int smmu_edu_map_locked(struct smmu_edu *edu, size_t bytes)
{
	lockdep_assert_held(&edu->lock);
	if (edu->stream_mapped)
		return -EBUSY;
	kfree(edu->stream);
	edu->stream_bytes = PAGE_ALIGN(bytes);
	edu->stream = kzalloc(edu->stream_bytes, GFP_KERNEL);
	if (!edu->stream)
		return -ENOMEM;
	edu->stream_iova = dma_map_single(edu->dev, edu->stream, edu->stream_bytes,
					  DMA_BIDIRECTIONAL);
	if (dma_mapping_error(edu->dev, edu->stream_iova))
		return -ENOSPC;
	edu->stream_mapped = true;
	return 0;
}

static ssize_t map_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	unsigned long size;
	int ret;

	ret = smmu_edu_number(from, bytes, SMMU_EDU_BYTES_MAX, &size);
	if (ret)
		return ret;
	mutex_lock(&edu->lock);
	ret = smmu_edu_map_locked(edu, size);
	mutex_unlock(&edu->lock);
	return ret ?: bytes;
}

static ssize_t map_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	phys_addr_t phys;
	char line[96];

	mutex_lock(&edu->lock);
	if (edu->stream_mapped) {
		phys = virt_to_phys(edu->stream);
		scnprintf(line, sizeof(line), "%pad %zu %pap\n", &edu->stream_iova,
			  edu->stream_bytes, &phys);
	} else {
		scnprintf(line, sizeof(line), "none\n");
	}
	mutex_unlock(&edu->lock);
	return smmu_edu_answer(to, bytes, pos, line);
}

static const struct file_operations smmu_edu_map_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = map_read,
	.write = map_write,
};

static ssize_t unmap_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;

	mutex_lock(&edu->lock);
	smmu_edu_unmap_locked(edu);
	mutex_unlock(&edu->lock);
	return bytes;
}

static const struct file_operations smmu_edu_unmap_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = unmap_write,
};

static ssize_t mapbuf_read(struct file *file, char __user *to, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	ssize_t ret = -ENODATA;

	mutex_lock(&edu->lock);
	if (edu->stream_mapped)
		dma_sync_single_for_cpu(edu->dev, edu->stream_iova, edu->stream_bytes,
					DMA_BIDIRECTIONAL);
	if (edu->stream)
		ret = simple_read_from_buffer(to, bytes, pos, edu->stream, edu->stream_bytes);
	mutex_unlock(&edu->lock);
	return ret;
}

static ssize_t mapbuf_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct smmu_edu *edu = file->private_data;
	ssize_t ret = -ENODATA;

	mutex_lock(&edu->lock);
	if (edu->stream)
		ret = simple_write_to_buffer(edu->stream, edu->stream_bytes, pos, from, bytes);
	if (edu->stream_mapped)
		dma_sync_single_for_device(edu->dev, edu->stream_iova, edu->stream_bytes,
					   DMA_BIDIRECTIONAL);
	mutex_unlock(&edu->lock);
	return ret ?: -ENOSPC;
}

static const struct file_operations smmu_edu_mapbuf_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = mapbuf_read,
	.write = mapbuf_write,
	.llseek = default_llseek,
};

/* Not under the lock: a script unmaps while the device still waits. */
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

	ret = smmu_edu_copy_line(line, sizeof(line), from, bytes);
	if (!ret)
		ret = smmu_edu_command(edu, line);
	return ret ?: bytes;
}

static const struct file_operations smmu_edu_dma_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = dma_write,
};

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
	return smmu_edu_answer(to, bytes, pos, line);
}

static const struct file_operations smmu_edu_irq_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = irq_read,
	.write = irq_write,
};

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

static void smmu_edu_files(struct smmu_edu *edu)
{
	edu->dir = debugfs_create_dir(dev_name(edu->dev), smmu_edu_root);
	debugfs_create_file("mask", 0600, edu->dir, edu, &smmu_edu_mask_fops);
	debugfs_create_file("alloc", 0600, edu->dir, edu, &smmu_edu_alloc_fops);
	debugfs_create_file("free", 0200, edu->dir, edu, &smmu_edu_free_fops);
	debugfs_create_file("many", 0600, edu->dir, edu, &smmu_edu_many_fops);
	debugfs_create_file("buf", 0600, edu->dir, edu, &smmu_edu_buf_fops);
	debugfs_create_file("map", 0600, edu->dir, edu, &smmu_edu_map_fops);
	debugfs_create_file("unmap", 0200, edu->dir, edu, &smmu_edu_unmap_fops);
	debugfs_create_file("mapbuf", 0600, edu->dir, edu, &smmu_edu_mapbuf_fops);
	debugfs_create_file("dma", 0200, edu->dir, edu, &smmu_edu_dma_fops);
	debugfs_create_file("irq", 0600, edu->dir, edu, &smmu_edu_irq_fops);
	smmu_edu_page_show(edu->page, edu->dir);
}

struct smmu_edu *smmu_edu_new(struct device *dev, void __iomem *regs)
{
	struct smmu_edu *edu;
	int ret;

	edu = devm_kzalloc(dev, sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return ERR_PTR(-ENOMEM);
	edu->page = smmu_edu_page_new(dev);
	if (!edu->page)
		return ERR_PTR(-ENOMEM);
	edu->dev = dev;
	edu->regs = regs;
	edu->irq_kind = "none";
	INIT_LIST_HEAD(&edu->many);
	mutex_init(&edu->lock);
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(SMMU_EDU_MASK_BITS));
	if (ret)
		ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(SMMU_EDU_WIDE_BITS));
	return ret ? ERR_PTR(ret) : edu;
}

void smmu_edu_show(struct smmu_edu *edu, const char *irq_kind)
{
	edu->irq_kind = irq_kind;
	dev_set_drvdata(edu->dev, edu);
	smmu_edu_files(edu);
}

void smmu_edu_hide(struct smmu_edu *edu)
{
	debugfs_remove(edu->dir);
}

void smmu_edu_release(struct smmu_edu *edu)
{
	mutex_lock(&edu->lock);
	smmu_edu_unmap_locked(edu);
	smmu_edu_free_locked(edu);
	smmu_edu_none_locked(edu);
	kfree(edu->stream);
	mutex_unlock(&edu->lock);
	smmu_edu_page_release(edu->page);
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
	return 0;

no_pci:
	smmu_edu_pci_unregister();
no_files:
	debugfs_remove(smmu_edu_root);
	return ret;
}
module_init(smmu_edu_init);

static void __exit smmu_edu_exit(void)
{
	smmu_edu_platform_unregister();
	smmu_edu_pci_unregister();
	debugfs_remove(smmu_edu_root);
}
module_exit(smmu_edu_exit);

MODULE_DESCRIPTION("QEMU's edu device as a master for tests of smmu");
MODULE_LICENSE("GPL");
