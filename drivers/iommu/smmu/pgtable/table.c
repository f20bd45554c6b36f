// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table memory: getting it, showing it to the walker, giving it back.
 *
 * A walker that does not snoop reads memory, so each descriptor written is
 * cleaned to memory before the caller of map or unmap goes on. One case needs
 * more: two CPUs map into the same new table. The first installs the table
 * descriptor; the second finds it, fills its part of the table and is done,
 * perhaps before the first CPU has cleaned the table descriptor. Then the
 * second CPU's device would walk into nothing. So a table descriptor carries a
 * bit of ours, SMMU_TABLE_CLEANED, set after the descriptor has been cleaned,
 * and whoever finds a descriptor without it cleans it again:
 *
 *	CPU 0, smmu_table_extend()	CPU 1, smmu_table_below()
 *	install descriptor		read descriptor
 *	clean it			bit not set: clean it
 *	set the bit			bit set: it is in memory
 *
 * The bit is set by a plain store. Both CPUs store the same value, and nobody
 * clears the descriptor meanwhile: unmap unlinks a table only for a caller who
 * owns all of its range, and these two own parts of it. That memory still holds
 * the descriptor without the bit does not matter, the hardware ignores it.
 */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/vmstat.h>

#include <kunit/static_stub.h>
#include <kunit/visibility.h>

#include "pgtable/internal.h"

/* Shows up in nr_iommu_pages of /proc/vmstat and SecPageTables of meminfo */
static void account_page(struct page *page, long pages)
{
	mod_node_page_state(page_pgdat(page), NR_IOMMU_PAGES, pages);
	mod_node_page_state(page_pgdat(page), NR_SECONDARY_PAGETABLE, pages);
}

/**
 * smmu_table_get_page - zeroed memory for a table
 * @nid: NUMA node or NUMA_NO_NODE
 * @gfp: as the caller of map gave it; bits that choose a zone are dropped
 * @order: of the pages
 *
 * Compound, so that whoever frees it finds the order in the page itself.
 *
 * Return: its first page, or NULL.
 */
struct page *smmu_table_get_page(int nid, gfp_t gfp, unsigned int order)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_table_get_page, nid, gfp, order);

	gfp &= ~GFP_ZONEMASK;
	return alloc_pages_node(nid, gfp | __GFP_ZERO | __GFP_COMP, order);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_table_get_page);

/**
 * smmu_table_map_dma - let a device that does not snoop read a table
 * @dev: the device
 * @table: the table
 * @bytes: its size
 *
 * Cleans it, too. The walker reads physical addresses, so a mapping that is not
 * one to one (a bounce buffer) is of no use and is refused.
 *
 * Return: true if the device can read the table now.
 */
bool smmu_table_map_dma(struct device *dev, void *table, size_t bytes)
{
	dma_addr_t dma;

	KUNIT_STATIC_STUB_REDIRECT(smmu_table_map_dma, dev, table, bytes);

	dma = dma_map_single(dev, table, bytes, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return false;
	if (dma == virt_to_phys(table))
		return true;
	dma_unmap_single(dev, dma, bytes, DMA_TO_DEVICE);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_table_map_dma);

/* The end of the device's view of a table, and of its share in pt->bytes */
static void forget_page(struct page *page)
{
	struct smmu_pgtable *pt = (struct smmu_pgtable *)page_private(page);
	size_t bytes = page_size(page);

	if (!pt->walk.coherent)
		dma_unmap_single(pt->dev, page_to_phys(page), bytes,
				 DMA_TO_DEVICE);
	atomic_long_sub(bytes, &pt->bytes);
	set_page_private(page, 0);
}

static void free_page_now(struct page *page)
{
	account_page(page, -(long)compound_nr(page));
	__free_pages(page, compound_order(page));
}

static bool walker_reaches(const struct smmu_pgtable *pt, __le64 *table,
			   size_t bytes)
{
	u64 last = (u64)virt_to_phys(table) + bytes - 1;

	return !(last >> pt->walk.oas_bits);
}

/**
 * smmu_table_alloc - a zeroed table that the walker may be shown
 * @pt: the page table it is for
 * @bytes: its size; it is aligned to that rounded up to a power of two
 * @gfp: may be atomic
 *
 * Return: the table, all of it in memory already if the walker does not snoop,
 * or NULL: no memory, or none that the walker can address.
 */
__le64 *smmu_table_alloc(struct smmu_pgtable *pt, size_t bytes, gfp_t gfp)
{
	struct page *page = smmu_table_get_page(pt->nid, gfp, get_order(bytes));
	__le64 *table;

	if (!page)
		return NULL;
	table = page_address(page);
	bytes = page_size(page);
	if (!walker_reaches(pt, table, bytes))
		goto err_free;
	if (!pt->walk.coherent && !smmu_table_map_dma(pt->dev, table, bytes))
		goto err_free;
	account_page(page, compound_nr(page));
	atomic_long_add(bytes, &pt->bytes);
	set_page_private(page, (unsigned long)pt);
	return table;

err_free:
	__free_pages(page, compound_order(page));
	return NULL;
}

/**
 * smmu_table_free - free a table that nothing can be reading
 * @pt: the page table it belongs to
 * @table: the table, not the ones below it
 */
void smmu_table_free(struct smmu_pgtable *pt, __le64 *table)
{
	struct page *page = virt_to_page(table);

	forget_page(page);
	free_page_now(page);
}

/**
 * smmu_table_sync_dma - bring a part of a table to memory
 * @dev: a device that does not snoop
 * @part: start of the part
 * @bytes: its size
 *
 * On return it is in memory.
 */
void smmu_table_sync_dma(struct device *dev, void *part, size_t bytes)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_table_sync_dma, dev, part, bytes);

	dma_sync_single_for_device(dev, virt_to_phys(part), bytes,
				   DMA_TO_DEVICE);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_table_sync_dma);

