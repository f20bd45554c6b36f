// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table memory: allocating it, letting the walker read it, freeing it.
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
 *	CPU 0, smmu_table_link()	CPU 1, smmu_table_below()
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

#include "pgtable/table.h"

/**
 * smmu_table_get_page() - Memory for a table
 * @nid: NUMA node or NUMA_NO_NODE
 * @gfp: as the caller of map gave it, with __GFP_ZERO unless all of the table is
 *	written before anybody sees it; bits that choose a zone are dropped
 * @order: of the pages
 *
 * Compound, so that whoever frees it finds the order in the page itself.
 *
 * Context: any that suits @gfp.
 *
 * Return: its first page, or NULL.
 */
struct page *smmu_table_get_page(int nid, gfp_t gfp, unsigned int order)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_table_get_page, nid, gfp, order);

	gfp &= ~GFP_ZONEMASK;
	return alloc_pages_node(nid, gfp | __GFP_COMP, order);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_table_get_page);

/**
 * smmu_table_map_single() - Let a device that does not snoop read a table
 * @dev: the device
 * @table: the table
 * @bytes: its size
 *
 * Cleans it, too. The walker reads physical addresses, so a mapping that is not
 * one to one (a bounce buffer) is of no use and is refused.
 *
 * Context: any.
 *
 * Return: true if the device can read the table now.
 */
bool smmu_table_map_single(struct device *dev, void *table, size_t bytes)
{
	dma_addr_t dma;

	KUNIT_STATIC_STUB_REDIRECT(smmu_table_map_single, dev, table, bytes);

	dma = dma_map_single(dev, table, bytes, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma))
		return false;
	if (dma == virt_to_phys(table))
		return true;
	dma_unmap_single(dev, dma, bytes, DMA_TO_DEVICE);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_table_map_single);

static bool walker_reaches(const struct smmu_pgtable *pt, __le64 *table,
			   size_t bytes)
{
	u64 last = (u64)virt_to_phys(table) + bytes - 1;

	return !(last >> pt->walk.oas_bits);
}

/**
 * smmu_table_alloc() - Memory for a table, which nobody sees yet
 * @pt: the page table it is for
 * @bytes: its size; it is aligned to that rounded up to a power of two
 * @gfp: may be atomic; with __GFP_ZERO unless the caller writes all of it
 *
 * The caller writes to it what it likes, and then hands it to smmu_table_link() or
 * smmu_table_dma_map(), or to smmu_table_discard().
 *
 * Context: any that suits @gfp.
 *
 * Return: the table or NULL: no memory, or none that the walker can address.
 */
__le64 *smmu_table_alloc(struct smmu_pgtable *pt, size_t bytes, gfp_t gfp)
{
	struct page *page = smmu_table_get_page(pt->nid, gfp, get_order(bytes));

	if (!page)
		return NULL;
	if (walker_reaches(pt, page_address(page), page_size(page)))
		return page_address(page);
	__free_pages(page, compound_order(page));
	return NULL;
}

/**
 * smmu_table_discard() - Free a table that is not mapped for DMA
 * @table: the table
 *
 * Context: any.
 */
void smmu_table_discard(__le64 *table)
{
	struct page *page = virt_to_page(table);

	__free_pages(page, compound_order(page));
}

/**
 * smmu_table_dma_map() - Let the walker read a new table, and note whose it is
 * @pt: the page table it is for
 * @table: the table, with its first contents
 *
 * Context: any.
 *
 * Return: false if the walker cannot read this memory: discard the table.
 */
bool smmu_table_dma_map(struct smmu_pgtable *pt, __le64 *table)
{
	struct page *page = virt_to_page(table);

	if (!pt->coherent &&
	    !smmu_table_map_single(pt->dev, table, page_size(page)))
		return false;
	set_page_private(page, (unsigned long)pt);
	return true;
}

/* Takes back what smmu_table_dma_map() did. */
static void table_dma_unmap(struct smmu_pgtable *pt, __le64 *table)
{
	struct page *page = virt_to_page(table);

	if (!pt->coherent)
		dma_unmap_single(pt->dev, page_to_phys(page), page_size(page),
				 DMA_TO_DEVICE);
	set_page_private(page, 0);
}

/**
 * smmu_table_sync_single() - Bring a part of a table to memory
 * @dev: a device that does not snoop
 * @part: start of the part
 * @bytes: its size
 *
 * On return it is in memory.
 *
 * Context: any.
 */
void smmu_table_sync_single(struct device *dev, void *part, size_t bytes)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu_table_sync_single, dev, part, bytes);

	dma_sync_single_for_device(dev, virt_to_phys(part), bytes,
				   DMA_TO_DEVICE);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_table_sync_single);

/**
 * smmu_table_clean_slots() - Bring descriptors just written to memory
 * @pt: the page table, of a walker that does not snoop
 * @slot: the first
 * @slots: how many
 *
 * Context: any.
 */
void smmu_table_clean_slots(struct smmu_pgtable *pt, __le64 *slot, u32 slots)
{
	smmu_table_sync_single(pt->dev, slot, slots * sizeof(*slot));
}

/**
 * smmu_table_publish() - The protocol at the top of this file
 * @pt: the page table
 * @slot: where a table descriptor was just written or found
 * @desc: that descriptor
 *
 * Context: any.
 */
void smmu_table_publish(struct smmu_pgtable *pt, __le64 *slot, u64 desc)
{
	smmu_table_clean(pt, slot, 1);
	/*
	 * The clean above completes before the bit can be seen: it ends in a
	 * DSB. The reader is CPU 1 of the drawing.
	 */
	smmu_desc_write(slot, desc | SMMU_TABLE_CLEANED);
}

