// SPDX-License-Identifier: GPL-2.0-only
/*
 * Masters on two SMMUs, which no board has: what both can do, what both are told,
 * and that a failure on the second leaves the first as it was.
 */
#include <kunit/test.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

#include "inval.h"
#include "ops.h"
#include "pgtable/pgtable.h"
#include "tests/ports_env.h"

/* What one SMMU lacks; nothing is everything. */
struct ports_able {
	bool no_s1, no_s2, no_snoop, no_fwb, no_ranges, no_bbml, no_contig, linear;
	u8 oas_bits;
	u32 granules;
};

struct ports_case {
	const char *name;
	struct ports_able a, b;
	int err;
	u8 stage, oas_bits, ias_bits;
	bool coherent, fwb;
};

static const struct ports_case ports_cases[] = {
	{ "alike", { }, { }, 0, 1, 48, 48, true },
	{ "A without stage 1", { .no_s1 = true }, { }, 0, 2, 48, 48, true, true },
	{ "B without stage 1", { }, { .no_s1 = true }, 0, 2, 48, 48, true, true },
	{ "both without stage 1", { .no_s1 = true }, { .no_s1 = true }, 0, 2, 48, 48, true, true },
	{ "A without stage 2", { .no_s2 = true }, { }, 0, 1, 48, 48, true },
	{ "no stage in common", { .no_s1 = true }, { .no_s2 = true }, -EOPNOTSUPP },
	{ "smaller output of A", { .oas_bits = 40 }, { }, 0, 1, 40, 48, true },
	{ "smaller output of B", { }, { .oas_bits = 36 }, 0, 1, 36, 48, true },
	{ "smaller input of A", { .no_s1 = true, .oas_bits = 42 }, { }, 0, 2, 42, 42, true, true },
	{ "smaller input of B", { .no_s1 = true }, { .oas_bits = 40 }, 0, 2, 40, 40, true, true },
	{ "A does not snoop", { .no_snoop = true }, { }, 0, 1, 48, 48, false },
	{ "B does not snoop", { }, { .no_snoop = true }, 0, 1, 48, 48, false },
	{ "stage 2, B does not snoop", { .no_s1 = true }, { .no_snoop = true }, 0, 2, 48, 48,
	  false, true },
	{ "A without forced write-back", { .no_fwb = true }, { .no_s1 = true }, 0, 2, 48, 48,
	  true },
	{ "B without forced write-back", { .no_s1 = true }, { .no_fwb = true }, 0, 2, 48, 48,
	  true },
	{ "A by page", { .no_ranges = true }, { }, 0, 1, 48, 48, true },
	{ "B by page", { }, { .no_ranges = true }, 0, 1, 48, 48, true },
	{ "stage 2, B by page", { .no_s1 = true }, { .no_ranges = true }, 0, 2, 48, 48, true,
	  true },
	{ "linear table of A", { .linear = true }, { }, 0, 1, 48, 48, true },
	{ "page size of both", { .granules = SZ_4K | SZ_16K }, { .granules = SZ_4K | SZ_64K }, 0,
	  1, 48, 48, true },
	{ "page size of A only", { .granules = SZ_4K | SZ_64K }, { .granules = SZ_16K | SZ_64K },
	  -EOPNOTSUPP },
	{ "no granule in common", { .granules = SZ_4K }, { .granules = SZ_64K }, -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(ports, ports_cases, name);

static struct smmu_caps ports_caps(const struct ports_able *able)
{
	struct smmu_caps caps = fake_smmu_caps();

	caps.s1 = !able->no_s1;
	caps.s2 = !able->no_s2;
	caps.coherent = !able->no_snoop;
	caps.attr_types_ovr = !able->no_snoop;
	caps.fwb = !able->no_fwb;
	caps.range_inval = !able->no_ranges;
	caps.bbml = able->no_bbml ? 0 : caps.bbml;
	caps.contig = !able->no_contig;
	caps.two_level = !able->linear;
	caps.oas_bits = able->oas_bits ?: caps.oas_bits;
	caps.granules = able->granules ?: caps.granules;
	return caps;
}

static void ports_expect_no_cd(struct kunit *test, const struct smmu_port *port)
{
	unsigned int i;

	for (i = 0; port->cdtab.cds && i < SMMU_CDTAB_CDS; i++)
		KUNIT_EXPECT_FALSE(test, le64_to_cpu(port->cdtab.cds[i].w[0]) & SMMU_CD_V);
}

static void ports_expect_s1(struct ports_test *p, const struct smmu_port *port,
			    struct iommu_domain *domain, const struct smmu_ste *ste)
{
	const struct smmu_walk *walk = ports_walk(domain);
	const __le64 *cd = port->cdtab.cds[port->cdtab.used].w;
	const __le64 *spare = port->cdtab.cds[port->cdtab.used ^ 1].w;
	const u64 w0 = le64_to_cpu(cd[0]);
	struct kunit *test = p->test;

	KUNIT_EXPECT_EQ(test, smmu_ste_config(ste->w), SMMU_STE_CONFIG_S1);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(ste->w[0]) & SMMU_STE_S1CONTEXTPTR,
			port->cdtab.dma + port->cdtab.used * sizeof(struct smmu_cd));
	KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_STE_S1CIR, le64_to_cpu(ste->w[1])),
			port->smmu->caps.coherent ? SMMU_STE_S1C_WBRA : SMMU_STE_S1C_NC);
	KUNIT_EXPECT_TRUE(test, w0 & SMMU_CD_V);
	KUNIT_EXPECT_FALSE(test, le64_to_cpu(spare[0]) & SMMU_CD_V);
	KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_CD_ASID, w0), ports_tag(domain, ports_fake(port)));
	KUNIT_EXPECT_EQ(test, le64_to_cpu(cd[1]) & SMMU_CD_TTB, walk->ttb);
	KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_CD_T0SZ, w0), walk->t0sz);
	KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_CD_IPS, w0), smmu_walk_ps(walk->oas_bits));
	KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_CD_IR0, w0),
			walk->coherent ? SMMU_WALK_RGN_WBWA : SMMU_WALK_RGN_NC);
}

