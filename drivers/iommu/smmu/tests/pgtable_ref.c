// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slow reference for the page tables. It includes no format.h: all it knows
 * about descriptors is written here, from the Arm ARM, once more.
 */
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/mm.h>

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
	{ 2, 12, 40, 40, true, .fwb = true },
	/* with the contiguous hint, and with ways to exchange blocks */
	{ 1, 12, 39, 40, true, .flush = true },
	{ 1, 12, 48, 48, false, .flush = true },
	{ 2, 14, 42, 42, true, .flush = true },
	{ 1, 12, 39, 40, true, .bbml = 1 },
	{ 1, 12, 48, 48, false, .bbml = 1, .flush = true },
	{ 1, 12, 36, 36, true, .bbml = 2 },
	{ 1, 12, 48, 48, true, .bbml = 2, .flush = true },
	{ 1, 12, 48, 48, false, .bbml = 2, .flush = true },
	{ 2, 12, 40, 40, true, .bbml = 1 },
	{ 2, 12, 48, 48, true, .bbml = 2, .flush = true },
	{ 1, 14, 47, 48, true, .bbml = 1, .flush = true },
	{ 2, 14, 42, 42, true, .bbml = 2, .flush = true },
	{ 1, 16, 48, 48, true, .bbml = 1 },
	{ 2, 16, 42, 42, false, .bbml = 1, .flush = true },
	{ 1, 16, 52, 52, true, .bbml = 2, .flush = true },
	{ 1, 12, 48, 48, true, .bbml = 2, .flush = true, .no_contig = true },
};

const void *pgt_next_param(const void *prev, char *desc)
{
	const struct pgt_param *p = prev;

	p = p ? p + 1 : pgt_params;
	if (p == pgt_params + ARRAY_SIZE(pgt_params))
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE,
		 "stage %u, %uK granule, %u bits in, %u bits out, %s, BBML %u%s%s%s",
		 p->stage, 1U << (p->granule_lg2 - 10), p->ias, p->oas,
		 p->coherent ? "coherent" : "not coherent", p->bbml,
		 p->flush ? ", flush" : "", p->no_contig ? ", no sets" : "",
		 p->fwb ? ", FWB" : "");
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

bool pgt_param_hints(const struct pgt_param *p)
{
	return p->bbml && !p->no_contig;
}

