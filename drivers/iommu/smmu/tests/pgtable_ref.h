/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the page-table tests share: a slow walker written from the architecture
 * (Arm ARM D8), with bit positions of its own, that reads table memory as the
 * hardware does; and an environment that owns all table memory of a test.
 */
#ifndef SMMU_TESTS_PGTABLE_REF_H
#define SMMU_TESTS_PGTABLE_REF_H

#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/xarray.h>

#include "compat.h"
#include "pgtable/pgtable.h"

/* One set of parameters: one named case */
struct pgt_param {
	u8 stage;
	u8 granule_lg2;
	u8 ias;
	u8 oas;
	bool coherent;
	bool fwb;
	bool flush;	/* there is a callback that invalidates */
	u8 bbml;
	bool no_contig;	/* a walker has an erratum about the contiguous bit */
};

extern const struct pgt_param pgt_params[];
const void *pgt_next_param(const void *prev, char *desc);
unsigned int pgt_param_levels(const struct pgt_param *p);
u64 pgt_param_block(const struct pgt_param *p);	/* of level 2 */
bool pgt_param_hints(const struct pgt_param *p);	/* the contiguous bit is used */
unsigned int pgt_param_contig(const struct pgt_param *p, int level);
u64 pgt_param_in(const struct pgt_param *p);	/* bytes of input */
u64 pgt_param_out(const struct pgt_param *p);	/* bytes of output */

/* All parameters */
static inline const void *SMMU_COMPAT_GEN_PARAMS(pgt_gen_params)
{
	return pgt_next_param(prev, desc);
}

/* _name##_gen_params: the parameters for which _suits() holds */
#define PGT_PARAMS_IF(_name, _suits)					\
static const void *SMMU_COMPAT_GEN_PARAMS(_name##_gen_params)		\
{									\
	do {								\
		prev = pgt_next_param(prev, desc);			\
	} while (prev && !(_suits)(prev));				\
	return prev;							\
}

/**
 * struct pgt_env - one test's page table and the memory it lives in
 * @test: the test
 * @param: its parameters
 * @dev: of the walker, if it does not snoop
 * @pt: the page table under test
 * @walk: what the hardware is told about it
 * @pages: every page handed out for a table, by frame number, with a reference
 *	held: a page freed once too often or not at all is seen at the end
 * @memory: for a walker that does not snoop: what memory holds, by frame
 *	number; changed only by cleaning
 * @last_frame: of @memory, the page that the walker read last
 * @last_page: its contents
 * @sets: sets of leaves that lost the contiguous hint (pgtable_sets.c)
 * @rnd: for random tests
 * @gets: pages asked for so far
 * @fail_at: this request for a page fails, counted as @gets is; 0: none
 * @map_fails: mapping a table for DMA fails
 * @syncs: cleanings so far
 * @last_gfp: flags of the last request
 * @flushes: calls of the flush callback so far
 * @flush_start: what the last one was given
 * @flush_last: the same
 * @on_flush: called in the middle of the next one
 * @on_get: called once, in the middle of the next request for a page
 */
struct pgt_env {
	struct kunit *test;
	struct pgt_param param;
	struct device *dev;
	struct smmu_pgtable *pt;
	const struct smmu_walk *walk;
	struct xarray pages;
	struct xarray memory;
	u64 last_frame;
	const u8 *last_page;
	struct list_head sets;
	struct rnd_state rnd;
	atomic_t gets;
	int fail_at;
	bool map_fails;
	atomic_t syncs;
	gfp_t last_gfp;
	void (*on_get)(struct pgt_env *env);
	int flushes;
	u64 flush_start;
	u64 flush_last;
	void (*on_flush)(struct pgt_env *env);
};

/* What the hardware makes of an address */
struct pgt_ref {
	u64 pa;
	u64 desc;
	u64 leaf_bytes;
	int level;
};

int pgt_init(struct kunit *test);
void pgt_exit(struct kunit *test);
struct pgt_env *pgt_env_make(struct kunit *test, const struct pgt_param *p);
struct pgt_env *pgt_start(struct kunit *test);
struct smmu_pgtable *pgt_alloc(struct pgt_env *env);
void pgt_stop(struct pgt_env *env);

u64 pgt_granule(const struct pgt_env *env);
u64 pgt_block(const struct pgt_env *env);	/* of level 2 */
size_t pgt_held(struct pgt_env *env);
u32 pgt_rnd(struct pgt_env *env, u32 below);

bool pgt_ref_translate(struct pgt_env *env, u64 iova, struct pgt_ref *ref);
void pgt_ref_unmap(struct pgt_env *env, u64 iova, u64 bytes, u64 *start, u64 *last);
bool pgt_ref_hinted(struct pgt_env *env, u64 iova);
u64 pgt_ref_unmappable(struct pgt_env *env, u64 iova, u64 bytes);
u64 pgt_ref_front(struct pgt_env *env, u64 iova);
void pgt_ref_check_root(struct pgt_env *env);
u64 pgt_ref_attr(const struct pgt_env *env, int prot);
u64 pgt_ref_strip(const struct pgt_env *env, u64 desc, int level);
u64 pgt_ref_slot(struct pgt_env *env, u64 iova, int level);
/*
 * Bytes mapped and bytes of tables, by reading every descriptor; looks after sets
 * with the contiguous bit, and whether all was cleaned, on the way
 */
void pgt_ref_sum(struct pgt_env *env, u64 *mapped, u64 *tables);

int pgt_map(struct pgt_env *env, u64 iova, u64 pa, u64 bytes, int prot,
	    size_t *mapped);
u64 pgt_unmap(struct pgt_env *env, u64 iova, u64 bytes);
void pgt_expect(struct pgt_env *env, u64 iova, u64 pa, u64 bytes, int prot);
void pgt_expect_hole(struct pgt_env *env, u64 iova);
void pgt_expect_range(struct pgt_env *env, u64 iova, u64 pa, u64 bytes,
		      int prot);
void pgt_expect_sound(struct pgt_env *env);
void pgt_expect_empty(struct pgt_env *env);

#endif /* SMMU_TESTS_PGTABLE_REF_H */
