// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue (IHI 0070, 3.5 and 4).
 */
#include <linux/build_bug.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/math.h>

#include <kunit/visibility.h>

#include "hw/caps.h"
#include "hw/mmio.h"
#include "hw/regs.h"
#include "queue/cmdq.h"
#include "queue/cmdq_wait.h"
#include "queue/ring.h"

static_assert(SMMU_CMDQ_BATCH_CMDS + 1 <= BIT(SMMU_CMDQ_MIN_LG2));
static_assert(2 * SMMU_CMDQ_RING_CMDS <= BIT(SMMU_CMDQ_MIN_LG2));
static_assert(BIT(SMMU_Q_MAX_LG2 + 1) - 1 == SMMU_Q_INDEX);

/* Between two looks whether all doorbells are written, which is rare. */
#define SMMU_CMDQ_QUIESCE_US	10

/**
 * smmu_cmdq_init() - Allocate the queue
 * @q: the queue to set up
 * @dev: the SMMU
 * @mmio: its register frames
 * @entries_lg2: log2 of the number of commands it holds
 * @errata: SMMU_ERRATUM_* of the SMMU
 * @ops: what the queue asks of those above it
 * @ctx: their argument
 *
 * Context: may sleep. The memory goes with the binding of @dev.
 * Return: 0 or -ENOMEM.
 */
int smmu_cmdq_init(struct smmu_cmdq *q, struct device *dev, const struct smmu_mmio *mmio,
		   u8 entries_lg2, u32 errata, const struct smmu_cmdq_ops *ops, void *ctx)
{
	size_t bytes = sizeof(struct smmu_cmd) << entries_lg2;

	q->dev = dev;
	q->mmio = mmio;
	q->prod = smmu_mmio_addr(mmio, SMMU_CMDQ_PROD);
	q->cons = smmu_mmio_addr(mmio, SMMU_CMDQ_CONS);
	q->entries_lg2 = entries_lg2;
	q->last_sync = q->head - 1;
	q->ops = ops;
	q->ctx = ctx;
	q->errata = errata & (SMMU_ERRATUM_SYNC_EVERY_BATCH | SMMU_ERRATUM_INVALIDATE_TWICE);
	q->give_up_ms = SMMU_CMDQ_GIVE_UP_MS;
	q->dead = true;
	raw_spin_lock_init(&q->lock);
	q->base = smmu_mem_alloc(dev, bytes, &q->base_dma, "command queue");
	return q->base ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_init);

/**
 * smmu_cmdq_base_reg() - Value of CMDQ_BASE for this queue
 * @q: the queue
 *
 * Context: any.
 * Return: the value. IHI 0070, 6.3.25.
 */
u64 smmu_cmdq_base_reg(const struct smmu_cmdq *q)
{
	return SMMU_Q_BASE_RWA | (q->base_dma & SMMU_Q_BASE_ADDR) |
	       FIELD_PREP(SMMU_Q_BASE_LOG2SIZE, q->entries_lg2);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_base_reg);

/* Wait for those who are at the registers.  They may need this CPU to come to their end. */
static void smmu_cmdq_quiesce(const atomic_t *busy)
{
	/* Acquire: pairs with the release by which they say that they are through. */
	while (atomic_read_acquire(busy))
		usleep_range(SMMU_CMDQ_QUIESCE_US, 2 * SMMU_CMDQ_QUIESCE_US);
}

/**
 * smmu_cmdq_restart() - Empty the queue, in memory and in the registers
 * @q: the queue
 *
 * The counters go on behind the next multiple of what the registers show, so that
 * the registers start at 0, and whoever still waits from before is done waiting,
 * whether a CMD_SYNC covers its commands yet or not.
 *
 * Context: may sleep; during reset, with the queue disabled.
 */
void smmu_cmdq_restart(struct smmu_cmdq *q)
{
	unsigned long flags;

	smmu_cmdq_quiesce(&q->ringing);
	raw_spin_lock_irqsave(&q->lock, flags);
	q->head = round_up(q->head + 1, 2U << q->entries_lg2);
	WRITE_ONCE(q->rung, q->head);
	WRITE_ONCE(q->last_sync, q->head - 1);
	atomic_set_release(&q->tail, q->head);
	q->abort_tries = 0;
	smmu_mmio_write64(q->mmio, SMMU_CMDQ_BASE, smmu_cmdq_base_reg(q));
	smmu_mmio_write(q->mmio, SMMU_CMDQ_PROD, 0);
	smmu_mmio_write(q->mmio, SMMU_CMDQ_CONS, 0);
	smmu_cmdq_set_dead_locked(q, false);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_restart);