static void ports_expect_s2(struct ports_test *p, const struct smmu_port *port,
			    struct iommu_domain *domain, const struct smmu_ste *ste)
{
	const struct smmu_walk *walk = ports_walk(domain);
	const u64 w2 = le64_to_cpu(ste->w[2]);
	struct kunit *test = p->test;

	KUNIT_EXPECT_EQ(test, smmu_ste_config(ste->w), SMMU_STE_CONFIG_S2);
	KUNIT_EXPECT_EQ(test, !!(le64_to_cpu(ste->w[1]) & SMMU_STE_S2FWB),
			to_smmu_domain(domain)->fwb);
	KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_STE_S2VMID, w2), ports_tag(domain, ports_fake(port)));
	KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_STE_S2T0SZ, w2), walk->t0sz);
	KUNIT_EXPECT_EQ(test, FIELD_GET(SMMU_STE_S2PS, w2), smmu_walk_ps(walk->oas_bits));
	KUNIT_EXPECT_EQ(test, le64_to_cpu(ste->w[3]) & SMMU_STE_S2TTB, walk->ttb);
	ports_expect_no_cd(test, port);
}

/* A port leads to a domain, and its SMMU heard of it. */
static void ports_expect_attached(struct ports_test *p, const struct smmu_port *port,
				  struct iommu_domain *domain)
{
	const struct fake_smmu *fake = ports_fake(port);
	unsigned int i;

	for (i = 0; i < port->nr_links; i++) {
		const u32 sid = port->links[i].sid;
		const struct smmu_cmd cmd = smmu_cmd_cfgi_ste(sid, true);
		const struct smmu_ste *ste = fake_smmu_ste(fake, sid);

		KUNIT_EXPECT_GE(p->test, fake_smmu_find(fake, &cmd), 0);
		if (to_smmu_domain(domain)->stage == 1)
			ports_expect_s1(p, port, domain, ste);
		else
			ports_expect_s2(p, port, domain, ste);
	}
}

/* Sixteen pages come and go: each SMMU is told, in the way that it understands. */
static void ports_expect_unmap(struct ports_test *p, struct smmu_master *master,
			       struct iommu_domain *domain)
{
	const u8 stage = to_smmu_domain(domain)->stage;
	const u8 op = stage == 1 ? SMMU_CMD_TLBI_NH_VA : SMMU_CMD_TLBI_S2_IPA;
	unsigned int i;

