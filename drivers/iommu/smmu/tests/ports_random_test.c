// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sequences of attach, map and unmap over two SMMUs, beside a list of what
 * every master should reach. All the while the masters access every page, between
 * any two commands as well.
 */
#include <kunit/test.h>
#include <linux/iommu.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "ops.h"
#include "tests/ports_env.h"

#define RANDOM_MASTERS		4
#define RANDOM_DOMAINS		3
#define RANDOM_PAGES		FAKE_SMMU_PROBES
#define RANDOM_STEPS		400

/* Instead of the number of a domain */
#define RANDOM_BLOCKED		-1
#define RANDOM_IDENTITY		-2

struct ports_random_case {
	const char *name;
	bool b_no_s1, b_no_snoop, b_no_ranges, linear;
};

static const struct ports_random_case ports_random_cases[] = {
	{ "alike" },
	{ "linear tables", .linear = true },
	{ "B without stage 1", .b_no_s1 = true },
	{ "B does not snoop", .b_no_snoop = true },
	{ "B by page", .b_no_ranges = true },
};

KUNIT_ARRAY_PARAM_DESC(ports_random, ports_random_cases, name);

/**
 * struct ports_model - what should be
 * @p: what is
 * @rnd: random numbers
 * @at: where each master is: a domain, or one of the above
 * @pa: where each page of each domain leads; 0 for nowhere
 */
struct ports_model {
	struct ports_test *p;
	struct rnd_state rnd;
	int at[RANDOM_MASTERS];
	phys_addr_t pa[RANDOM_DOMAINS][RANDOM_PAGES];
};

static unsigned int ports_random(struct ports_model *m, unsigned int below)
{
	return prandom_u32_state(&m->rnd) % below;
}

static bool ports_model_on(const struct ports_model *m, int nr, const struct fake_smmu *fake)
{
	unsigned int i, j;

	for (i = 0; i < RANDOM_MASTERS; i++) {
		const struct smmu_master *master = m->p->masters[i];

		for (j = 0; m->at[i] == nr && j < master->nr_ports; j++)
			if (master->ports[j].smmu == &fake->smmu)
				return true;
	}
	return false;
}

static u64 ports_model_reaches(const struct ports_model *m, unsigned int master, unsigned int page)
{
	if (m->at[master] == RANDOM_BLOCKED)
		return FAKE_SMMU_FAULT;
	if (m->at[master] == RANDOM_IDENTITY)
		return m->p->world.probes[page];
	return m->pa[m->at[master]][page] ?: FAKE_SMMU_FAULT;
}

/* An SMMU keeps nothing of a domain that none of its masters is attached to. */
static void ports_model_check_tlb(struct ports_model *m, const struct fake_smmu *fake)
{
	int i;

	for (i = 0; i < RANDOM_DOMAINS; i++) {
		struct iommu_domain *domain = m->p->domains[i];

		if (!ports_model_on(m, i, fake))
			KUNIT_EXPECT_EQ(m->p->test,
					fake_smmu_cached(fake, to_smmu_domain(domain)->stage,
							 ports_tag(domain, fake)), 0);
	}
}

static void ports_model_check(struct ports_model *m)
{
	unsigned int i, j;

	for (i = 0; i < RANDOM_MASTERS; i++)
		for (j = 0; j < RANDOM_PAGES; j++)
			ports_expect(m->p, m->p->masters[i], m->p->world.probes[j],
				     ports_model_reaches(m, i, j));
	ports_model_check_tlb(m, m->p->a);
	ports_model_check_tlb(m, m->p->b);
}

/* A domain goes where its stage is and where its table is snooped. */
static bool ports_model_fits(const struct ports_model *m, int nr,
			     const struct smmu_master *master)
{
	struct iommu_domain *domain = m->p->domains[nr];
	unsigned int i;

	for (i = 0; i < master->nr_ports; i++) {
		const struct smmu_caps *caps = &master->ports[i].smmu->caps;

		if (to_smmu_domain(domain)->stage == 1 && !caps->s1)
			return false;
		if (ports_walk(domain)->coherent && !caps->coherent)
			return false;
	}
	return true;
}

