// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two SMMUs made of memory, and masters and domains that are put away at the end.
 */
#include <kunit/device.h>
#include <kunit/test.h>

#include "attach.h"
#include "inval.h"
#include "ops.h"
#include "pgtable/pgtable.h"
#include "tests/ports_env.h"

int ports_attach(struct iommu_domain *domain, struct smmu_master *master)
{
	switch (domain->type) {
	case IOMMU_DOMAIN_IDENTITY:
		return smmu_attach_identity(domain, master->dev, NULL);
	case IOMMU_DOMAIN_BLOCKED:
		return smmu_attach_blocked(domain, master->dev, NULL);
	default:
		return smmu_attach_paging(domain, master->dev, NULL);
	}
}

int ports_init(struct kunit *test)
{
	struct ports_test *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->test = test;
	for (i = 0; i < FAKE_SMMU_PROBES; i++)
		p->world.probes[i] = PORTS_IOVA + i * PAGE_SIZE;
	test->priv = p;
	return 0;
}

void ports_drop_master(struct ports_test *p, unsigned int n)
{
	struct smmu_master *master = p->masters[n];
	struct device *dev = master->dev;
	unsigned int i;

	KUNIT_EXPECT_EQ(p->test, ports_attach(smmu_ops.blocked_domain, master), 0);
	for (i = 0; i < FAKE_SMMU_PORTS; i++)
		if (p->world.ports[i] && p->world.ports[i]->master == master)
			p->world.ports[i] = NULL;
	smmu_master_destroy(master);
	dev->iommu = NULL;
	p->masters[n] = NULL;
}

static void ports_drop_domain(struct ports_test *p, unsigned int n)
{
	p->world.tables[n] = NULL;
	iommu_domain_free(p->domains[n]);
	p->domains[n] = NULL;
}

void ports_exit(struct kunit *test)
{
	struct ports_test *p = test->priv;
	unsigned int i;

	for (i = 0; i < PORTS_MASTERS; i++)
		if (p->masters[i])
			ports_drop_master(p, i);
	for (i = 0; i < PORTS_DOMAINS; i++)
		if (p->domains[i])
			ports_drop_domain(p, i);
	if (p->a)
		fake_smmu_destroy(p->a);
	if (!p->b)
		return;
	ida_free(&p->b->smmu.ids.asid, 1);
	ida_free(&p->b->smmu.ids.vmid, 1);
	fake_smmu_destroy(p->b);
}

void ports_start(struct ports_test *p, const struct smmu_caps *a, const struct smmu_caps *b,
		 bool a_one_context)
{
	struct kunit *test = p->test;

	p->a = fake_smmu_create(test, &p->world, "smmu-ports-a", a, a_one_context);
	p->b = fake_smmu_create(test, &p->world, "smmu-ports-b", b, false);
	KUNIT_ASSERT_EQ(test, ida_alloc_range(&p->b->smmu.ids.asid, 1, 1, GFP_KERNEL), 1);
	KUNIT_ASSERT_EQ(test, ida_alloc_range(&p->b->smmu.ids.vmid, 1, 1, GFP_KERNEL), 1);
}

void ports_start_alike(struct ports_test *p)
{
	const struct smmu_caps caps = fake_smmu_caps();

	ports_start(p, &caps, &caps, false);
}

struct fake_smmu *ports_fake(const struct smmu_port *port)
{
	return container_of(port->smmu, struct fake_smmu, smmu);
}

struct smmu_master_source ports_to(struct fake_smmu *fake, u32 sid, u32 mask)
{
	return (struct smmu_master_source){
		.smmu = &fake->smmu, .named = true,
		.spec = { .sid = sid & ~mask, .mask = mask },
	};
}

