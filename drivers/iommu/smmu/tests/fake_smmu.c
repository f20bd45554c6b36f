// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMMUs made of memory. Between any two commands every stream accesses every probe
 * address, so whatever may be cached is cached at the worst moment.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/sizes.h>

#include "hw/regs.h"
#include "master.h"
#include "pgtable/pgtable.h"
#include "queue/ring.h"
#include "tests/fake_smmu.h"

#define FAKE_SMMU_CMDQ_LG2	SMMU_CMDQ_MIN_LG2
/* Long enough on a busy machine, and short enough to be waited for. */
#define FAKE_SMMU_GIVE_UP_MS	1000

static u32 *fake_smmu_reg(struct fake_smmu *fake, u32 reg)
{
	return &fake->regs[reg / sizeof(u32)];
}

/* Where an STE lies, or NULL if the tables do not lead to one */
static const struct smmu_ste *fake_smmu_walk_streams(const struct fake_smmu *fake, u32 sid)
{
	const struct smmu_strtab *st = &fake->smmu.strtab;
	u32 idx = sid >> st->split;

	if (sid >> st->sid_bits)
		return NULL;
	if (st->linear)
		return &st->linear[sid];
	if (!(le64_to_cpu(READ_ONCE(st->l1[idx])) & SMMU_STRTAB_L1_SPAN))
		return NULL;
	return &st->l2[idx][sid & (BIT(st->split) - 1)];
}

static const struct smmu_cd *fake_smmu_find_cd(const struct fake_smmu *fake, u64 addr)
{
	unsigned int i;

	for (i = 0; i < FAKE_SMMU_PORTS; i++) {
		const struct smmu_port *port = fake->world->ports[i];

		if (port && port->smmu == &fake->smmu && port->cdtab.cds &&
		    addr - port->cdtab.dma < SMMU_CDTAB_CDS * sizeof(struct smmu_cd))
			return &port->cdtab.cds[(addr - port->cdtab.dma) / sizeof(struct smmu_cd)];
	}
	return NULL;
}

static const struct smmu_pgtable *fake_smmu_find_table(const struct fake_smmu *fake, u64 ttb)
{
	unsigned int i;

	for (i = 0; i < FAKE_SMMU_TABLES; i++)
		if (fake->world->tables[i] &&
		    smmu_pgtable_walk(fake->world->tables[i])->ttb == ttb)
			return fake->world->tables[i];
	return NULL;
}

static void fake_smmu_keep(struct fake_smmu *fake, u8 stage, u16 tag, u64 iova, u64 pa)
{
	struct fake_smmu_translation *slot = NULL;
	unsigned int i;

	for (i = 0; i < FAKE_SMMU_TLB && !slot; i++)
		if (!fake->tlb[i].stage)
			slot = &fake->tlb[i];
	if (!slot)
		slot = &fake->tlb[fake->tlb_next++ % FAKE_SMMU_TLB];
	*slot = (struct fake_smmu_translation){ stage, tag, iova, pa };
}

/* Go through the TLB, and through the page table if it is not there. */
static u64 fake_smmu_translate(struct fake_smmu *fake, u8 stage, u16 tag, u64 ttb, u8 t0sz,
			       u64 iova)
{
	const struct smmu_pgtable *table;
	unsigned int i;
	u64 pa;

	for (i = 0; i < FAKE_SMMU_TLB; i++)
		if (fake->tlb[i].stage == stage && fake->tlb[i].tag == tag &&
		    fake->tlb[i].iova == iova)
			return fake->tlb[i].pa;
	table = fake_smmu_find_table(fake, ttb);
	if (!table) {
		fake->errors++;
		return FAKE_SMMU_FAULT;
	}
	if (iova >> (64 - t0sz))
		return FAKE_SMMU_FAULT;
	pa = smmu_pgtable_iova_to_phys((struct smmu_pgtable *)table, iova);
	if (!pa)
		return FAKE_SMMU_FAULT;
	fake_smmu_keep(fake, stage, tag, iova, pa);
	return pa;
}

