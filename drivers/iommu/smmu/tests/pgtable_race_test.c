// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that map and unmap beside each other in the same tables, and readers
 * among them.
 */
#include <linux/completion.h>
#include <linux/iommu.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "tests/pgtable_ref.h"

#define RW		(IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE)
#define PA		0x40000000ULL
#define WRITERS		2
#define THREADS		(WRITERS + 1)
#define ROUNDS		40
#define CHUNK		4	/* pages that a thread owns in a row */
#define CHUNKS		64	/* of each thread */
#define SHARED_BLOCKS	4	/* chunks and own tables; the own blocks come behind */
#define ALL_BLOCKS	(SHARED_BLOCKS + WRITERS)

struct race;

struct racer {
	struct race *race;
	int id;
	int errors;
	struct completion done;
};

struct race {
	struct pgt_env *env;
	atomic_t writers_left;
	struct racer racers[THREADS];
};

/* Chunks of the threads take turns, across the first end of a leaf table */
static u64 chunk_iova(const struct racer *r, int i)
{
	struct pgt_env *env = r->race->env;
	u64 bytes = CHUNK * pgt_granule(env);
	u64 base = pgt_block(env) - CHUNKS * WRITERS / 2 * bytes;

	return base + (i * WRITERS + r->id) * bytes;
}

/* A whole leaf table that belongs to one thread; those above are shared */
static u64 own_table(const struct racer *r)
{
	return (2 + r->id) * pgt_block(r->race->env);
}

/* A block that belongs to one thread, mapped as such or by page */
static u64 own_block(const struct racer *r)
{
	return (SHARED_BLOCKS + r->id) * pgt_block(r->race->env);
}

/* Only what own_block() gives leads to where a block can lead. */
static u64 pa_of(const struct pgt_env *env, u64 iova)
{
	u64 shift = iova < SHARED_BLOCKS * pgt_block(env) ? pgt_granule(env) : 0;

	return PA + shift + (iova & (SZ_512M - 1));
}

static void racer_map(struct racer *r, u64 iova, u64 bytes)
{
	struct pgt_env *env = r->race->env;
	size_t mapped = 0;

	if (smmu_pgtable_map(env->pt, iova, pa_of(env, iova), bytes, RW,
			     GFP_KERNEL, &mapped) || mapped != bytes)
		r->errors++;
}

static void racer_unmap(struct racer *r, u64 iova, u64 bytes)
{
	struct smmu_pgtable_cleared c;

	smmu_pgtable_cleared_init(&c);
	if (smmu_pgtable_unmap(r->race->env->pt, iova, bytes, &c) != bytes)
		r->errors++;
	smmu_pgtable_put_tables(&c.tables);
}

static void racer_check(struct racer *r, u64 iova, bool mapped)
{
	struct pgt_env *env = r->race->env;
	u64 want = mapped ? pa_of(env, iova) : 0;

	if (smmu_pgtable_iova_to_phys(env->pt, iova) != want)
		r->errors++;
}

static void map_chunks(struct racer *r)
{
	u64 bytes = CHUNK * pgt_granule(r->race->env);
	int i;

	for (i = 0; i < CHUNKS; i++)
		racer_map(r, chunk_iova(r, i), bytes);
	for (i = 0; i < CHUNKS; i++)
		racer_check(r, chunk_iova(r, i), true);
}

static void unmap_chunks(struct racer *r)
{
	u64 bytes = CHUNK * pgt_granule(r->race->env);
	int i;

	for (i = 0; i < CHUNKS; i++)
		racer_unmap(r, chunk_iova(r, i), bytes);
	for (i = 0; i < CHUNKS; i++)
		racer_check(r, chunk_iova(r, i), false);
}

/*
 * A few pages, whose table stays when they go, and a block in its place: in the table above,
 * which the other threads change as well, and under the eyes of readers.
 */
