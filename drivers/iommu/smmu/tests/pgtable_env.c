// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the page-table tests live in: the memory of their tables, and short forms of
 * what they do all the time.
 */
#include <kunit/device.h>
#include <kunit/static_stub.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "pgtable/table.h"
#include "tests/pgtable_ref.h"

u32 pgt_rnd(struct pgt_env *env, u32 below)
{
	return prandom_u32_state(&env->rnd) % below;
}

/* Table memory */

static struct pgt_env *current_env(void)
{
	return kunit_get_current_test()->priv;
}

static struct page *get_page_stub(int nid, gfp_t gfp, unsigned int order)
{
	struct pgt_env *env = current_env();
	void (*on_get)(struct pgt_env *env) = env->on_get;
	struct page *page;

	env->last_gfp = gfp;
	env->on_get = NULL;
	if (on_get)
		on_get(env);
	if (atomic_inc_return(&env->gets) == env->fail_at)
		return NULL;
	page = alloc_pages_node(nid, gfp | __GFP_COMP, order);
	if (!page)
		return NULL;
	/* looks like descriptors, to whoever relies on zeroes and did not say so */
	if (!(gfp & __GFP_ZERO))
		memset(page_address(page), 0x5b, PAGE_SIZE << order);
	get_page(page);
	xa_store(&env->pages, page_to_pfn(page), page, GFP_ATOMIC);
	return page;
}

static u64 *memory_of(struct pgt_env *env, u64 pa)
{
	u8 *copy = xa_load(&env->memory, pa >> PAGE_SHIFT);

	return copy ? (u64 *)(copy + (pa & ~PAGE_MASK)) : NULL;
}

/* Word by word: other CPUs may be writing to the same table */
static void copy_words(u64 *to, const u64 *from, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*to); i++)
		WRITE_ONCE(to[i], READ_ONCE(from[i]));
}

static bool copy_to_memory(struct pgt_env *env, void *from, size_t bytes)
{
	while (bytes) {
		size_t part = min(bytes, PAGE_SIZE - offset_in_page(from));
		u64 *to = memory_of(env, virt_to_phys(from));

		if (!to)
			return false;
		copy_words(to, from, part);
		from += part;
		bytes -= part;
	}
	return true;
}

static bool map_dma_stub(struct device *dev, void *table, size_t bytes)
{
	struct pgt_env *env = current_env();
	u64 pa = virt_to_phys(table);
	dma_addr_t dma;
	size_t i;

	if (env->map_fails)
		return false;
	dma = dma_map_single(dev, table, bytes, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, dma) || dma != pa)
		return false;
	for (i = 0; i < bytes; i += PAGE_SIZE) {
		if (!memory_of(env, pa + i))
			xa_store(&env->memory, (pa + i) >> PAGE_SHIFT,
				 kmalloc(PAGE_SIZE, GFP_ATOMIC), GFP_ATOMIC);
	}
	return copy_to_memory(env, table, bytes);
}

static void sync_dma_stub(struct device *dev, void *part, size_t bytes)
{
	struct pgt_env *env = current_env();

	atomic_inc(&env->syncs);
	dma_sync_single_for_device(dev, virt_to_phys(part), bytes,
				   DMA_TO_DEVICE);
	copy_to_memory(env, part, bytes);
}

/* The environment */

int pgt_init(struct kunit *test)
{
	test->priv = NULL;
	return 0;
}

static void make_device(struct pgt_env *env)
{
	env->dev = kunit_device_register(env->test, "walker");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(env->test, env->dev);
	KUNIT_ASSERT_EQ(env->test, 0,
			dma_set_mask_and_coherent(env->dev, DMA_BIT_MASK(64)));
}

struct pgt_env *pgt_env_make(struct kunit *test, const struct pgt_param *p)
{
	struct pgt_env *env = kunit_kzalloc(test, sizeof(*env), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, env);
	env->test = test;
	env->param = *p;
	xa_init(&env->pages);
	xa_init(&env->memory);
	INIT_LIST_HEAD(&env->sets);
	test->priv = env;
	if (!p->coherent)
		make_device(env);
	kunit_activate_static_stub(test, smmu_table_get_page, get_page_stub);
	kunit_activate_static_stub(test, smmu_table_map_single, map_dma_stub);
	kunit_activate_static_stub(test, smmu_table_sync_single, sync_dma_stub);
	return env;
}