/**
 * smmu_table_clean - let the walker see descriptors just written
 * @pt: the page table
 * @slot: the first
 * @slots: how many
 *
 * Nothing to do if the walker snoops.
 */
void smmu_table_clean(struct smmu_pgtable *pt, __le64 *slot, u32 slots)
{
	if (!pt->walk.coherent)
		smmu_table_sync_dma(pt->dev, slot, slots * sizeof(*slot));
}

/* The protocol at the top of this file */
static void publish_slot(struct smmu_pgtable *pt, __le64 *slot, u64 desc)
{
	smmu_table_clean(pt, slot, 1);
	/*
	 * The clean above completes before the bit can be seen: it ends in a
	 * DSB. The reader is CPU 1 of the drawing.
	 */
	smmu_desc_write(slot, desc | SMMU_TABLE_CLEANED);
}

/**
 * smmu_table_below - the table that a table descriptor points to
 * @pt: the page table
 * @slot: where the descriptor is
 * @desc: what was read there
 *
 * For map, which relies on the descriptor being in memory when it returns.
 *
 * Return: the table.
 */
__le64 *smmu_table_below(struct smmu_pgtable *pt, __le64 *slot, u64 desc)
{
	if (!pt->walk.coherent && !(desc & SMMU_TABLE_CLEANED))
		publish_slot(pt, slot, desc);
	return smmu_desc_table(pt, desc);
}

/**
 * smmu_table_extend - hang a new table into an empty slot
 * @pt: the page table
 * @slot: the slot; another CPU may be doing the same to it
 * @gfp: for the table
 * @table: the new table, or the one of the CPU that was faster
 *
 * Return: 0, -ENOMEM, or -EEXIST if the slot has become a leaf.
 */
int smmu_table_extend(struct smmu_pgtable *pt, __le64 *slot, gfp_t gfp,
		      __le64 **table)
{
	__le64 *new = smmu_table_alloc(pt, BIT(pt->walk.granule_lg2), gfp);
	u64 desc, old;

	if (!new)
		return -ENOMEM;
	desc = smmu_desc_from_addr(pt, virt_to_phys(new)) | SMMU_DESC_TABLE;
	/*
	 * The zeroes in the table before the descriptor that leads to it. The
	 * peer is the walker, which may come by the moment it is there.
	 */
	dma_wmb();
	old = smmu_desc_install(slot, desc);
	if (!old) {
		if (!pt->walk.coherent)
			publish_slot(pt, slot, desc);
		*table = new;
		return 0;
	}
	smmu_table_free(pt, new);
	if (FIELD_GET(SMMU_DESC_TYPE, old) != SMMU_DESC_TABLE)
		return -EEXIST;
	*table = smmu_table_below(pt, slot, old);
	return 0;
}

static void free_chain_rcu(struct rcu_head *head)
{
	struct page *page = container_of(head, struct page, rcu_head);

	while (page) {
		struct page *next = (struct page *)page_private(page);

		set_page_private(page, 0);
		free_page_now(page);
		page = next;
	}
}

/**
 * smmu_pgtable_put_tables - free the tables that unmap took out
 * @tables: struct smmu_pgtable_cleared.tables; empty on return
 *
 * Call it after the TLBs, walk caches included, have been invalidated, and
 * before smmu_pgtable_free() of the page table they come from. Any context. The
 * memory is freed after an RCU grace period, for the sake of lookups.
 */
void smmu_pgtable_put_tables(struct list_head *tables)
{
	struct page *page, *next, *chain = NULL;

	list_for_each_entry_safe(page, next, tables, lru) {
		forget_page(page);
		set_page_private(page, (unsigned long)chain);
		chain = page;
	}
	INIT_LIST_HEAD(tables);
	if (chain)
		call_rcu(&chain->rcu_head, free_chain_rcu);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_put_tables);