static u64 fake_smmu_stage1(struct fake_smmu *fake, struct fake_smmu_config *c, u64 iova)
{
	const struct smmu_cd *cd;
	u64 w0;

	if (!c->has_cd) {
		cd = fake_smmu_find_cd(fake, le64_to_cpu(c->ste.w[0]) & SMMU_STE_S1CONTEXTPTR);
		if (!cd) {
			fake->errors++;
			return FAKE_SMMU_FAULT;
		}
		c->cd = *cd;
		c->has_cd = true;
	}
	w0 = le64_to_cpu(c->cd.w[0]);
	if (!(w0 & SMMU_CD_V)) {
		fake->bad_cds++;
		return FAKE_SMMU_FAULT;
	}
	return fake_smmu_translate(fake, 1, FIELD_GET(SMMU_CD_ASID, w0),
				   le64_to_cpu(c->cd.w[1]) & SMMU_CD_TTB,
				   FIELD_GET(SMMU_CD_T0SZ, w0), iova);
}

static u64 fake_smmu_stage2(struct fake_smmu *fake, const struct fake_smmu_config *c, u64 iova)
{
	const u64 w2 = le64_to_cpu(c->ste.w[2]);

	return fake_smmu_translate(fake, 2, FIELD_GET(SMMU_STE_S2VMID, w2),
				   le64_to_cpu(c->ste.w[3]) & SMMU_STE_S2TTB,
				   FIELD_GET(SMMU_STE_S2T0SZ, w2), iova);
}

static u64 fake_smmu_access_locked(struct fake_smmu *fake, struct fake_smmu_config *c, u64 iova)
{
	const struct smmu_ste *ste;

	if (!c->has_ste) {
		ste = fake_smmu_walk_streams(fake, c->sid);
		c->no_l2 = !ste;
		c->ste = ste ? *ste : (struct smmu_ste){ };
		c->has_ste = true;
	}
	if (!smmu_ste_valid(c->ste.w))
		return FAKE_SMMU_FAULT;
	/* RES0 (5.2) */
	if (!fake->smmu.caps.attr_types_ovr && le64_to_cpu(c->ste.w[1]) & SMMU_STE_SHCFG)
		fake->errors++;
	switch (smmu_ste_config(c->ste.w)) {
	case SMMU_STE_CONFIG_BYPASS:
		return iova;
	case SMMU_STE_CONFIG_S1:
		return fake_smmu_stage1(fake, c, iova);
	case SMMU_STE_CONFIG_S2:
		return fake_smmu_stage2(fake, c, iova);
	default:
		return FAKE_SMMU_FAULT;
	}
}

static void fake_smmu_roam(struct fake_smmu *fake)
{
	unsigned int i, j;

	for (i = 0; i < fake->nr_streams; i++)
		for (j = 0; j < FAKE_SMMU_PROBES; j++)
			fake_smmu_access_locked(fake, &fake->streams[i], fake->world->probes[j]);
}

/*
 * Configuration: a descriptor of the first level is dropped with Leaf clear only, CDs
 * that were fetched for the stream in any case (4.3.1).
 */
static void fake_smmu_drop_ste(struct fake_smmu *fake, u32 sid, bool leaf)
{
	const u8 split = fake->smmu.strtab.split;
	unsigned int i;

	for (i = 0; i < fake->nr_streams; i++) {
		struct fake_smmu_config *c = &fake->streams[i];

		if (c->no_l2 ? !leaf && c->sid >> split == sid >> split : c->sid == sid)
			c->has_ste = false;
		if (c->sid == sid)
			c->has_cd = false;
	}
}

static void fake_smmu_drop_config(struct fake_smmu *fake)
{
	unsigned int i;

	for (i = 0; i < fake->nr_streams; i++) {
		fake->streams[i].has_ste = false;
		fake->streams[i].has_cd = false;
	}
}

