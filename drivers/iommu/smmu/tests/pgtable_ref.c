// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slow reference for the page tables. It includes no format.h: all it knows
 * about descriptors is written here, from the Arm ARM, once more.
 */
#include <kunit/device.h>
#include <kunit/static_stub.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "pgtable/internal.h"
#include "tests/pgtable_ref.h"

const struct pgt_param pgt_params[] = {
	{ 1, 12, 25, 32, true }, { 1, 12, 30, 36, true },
	{ 1, 12, 30, 36, false }, { 1, 12, 31, 44, true },
	{ 1, 12, 39, 40, true }, { 1, 12, 40, 44, true },
	{ 1, 12, 48, 48, true }, { 1, 12, 48, 48, false },
	{ 1, 14, 25, 32, true }, { 1, 14, 25, 32, false },
	{ 1, 14, 26, 44, true }, { 1, 14, 36, 36, true },
	{ 1, 14, 47, 48, true }, { 1, 14, 48, 44, true },
	{ 1, 14, 48, 44, false }, { 1, 16, 25, 32, true },
	{ 1, 16, 30, 40, true }, { 1, 16, 42, 42, true },
	{ 1, 16, 48, 48, true }, { 1, 16, 48, 48, false },
	{ 1, 16, 52, 52, true }, { 2, 12, 25, 32, true },
	{ 2, 12, 32, 32, true }, { 2, 12, 34, 36, true },
	{ 2, 12, 35, 36, true }, { 2, 12, 40, 40, true },
	{ 2, 12, 40, 40, false }, { 2, 12, 42, 42, true },
	{ 2, 12, 44, 44, true }, { 2, 12, 48, 48, true },
	{ 2, 12, 48, 48, false }, { 2, 14, 25, 32, true },
	{ 2, 14, 29, 44, true }, { 2, 14, 40, 40, true },
	{ 2, 14, 40, 40, false }, { 2, 14, 42, 42, true },
	{ 2, 14, 48, 48, true }, { 2, 16, 25, 32, true },
	{ 2, 16, 30, 36, true }, { 2, 16, 42, 42, true },
	{ 2, 16, 42, 42, false }, { 2, 16, 44, 44, true },
	{ 2, 16, 48, 48, true }, { 2, 16, 52, 52, true },
};

const void *pgt_next_param(const void *prev, char *desc)
{
	const struct pgt_param *p = prev;

	p = p ? p + 1 : pgt_params;
	if (p == pgt_params + ARRAY_SIZE(pgt_params))
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE,
		 "stage %u, %uK granule, %u bits in, %u bits out, %s",
		 p->stage, 1U << (p->granule_lg2 - 10), p->ias, p->oas,
		 p->coherent ? "coherent" : "not coherent");
	return p;
}

/*
 * D8.2: the fewest levels that do. Stage 2 does not begin at the last level with the
 * 4K granule, nor so high that an output this small has no use for it: 16 first
 * tables side by side then have to do.
 */
unsigned int pgt_param_levels(const struct pgt_param *p)
{
	unsigned int most = 4, levels = 1;

	if (p->stage == 2 && p->granule_lg2 == 12) {
		levels = 2;
		most = p->oas > 42 ? 4 : 3;
	} else if (p->stage == 2 && p->granule_lg2 == 14) {
		most = p->oas > 40 ? 3 : 2;
	} else if (p->stage == 2) {
		most = p->oas > 42 ? 3 : 2;
	}
	while (p->granule_lg2 + levels * (p->granule_lg2 - 3) < p->ias)
		levels++;
	return min(levels, most);
}

u64 pgt_param_block(const struct pgt_param *p)
{
	return 1ULL << (2 * p->granule_lg2 - 3);
}

u64 pgt_param_in(const struct pgt_param *p)
{
	return 1ULL << p->ias;
}

u64 pgt_param_out(const struct pgt_param *p)
{
	return 1ULL << (p->granule_lg2 == 16 ? p->oas : min_t(u8, p->oas, 48));
}