static void flush(void *ctx, u64 start, u64 last)
{
	struct pgt_env *env = ctx;

	env->flushes++;
	env->flush_start = start;
	env->flush_last = last;
	if (env->on_flush)
		env->on_flush(env);
}

struct smmu_pgtable *pgt_alloc(struct pgt_env *env)
{
	struct smmu_pgtable_cfg cfg = {
		.stage = env->param.stage,
		.granule_lg2 = env->param.granule_lg2,
		.ias_bits = env->param.ias,
		.oas_bits = env->param.oas,
		.coherent = env->param.coherent,
		.dev = env->dev,
		.nid = NUMA_NO_NODE,
		.fwb = env->param.fwb,
		.bbml = env->param.bbml,
		.contig = !env->param.no_contig,
		.flush = env->param.flush ? flush : NULL,
		.flush_ctx = env,
	};

	return smmu_pgtable_alloc(&cfg);
}

/* Bytes of tables that have been linked and not put yet */
size_t pgt_held(struct pgt_env *env)
{
	struct page *page;
	unsigned long pfn;
	size_t bytes = 0;

	xa_for_each(&env->pages, pfn, page)
		if (page_private(page) == (unsigned long)env->pt)
			bytes += page_size(page);
	return bytes;
}

/* Nobody but us may still have a table: neither a leak nor a double free */
static void check_pages(struct pgt_env *env)
{
	struct page *page;
	unsigned long pfn;

	rcu_barrier();
	xa_for_each(&env->pages, pfn, page) {
		KUNIT_EXPECT_EQ_MSG(env->test, 1, page_ref_count(page),
				    "table at frame %lx", pfn);
		__free_pages(page, compound_order(page));
	}
	xa_destroy(&env->pages);
}

void pgt_stop(struct pgt_env *env)
{
	unsigned long pfn;
	void *copy;

	smmu_pgtable_free(env->pt);
	env->pt = NULL;
	check_pages(env);
	xa_for_each(&env->memory, pfn, copy)
		kfree(copy);
	xa_destroy(&env->memory);
}

void pgt_exit(struct kunit *test)
{
	if (test->priv)
		pgt_stop(test->priv);
}

/* Short forms */

struct pgt_env *pgt_start(struct kunit *test)
{
	struct pgt_env *env = pgt_env_make(test, test->param_value);

	env->pt = pgt_alloc(env);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, env->pt);
	env->walk = smmu_pgtable_walk(env->pt);
	pgt_ref_check_root(env);
	return env;
}

int pgt_map(struct pgt_env *env, u64 iova, u64 pa, u64 bytes, int prot,
	    size_t *mapped)
{
	size_t ignored = 0;

	return smmu_pgtable_map(env->pt, iova, pa, bytes, prot, GFP_KERNEL,
				mapped ?: &ignored);
}

/*
 * Unmap and, as if the TLB had been invalidated, free the tables. What is unmapped,
 * and what is to be invalidated, is what the reference says. It takes no memory, and
 * never invalidates in the middle.
 */
u64 pgt_unmap(struct pgt_env *env, u64 iova, u64 bytes)
{
	u64 want = 0, start = 0, last = 0, done;
	int gets = atomic_read(&env->gets), flushes = env->flushes;
	struct smmu_pgtable_cleared c;

	smmu_pgtable_cleared_init(&c);
	if (!((iova | bytes) & (pgt_granule(env) - 1)) &&
	    bytes <= pgt_param_in(&env->param) &&
	    iova <= pgt_param_in(&env->param) - bytes)
		want = pgt_ref_unmappable(env, iova, bytes);
	if (want)
		pgt_ref_unmap(env, iova, want, &start, &last);

	done = smmu_pgtable_unmap(env->pt, iova, bytes, &c);
	KUNIT_EXPECT_EQ_MSG(env->test, done, want, "%llx, %llx bytes", iova,
			    bytes);
	KUNIT_EXPECT_EQ(env->test, c.start, done ? start : U64_MAX);
	KUNIT_EXPECT_EQ(env->test, c.last, done ? last : 0);
	KUNIT_EXPECT_EQ(env->test, !done, !c.leaf_sizes);
	KUNIT_EXPECT_EQ(env->test, gets, atomic_read(&env->gets));
	KUNIT_EXPECT_EQ(env->test, flushes, env->flushes);
	smmu_pgtable_put_tables(&c.tables);
	KUNIT_EXPECT_TRUE(env->test, list_empty(&c.tables));
	return done;
}