	KUNIT_EXPECT_EQ(p->test, ports_map(domain, PORTS_IOVA, PORTS_PA, 16 * PAGE_SIZE), 0);
	ports_expect(p, master, PORTS_IOVA + PAGE_SIZE, PORTS_PA + PAGE_SIZE);
	ports_forget_logs(p);
	KUNIT_EXPECT_EQ(p->test, iommu_unmap(domain, PORTS_IOVA, 16 * PAGE_SIZE), 16 * PAGE_SIZE);
	ports_expect(p, master, PORTS_IOVA + PAGE_SIZE, FAKE_SMMU_FAULT);
	for (i = 0; i < master->nr_ports; i++) {
		const struct fake_smmu *fake = ports_fake(&master->ports[i]);

		KUNIT_EXPECT_EQ(p->test, fake_smmu_count(fake, op),
				fake->smmu.caps.range_inval ? 1 : 16);
		KUNIT_EXPECT_EQ(p->test, fake->nr_log, fake_smmu_count(fake, op));
	}
}

/* A blocked port aborts, and nothing is left of the domain, in this order. */
static void ports_expect_blocked(struct ports_test *p, const struct smmu_port *port,
				 struct iommu_domain *domain)
{
	const struct fake_smmu *fake = ports_fake(port);
	const u8 stage = to_smmu_domain(domain)->stage;
	const u16 tag = ports_tag(domain, fake);
	const struct smmu_cmd all = ports_cmd_all(stage, tag);
	const struct smmu_ste abort = smmu_ste_abort();
	unsigned int i;

	for (i = 0; i < port->nr_links; i++) {
		const u32 sid = port->links[i].sid;
		const struct smmu_cmd cmd = smmu_cmd_cfgi_ste(sid, true);

		KUNIT_EXPECT_MEMEQ(p->test, fake_smmu_ste(fake, sid), &abort, sizeof(abort));
		KUNIT_EXPECT_GE(p->test, fake_smmu_find(fake, &cmd), 0);
		KUNIT_EXPECT_LT(p->test, fake_smmu_find(fake, &cmd), fake_smmu_find(fake, &all));
	}
	ports_expect_no_cd(p->test, port);
	KUNIT_EXPECT_EQ(p->test, fake_smmu_cached(fake, stage, tag), 0);
}

/* No table suits both SMMUs: there is no such master. */
static void ports_expect_no_master(struct ports_test *p, int err)
{
	const struct smmu_master_source from[] = { ports_to(p->a, 0x10, 0),
						   ports_to(p->b, 0x20, 0) };
	struct device *dev = ports_new_device(p, "smmu-ports-refused");

	KUNIT_EXPECT_EQ(p->test, PTR_ERR_OR_ZERO(smmu_master_create(dev, from, 2)), err);
}

/* Features in common, and a life from attach to detach with them */
static void ports_test_features(struct kunit *test)
{
	const struct ports_case *c = test->param_value;
	const struct smmu_caps a = ports_caps(&c->a), b = ports_caps(&c->b);
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	struct iommu_domain *domain;
	unsigned int i;

	if (PAGE_SIZE != SZ_4K)
		kunit_skip(test, "the cases are about pages of 4K");
	ports_start(p, &a, &b, false);
	if (!(a.granules & b.granules & (PAGE_SIZE | (PAGE_SIZE - 1)))) {
		ports_expect_no_master(p, c->err);
		return;
	}
	master = ports_new_both(p, 0, NULL);
	ports_expect(p, master, PORTS_IOVA, FAKE_SMMU_FAULT);
	if (c->err) {
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(smmu_ops.domain_alloc_paging(master->dev)),
				c->err);
		return;
	}
	domain = ports_new_domain(p, 0, master);
	KUNIT_EXPECT_EQ(test, to_smmu_domain(domain)->stage, c->stage);
	KUNIT_EXPECT_EQ(test, to_smmu_domain(domain)->fwb, c->fwb);
	KUNIT_EXPECT_EQ(test, ports_walk(domain)->granule_lg2, 12);
	KUNIT_EXPECT_EQ(test, ports_walk(domain)->oas_bits, c->oas_bits);
	KUNIT_EXPECT_EQ(test, 64 - ports_walk(domain)->t0sz, c->ias_bits);
	KUNIT_EXPECT_EQ(test, ports_walk(domain)->coherent, c->coherent);
	KUNIT_EXPECT_NE(test, ports_tag(domain, p->a), ports_tag(domain, p->b));

	KUNIT_ASSERT_EQ(test, ports_attach(domain, master), 0);
	for (i = 0; i < master->nr_ports; i++)
		ports_expect_attached(p, &master->ports[i], domain);
	ports_expect_unmap(p, master, domain);

	KUNIT_EXPECT_EQ(test, ports_map(domain, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA);
	ports_forget_logs(p);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, master), 0);
	ports_expect(p, master, PORTS_IOVA, FAKE_SMMU_FAULT);
	for (i = 0; i < master->nr_ports; i++)
		ports_expect_blocked(p, &master->ports[i], domain);
	/* The CD was there before the STE, and went after it. */
	KUNIT_EXPECT_EQ(test, p->a->bad_cds, 0);
	KUNIT_EXPECT_EQ(test, p->b->bad_cds, 0);
	/* A domain that is attached nowhere costs no command. */
	ports_forget_logs(p);
	iommu_unmap(domain, PORTS_IOVA, PAGE_SIZE);
	ports_expect_silence(p);
}