/* @tag is ignored where @stage is 0. */
static void fake_smmu_drop_tlb(struct fake_smmu *fake, u8 stage, u16 tag, u64 start, u64 last)
{
	unsigned int i;

	for (i = 0; i < FAKE_SMMU_TLB; i++) {
		struct fake_smmu_translation *t = &fake->tlb[i];

		if (stage && (t->stage != stage || t->tag != tag))
			continue;
		if (t->iova >= start && t->iova <= last)
			t->stage = 0;
	}
}

/* One page, or a range of granules (IHI 0070, 4.4.1.1) */
static void fake_smmu_drop_range(struct fake_smmu *fake, u8 stage, const struct smmu_cmd *cmd)
{
	static const u32 granules[] = { PAGE_SIZE, SZ_4K, SZ_16K, SZ_64K };
	u8 tg = FIELD_GET(SMMU_CMD_TLBI_1_TG, cmd->w[1]);
	u64 start = cmd->w[1] & SMMU_CMD_TLBI_1_VA, bytes = granules[tg];
	u16 tag = stage == 1 ? FIELD_GET(SMMU_CMD_TLBI_0_ASID, cmd->w[0]) :
			       FIELD_GET(SMMU_CMD_TLBI_0_VMID, cmd->w[0]);

	if (tg && !fake->smmu.caps.range_inval)
		fake->errors++;
	if (tg)
		bytes *= (FIELD_GET(SMMU_CMD_TLBI_0_NUM, cmd->w[0]) + 1) <<
			 FIELD_GET(SMMU_CMD_TLBI_0_SCALE, cmd->w[0]);
	fake_smmu_drop_tlb(fake, stage, tag, start, start + bytes - 1);
}

static void fake_smmu_execute(struct fake_smmu *fake, const struct smmu_cmd *cmd)
{
	u32 sid = FIELD_GET(SMMU_CMD_CFGI_0_SID, cmd->w[0]);

	switch (smmu_cmd_opcode(cmd)) {
	case SMMU_CMD_SYNC:
		return;
	case SMMU_CMD_CFGI_STE:
		if (!(cmd->w[1] & SMMU_CMD_CFGI_1_LEAF) && !fake->smmu.caps.lazy_strtab)
			fake->errors++;
		fake_smmu_drop_ste(fake, sid, cmd->w[1] & SMMU_CMD_CFGI_1_LEAF);
		break;
	case SMMU_CMD_CFGI_STE_RANGE:
		if (FIELD_GET(SMMU_CMD_CFGI_1_RANGE, cmd->w[1]) != SMMU_CMD_CFGI_RANGE_ALL)
			fake->errors++;
		fake_smmu_drop_config(fake);
		break;
	case SMMU_CMD_TLBI_NH_VA:
		fake_smmu_drop_range(fake, 1, cmd);
		break;
	case SMMU_CMD_TLBI_S2_IPA:
		fake_smmu_drop_range(fake, 2, cmd);
		break;
	case SMMU_CMD_TLBI_NH_ASID:
		fake_smmu_drop_tlb(fake, 1, FIELD_GET(SMMU_CMD_TLBI_0_ASID, cmd->w[0]), 0,
				   U64_MAX);
		break;
	case SMMU_CMD_TLBI_S12_VMALL:
		fake_smmu_drop_tlb(fake, 2, FIELD_GET(SMMU_CMD_TLBI_0_VMID, cmd->w[0]), 0,
				   U64_MAX);
		break;
	case SMMU_CMD_TLBI_NSNH_ALL:
		fake_smmu_drop_tlb(fake, 0, 0, 0, U64_MAX);
		break;
	default:
		fake->errors++;
	}
	if (fake->nr_log < FAKE_SMMU_LOG)
		fake->log[fake->nr_log++] = *cmd;
	else
		fake->errors++;
}