struct device *ports_new_device(struct ports_test *p, const char *name)
{
	struct device *dev = kunit_device_register(p->test, name);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(p->test, dev);
	dev->iommu = kunit_kzalloc(p->test, sizeof(*dev->iommu), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(p->test, dev->iommu);
	return dev;
}

static void ports_show_port(struct ports_test *p, const struct smmu_port *port)
{
	unsigned int i;

	for (i = 0; i < FAKE_SMMU_PORTS; i++) {
		if (p->world.ports[i])
			continue;
		p->world.ports[i] = port;
		return;
	}
	KUNIT_FAIL(p->test, "too many ports");
}

/* The streams are sent already: the SMMU may know that its tables lead nowhere. */
static void ports_send(const struct smmu_master_source *from)
{
	struct fake_smmu *fake = container_of(from->smmu, struct fake_smmu, smmu);
	u32 n;

	for (n = 0; n < smmu_specifier_nr_streams(&from->spec); n++) {
		const u32 sid = smmu_specifier_sid(&from->spec, n);

		fake_smmu_watch(fake, sid);
		fake_smmu_access(fake, sid, PORTS_IOVA);
	}
}

struct smmu_master *ports_new_master(struct ports_test *p, unsigned int n,
				     const struct smmu_master_source *from,
				     unsigned int nr, const struct smmu_window *window)
{
	static const char *const names[] = { "smmu-ports-0", "smmu-ports-1", "smmu-ports-2",
					     "smmu-ports-3" };
	struct device *dev = ports_new_device(p, names[n]);
	struct smmu_master *master;
	unsigned int i;

	for (i = 0; i < nr; i++)
		ports_send(&from[i]);
	master = smmu_master_create(dev, from, nr);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(p->test, master);
	master->windowed = window;
	if (window)
		master->window = *window;
	dev->iommu->priv = master;
	p->masters[n] = master;
	for (i = 0; i < master->nr_ports; i++)
		ports_show_port(p, &master->ports[i]);
	return master;
}

/* Stream 0x10 of A, and of B the streams 0x20 to 0x23 */
struct smmu_master *ports_new_both(struct ports_test *p, unsigned int n,
				   const struct smmu_window *window)
{
	const struct smmu_master_source from[] = { ports_to(p->a, 0x10, 0),
						   ports_to(p->b, 0x20, 3) };

	return ports_new_master(p, n, from, ARRAY_SIZE(from), window);
}

struct smmu_master *ports_new_single(struct ports_test *p, unsigned int n,
				     struct fake_smmu *fake, u32 sid)
{
	const struct smmu_master_source from = ports_to(fake, sid, 0);

	return ports_new_master(p, n, &from, 1, NULL);
}

struct iommu_domain *ports_new_domain(struct ports_test *p, unsigned int n,
				      struct smmu_master *master)
{
	struct iommu_domain *domain = smmu_ops.domain_alloc_paging(master->dev);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(p->test, domain);
	domain->type = IOMMU_DOMAIN_UNMANAGED;
	p->domains[n] = domain;
	p->world.tables[n] = to_smmu_domain(domain)->pt;
	return domain;
}

const struct smmu_walk *ports_walk(struct iommu_domain *domain)
{
	return smmu_pgtable_walk(to_smmu_domain(domain)->pt);
}

int ports_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa, size_t bytes)
{
	return iommu_map(domain, iova, pa, bytes, IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
}

/* The ASID or VMID of a domain on an SMMU; 0 if the two never met */
u16 ports_tag(struct iommu_domain *domain, const struct fake_smmu *fake)
{
	const struct smmu_inval_target *target;

	list_for_each_entry(target, &to_smmu_domain(domain)->targets, node)
		if (target->q == &fake->smmu.cmdq)
			return target->id;
	return 0;
}

void ports_expect_port(struct ports_test *p, const struct smmu_port *port, u64 iova, u64 pa)
{
	unsigned int i;

	for (i = 0; i < port->nr_links; i++)
		KUNIT_EXPECT_EQ_MSG(p->test, fake_smmu_access(ports_fake(port),
							      port->links[i].sid, iova), pa,
				    "%s, StreamID %#x", dev_name(port->smmu->dev),
				    port->links[i].sid);
}

/* Every access of a master to an address comes to @pa. */
void ports_expect(struct ports_test *p, const struct smmu_master *master, u64 iova, u64 pa)
{
	unsigned int i;

	for (i = 0; i < master->nr_ports; i++)
		ports_expect_port(p, &master->ports[i], iova, pa);
}

void ports_forget_logs(struct ports_test *p)
{
	fake_smmu_forget_log(p->a);
	fake_smmu_forget_log(p->b);
}

void ports_expect_silence(struct ports_test *p)
{
	KUNIT_EXPECT_EQ(p->test, p->a->nr_log, 0);
	KUNIT_EXPECT_EQ(p->test, p->b->nr_log, 0);
}

struct smmu_cmd ports_cmd_all(u8 stage, u16 tag)
{
	return stage == 1 ? smmu_cmd_tlbi_nh_asid(SMMU_VMID_STAGE1, tag) :
			    smmu_cmd_tlbi_s12_vmall(tag);
}