/**
 * smmu_cmdq_stop() - Let every call fail at once, until the next restart
 * @q: the queue
 *
 * When it returns, nobody reads or writes the queue's registers any more: they may lose
 * their power.
 *
 * Context: may sleep. The SMMU lets no traffic pass by now: an invalidation that fails
 * from here on was not needed.
 */
void smmu_cmdq_stop(struct smmu_cmdq *q)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	smmu_cmdq_set_dead_locked(q, true);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	/* Earlier: @dead.  Later: @looking.  Peer: smmu_cmdq_wait_poll(). */
	smp_mb();
	smmu_cmdq_quiesce(&q->ringing);
	smmu_cmdq_quiesce(&q->looking);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_stop);

/*
 * Move the tail from @tail to @head, for which CMDQ_CONS shows @hw.  Returns false if it
 * does not, or if another CPU has moved the tail.  Barriers as in
 * smmu_cmdq_update_tail().
 */
static __always_inline bool smmu_cmdq_try_advance(struct smmu_cmdq *q, u32 hw, u32 head, u32 tail)
{
	return readl(q->cons) == hw &&
	       atomic_cmpxchg_release(&q->tail, tail, head) == (int)tail;
}

/*
 * Who may write PROD, so that it never goes back: while a CMD_SYNC is in flight, only
 * the CPU that put it, once, with the value it took under the lock; otherwise whoever
 * holds the lock.  When the CMD_SYNC is consumed, that one write was seen.
 *
 * So that one write can do without the lock, which nobody has to wait for while a
 * slow register is written.  Interrupts stay off until it is.
 */
static __always_inline void smmu_cmdq_ring(struct smmu_cmdq *q, u32 hw)
{
	/*
	 * Earlier: the slots that this CPU filled and the table changes that its
	 * commands are about; those of other CPUs are behind their dma_wmb() in
	 * smmu_cmdq_put_locked() and the lock.  And @rung.  Later: PROD.  Peer:
	 * the SMMU, which reads slots and tables once it sees PROD; through
	 * CMDQ_CONS also smmu_cmdq_update_tail().
	 */
	writel(hw, q->prod);
}

/*
 * Here a CPU may be held up, its CMD_SYNC put and the lock free, before it rings.  Tests
 * have that happen.
 */
static __always_inline void smmu_cmdq_before_ring(struct smmu_cmdq *q)
{
	if (IS_ENABLED(CONFIG_KUNIT) && q->ops->before_ring)
		q->ops->before_ring(q->ctx);
}

/* This CPU is done with the registers. */
static __always_inline void smmu_cmdq_end_ringing(struct smmu_cmdq *q)
{
	/*
	 * Earlier: PROD, and CONS if it was read.  Later: @ringing.  Peer:
	 * smmu_cmdq_stop(), after which the SMMU may lose its power.
	 */
	atomic_fetch_dec_release(&q->ringing);
}

static void smmu_cmdq_ring_locked(struct smmu_cmdq *q)
{
	WRITE_ONCE(q->rung, q->head);
	smmu_cmdq_ring(q, smmu_ring_hw(q->head, q->entries_lg2));
}

/*
 * Is a CMD_SYNC in flight?  Then the commands that are put now wait for the next one,
 * and nobody but its owner, the CPU that put it, writes PROD.
 */
static bool smmu_cmdq_sync_in_flight(const struct smmu_cmdq *q, u32 tail)
{
	return !smmu_ring_passed(tail, q->last_sync);
}