/* D8.2: the lowest address bit that each level resolves; 63: no such level */
static const u8 lowest_bit[3][4] = {
	{ 39, 30, 21, 12 },
	{ 47, 36, 25, 14 },
	{ 63, 42, 29, 16 },
};

static unsigned int low(const struct pgt_env *env, int level)
{
	return lowest_bit[(env->param.granule_lg2 - 12) / 2][level];
}

u64 pgt_granule(const struct pgt_env *env)
{
	return 1ULL << low(env, 3);
}

u64 pgt_block(const struct pgt_env *env)
{
	return 1ULL << low(env, 2);
}

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
	page = alloc_pages_node(nid, gfp | __GFP_ZERO | __GFP_COMP, order);
	if (!page)
		return NULL;
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

/* The page of the last read is remembered: most reads go on in the same one */
static const u8 *walker_page(struct pgt_env *env, u64 pa)
{
	if (!env->last_page || env->last_frame != pa >> PAGE_SHIFT) {
		env->last_frame = pa >> PAGE_SHIFT;
		env->last_page = xa_load(&env->memory, env->last_frame);
	}
	return env->last_page;
}

/* What the walker reads: memory, or through the caches if it snoops */
static u64 walker_read(struct pgt_env *env, u64 pa)
{
	const u8 *page;

	if (env->walk->coherent)
		return le64_to_cpup(phys_to_virt(pa));
	page = walker_page(env, pa);
	if (!page) {
		KUNIT_FAIL(env->test, "table at %llx was never cleaned", pa);
		return 0;
	}
	return le64_to_cpup((const __le64 *)(page + (pa & ~PAGE_MASK)));
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
	test->priv = env;
	if (!p->coherent)
		make_device(env);
	kunit_activate_static_stub(test, smmu_table_get_page, get_page_stub);
	kunit_activate_static_stub(test, smmu_table_map_dma, map_dma_stub);
	kunit_activate_static_stub(test, smmu_table_sync_dma, sync_dma_stub);
	return env;
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
	};

	return smmu_pgtable_alloc(&cfg);
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

/* The walker */

/* D8.3.1: what a table descriptor may hold, and the address in it */
static u64 table_address(struct pgt_env *env, u64 desc)
{
	u64 addr = desc & 0x0000fffffffff000ULL;
	u64 rest = desc & 0xffff000000000ffcULL;

	if (env->param.granule_lg2 == 14) {
		rest |= desc & 0x3000;
		addr &= ~0x3fffULL;
	} else if (env->param.granule_lg2 == 16) {
		addr = (addr & ~0xffffULL) | (desc & 0xf000) << 36;
	}
	if (!env->walk->coherent)
		rest &= ~(1ULL << 55);	/* ignored by hardware, ours */
	if (rest || addr >> env->walk->oas_bits)
		KUNIT_FAIL(env->test, "table descriptor %llx", desc);
	return addr;
}

/* The address in a leaf of @level; what is not address goes to @attr */
static u64 leaf_address(struct pgt_env *env, u64 desc, int level, u64 *attr)
{
	u64 mask = (1ULL << 48) - (1ULL << low(env, level));
	u64 addr = desc & mask;

	if (env->param.granule_lg2 == 16) {
		addr |= (desc & 0xf000) << 36;
		mask |= 0xf000;
	}
	*attr = desc & ~mask;
	return addr;
}

u64 pgt_ref_strip(const struct pgt_env *env, u64 desc, int level)
{
	u64 attr;

	leaf_address((struct pgt_env *)env, desc, level, &attr);
	return attr;
}

static bool block_allowed(const struct pgt_env *env, int level)
{
	return level == 2 || (level == 1 && env->param.granule_lg2 == 12);
}