/* From one domain to another, on both at once; nothing of the first stays. */
static void ports_test_switch(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct iommu_domain *one, *two;
	struct smmu_master *master;

	ports_start_alike(p);
	master = ports_new_both(p, 0, NULL);
	one = ports_new_domain(p, 0, master);
	two = ports_new_domain(p, 1, master);
	KUNIT_EXPECT_EQ(test, ports_map(one, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, ports_map(two, PORTS_IOVA, PORTS_PA + SZ_1M, PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test, ports_attach(one, master), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA);
	ports_forget_logs(p);
	KUNIT_ASSERT_EQ(test, ports_attach(two, master), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA + SZ_1M);
	/* A CD that nothing led to, one store to the STE, and the old tag's contents. */
	KUNIT_EXPECT_EQ(test, fake_smmu_count(p->a, SMMU_CMD_CFGI_STE), 1);
	KUNIT_EXPECT_EQ(test, fake_smmu_count(p->a, SMMU_CMD_TLBI_NH_ASID), 1);
	KUNIT_EXPECT_EQ(test, p->a->nr_log, 2);
	KUNIT_EXPECT_EQ(test, fake_smmu_cached(p->a, 1, ports_tag(one, p->a)), 0);
	KUNIT_EXPECT_EQ(test, fake_smmu_cached(p->b, 1, ports_tag(one, p->b)), 0);

	ports_forget_logs(p);
	iommu_unmap(one, PORTS_IOVA, PAGE_SIZE);
	ports_expect_silence(p);
	/* The one that it has already. */
	KUNIT_EXPECT_EQ(test, ports_attach(two, master), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA + SZ_1M);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.identity_domain, master), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_IOVA);
	KUNIT_EXPECT_EQ(test, fake_smmu_cached(p->a, 1, ports_tag(two, p->a)), 0);
	KUNIT_EXPECT_EQ(test, fake_smmu_cached(p->b, 1, ports_tag(two, p->b)), 0);
}

/* Lazy mode: what was unmapped is reached until both are told to forget everything. */
static void ports_test_flush(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct iommu_iotlb_gather gather;
	struct smmu_master *master;
	struct iommu_domain *domain;

	ports_start_alike(p);
	master = ports_new_both(p, 0, NULL);
	domain = ports_new_domain(p, 0, master);
	KUNIT_EXPECT_EQ(test, ports_map(domain, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, master), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA);
	iommu_iotlb_gather_init(&gather);
	gather.queued = true;
	KUNIT_EXPECT_EQ(test, domain->ops->unmap_pages(domain, PORTS_IOVA, PAGE_SIZE, 1, &gather),
			PAGE_SIZE);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA);
	domain->ops->flush_iotlb_all(domain);
	ports_expect(p, master, PORTS_IOVA, FAKE_SMMU_FAULT);
}