static void ports_random_attach(struct ports_model *m)
{
	unsigned int n = ports_random(m, RANDOM_MASTERS);
	struct smmu_master *master = m->p->masters[n];
	int to = (int)ports_random(m, RANDOM_DOMAINS + 2) - 2;
	struct iommu_domain *domain = to == RANDOM_BLOCKED ? smmu_ops.blocked_domain :
				    to == RANDOM_IDENTITY ? smmu_ops.identity_domain :
				    m->p->domains[to];
	bool fits = to < 0 || ports_model_fits(m, to, master);

	KUNIT_EXPECT_EQ(m->p->test, ports_attach(domain, master), fits ? 0 : -EINVAL);
	if (fits)
		m->at[n] = to;
}

/* Map what is not mapped, unmap what is; who has nothing of it hears nothing. */
static void ports_random_page(struct ports_model *m)
{
	unsigned int nr = ports_random(m, RANDOM_DOMAINS), page = ports_random(m, RANDOM_PAGES);
	struct iommu_domain *domain = m->p->domains[nr];
	unsigned long iova = m->p->world.probes[page];
	phys_addr_t *pa = &m->pa[nr][page];
	struct kunit *test = m->p->test;

	ports_forget_logs(m->p);
	if (*pa) {
		*pa = 0;
		KUNIT_EXPECT_EQ(test, iommu_unmap(domain, iova, PAGE_SIZE), PAGE_SIZE);
		KUNIT_EXPECT_EQ(test, !!m->p->a->nr_log, ports_model_on(m, nr, m->p->a));
		KUNIT_EXPECT_EQ(test, !!m->p->b->nr_log, ports_model_on(m, nr, m->p->b));
		return;
	}
	*pa = PORTS_PA + PAGE_SIZE * (phys_addr_t)ports_random(m, 1000);
	KUNIT_EXPECT_EQ(test, ports_map(domain, iova, *pa, PAGE_SIZE), 0);
	ports_expect_silence(m->p);
}

static void ports_random_setup(struct ports_model *m, const struct ports_random_case *c)
{
	struct smmu_caps a = fake_smmu_caps(), b = fake_smmu_caps();
	struct ports_test *p = m->p;
	struct smmu_master_source from[2];
	unsigned int i;

	a.two_level = !c->linear;
	b.two_level = !c->linear;
	b.s1 = !c->b_no_s1;
	b.coherent = !c->b_no_snoop;
	b.attr_types_ovr = !c->b_no_snoop;
	b.range_inval = !c->b_no_ranges;
	ports_start(p, &a, &b, false);
	ports_new_both(p, 0, NULL);
	/* Numbers that the other SMMU has as well. */
	ports_new_single(p, 1, p->a, 0x20);
	ports_new_single(p, 2, p->b, 0x10);
	from[0] = ports_to(p->b, 0x130, 0);
	from[1] = ports_to(p->a, 0x130, 1);
	ports_new_master(p, 3, from, 2, NULL);
	for (i = 0; i < RANDOM_DOMAINS; i++)
		ports_new_domain(p, i, p->masters[i]);
	for (i = 0; i < RANDOM_MASTERS; i++)
		m->at[i] = RANDOM_BLOCKED;
}

static void ports_test_random(struct kunit *test)
{
	struct ports_model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	u32 seed = get_random_u32();
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->p = test->priv;
	kunit_info(test, "seed %#x", seed);
	prandom_seed_state(&m->rnd, seed);
	ports_random_setup(m, test->param_value);
	ports_model_check(m);
	for (i = 0; i < RANDOM_STEPS && test->status == KUNIT_SUCCESS; i++) {
		ports_forget_logs(m->p);
		if (ports_random(m, 2))
			ports_random_attach(m);
		else
			ports_random_page(m);
		ports_model_check(m);
	}
	if (i < RANDOM_STEPS)
		kunit_err(test, "failed after step %u", i);
	for (i = 0; i < RANDOM_MASTERS; i++)
		KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, m->p->masters[i]), 0);
}

static struct kunit_case ports_random_test_cases[] = {
	KUNIT_CASE_PARAM(ports_test_random, ports_random_gen_params),
	{ }
};

static struct kunit_suite ports_random_test_suite = {
	.name = "smmu_ports_random",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = ports_random_test_cases,
};

kunit_test_suites(&ports_random_test_suite);