/* D8.7.1: how many leaves of level 3 or 2 the contiguous bit takes together */
unsigned int pgt_param_contig(const struct pgt_param *p, int level)
{
	if (p->granule_lg2 == 12)
		return 16;
	return p->granule_lg2 == 14 && level == 3 ? 128 : 32;
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

/* D8.7.1, checked apart from the other attributes */
#define CONTIGUOUS	0x0010000000000000ULL
/* Ignored by hardware, ours: the bit above was set once, others may be at it */
#define WAS_CONTIGUOUS	0x0080000000000000ULL

/* The address in a leaf of @level; what is not address or hint goes to @attr */
static u64 leaf_address(struct pgt_env *env, u64 desc, int level, u64 *attr)
{
	u64 mask = (1ULL << 48) - (1ULL << low(env, level));
	u64 addr = desc & mask;

	if (env->param.granule_lg2 == 16) {
		addr |= (desc & 0xf000) << 36;
		mask |= 0xf000;
	}
	*attr = desc & ~mask & ~CONTIGUOUS;
	if (pgt_param_hints(&env->param))
		*attr &= ~WAS_CONTIGUOUS;
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
void pgt_ref_check_root(struct pgt_env *env)
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

bool pgt_ref_hinted(struct pgt_env *env, u64 iova)
{
	struct pgt_ref ref = { };

	return pgt_ref_translate(env, iova, &ref) && (ref.desc & CONTIGUOUS);
}

/*
 * What one step of unmap takes at @at, of a range up to @end: a table that lies in it as a
 * whole, or a leaf, of which it may be a part; or nothing. Returns where it goes on.
 */
static u64 unmap_step(struct pgt_env *env, u64 at, u64 end)
{
	u64 table = env->walk->ttb;
	int level;

	for (level = env->walk->start_level; level <= 3; level++) {
		u64 desc = walker_read(env, table + 8 * index_at(env, at, level));
		u64 bytes = 1ULL << low(env, level);
		bool whole = !(at & (bytes - 1)) && end - at >= bytes;

		if (!(desc & 1))
			return at;
		if (whole || level == 3 || !(desc & 2))
			return (at | (bytes - 1)) + 1;
		table = table_address(env, desc);
	}
	return at;
}

/* How much unmap is to unmap of a range, from @iova on: up to the end of a leaf */
u64 pgt_ref_unmappable(struct pgt_env *env, u64 iova, u64 bytes)
{
	u64 at = iova, next;

	while (at < iova + bytes) {
		next = unmap_step(env, at, iova + bytes);
		if (next == at)
			break;
		at = next;
	}
	return at - iova;
}

/* How much of the leaf for @iova lies before it */
u64 pgt_ref_front(struct pgt_env *env, u64 iova)
{
	struct pgt_ref ref = { };

	return pgt_ref_translate(env, iova, &ref) ? iova & (ref.leaf_bytes - 1) : 0;
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

/* One leaf says that it is one of a set: so must all of them, and lead on. */
static bool contig_sound(struct pgt_env *env, u64 first, int level)
{
	unsigned int set = pgt_param_contig(&env->param, level), i;
	u64 desc = walker_read(env, first), bytes = 1ULL << low(env, level);
	u64 attr, pa = leaf_address(env, desc, level, &attr);

	if (!(desc & 1) || !(desc & CONTIGUOUS) || (pa & (set * bytes - 1)))
		return false;
	for (i = 1; i < set; i++) {
		u64 other = walker_read(env, first + 8 * i), other_attr;

		if (!(other & CONTIGUOUS) ||
		    leaf_address(env, other, level, &other_attr) != pa + i * bytes ||
		    other_attr != attr)
			return false;
	}
	return true;
}

static void check_hint(struct pgt_env *env, u64 table, int level, u64 index,
		       u64 slots)
{
	unsigned int set;

	if (!pgt_param_hints(&env->param) || level < 2) {
		KUNIT_FAIL(env->test, "contiguous at level %d", level);
		return;
	}
	set = pgt_param_contig(&env->param, level);
	if (index & (set - 1)) {
		index &= ~(u64)(set - 1);
		if (walker_read(env, table + 8 * index) & CONTIGUOUS)
			return;		/* looked at already */
	}
	if (index + set > slots ||
	    !contig_sound(env, table + 8 * index, level))
		KUNIT_FAIL(env->test, "set at %llx, level %d",
			   table + 8 * index, level);
}

/* What the CPU wrote has reached memory, but for the bit that is ours */
static void check_clean(struct pgt_env *env, u64 pa, u64 desc)
{
	u64 written = le64_to_cpup(phys_to_virt(pa));

	if ((written ^ desc) & ~(1ULL << 55))
		KUNIT_FAIL(env->test, "descriptor at %llx was not cleaned", pa);
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

		check_clean(env, table + 8 * i, desc);
		if (!desc)
			continue;
		if ((desc & CONTIGUOUS) && (level == 3 || !(desc & 2)))
			check_hint(env, table, level, i, slots);
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
	pgt_ref_check_root(env);
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

/* D8.3.2 and D8.6; write-back is 0b0110 if stage 2 forces it */
static u64 attr_s2(const struct pgt_env *env, int prot)
{
	u64 cached = env->param.fwb ? 0x6 : 0xf;
	u64 memattr = prot & IOMMU_MMIO ? 0x1 : prot & IOMMU_CACHE ? cached : 0x5;
	u64 attr = 1ULL << 10 | memattr << 2;

	attr |= (u64)(memattr == cached ? 3 : 2) << 8;
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
	return env->walk->stage == 1 ? attr_s1(env, prot) : attr_s2(env, prot);
}