/* Specifiers of one SMMU make one port, in whatever order they come. */
static void ports_test_specifiers(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master_source from[3];
	struct smmu_master *master;

	ports_start_alike(p);
	from[0] = ports_to(p->b, 0x2f, 3);
	from[1] = ports_to(p->a, 0x10, 0);
	from[2] = ports_to(p->b, 0x3ff, 0x102);
	master = ports_new_master(p, 0, from, ARRAY_SIZE(from), NULL);
	KUNIT_ASSERT_EQ(test, master->nr_ports, 2);
	KUNIT_EXPECT_PTR_EQ(test, master->ports[0].smmu, &p->b->smmu);
	KUNIT_EXPECT_EQ(test, master->ports[0].nr_links, 8);
	KUNIT_EXPECT_EQ(test, master->ports[0].links[0].sid, 0x2c);
	KUNIT_EXPECT_EQ(test, master->ports[0].links[3].sid, 0x2f);
	KUNIT_EXPECT_EQ(test, master->ports[0].links[4].sid, 0x2fd);
	KUNIT_EXPECT_EQ(test, master->ports[0].links[7].sid, 0x3ff);
	KUNIT_EXPECT_EQ(test, master->ports[1].nr_links, 1);
	ports_expect(p, master, PORTS_IOVA, FAKE_SMMU_FAULT);

	KUNIT_ASSERT_EQ(test, ports_attach(ports_new_domain(p, 0, master), master), 0);
	KUNIT_EXPECT_EQ(test, ports_map(p->domains[0], PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA);
}

static struct smmu_port *ports_find(struct fake_smmu *fake, u32 sid)
{
	struct smmu_port *port;

	mutex_lock(&fake->smmu.lock);
	port = smmu_master_find_port(&fake->smmu, sid);
	mutex_unlock(&fake->smmu.lock);
	return port;
}

/* A number on A and the same number on B are two streams. */
static void ports_test_same_number(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master *a, *b;

	ports_start_alike(p);
	a = ports_new_single(p, 0, p->a, 0x10);
	b = ports_new_single(p, 1, p->b, 0x10);
	KUNIT_EXPECT_PTR_EQ(test, ports_find(p->a, 0x10), &a->ports[0]);
	KUNIT_EXPECT_PTR_EQ(test, ports_find(p->b, 0x10), &b->ports[0]);
	KUNIT_EXPECT_NULL(test, ports_find(p->b, 0x11));
	KUNIT_ASSERT_EQ(test, ports_attach(ports_new_domain(p, 0, a), a), 0);
	KUNIT_ASSERT_EQ(test, ports_attach(ports_new_domain(p, 1, b), b), 0);
	KUNIT_EXPECT_EQ(test, ports_map(p->domains[0], PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	ports_expect(p, a, PORTS_IOVA, PORTS_PA);
	ports_expect(p, b, PORTS_IOVA, FAKE_SMMU_FAULT);
	KUNIT_EXPECT_EQ(test, ports_map(p->domains[1], PORTS_IOVA, PORTS_PA + SZ_1M, PAGE_SIZE), 0);
	ports_expect(p, b, PORTS_IOVA, PORTS_PA + SZ_1M);

	/* Neither hears of what the other does. */
	ports_forget_logs(p);
	iommu_unmap(p->domains[0], PORTS_IOVA, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, a), 0);
	KUNIT_EXPECT_EQ(test, p->b->nr_log, 0);
	ports_expect(p, b, PORTS_IOVA, PORTS_PA + SZ_1M);
}

/* The same number on both for one master */
static void ports_test_same_number_both(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master_source from[2];
	struct smmu_master *master;

	ports_start_alike(p);
	from[0] = ports_to(p->a, 0x10, 0);
	from[1] = ports_to(p->b, 0x10, 0);
	master = ports_new_master(p, 0, from, ARRAY_SIZE(from), NULL);
	KUNIT_EXPECT_EQ(test, master->nr_ports, 2);
	KUNIT_EXPECT_PTR_EQ(test, ports_find(p->a, 0x10), &master->ports[0]);
	KUNIT_EXPECT_PTR_EQ(test, ports_find(p->b, 0x10), &master->ports[1]);
	KUNIT_ASSERT_EQ(test, ports_attach(smmu_ops.identity_domain, master), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_IOVA);
}

/* What B refuses is undone on A as well: no stream of either is claimed. */
static void ports_test_create_fails(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master_source from[2];
	struct smmu_master *master;
	struct device *dev;

	ports_start_alike(p);
	dev = ports_new_device(p, "smmu-ports-bad");
	from[0] = ports_to(p->a, 0x10, 0);
	from[1] = ports_to(p->b, BIT(10), 0);
	master = smmu_master_create(dev, from, 2);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(master), -ERANGE);
	KUNIT_EXPECT_TRUE(test, xa_empty(&p->a->smmu.streams));

	/* The last of eight lies beyond the table. */
	from[1] = ports_to(p->b, 0, 0x403);
	master = smmu_master_create(dev, from, 2);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(master), -ERANGE);
	KUNIT_EXPECT_TRUE(test, xa_empty(&p->b->smmu.streams));

	dev->iommu = NULL;
	/* All of it can be had by somebody else. */
	ports_expect(p, ports_new_both(p, 0, NULL), PORTS_IOVA, FAKE_SMMU_FAULT);
}