static void exchange_block(struct racer *r)
{
	u64 at = own_block(r), g = pgt_granule(r->race->env), bytes = pgt_block(r->race->env);

	racer_map(r, at + g, CHUNK * g);
	racer_check(r, at + g, true);
	racer_unmap(r, at + g, CHUNK * g);
	racer_check(r, at + g, false);
	racer_map(r, at, bytes);
	racer_check(r, at + bytes - 1, true);
	racer_unmap(r, at, bytes);
	racer_check(r, at + bytes - 1, false);
}

/* The last round leaves everything mapped but the block */
static void write_round(struct racer *r, bool last)
{
	u64 table = own_table(r), bytes = pgt_block(r->race->env);

	map_chunks(r);
	exchange_block(r);
	racer_map(r, table, bytes);
	racer_check(r, table + bytes - 1, true);
	if (last)
		return;
	racer_unmap(r, table, bytes);
	racer_check(r, table, false);
	unmap_chunks(r);
}

static int visited_leaf(const struct smmu_pgtable_leaf *leaf, void *ctx)
{
	struct racer *r = ctx;

	if (leaf->pa != pa_of(r->race->env, leaf->iova))
		r->errors++;
	return 0;
}

/* Whatever a reader finds was mapped at some time */
static void read_round(struct racer *r)
{
	struct pgt_env *env = r->race->env;
	u64 iova, pa;

	if (smmu_pgtable_visit(env->pt, 0, U64_MAX, visited_leaf, r))
		r->errors++;
	for (iova = 0; iova < ALL_BLOCKS * pgt_block(env); iova += pgt_block(env) / 16) {
		pa = smmu_pgtable_iova_to_phys(env->pt, iova);
		if (pa && pa != pa_of(env, iova))
			r->errors++;
	}
}

static int writer(void *data)
{
	struct racer *r = data;
	int i;

	current->kunit_test = r->race->env->test;	/* for the stubs */
	for (i = 1; i <= ROUNDS && !r->errors; i++) {
		write_round(r, i == ROUNDS);
		cond_resched();
	}
	current->kunit_test = NULL;
	atomic_dec(&r->race->writers_left);
	kthread_complete_and_exit(&r->done, 0);
}

static int reader(void *data)
{
	struct racer *r = data;

	do {
		read_round(r);
		cond_resched();
	} while (atomic_read(&r->race->writers_left));
	kthread_complete_and_exit(&r->done, 0);
}

static void run_race(struct race *race)
{
	struct kunit *test = race->env->test;
	struct task_struct *task;
	int i, started;

	atomic_set(&race->writers_left, WRITERS);
	for (started = 0; started < THREADS; started++) {
		struct racer *r = &race->racers[started];

		r->race = race;
		r->id = started;
		init_completion(&r->done);
		task = kthread_run(started < WRITERS ? writer : reader, r,
				   "pgtable-race/%d", started);
		if (IS_ERR(task))
			break;
	}
	for (i = 0; i < started; i++) {
		wait_for_completion(&race->racers[i].done);
		KUNIT_EXPECT_EQ(test, race->racers[i].errors, 0);
	}
	KUNIT_ASSERT_EQ(test, started, THREADS);
}

static void check_end(struct racer *r)
{
	struct pgt_env *env = r->race->env;
	u64 g = pgt_granule(env), at, bytes = pgt_block(env);
	int i;

	for (i = 0; i < CHUNKS * CHUNK; i++) {
		at = chunk_iova(r, i / CHUNK) + i % CHUNK * g;
		pgt_expect(env, at, pa_of(env, at), g, RW);
	}
	pgt_expect(env, own_table(r), pa_of(env, own_table(r)), g, RW);
	KUNIT_EXPECT_EQ(env->test, bytes, pgt_unmap(env, own_table(r), bytes));
	unmap_chunks(r);
}

static void pgtable_race(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	struct race *race;
	int i;

	KUNIT_ASSERT_LE(test, ALL_BLOCKS * pgt_block(env), 1ULL << env->param.ias);
	race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, race);
	race->env = env;
	run_race(race);
	for (i = 0; i < WRITERS; i++)
		check_end(&race->racers[i]);
	pgt_expect_empty(env);
}