/* @iova goes to @pa by a leaf of @bytes (0: of any size), protected by @prot */
void pgt_expect(struct pgt_env *env, u64 iova, u64 pa, u64 bytes, int prot)
{
	struct pgt_ref ref = { };

	KUNIT_EXPECT_EQ(env->test, pa,
			smmu_pgtable_iova_to_phys(env->pt, iova));
	if (!pgt_ref_translate(env, iova, &ref)) {
		KUNIT_FAIL(env->test, "%llx is not mapped", iova);
		return;
	}
	KUNIT_EXPECT_EQ_MSG(env->test, pa, ref.pa, "at %llx", iova);
	if (bytes)
		KUNIT_EXPECT_EQ_MSG(env->test, bytes, ref.leaf_bytes,
				    "at %llx", iova);
	KUNIT_EXPECT_EQ_MSG(env->test,
			    pgt_ref_strip(env, ref.desc, ref.level) & ~3ULL,
			    pgt_ref_attr(env, prot),
			    "at %llx, protection %x", iova, prot);
}

void pgt_expect_hole(struct pgt_env *env, u64 iova)
{
	struct pgt_ref ref = { };

	KUNIT_EXPECT_FALSE_MSG(env->test, pgt_ref_translate(env, iova, &ref),
			       "%llx goes to %llx", iova, ref.pa);
	KUNIT_EXPECT_EQ(env->test, 0,
			smmu_pgtable_iova_to_phys(env->pt, iova));
}

/* As pgt_expect(), but silent and cheap, for many leaves */
static bool leaf_right(struct pgt_env *env, u64 at, u64 pa, u64 want,
		       struct pgt_ref *ref)
{
	return pgt_ref_translate(env, at, ref) && ref->pa == pa &&
	       (pgt_ref_strip(env, ref->desc, ref->level) & ~3ULL) == want;
}

/* Every leaf of a range, and nothing on either side of it */
void pgt_expect_range(struct pgt_env *env, u64 iova, u64 pa, u64 bytes,
		      int prot)
{
	u64 end = iova + bytes, at = iova, want = pgt_ref_attr(env, prot);
	struct pgt_ref ref = { };

	while (at < end && leaf_right(env, at, pa + (at - iova), want, &ref))
		at = (at & ~(ref.leaf_bytes - 1)) + ref.leaf_bytes;
	if (at != end)
		pgt_expect(env, at, pa + (at - iova), 0, prot);
	KUNIT_EXPECT_EQ(env->test, end, at);
	pgt_expect(env, iova, pa, 0, prot);
	pgt_expect(env, end - 1, pa + bytes - 1, 0, prot);
	if (iova)
		pgt_expect_hole(env, iova - 1);
	pgt_expect_hole(env, end);
}

/* What is in table memory is sound, and no table is held that is not in the tree */
void pgt_expect_sound(struct pgt_env *env)
{
	u64 mapped, tables;

	pgt_ref_sum(env, &mapped, &tables);
	KUNIT_EXPECT_EQ(env->test, tables, pgt_held(env));
}

/* Nothing is mapped; no table is held that is not in the tree */
void pgt_expect_empty(struct pgt_env *env)
{
	u64 mapped, tables;

	pgt_ref_sum(env, &mapped, &tables);
	KUNIT_EXPECT_EQ(env->test, 0, mapped);
	KUNIT_EXPECT_EQ(env->test, tables, pgt_held(env));
}