static void fake_smmu_consume(struct fake_smmu *fake)
{
	const u8 entries_lg2 = fake->smmu.cmdq.entries_lg2;
	u32 prod = smmu_ring_extend(fake->cons, *fake_smmu_reg(fake, SMMU_CMDQ_PROD), entries_lg2);

	if (fake->on_consume && fake->cons != prod)
		fake->on_consume(fake);
	for (; fake->cons != prod; fake->cons++) {
		const u32 idx = smmu_ring_slot(fake->cons, entries_lg2);
		const __le64 *slot = &fake->smmu.cmdq.base[2 * idx];
		const struct smmu_cmd cmd = { { le64_to_cpu(slot[0]), le64_to_cpu(slot[1]) } };

		fake_smmu_roam(fake);
		fake_smmu_execute(fake, &cmd);
	}
	WRITE_ONCE(*fake_smmu_reg(fake, SMMU_CMDQ_CONS), smmu_ring_hw(fake->cons, entries_lg2));
}

/* Where a waiter looks for errors, the SMMU does its work. */
static void fake_smmu_step(void *ctx)
{
	struct fake_smmu *fake = ctx;
	unsigned long flags;

	raw_spin_lock_irqsave(&fake->lock, flags);
	if (!fake->stopped)
		fake_smmu_consume(fake);
	raw_spin_unlock_irqrestore(&fake->lock, flags);
}

static int fake_smmu_cut_off(void *ctx)
{
	struct fake_smmu *fake = ctx;

	fake->cut_off = true;
	return 0;
}

static const struct smmu_cmdq_ops fake_smmu_cmdq_ops = {
	.poll_errors = fake_smmu_step,
	.cut_off = fake_smmu_cut_off,
};

/* What a large one can do; tests take away from it. */
struct smmu_caps fake_smmu_caps(void)
{
	return (struct smmu_caps){
		.sid_bits = 10, .asid_bits = 8, .vmid_bits = 8, .oas_bits = 48, .va_bits = 48,
		.attr_types_ovr = true,
		.granules = SZ_4K | SZ_16K | SZ_64K, .s1 = true, .s2 = true, .coherent = true,
		.two_level = true, .lazy_strtab = true, .range_inval = true, .fwb = true,
		.bbml = 2, .contig = true,
	};
}

static void fake_smmu_init_device(struct fake_smmu *fake)
{
	struct smmu_device *smmu = &fake->smmu;

	smmu->granule_lg2 = PAGE_SHIFT;
	smmu->cells = !smmu->one_context;
	smmu->window = smmu_window_all();
	mutex_init(&smmu->lock);
	raw_spin_lock_init(&smmu->cr0_lock);
	xa_init(&smmu->streams);
	ida_init(&smmu->ids.asid);
	ida_init(&smmu->ids.vmid);
	smmu->ids.asid_bits = smmu->caps.asid_bits;
	smmu->ids.vmid_bits = smmu->caps.vmid_bits;
	smmu->mmio.page0 = (void __iomem __force *)fake->regs;
	smmu->mmio.page1 = smmu->mmio.page0 + SZ_64K;
}

struct fake_smmu *fake_smmu_create(struct kunit *test, const struct fake_smmu_world *world,
				   const char *name, const struct smmu_caps *caps,
				   bool one_context)
{
	struct fake_smmu *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	struct device *dev = kunit_device_register(test, name);
	struct smmu_device *smmu;

	KUNIT_ASSERT_NOT_NULL(test, fake);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	dev->dma_mask = &dev->coherent_dma_mask;
	fake->test = test;
	fake->world = world;
	fake->regs = kunit_kzalloc(test, SMMU_FRAME_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fake->regs);
	raw_spin_lock_init(&fake->lock);

	smmu = &fake->smmu;
	smmu->dev = dev;
	smmu->caps = *caps;
	smmu->one_context = one_context;
	fake_smmu_init_device(fake);
	KUNIT_ASSERT_EQ(test, 0, smmu_cmdq_init(&smmu->cmdq, dev, &smmu->mmio, FAKE_SMMU_CMDQ_LG2,
						caps->errata, &fake_smmu_cmdq_ops, fake));
	smmu->cmdq.give_up_ms = FAKE_SMMU_GIVE_UP_MS;
	smmu_cmdq_restart(&smmu->cmdq);
	KUNIT_ASSERT_EQ(test, 0, smmu_strtab_init(&smmu->strtab, dev, caps, one_context));
	smmu->cd_pool = dmam_pool_create("smmu_cd", dev, SMMU_CDTAB_CDS * sizeof(struct smmu_cd),
					 SMMU_CDTAB_CDS * sizeof(struct smmu_cd), 0);
	KUNIT_ASSERT_NOT_NULL(test, smmu->cd_pool);
	return fake;
}