/* Put commands, for which there is room, and a CMD_SYNC.  Returns what PROD has to show. */
static __always_inline u32 smmu_cmdq_put_with_sync_locked(struct smmu_cmdq *q,
							  const struct smmu_cmd *cmds,
							  unsigned int n)
{
	const struct smmu_cmd cmd_sync = smmu_cmd_sync();
	const u8 entries_lg2 = q->entries_lg2;
	__le64 *base = q->base;
	u32 head = q->head;
	unsigned int i;

	for (i = 0; i < n; i++)
		smmu_cmdq_write_slot(base, smmu_ring_slot(head++, entries_lg2), &cmds[i]);
	smmu_cmdq_write_slot(base, smmu_ring_slot(head, entries_lg2), &cmd_sync);
	WRITE_ONCE(q->last_sync, head);
	atomic_inc(&q->ringing);
	head++;
	q->head = head;
	WRITE_ONCE(q->rung, head);
	return smmu_ring_hw(head, entries_lg2);
}

/* Put commands, for which there is room, without a CMD_SYNC. */
static void smmu_cmdq_put_locked(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n)
{
	unsigned int i;

	lockdep_assert_held(&q->lock);
	for (i = 0; i < n; i++, q->head++)
		smmu_cmdq_write_slot(q->base, smmu_ring_slot(q->head, q->entries_lg2), &cmds[i]);
	/*
	 * Earlier: the slots just filled and the table changes that these commands
	 * are about.  Later: the unlock, and through it the PROD that another CPU
	 * writes.  Peers: that CPU, whose own barrier need not cover what this one
	 * wrote; and the SMMU behind it.
	 */
	dma_wmb();
}

/* Tell the SMMU of commands without a CMD_SYNC once they are many. */
static void smmu_cmdq_ring_unrung_locked(struct smmu_cmdq *q)
{
	u32 tail = atomic_read_acquire(&q->tail);

	if (smmu_ring_used(q->head, q->rung) >= SMMU_CMDQ_RING_CMDS &&
	    !smmu_cmdq_sync_in_flight(q, tail))
		smmu_cmdq_ring_locked(q);
}

/*
 * Put commands and a CMD_SYNC, tell the SMMU, and let the lock go.  Where several
 * CMD_SYNCs can be in flight, PROD is written under the lock, or it could go back.
 */
static void smmu_cmdq_send_unlock(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
				  unsigned long flags)
	__releases(&q->lock)
{
	const bool locked = q->errata & SMMU_ERRATUM_SYNC_EVERY_BATCH;
	u32 hw = smmu_cmdq_put_with_sync_locked(q, cmds, n);

	if (!locked)
		raw_spin_unlock(&q->lock);
	smmu_cmdq_before_ring(q);
	smmu_cmdq_ring(q, hw);
	smmu_cmdq_end_ringing(q);
	if (locked)
		raw_spin_unlock(&q->lock);
	local_irq_restore(flags);
}

/*
 * The position that has to be consumed before @n commands and a CMD_SYNC fit; or that of
 * a CMD_SYNC in flight, if it comes first: the SMMU is told of what is behind it when it
 * is consumed.
 */
static u32 smmu_cmdq_room_pos(const struct smmu_cmdq *q, unsigned int n, bool in_flight)
{
	u32 pos = q->head + n - BIT(q->entries_lg2);

	return in_flight && smmu_ring_reaches(pos, q->last_sync) ? q->last_sync : pos;
}

/*
 * Wait until @n commands and the CMD_SYNC that will cover them fit; meanwhile the lock
 * is let go.  Returns 0, or -ETIMEDOUT if the queue is dead or was.
 */
static int smmu_cmdq_make_room_locked(struct smmu_cmdq *q, unsigned int n, unsigned long *flags)
	__must_hold(&q->lock)
{
	u32 tail = atomic_read_acquire(&q->tail);
	bool in_flight;
	int ret = 0;
	u32 pos;

	lockdep_assert_held(&q->lock);
	while (!ret && !q->dead && smmu_ring_space(q->head, tail, q->entries_lg2) <= n) {
		in_flight = smmu_cmdq_sync_in_flight(q, tail);
		/* Room comes only from what the SMMU knows of. */
		if (!in_flight && q->rung != q->head)
			smmu_cmdq_ring_locked(q);
		pos = smmu_cmdq_room_pos(q, n, in_flight);
		raw_spin_unlock_irqrestore(&q->lock, *flags);
		ret = smmu_cmdq_wait_consumed(q, pos, 0);
		raw_spin_lock_irqsave(&q->lock, *flags);
		tail = atomic_read_acquire(&q->tail);
	}
	return q->dead ? -ETIMEDOUT : ret;
}