/* A stream named twice, by itself and by a mask before or after: it is one stream. */
static void ports_test_named_twice(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master_source from[4];
	struct smmu_master *master;

	ports_start_alike(p);
	from[0] = ports_to(p->a, 0x10, 0);
	from[1] = ports_to(p->a, 0x10, 0);
	from[2] = ports_to(p->b, 0x20, 3);
	from[3] = ports_to(p->b, 0x22, 0);
	master = ports_new_master(p, 0, from, ARRAY_SIZE(from), NULL);
	KUNIT_EXPECT_EQ(test, master->ports[0].nr_links, 1);
	KUNIT_EXPECT_EQ(test, master->ports[1].nr_links, 4);
	ports_expect(p, master, PORTS_IOVA, FAKE_SMMU_FAULT);
}

/* All ASIDs of B from one on, so that it has none left */
static void ports_take_asids(struct ports_test *p, int asid)
{
	for (; asid < 256; asid++)
		KUNIT_EXPECT_EQ(p->test, ida_alloc_range(&p->b->smmu.ids.asid, asid, asid,
							 GFP_KERNEL), asid);
}

static void ports_give_asids(struct ports_test *p, int asid)
{
	for (; asid < 256; asid++)
		ida_free(&p->b->smmu.ids.asid, asid);
}

/* No ASID left on B: no domain for both, and no ASID of A is lost. */
static void ports_test_alloc_fails(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	struct iommu_domain *domain;

	ports_start_alike(p);
	master = ports_new_both(p, 0, NULL);
	ports_forget_logs(p);
	ports_take_asids(p, 2);
	domain = smmu_ops.domain_alloc_paging(master->dev);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(domain), -ENOSPC);
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&p->a->smmu.ids.asid));
	ports_give_asids(p, 2);
	ports_expect_silence(p);
	ports_new_domain(p, 0, master);
}

/* Going to @domain fails on B, so nothing happens: @master stays where it is. */
static void ports_expect_refused(struct ports_test *p, struct iommu_domain *domain,
				 struct smmu_master *master, int err)
{
	struct smmu_ste a = *fake_smmu_ste(p->a, 0x10), b = *fake_smmu_ste(p->b, 0x20);
	struct kunit *test = p->test;

	ports_forget_logs(p);
	KUNIT_EXPECT_EQ(test, ports_attach(domain, master), err);
	KUNIT_EXPECT_MEMEQ(test, fake_smmu_ste(p->a, 0x10), &a, sizeof(a));
	KUNIT_EXPECT_MEMEQ(test, fake_smmu_ste(p->b, 0x20), &b, sizeof(b));
	KUNIT_EXPECT_EQ(test, fake_smmu_count(p->a, SMMU_CMD_CFGI_STE), 0);
	KUNIT_EXPECT_EQ(test, fake_smmu_count(p->a, SMMU_CMD_CFGI_CD), 0);
	KUNIT_EXPECT_EQ(test, p->b->nr_log, 0);
}