/* D8.2: is the first level as the architecture allows, and the table aligned */
static void check_root(struct pgt_env *env)
{
	const struct smmu_walk *w = env->walk;
	int bits = 64 - w->t0sz - low(env, w->start_level);
	int most = w->granule_lg2 - 3 + (w->stage == 2 ? 4 : 0);
	u64 bytes = max(64ULL, 8ULL << bits);

	KUNIT_ASSERT_GE(env->test, bits, 1);
	KUNIT_ASSERT_LE(env->test, bits, most);
	KUNIT_ASSERT_EQ(env->test, 0, w->ttb & (bytes - 1));
	KUNIT_ASSERT_EQ(env->test, 0, w->ttb >> w->oas_bits);
	if (w->stage == 2 && w->granule_lg2 == 12)
		KUNIT_ASSERT_LE(env->test, w->start_level, 2);
}

static int input_bits(const struct pgt_env *env)
{
	return 64 - env->walk->t0sz;
}

/* The index that @level takes from an address; the first level takes the rest */
static u64 index_at(const struct pgt_env *env, u64 iova, int level)
{
	int top = level == env->walk->start_level ? input_bits(env) :
						    low(env, level - 1);

	return (iova & ((1ULL << top) - 1)) >> low(env, level);
}

bool pgt_ref_translate(struct pgt_env *env, u64 iova, struct pgt_ref *ref)
{
	u64 table = env->walk->ttb;
	int level;

	if (iova >> input_bits(env))
		return false;
	for (level = env->walk->start_level; level <= 3; level++) {
		u64 desc = walker_read(env, table + 8 * index_at(env, iova,
								  level));
		u64 attr;

		if (!(desc & 1))
			return false;
		if (level < 3 && (desc & 2)) {
			table = table_address(env, desc);
			continue;
		}
		if (desc & 2 ? level != 3 : !block_allowed(env, level))
			KUNIT_FAIL(env->test, "level %d leaf %llx", level,
				   desc);
		ref->leaf_bytes = 1ULL << low(env, level);
		ref->pa = leaf_address(env, desc, level, &attr) |
			  (iova & (ref->leaf_bytes - 1));
		ref->desc = desc;
		ref->level = level;
		if (ref->pa >> env->walk->oas_bits)
			KUNIT_FAIL(env->test, "leaf %llx", desc);
		return true;
	}
	return false;
}

/* Physical address of the descriptor for @iova at @level; tables must exist */
u64 pgt_ref_slot(struct pgt_env *env, u64 iova, int level)
{
	u64 table = env->walk->ttb;
	int l;

	for (l = env->walk->start_level; l < level; l++) {
		u64 desc = walker_read(env, table + 8 * index_at(env, iova, l));

		KUNIT_ASSERT_EQ(env->test, 3, desc & 3);
		table = table_address(env, desc);
	}
	return table + 8 * index_at(env, iova, level);
}

static void sum_table(struct pgt_env *env, u64 table, int level, u64 *mapped,
		      u64 *tables)
{
	u64 slots = 1ULL << (env->param.granule_lg2 - 3);
	u64 bytes, i;

	if (level == env->walk->start_level)
		slots = 1ULL << (input_bits(env) - low(env, level));
	bytes = max_t(u64, slots * 8, PAGE_SIZE);
	*tables += bytes;
	for (i = 0; i < slots; i++) {
		u64 desc = walker_read(env, table + 8 * i);

		if (!desc)
			continue;
		if (!(desc & 1))
			KUNIT_FAIL(env->test, "descriptor %llx", desc);
		else if (level < 3 && (desc & 2))
			sum_table(env, table_address(env, desc), level + 1,
				  mapped, tables);
		else
			*mapped += 1ULL << low(env, level);
	}
}

void pgt_ref_sum(struct pgt_env *env, u64 *mapped, u64 *tables)
{
	check_root(env);
	*mapped = 0;
	*tables = 0;
	sum_table(env, env->walk->ttb, env->walk->start_level, mapped, tables);
}