/*
 * The CMD_SYNC that was in flight is consumed and does not cover @need: put one and set
 * *@own, unless another CPU was faster.  There is room: if the newest command
 * were a CMD_SYNC, it would cover @need, and everything else leaves room for one.
 *
 * Whoever holds the lock is most likely about to put a CMD_SYNC, so unless it has
 * to @insist, the caller does not queue up for it.
 *
 * Returns 0 if there is one that covers @need; -EBUSY or -ETIMEDOUT if not.
 */
static int smmu_cmdq_take_over(struct smmu_cmdq *q, u32 need, bool insist, bool *own)
{
	unsigned long flags;
	int ret = 0;

	if (!raw_spin_trylock_irqsave(&q->lock, flags)) {
		if (!insist)
			return -EBUSY;
		raw_spin_lock_irqsave(&q->lock, flags);
	}
	if (q->dead) {
		ret = -ETIMEDOUT;
	} else if (!smmu_ring_reaches(q->last_sync, need)) {
		*own = true;
		smmu_cmdq_send_unlock(q, NULL, 0, flags);
		return 0;
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return ret;
}

/*
 * Wait until a CMD_SYNC covers the commands before @need: *@sync, which lies at @need or
 * behind it.  *@own tells whether this CPU put it.  Returns 0 or -ETIMEDOUT.
 *
 * Anybody who finds that none is in flight puts the next one, since the CPU that put the
 * one before may be off its CPU.
 */
static int smmu_cmdq_wait_covered(struct smmu_cmdq *q, u32 need, u32 *sync, bool *own)
{
	struct smmu_cmdq_wait wait = smmu_cmdq_wait_start(SMMU_CMDQ_MEMORY_POLLS);
	int ret = 0;

	*own = false;
	while (!ret) {
		*sync = READ_ONCE(q->last_sync);
		if (smmu_ring_reaches(*sync, need))
			break;
		ret = -EBUSY;
		if (smmu_ring_passed(atomic_read_acquire(&q->tail), *sync))
			ret = smmu_cmdq_take_over(q, need, !wait.memory_polls, own);
		if (ret == -EBUSY)
			ret = smmu_cmdq_wait_poll(q, &wait);
	}
	return ret;
}

/*
 * Wait until a CMD_SYNC at @need or later is consumed, which is when all commands
 * before @need are complete (IHI 0070, 4.7): no interrupt, no MSI.  @own: this CPU put
 * one at @need.
 *
 * Many CPUs at one register slow each other down, so those who wait for another's
 * CMD_SYNC poll memory first; but not for long, as its owner may be off its CPU.
 */
static int smmu_cmdq_wait_sync(struct smmu_cmdq *q, u32 need, bool own)
{
	u32 sync = need;
	int ret = 0;

	if (!own)
		ret = smmu_cmdq_wait_covered(q, need, &sync, &own);
	/* A CMD_SYNC that was put just now has all its time. */
	return ret ?: smmu_cmdq_wait_consumed(q, sync, own ? 0 : SMMU_CMDQ_MEMORY_POLLS);
}

/* A command that was refused since @rejected was read may have been the caller's. */
static __always_inline int smmu_cmdq_result(struct smmu_cmdq *q, int ret, int rejected)
{
	return unlikely(atomic_read(&q->rejected) != rejected) ? ret ?: -EIO : ret;
}

/**
 * smmu_cmdq_ticket_wait() - Wait until commands that were posted took effect
 * @ticket: from smmu_cmdq_batch_post()
 *
 * Context: as smmu_cmdq_sync().
 * Return: as smmu_cmdq_sync().
 */
int smmu_cmdq_ticket_wait(const struct smmu_cmdq_ticket *ticket)
{
	int ret = ticket->err ?: smmu_cmdq_wait_sync(ticket->q, ticket->need, ticket->own);

	return smmu_cmdq_result(ticket->q, ret, ticket->rejected);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_ticket_wait);

/*
 * Put commands, with a CMD_SYNC unless the next one of another sender will do; lets the
 * lock go.
 */
static void smmu_cmdq_post_unlock(struct smmu_cmdq_ticket *ticket, const struct smmu_cmd *cmds,
				  unsigned int n, unsigned long flags)
	__releases(&ticket->q->lock)
{
	struct smmu_cmdq *q = ticket->q;

	ticket->err = smmu_cmdq_make_room_locked(q, n, &flags);
	if (ticket->err) {
		raw_spin_unlock_irqrestore(&q->lock, flags);
		return;
	}
	ticket->need = q->head + n;
	ticket->own = q->errata & SMMU_ERRATUM_SYNC_EVERY_BATCH ||
		      !smmu_cmdq_sync_in_flight(q, atomic_read_acquire(&q->tail));
	if (ticket->own) {
		smmu_cmdq_send_unlock(q, cmds, n, flags);
	} else {
		smmu_cmdq_put_locked(q, cmds, n);
		raw_spin_unlock_irqrestore(&q->lock, flags);
	}
}

/*
 * Hardware that may lose an invalidation (%SMMU_ERRATUM_INVALIDATE_TWICE): when the
 * commands are complete, those that invalidate are put again.  Also if a command was
 * refused meanwhile, which need not have been one of these: the waiter learns of it all
 * the same.
 */
static noinline void smmu_cmdq_repeat(struct smmu_cmdq_ticket *ticket, const struct smmu_cmd *cmds,
				      unsigned int n)
{
	struct smmu_cmd again[SMMU_CMDQ_BATCH_CMDS];
	unsigned int i, count = 0;
	unsigned long flags;

	for (i = 0; i < n; i++)
		if (smmu_cmd_invalidates(smmu_cmd_opcode(&cmds[i])))
			again[count++] = cmds[i];
	if (!count)
		return;
	ticket->err = smmu_cmdq_ticket_wait(ticket);
	if (ticket->err && ticket->err != -EIO)
		return;
	raw_spin_lock_irqsave(&ticket->q->lock, flags);
	smmu_cmdq_post_unlock(ticket, again, count, flags);
}

/* Post while there is something in the queue, or no SMMU behind it, or errata. */
static noinline void smmu_cmdq_post_busy(struct smmu_cmdq_ticket *ticket,
					 const struct smmu_cmd *cmds, unsigned int n,
					 unsigned long flags)
	__releases(&ticket->q->lock)
{
	smmu_cmdq_post_unlock(ticket, cmds, n, flags);
	if (ticket->q->errata & SMMU_ERRATUM_INVALIDATE_TWICE)
		smmu_cmdq_repeat(ticket, cmds, n);
}

static noinline int smmu_cmdq_send_busy(struct smmu_cmdq *q, const struct smmu_cmd *cmds,
					unsigned int n, int rejected, unsigned long flags)
	__releases(&q->lock)
{
	struct smmu_cmdq_ticket ticket = { .q = q, .rejected = rejected };

	smmu_cmdq_post_busy(&ticket, cmds, n, flags);
	return smmu_cmdq_ticket_wait(&ticket);
}

/*
 * Send with a CMD_SYNC and wait.  @rejected is the count of refused commands from
 * before the first command of interest was put.
 *
 * This is the hot path, made for an empty queue and nobody else about: slots,
 * doorbell, one read of CMDQ_CONS.  By "make bench" that saves 166 of the 690 instructions
 * of a page's unmap with smmu_cmdq_send_busy() alone.
 */
static __always_inline int smmu_cmdq_send(struct smmu_cmdq *q, const struct smmu_cmd *cmds,
					  unsigned int n, int rejected)
{
	unsigned long flags;
	u32 tail, hw;
	int ret = 0;
	bool done;

	raw_spin_lock_irqsave(&q->lock, flags);
	tail = atomic_read_acquire(&q->tail);
	if (unlikely(q->head != tail || !q->fast))
		return smmu_cmdq_send_busy(q, cmds, n, rejected, flags);
	hw = smmu_cmdq_put_with_sync_locked(q, cmds, n);
	raw_spin_unlock(&q->lock);
	smmu_cmdq_before_ring(q);
	smmu_cmdq_ring(q, hw);
	done = smmu_cmdq_try_advance(q, hw, tail + n + 1, tail);
	smmu_cmdq_end_ringing(q);
	local_irq_restore(flags);

	if (unlikely(!done))
		ret = smmu_cmdq_wait_consumed(q, tail + n, 0);
	return smmu_cmdq_result(q, ret, rejected);
}

/**
 * smmu_cmdq_sync() - Send a command and wait until it took effect
 * @q: the queue
 * @cmd: the command
 *
 * Everything that any CPU put before is complete as well.
 *
 * Context: any, interrupts may be off. Holds no lock while it waits. Spins as long as
 * the SMMU consumes what is in front of @cmd, and %SMMU_CMDQ_GIVE_UP_MS after it last
 * did.
 * Return: 0; -ETIMEDOUT if the SMMU stopped consuming; -EIO if it refused a
 * command while this call waited, so that @cmd may have had no effect.
 * IHI 0070, 4.7 (CMD_SYNC).
 */
int smmu_cmdq_sync(struct smmu_cmdq *q, struct smmu_cmd cmd)
{
	/*
	 * Acquire, here and wherever the count is taken first.  Earlier: this
	 * read.  Later: the slots and PROD.  Peer: the SMMU, whose refusal of
	 * these commands must not be in the count yet.
	 */
	return smmu_cmdq_send(q, &cmd, 1, atomic_read_acquire(&q->rejected));
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_sync);

/* Put commands that nobody waits for yet, and tell the SMMU now and then. */
static int smmu_cmdq_put(struct smmu_cmdq *q, const struct smmu_cmd *cmds, unsigned int n,
			 int rejected)
{
	unsigned long flags;
	int ret;

	if (unlikely(q->errata & SMMU_ERRATUM_INVALIDATE_TWICE))
		return smmu_cmdq_send(q, cmds, n, rejected);
	raw_spin_lock_irqsave(&q->lock, flags);
	ret = smmu_cmdq_make_room_locked(q, n, &flags);
	if (!ret && q->errata & SMMU_ERRATUM_SYNC_EVERY_BATCH) {
		smmu_cmdq_send_unlock(q, cmds, n, flags);
		return 0;
	}
	if (!ret) {
		smmu_cmdq_put_locked(q, cmds, n);
		smmu_cmdq_ring_unrung_locked(q);
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return ret;
}

/**
 * smmu_cmdq_batch_flush() - Put what a batch holds into the queue
 * @batch: the batch
 *
 * The SMMU may not hear of it before smmu_cmdq_batch_sync().
 *
 * Context: any; may spin while the queue is full.
 */
void smmu_cmdq_batch_flush(struct smmu_cmdq_batch *batch)
{
	if (!batch->err)
		batch->err = smmu_cmdq_put(batch->q, batch->cmds, batch->n, batch->rejected);
	batch->n = 0;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_flush);

/**
 * smmu_cmdq_batch_sync() - Send what is left and wait for all of it
 * @batch: the batch; not to be used afterwards
 *
 * Context: as smmu_cmdq_sync().
 * Return: as smmu_cmdq_sync(), for all commands ever added.
 */
int smmu_cmdq_batch_sync(struct smmu_cmdq_batch *batch)
{
	if (unlikely(batch->err))
		return batch->err;
	return smmu_cmdq_send(batch->q, batch->cmds, batch->n, batch->rejected);
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_sync);

/**
 * smmu_cmdq_batch_post() - Send what is left, to be waited for later
 * @batch: the batch; not to be used afterwards
 *
 * So that several SMMUs can work at a time. Somebody has to wait: the SMMU may not hear
 * of the commands before.
 *
 * Context: as smmu_cmdq_sync().
 * Return: what to give to smmu_cmdq_ticket_wait().
 */
struct smmu_cmdq_ticket smmu_cmdq_batch_post(struct smmu_cmdq_batch *batch)
{
	struct smmu_cmdq_ticket ticket = {
		.q = batch->q, .rejected = batch->rejected, .err = batch->err,
	};
	unsigned long flags;

	if (ticket.err)
		return ticket;
	raw_spin_lock_irqsave(&batch->q->lock, flags);
	smmu_cmdq_post_busy(&ticket, batch->cmds, batch->n, flags);
	return ticket;
}
EXPORT_SYMBOL_IF_KUNIT(smmu_cmdq_batch_post);