/* A domain that only A knows: B has no ASID for it, or cannot walk its table. */
static void ports_attach_fails(struct ports_test *p, int err)
{
	struct smmu_master *both = ports_new_both(p, 0, NULL);
	struct smmu_master *single = ports_new_single(p, 1, p->a, 0x30);
	struct iommu_domain *old = ports_new_domain(p, 0, both);
	struct iommu_domain *of_a = ports_new_domain(p, 1, single);
	struct kunit *test = p->test;

	/* The first is taken from the start, the second is the old domain's. */
	if (err == -ENOSPC)
		ports_take_asids(p, 3);
	KUNIT_EXPECT_EQ(test, ports_map(old, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, ports_map(of_a, PORTS_IOVA, PORTS_PA + SZ_1M, PAGE_SIZE), 0);
	ports_expect_refused(p, of_a, both, err);
	ports_expect(p, both, PORTS_IOVA, FAKE_SMMU_FAULT);
	KUNIT_ASSERT_EQ(test, ports_attach(old, both), 0);
	ports_expect_refused(p, of_a, both, err);
	ports_expect(p, both, PORTS_IOVA, PORTS_PA);

	/* An attempt counts as no user: the domain is attached nowhere. */
	ports_forget_logs(p);
	iommu_unmap(of_a, PORTS_IOVA, PAGE_SIZE);
	ports_expect_silence(p);
	KUNIT_EXPECT_EQ(test, ports_attach(of_a, single), 0);
	ports_expect_refused(p, of_a, both, err);
	KUNIT_EXPECT_EQ(test, p->a->nr_log, 0);
	if (err == -ENOSPC)
		ports_give_asids(p, 3);
}

static void ports_test_attach_no_tag(struct kunit *test)
{
	struct ports_test *p = test->priv;

	ports_start_alike(p);
	ports_attach_fails(p, -ENOSPC);
}

/* What A has and B lacks */
static const struct ports_case ports_unfit_cases[] = {
	{ "stage 1", { }, { .no_s1 = true } },
	{ "output", { }, { .oas_bits = 40 } },
	{ "input", { .no_s1 = true }, { .oas_bits = 40 } },
	{ "snooping", { }, { .no_snoop = true } },
	{ "forced write-back", { .no_s1 = true }, { .no_fwb = true } },
	{ "change of live leaves", { }, { .no_bbml = true } },
	{ "contiguous hint", { }, { .no_contig = true } },
};

KUNIT_ARRAY_PARAM_DESC(ports_unfit, ports_unfit_cases, name);

static void ports_test_attach_unfit(struct kunit *test)
{
	const struct ports_case *c = test->param_value;
	const struct smmu_caps a = ports_caps(&c->a), b = ports_caps(&c->b);
	struct ports_test *p = test->priv;

	ports_start(p, &a, &b, false);
	ports_attach_fails(p, -EINVAL);
}

/* B executes nothing any more: it is cut off, and A gets what it needs all the same. */
static void ports_test_dead(struct kunit *test)
{
	struct ports_test *p = test->priv;
	struct smmu_master *master;
	struct iommu_domain *domain;

	ports_start_alike(p);
	master = ports_new_both(p, 0, NULL);
	domain = ports_new_domain(p, 0, master);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, master), 0);
	KUNIT_EXPECT_EQ(test, ports_map(domain, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);
	ports_expect(p, master, PORTS_IOVA, PORTS_PA);
	p->b->stopped = true;
	KUNIT_EXPECT_EQ(test, iommu_unmap(domain, PORTS_IOVA, PAGE_SIZE), PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, p->b->cut_off);
	ports_expect_port(p, &master->ports[0], PORTS_IOVA, FAKE_SMMU_FAULT);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, master), 0);
	ports_expect_port(p, &master->ports[0], PORTS_IOVA, FAKE_SMMU_FAULT);
}

/* One SMMU that does not snoop is enough for accesses to miss the caches. */
static void ports_test_coherency(struct kunit *test)
{
	const struct smmu_caps a = fake_smmu_caps(), b = ports_caps(&(struct ports_able){
		.no_snoop = true,
	});
	struct ports_test *p = test->priv;
	struct smmu_master *both, *single;
	struct iommu_domain *domain;

	ports_start(p, &a, &b, false);
	both = ports_new_both(p, 0, NULL);
	single = ports_new_single(p, 1, p->a, 0x30);
	KUNIT_EXPECT_FALSE(test, smmu_ops.capable(both->dev, IOMMU_CAP_CACHE_COHERENCY));
	KUNIT_EXPECT_TRUE(test, smmu_ops.capable(single->dev, IOMMU_CAP_CACHE_COHERENCY));
	domain = ports_new_domain(p, 0, both);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, both), 0);
	KUNIT_EXPECT_FALSE(test, domain->ops->enforce_cache_coherency(domain));
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, both), 0);
	KUNIT_EXPECT_TRUE(test, domain->ops->enforce_cache_coherency(domain));
	ports_expect_refused(p, domain, both, -EINVAL);
	KUNIT_EXPECT_EQ(test, ports_attach(domain, single), 0);
}

/* All STEs of A, by the descriptors of its first level */
static void ports_expect_row(struct ports_test *p, const struct smmu_ste *want)
{
	const struct smmu_strtab *st = &p->a->smmu.strtab;
	u32 sid;

	for (sid = 0; sid < BIT(st->sid_bits); sid++)
		KUNIT_ASSERT_MEMEQ(p->test, fake_smmu_ste(p->a, sid), want, sizeof(*want));
	for (sid = 0; st->l1 && sid < BIT(st->sid_bits - st->split); sid++)
		KUNIT_EXPECT_EQ(p->test, le64_to_cpu(st->l1[sid]), le64_to_cpu(st->l1[0]));
}