/* All that masters and domains had of it is back. */
void fake_smmu_destroy(struct fake_smmu *fake)
{
	struct kunit *test = fake->test;

	KUNIT_EXPECT_TRUE(test, xa_empty(&fake->smmu.streams));
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&fake->smmu.ids.asid));
	KUNIT_EXPECT_TRUE(test, ida_is_empty(&fake->smmu.ids.vmid));
	KUNIT_EXPECT_EQ(test, fake->errors, 0);
	KUNIT_EXPECT_EQ(test, fake->cut_off, fake->stopped);
	xa_destroy(&fake->smmu.streams);
	ida_destroy(&fake->smmu.ids.asid);
	ida_destroy(&fake->smmu.ids.vmid);
	mutex_destroy(&fake->smmu.lock);
}

static struct fake_smmu_config *fake_smmu_stream(struct fake_smmu *fake, u32 sid)
{
	unsigned int i;

	for (i = 0; i < fake->nr_streams; i++)
		if (fake->streams[i].sid == sid)
			return &fake->streams[i];
	return NULL;
}

/* From now on a master sends this stream all the time. */
void fake_smmu_watch(struct fake_smmu *fake, u32 sid)
{
	if (fake_smmu_stream(fake, sid))
		return;
	KUNIT_ASSERT_LT(fake->test, fake->nr_streams, FAKE_SMMU_STREAMS);
	fake->streams[fake->nr_streams++].sid = sid;
}

/* What an access of a watched stream comes to */
u64 fake_smmu_access(struct fake_smmu *fake, u32 sid, u64 iova)
{
	struct fake_smmu_config *c = fake_smmu_stream(fake, sid);
	unsigned long flags;
	u64 pa;

	KUNIT_ASSERT_NOT_NULL(fake->test, c);
	raw_spin_lock_irqsave(&fake->lock, flags);
	pa = fake_smmu_access_locked(fake, c, iova);
	raw_spin_unlock_irqrestore(&fake->lock, flags);
	return pa;
}

/* The STE in memory */
const struct smmu_ste *fake_smmu_ste(const struct fake_smmu *fake, u32 sid)
{
	const struct smmu_ste *ste = fake_smmu_walk_streams(fake, sid);

	KUNIT_ASSERT_NOT_NULL(fake->test, ste);
	return ste;
}

void fake_smmu_forget_log(struct fake_smmu *fake)
{
	fake->nr_log = 0;
}

unsigned int fake_smmu_count(const struct fake_smmu *fake, u8 opcode)
{
	unsigned int i, n = 0;

	for (i = 0; i < fake->nr_log; i++)
		n += smmu_cmd_opcode(&fake->log[i]) == opcode;
	return n;
}

/* Place of a command in the log; -1 if it was not sent */
int fake_smmu_find(const struct fake_smmu *fake, const struct smmu_cmd *cmd)
{
	unsigned int i;

	for (i = 0; i < fake->nr_log; i++)
		if (fake->log[i].w[0] == cmd->w[0] && fake->log[i].w[1] == cmd->w[1])
			return i;
	return -1;
}

/* How many translations the TLB holds under a tag */
unsigned int fake_smmu_cached(const struct fake_smmu *fake, u8 stage, u16 tag)
{
	unsigned int i, n = 0;

	for (i = 0; i < FAKE_SMMU_TLB; i++)
		n += fake->tlb[i].stage == stage && fake->tlb[i].tag == tag;
	return n;
}
