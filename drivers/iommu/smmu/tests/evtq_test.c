// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event queue: every record is told once and in order, whatever its number, and when
 * it is told, its slot is free again.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/bitfield.h>
#include <linux/dma-mapping.h>

#include "hw/event.h"
#include "hw/mmio.h"
#include "hw/regs.h"
#include "queue/evtq.h"
#include "queue/ring.h"

#define EVTQ_TEST_LG2		6
#define EVTQ_TEST_ENTRIES	BIT(EVTQ_TEST_LG2)

/**
 * struct evtq_test - a queue, and the SMMU that fills it
 * @test: the test
 * @q: the queue
 * @mmio: its registers
 * @regs: two pages of memory that play them
 * @prod: the next position that the SMMU writes, never wrapped
 * @told: records told so far, and so the StreamID of the next
 * @late: records that come while the first one is told
 */
struct evtq_test {
	struct kunit *test;
	struct smmu_evtq q;
	struct smmu_mmio mmio;
	u32 *regs;
	u32 prod;
	u32 told;
	u32 late;
};

static u32 *evtq_test_reg(struct evtq_test *t, u32 reg)
{
	return &t->regs[reg / sizeof(u32)];
}

/* Records are numbered by their StreamIDs. */
static void evtq_test_send(struct evtq_test *t, u32 nr)
{
	while (nr--) {
		__le64 *slot = &t->q.base[(t->prod % EVTQ_TEST_ENTRIES) * SMMU_EVENT_WORDS];

		slot[0] = cpu_to_le64((u64)t->prod << 32 | SMMU_EVENT_C_BAD_STE);
		t->prod++;
	}
	*evtq_test_reg(t, SMMU_EVENTQ_PROD) = smmu_ring_hw(t->prod, EVTQ_TEST_LG2);
}

static void evtq_test_sink(void *ctx, const struct smmu_event *ev)
{
	struct evtq_test *t = ctx;
	u32 cons = *evtq_test_reg(t, SMMU_EVENTQ_CONS);

	KUNIT_EXPECT_EQ(t->test, ev->sid, t->told);
	/* How far CONS is ahead of this record */
	KUNIT_EXPECT_GT(t->test, (cons - t->told) % (2 * EVTQ_TEST_ENTRIES), 0);
	KUNIT_EXPECT_LE(t->test, (cons - t->told) % (2 * EVTQ_TEST_ENTRIES), SMMU_EVTQ_TAKEN);
	t->told++;
	if (t->told == 1 && t->late)
		evtq_test_send(t, t->late);
}

static struct evtq_test *evtq_test_create(struct kunit *test)
{
	struct evtq_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	struct device *dev = kunit_device_register(test, "smmu-evtq");

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->coherent_dma_mask = DMA_BIT_MASK(64);
	t->test = test;
	t->regs = kunit_kzalloc(test, SMMU_FRAME_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->regs);
	t->mmio.page0 = (void __iomem __force *)t->regs;
	t->mmio.page1 = t->mmio.page0 + SZ_64K;
	KUNIT_ASSERT_EQ(test, 0, smmu_evtq_init(&t->q, dev, &t->mmio, EVTQ_TEST_LG2,
						evtq_test_sink, t));
	smmu_evtq_restart(&t->q);
	return t;
}

/* Up to a full queue, which leaves room for another one as soon as it is looked at */
static void evtq_slots_first(struct kunit *test)
{
	static const u32 counts[] = { 1, SMMU_EVTQ_TAKEN, SMMU_EVTQ_TAKEN + 1, EVTQ_TEST_ENTRIES };
	struct evtq_test *t = evtq_test_create(test);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		evtq_test_send(t, counts[i]);
		smmu_evtq_drain(&t->q);
		KUNIT_EXPECT_EQ(test, t->told, t->prod);
		KUNIT_EXPECT_EQ(test, *evtq_test_reg(t, SMMU_EVENTQ_CONS),
				smmu_ring_hw(t->prod, EVTQ_TEST_LG2));
	}
	KUNIT_EXPECT_EQ(test, t->q.records, t->prod);
	KUNIT_EXPECT_EQ(test, t->q.overflows, 0);
}

/* Told slowly: others come into the slots that were given back. */
static void evtq_more_meanwhile(struct kunit *test)
{
	struct evtq_test *t = evtq_test_create(test);

	t->late = SMMU_EVTQ_TAKEN;
	evtq_test_send(t, EVTQ_TEST_ENTRIES);
	smmu_evtq_drain(&t->q);
	KUNIT_EXPECT_EQ(test, t->told, EVTQ_TEST_ENTRIES + SMMU_EVTQ_TAKEN);
	KUNIT_EXPECT_EQ(test, t->q.overflows, 0);
}

/* An overflow is counted once, and acknowledged with the slots. */
static void evtq_overflow(struct kunit *test)
{
	struct evtq_test *t = evtq_test_create(test);

	evtq_test_send(t, EVTQ_TEST_ENTRIES);
	*evtq_test_reg(t, SMMU_EVENTQ_PROD) |= SMMU_Q_OVFLG;
	smmu_evtq_drain(&t->q);
	KUNIT_EXPECT_EQ(test, t->told, EVTQ_TEST_ENTRIES);
	KUNIT_EXPECT_EQ(test, t->q.overflows, 1);
	KUNIT_EXPECT_EQ(test, *evtq_test_reg(t, SMMU_EVENTQ_CONS),
			smmu_ring_hw(t->prod, EVTQ_TEST_LG2) | SMMU_Q_OVFLG);
}

static void evtq_stopped(struct kunit *test)
{
	struct evtq_test *t = evtq_test_create(test);

	smmu_evtq_stop(&t->q);
	evtq_test_send(t, 1);
	smmu_evtq_drain(&t->q);
	KUNIT_EXPECT_EQ(test, t->told, 0);
	KUNIT_EXPECT_EQ(test, *evtq_test_reg(t, SMMU_EVENTQ_CONS), 0);
}

static struct kunit_case evtq_cases[] = {
	KUNIT_CASE(evtq_slots_first),
	KUNIT_CASE(evtq_more_meanwhile),
	KUNIT_CASE(evtq_overflow),
	KUNIT_CASE(evtq_stopped),
	{ }
};

static struct kunit_suite evtq_suite = {
	.name = "smmu-evtq",
	.test_cases = evtq_cases,
};

kunit_test_suite(evtq_suite);