/* A does not tell streams apart; two masters are behind it, one of them behind B too. */
static void ports_test_one_context(struct kunit *test)
{
	const struct ports_able *able = test->param_value;
	const struct smmu_caps caps = ports_caps(able);
	const struct smmu_ste abort = smmu_ste_abort();
	struct ports_test *p = test->priv;
	struct smmu_master_source from[2];
	struct smmu_master *both, *single;
	struct iommu_domain *domain;

	ports_start(p, &caps, &caps, true);
	fake_smmu_watch(p->a, 5);
	fake_smmu_watch(p->a, 0x3ff);
	from[0] = (struct smmu_master_source){ .smmu = &p->a->smmu, .spec = { .all = true } };
	from[1] = ports_to(p->b, 0x20, 0);
	both = ports_new_master(p, 0, from, 2, NULL);
	single = ports_new_master(p, 1, from, 1, NULL);
	ports_expect_row(p, &abort);
	domain = ports_new_domain(p, 0, both);
	KUNIT_EXPECT_EQ(test, ports_map(domain, PORTS_IOVA, PORTS_PA, PAGE_SIZE), 0);

	ports_forget_logs(p);
	KUNIT_ASSERT_EQ(test, ports_attach(domain, both), 0);
	ports_expect_row(p, &both->ports[0].ste);
	ports_expect(p, both, PORTS_IOVA, PORTS_PA);
	KUNIT_EXPECT_EQ(test, fake_smmu_access(p->a, 5, PORTS_IOVA), PORTS_PA);
	KUNIT_EXPECT_EQ(test, fake_smmu_access(p->a, 0x3ff, PORTS_IOVA), PORTS_PA);
	KUNIT_EXPECT_GT(test, fake_smmu_count(p->a, SMMU_CMD_CFGI_STE_RANGE), 0);
	KUNIT_EXPECT_EQ(test, fake_smmu_count(p->a, SMMU_CMD_CFGI_STE), 0);
	KUNIT_EXPECT_EQ(test, fake_smmu_count(p->b, SMMU_CMD_CFGI_STE_RANGE), 0);

	KUNIT_ASSERT_EQ(test, ports_attach(domain, single), 0);
	ports_expect_row(p, &single->ports[0].ste);
	KUNIT_EXPECT_EQ(test, fake_smmu_access(p->a, 0x3ff, PORTS_IOVA), PORTS_PA);
	/* A goes on for the other master, B has none. */
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, both), 0);
	ports_expect_port(p, &both->ports[0], PORTS_IOVA, PORTS_PA);
	ports_expect_port(p, &both->ports[1], PORTS_IOVA, FAKE_SMMU_FAULT);
	KUNIT_EXPECT_EQ(test, ports_attach(smmu_ops.blocked_domain, single), 0);
	ports_expect_row(p, &abort);
	KUNIT_EXPECT_EQ(test, fake_smmu_access(p->a, 0x3ff, PORTS_IOVA), FAKE_SMMU_FAULT);
}

static const struct ports_able ports_one_context_cases[] = {
	{ }, { .linear = true }, { .no_s1 = true }, { .no_s1 = true, .linear = true },
};

static void ports_one_context_desc(const struct ports_able *able, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "stage %u, %s table", able->no_s1 ? 2 : 1,
		 able->linear ? "linear" : "two-level");
}

KUNIT_ARRAY_PARAM(ports_one_context, ports_one_context_cases, ports_one_context_desc);

static struct kunit_case ports_test_cases[] = {
	KUNIT_CASE_PARAM(ports_test_features, ports_gen_params),
	KUNIT_CASE(ports_test_switch),
	KUNIT_CASE(ports_test_flush),
	KUNIT_CASE(ports_test_specifiers),
	KUNIT_CASE(ports_test_same_number),
	KUNIT_CASE(ports_test_same_number_both),
	KUNIT_CASE(ports_test_create_fails),
	KUNIT_CASE(ports_test_named_twice),
	KUNIT_CASE(ports_test_alloc_fails),
	KUNIT_CASE(ports_test_attach_no_tag),
	KUNIT_CASE_PARAM(ports_test_attach_unfit, ports_unfit_gen_params),
	KUNIT_CASE(ports_test_dead),
	KUNIT_CASE(ports_test_coherency),
	KUNIT_CASE_PARAM(ports_test_one_context, ports_one_context_gen_params),
	{ }
};

static struct kunit_suite ports_test_suite = {
	.name = "smmu_ports",
	.init = ports_init,
	.exit = ports_exit,
	.test_cases = ports_test_cases,
};

kunit_test_suites(&ports_test_suite);
