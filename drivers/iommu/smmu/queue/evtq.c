// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event queue (IHI 0070, 3.5 and 7.2).
 */
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/sched.h>

#include <kunit/visibility.h>

#include "hw/event.h"
#include "hw/mmio.h"
#include "hw/regs.h"
#include "queue/evtq.h"
#include "queue/ring.h"

/* A rest after each queue's worth of records. */
#define SMMU_EVTQ_PAUSE_US	1000

/**
 * smmu_evtq_init() - Allocate the queue and register its sink
 * @q: the queue to set up
 * @dev: the SMMU
 * @mmio: its register frames
 * @entries_lg2: log2 of the number of records it holds
 * @sink: gets every record
 * @sink_ctx: its argument
 *
 * Context: may sleep. The memory goes with the binding of @dev.
 * Return: 0 or -ENOMEM.
 */
int smmu_evtq_init(struct smmu_evtq *q, struct device *dev, const struct smmu_mmio *mmio,
		   u8 entries_lg2, smmu_evtq_sink sink, void *sink_ctx)
{
	size_t bytes = (size_t)SMMU_EVENT_WORDS * sizeof(__le64) << entries_lg2;

	q->dev = dev;
	q->mmio = mmio;
	q->entries_lg2 = entries_lg2;
	q->sink = sink;
	q->sink_ctx = sink_ctx;
	mutex_init(&q->lock);
	q->base = smmu_mem_alloc(dev, bytes, &q->base_dma, "event queue");
	return q->base ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_evtq_init);

/**
 * smmu_evtq_restart() - Empty the queue, in memory and in the registers
 * @q: the queue
 *
 * Context: during reset, with the queue disabled; may sleep.
 */
void smmu_evtq_restart(struct smmu_evtq *q)
{
	mutex_lock(&q->lock);
	q->cons = 0;
	smmu_mmio_write64(q->mmio, SMMU_EVENTQ_BASE,
			  SMMU_Q_BASE_RWA | (q->base_dma & SMMU_Q_BASE_ADDR) |
			  FIELD_PREP(SMMU_Q_BASE_LOG2SIZE, q->entries_lg2));
	smmu_mmio_write(q->mmio, SMMU_EVENTQ_PROD, 0);
	smmu_mmio_write(q->mmio, SMMU_EVENTQ_CONS, 0);
	q->live = true;
	mutex_unlock(&q->lock);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_evtq_restart);

/**
 * smmu_evtq_stop() - Let interrupts come to nothing until the next restart
 * @q: the queue
 *
 * Context: may sleep; the queue is disabled.
 */
void smmu_evtq_stop(struct smmu_evtq *q)
{
	mutex_lock(&q->lock);
	q->live = false;
	mutex_unlock(&q->lock);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_evtq_stop);

static void smmu_evtq_copy(struct smmu_evtq *q, u64 rec[SMMU_EVENT_WORDS])
{
	const __le64 *slot = &q->base[smmu_ring_slot(q->cons, q->entries_lg2) * SMMU_EVENT_WORDS];
	unsigned int i;

	for (i = 0; i < SMMU_EVENT_WORDS; i++)
		rec[i] = le64_to_cpu(slot[i]);
}

static void smmu_evtq_deliver(struct smmu_evtq *q, const u64 rec[SMMU_EVENT_WORDS])
{
	struct smmu_event ev;

	smmu_event_decode(rec, &ev);
	q->records++;
	q->sink(q->sink_ctx, &ev);
	cond_resched();
}

/*
 * Give the slots up to the cursor back, and acknowledge an overflow if PROD
 * shows one: OVACKFLG follows OVFLG (IHI 0070, 3.5.2 and 7.4).
 */
static void smmu_evtq_release_slots(struct smmu_evtq *q, u32 prod)
{
	u32 ack = prod & SMMU_Q_OVFLG ? SMMU_Q_OVFLG : 0;

	/*
	 * Earlier: our loads of the records.  Later: CONS.  Peer: the SMMU,
	 * which may overwrite the slots as soon as it sees CONS.
	 */
	mb();
	smmu_mmio_write(q->mmio, SMMU_EVENTQ_CONS, smmu_ring_hw(q->cons, q->entries_lg2) | ack);
}

static void smmu_evtq_check_overflow(struct smmu_evtq *q, u32 prod)
{
	if (!smmu_ring_overflowed(prod, smmu_mmio_read(q->mmio, SMMU_EVENTQ_CONS)))
		return;
	q->overflows++;
	dev_err_ratelimited(q->dev, "event queue overflowed (%llu times so far): some faults are not reported; a larger evtq_entries= helps\n",
			    q->overflows);
}

/*
 * Takes some records, gives their slots back, and only then tells them: that may take
 * long (a slow console, a handler that sleeps), and the queue shall not fill up meanwhile.
 * Returns false if there was nothing to read.
 */
static bool smmu_evtq_read_locked(struct smmu_evtq *q)
{
	/* Records are read only after the PROD that covers them. */
	u32 prod = smmu_mmio_read_ordered(q->mmio, SMMU_EVENTQ_PROD);
	u32 end = smmu_ring_extend(q->cons, FIELD_GET(SMMU_Q_INDEX, prod), q->entries_lg2);
	unsigned int i, nr;

	smmu_evtq_check_overflow(q, prod);
	for (nr = 0; q->cons != end && nr < SMMU_EVTQ_TAKEN; nr++, q->cons++)
		smmu_evtq_copy(q, q->taken[nr]);
	smmu_evtq_release_slots(q, prod);
	for (i = 0; i < nr; i++)
		smmu_evtq_deliver(q, q->taken[i]);
	return nr;
}

static void smmu_evtq_drain_locked(struct smmu_evtq *q)
{
	u64 pause = q->records + BIT(q->entries_lg2);

	lockdep_assert_held(&q->lock);
	while (smmu_evtq_read_locked(q)) {
		if (q->records < pause)
			continue;
		usleep_range(SMMU_EVTQ_PAUSE_US, 2 * SMMU_EVTQ_PAUSE_US);
		pause = q->records + BIT(q->entries_lg2);
	}
}

/**
 * smmu_evtq_drain() - Read all records and hand them to the sink
 * @q: the queue
 *
 * It returns with the queue empty: the interrupt comes only when a record enters
 * an empty queue (IHI 0070, 3.18), so what is left behind would stay there.  A
 * storm that never ends gets the CPU only part of the time: the thread that calls
 * this has a real-time priority.
 *
 * Context: process; may sleep.
 */
void smmu_evtq_drain(struct smmu_evtq *q)
{
	mutex_lock(&q->lock);
	if (q->live)
		smmu_evtq_drain_locked(q);
	mutex_unlock(&q->lock);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_evtq_drain);