/*
 * Sets with the contiguous hint that two threads take apart, page by page, each
 * its own: while one thread takes the hint off the pages that stay, the other
 * clears some of them, and those must not come back.
 */
#define SETS		8
#define SET_ROUNDS	30

static u64 sets_bytes(const struct pgt_env *env)
{
	return SETS * pgt_param_contig(&env->param, 3) * pgt_granule(env);
}

static int take_apart(void *data)
{
	struct racer *r = data;
	struct pgt_env *env = r->race->env;
	u64 g = pgt_granule(env), at;

	current->kunit_test = env->test;
	/* both start when both are there */
	atomic_dec(&r->race->writers_left);
	while (atomic_read(&r->race->writers_left) > 0)
		cond_resched();
	for (at = r->id * g; at < sets_bytes(env); at += WRITERS * g) {
		racer_unmap(r, at, g);
		racer_check(r, at, false);
	}
	current->kunit_test = NULL;
	kthread_complete_and_exit(&r->done, 0);
}

static void set_round(struct race *race)
{
	struct kunit *test = race->env->test;
	struct task_struct *task;
	int i;

	KUNIT_ASSERT_EQ(test, 0, pgt_map(race->env, 0, sets_bytes(race->env),
					 sets_bytes(race->env), RW, NULL));
	KUNIT_EXPECT_TRUE(test, pgt_ref_hinted(race->env, 0));
	atomic_set(&race->writers_left, WRITERS);
	for (i = 0; i < WRITERS; i++) {
		race->racers[i].race = race;
		race->racers[i].id = i;
		init_completion(&race->racers[i].done);
		task = kthread_run(take_apart, &race->racers[i],
				   "pgtable-race/%d", i);
		if (IS_ERR(task)) {
			complete(&race->racers[i].done);
			atomic_dec(&race->writers_left);
			race->racers[i].errors++;
		}
	}
	for (i = 0; i < WRITERS; i++) {
		wait_for_completion(&race->racers[i].done);
		KUNIT_EXPECT_EQ(test, race->racers[i].errors, 0);
	}
	pgt_expect_empty(race->env);
}

static void pgtable_race_contig(struct kunit *test)
{
	struct pgt_env *env = pgt_start(test);
	struct race *race;
	int i;

	race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, race);
	race->env = env;
	for (i = 0; i < SET_ROUNDS && test->status == KUNIT_SUCCESS; i++)
		set_round(race);
}

/* One shape of each kind is enough here */
static const struct pgt_param race_params[] = {
	{ 1, 12, 39, 40, true }, { 1, 12, 48, 48, false },
	{ 2, 12, 40, 40, true }, { 1, 14, 48, 44, true },
	{ 2, 16, 42, 42, false },
	/* with ways to put a block in the place of a table */
	{ 1, 12, 39, 40, true, .bbml = 2, .flush = true },
	{ 1, 12, 48, 48, false, .bbml = 2, .flush = true },
	{ 2, 14, 42, 42, true, .bbml = 1, .flush = true },
};

static void describe(const struct pgt_param *p, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "stage %u, %uK granule, %s, BBML %u",
		 p->stage, 1U << (p->granule_lg2 - 10),
		 p->coherent ? "coherent" : "not coherent", p->bbml);
}

KUNIT_ARRAY_PARAM(race, race_params, describe);

static const struct pgt_param race_contig_params[] = {
	{ 1, 12, 39, 40, true, .bbml = 1 },
	{ 2, 16, 42, 42, false, .bbml = 1 },
};

KUNIT_ARRAY_PARAM(race_contig, race_contig_params, describe);

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM_ATTR(pgtable_race_contig, race_contig_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	KUNIT_CASE_PARAM_ATTR(pgtable_race, race_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	{ }
};

static struct kunit_suite suite = {
	.name = "smmu-pgtable-race",
	.init = pgt_init,
	.exit = pgt_exit,
	.test_cases = cases,
};

kunit_test_suites(&suite);