/**
 * smmu_table_link() - Link a new table from an empty slot
 * @pt: the page table
 * @slot: the slot; another CPU may be doing the same to it
 * @table: the table, with its first contents
 *
 * Context: any.
 *
 * Return: 0; -ENOMEM if the walker cannot read the table, -EAGAIN if the slot
 * is not empty any more: the table was discarded.
 */
int smmu_table_link(struct smmu_pgtable *pt, __le64 *slot, __le64 *table)
{
	u64 desc = smmu_table_desc(pt, table);

	if (!smmu_table_dma_map(pt, table)) {
		smmu_table_discard(table);
		return -ENOMEM;
	}
	/*
	 * The contents of the table before the descriptor that leads to it. The
	 * peer is the walker, which may come by the moment it is there.
	 */
	dma_wmb();
	if (smmu_desc_change(slot, 0, desc)) {
		table_dma_unmap(pt, table);
		smmu_table_discard(table);
		return -EAGAIN;
	}
	if (!pt->coherent)
		smmu_table_publish(pt, slot, desc);
	return 0;
}

/**
 * smmu_table_tally_account() - Account what was counted
 * @tally: what was counted; nothing on return
 *
 * It shows up in nr_iommu_pages of /proc/vmstat and SecPageTables of meminfo.
 *
 * Context: any.
 */
void smmu_table_tally_account(struct smmu_table_tally *tally)
{
	if (!tally->pages)
		return;
	mod_node_page_state(tally->pgdat, NR_IOMMU_PAGES, tally->pages);
	mod_node_page_state(tally->pgdat, NR_SECONDARY_PAGETABLE, tally->pages);
	tally->pages = 0;
}

/* Tables in a row are of one node nearly always: one update for all of them. */
static void tally_page(struct smmu_table_tally *tally, struct page *page,
		       long pages)
{
	if (tally->pages && tally->pgdat != page_pgdat(page))
		smmu_table_tally_account(tally);
	tally->pgdat = page_pgdat(page);
	tally->pages += pages;
}

/**
 * smmu_table_tally_add() - Count a table that was linked
 * @tally: what is counted but not accounted; smmu_table_tally_account() it
 * @table: the table
 *
 * Context: any.
 */
void smmu_table_tally_add(struct smmu_table_tally *tally, __le64 *table)
{
	struct page *page = virt_to_page(table);

	tally_page(tally, page, compound_nr(page));
}

/**
 * smmu_table_collect() - List a table that nothing leads to any more, and all below it
 * @pt: the page table
 * @table: the table
 * @slot_lg2: of its slots
 * @c: gets the tables, and the sizes of the leaves in them
 *
 * All of the table's range is the caller's. What a table of the last level holds
 * is not looked at: it might be full. Calls itself three deep at most.
 *
 * Context: any.
 */
void smmu_table_collect(const struct smmu_pgtable *pt, __le64 *table, unsigned int slot_lg2,
			struct smmu_pgtable_cleared *c)
{
	u32 slots, i;

	list_add_tail(&virt_to_page(table)->lru, &c->tables);
	if (slot_lg2 == pt->granule_lg2) {
		c->leaf_sizes |= BIT_ULL(slot_lg2);
		return;
	}
	slots = smmu_slots(pt, slot_lg2);
	for (i = 0; i < slots; i++) {
		u64 desc = smmu_desc_read(&table[i]);

		if (!desc)
			continue;
		if (smmu_desc_is_table(desc))
			smmu_table_collect(pt, smmu_desc_table(pt, desc),
					   slot_lg2 - pt->index_lg2, c);
		else
			c->leaf_sizes |= BIT_ULL(slot_lg2);
	}
}

static void free_counted(struct smmu_table_tally *tally, struct page *page)
{
	tally_page(tally, page, -(long)compound_nr(page));
	__free_pages(page, compound_order(page));
}

/**
 * smmu_table_free_all() - Free tables that nothing can be reading
 * @pt: the page table they belong to
 * @tables: the tables, linked through page->lru; not to be used afterwards
 *
 * Context: any.
 */
void smmu_table_free_all(struct smmu_pgtable *pt, struct list_head *tables)
{
	struct smmu_table_tally tally = { };
	struct page *page, *next;

	list_for_each_entry_safe(page, next, tables, lru) {
		table_dma_unmap(pt, page_address(page));
		free_counted(&tally, page);
	}
	smmu_table_tally_account(&tally);
}

static void free_chain_rcu(struct rcu_head *head)
{
	struct page *page = container_of(head, struct page, rcu_head);
	struct smmu_table_tally tally = { };

	while (page) {
		struct page *next = (struct page *)page_private(page);

		set_page_private(page, 0);
		free_counted(&tally, page);
		page = next;
	}
	smmu_table_tally_account(&tally);
}

/**
 * smmu_pgtable_put_tables() - Free the tables that unmap took out
 * @tables: struct smmu_pgtable_cleared.tables, all of one page table; empty on
 *	return
 *
 * Call it after the TLBs, walk caches included, have been invalidated, and
 * before smmu_pgtable_free() of the page table they come from. The
 * memory is freed after an RCU grace period, for the sake of lookups.
 *
 * Context: any.
 */
void smmu_pgtable_put_tables(struct list_head *tables)
{
	struct page *page, *next, *chain = NULL;

	list_for_each_entry_safe(page, next, tables, lru) {
		table_dma_unmap((struct smmu_pgtable *)page_private(page), page_address(page));
		set_page_private(page, (unsigned long)chain);
		chain = page;
	}
	if (!chain)
		return;
	INIT_LIST_HEAD(tables);
	call_rcu(&chain->rcu_head, free_chain_rcu);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_pgtable_put_tables);