/* D8.3.2 and D8.4: stage 1. Memory type by what MAIR says, not by its index. */
static u64 attr_s1(const struct pgt_env *env, int prot)
{
	u8 want = prot & IOMMU_MMIO ? 0x04 : prot & IOMMU_CACHE ? 0xff : 0x44;
	u64 attr = 1ULL << 11 | 1ULL << 10;	/* nG, AF */
	int index;

	for (index = 0; index < 8; index++)
		if ((u8)(env->walk->mair >> (8 * index)) == want)
			break;
	KUNIT_ASSERT_LT(env->test, index, 8);
	attr |= (u64)index << 2;
	attr |= (u64)(want == 0xff ? 3 : 2) << 8;
	/* AP[2:1]: 0 RW privileged, 1 RW all, 2 RO privileged, 3 RO all */
	if (prot & IOMMU_PRIV)
		attr |= (prot & IOMMU_WRITE ? 0ULL : 2ULL) << 6;
	else
		attr |= (prot & IOMMU_WRITE ? 1ULL : 3ULL) << 6;
	if (prot & IOMMU_NOEXEC)
		attr |= 3ULL << 53;
	return attr;
}

/* D8.3.2 and D8.6: stage 2 without forced write-back */
static u64 attr_s2(int prot)
{
	u64 memattr = prot & IOMMU_MMIO ? 0x1 : prot & IOMMU_CACHE ? 0xf : 0x5;
	u64 attr = 1ULL << 10 | memattr << 2;

	attr |= (u64)(memattr == 0xf ? 3 : 2) << 8;
	if (prot & IOMMU_READ)
		attr |= 1ULL << 6;
	if (prot & IOMMU_WRITE)
		attr |= 1ULL << 7;
	if (prot & IOMMU_NOEXEC)
		attr |= 1ULL << 54;
	return attr;
}

u64 pgt_ref_attr(const struct pgt_env *env, int prot)
{
	return env->walk->stage == 1 ? attr_s1(env, prot) : attr_s2(prot);
}

/* Short forms */

struct pgt_env *pgt_start(struct kunit *test)
{
	struct pgt_env *env = pgt_env_make(test, test->param_value);

	env->pt = pgt_alloc(env);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, env->pt);
	env->walk = smmu_pgtable_walk(env->pt);
	check_root(env);
	return env;
}

int pgt_map(struct pgt_env *env, u64 iova, u64 pa, u64 bytes, int prot,
	    u64 *mapped)
{
	u64 ignored = 0;

	return smmu_pgtable_map(env->pt, iova, pa, bytes, prot, GFP_KERNEL,
				mapped ?: &ignored);
}

/* Unmap and, as if the TLB had been invalidated, free the tables */
u64 pgt_unmap(struct pgt_env *env, u64 iova, u64 bytes)
{
	struct smmu_pgtable_cleared c;
	u64 done;

	smmu_pgtable_cleared_init(&c);
	done = smmu_pgtable_unmap(env->pt, iova, bytes, &c);
	KUNIT_EXPECT_EQ(env->test, c.table, !list_empty(&c.tables));
	KUNIT_EXPECT_EQ(env->test, !done, !c.leaf_sizes);
	smmu_pgtable_put_tables(&c.tables);
	KUNIT_EXPECT_TRUE(env->test, list_empty(&c.tables));
	return done;
}

/* @iova goes to @pa by a leaf of @bytes (0: of any size), protected by @prot */
void pgt_expect(struct pgt_env *env, u64 iova, u64 pa, u64 bytes, int prot)
{
	struct pgt_ref ref = { };
	u64 attr;

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
	leaf_address(env, ref.desc, ref.level, &attr);
	KUNIT_EXPECT_EQ_MSG(env->test, attr & ~3ULL, pgt_ref_attr(env, prot),
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

/* Nothing is mapped; no table is held that is not in the tree */
void pgt_expect_empty(struct pgt_env *env)
{
	u64 mapped, tables;

	pgt_ref_sum(env, &mapped, &tables);
	KUNIT_EXPECT_EQ(env->test, 0, mapped);
	KUNIT_EXPECT_EQ(env->test, tables, smmu_pgtable_bytes(env->pt));
}
