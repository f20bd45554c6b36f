// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults: who did it, the core's handler if there is one, a line for a person if
 * there is none.
 *
 * Each master has a limit of its own, so that a storm from one does not hide what
 * another did; streams that nobody claimed share one.
 */
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/ratelimit.h>

#include "domain.h"
#include "fault.h"
#include "hw/cmd.h"
#include "hw/event.h"
#include "master.h"
#include "smmu.h"

#define SMMU_FAULT_UNCLAIMED_LINES	10
#define SMMU_FAULT_UNCLAIMED_INTERVAL	(5 * HZ)

/* How long repetitions of the same fault are only counted. */
#define SMMU_FAULT_QUIET		(5 * HZ)

/* Whether the owner of the domain asked to deal with its faults itself, and did. */
static bool smmu_fault_handled(struct smmu_port *port, const struct smmu_event *ev)
{
	int flags = ev->read ? IOMMU_FAULT_READ : IOMMU_FAULT_WRITE;

	if (!port->smmu_domain || !ev->has_addr || !ev->has_rw)
		return false;
	return !report_iommu_fault(&port->smmu_domain->domain, port->master->dev, ev->addr, flags);
}

/*
 * One transfer faults again for each beat that it is cut into.  That is one thing
 * to tell, not a thousand, and must not use up the lines of the next thing.
 */
static bool smmu_fault_repeats(const struct smmu_port *port, const struct smmu_event *ev)
{
	const struct smmu_master_faults *last = &port->faults;

	return time_before(jiffies, last->quiet_until) && last->type == ev->type &&
	       last->read == ev->read && last->page == ev->addr >> port->master->granule_lg2;
}

static void smmu_fault_remember(struct smmu_port *port, const struct smmu_event *ev)
{
	struct smmu_master_faults *last = &port->faults;

	last->type = ev->type;
	last->read = ev->read;
	last->page = ev->addr >> port->master->granule_lg2;
	last->quiet_until = jiffies + SMMU_FAULT_QUIET;
	last->missed = 0;
}

static void smmu_fault_print_port(struct smmu_port *port, const struct smmu_event *ev)
{
	struct smmu_master_faults *last = &port->faults;
	char text[SMMU_EVENT_TEXT_BYTES];

	if (smmu_fault_repeats(port, ev) || !__ratelimit(&last->limit)) {
		last->missed++;
		return;
	}
	if (last->missed)
		dev_err(port->smmu->dev, "%s: %u more faults like the last one or close to it\n",
			dev_name(port->master->dev), last->missed);
	smmu_event_describe(ev, text, sizeof(text));
	dev_err(port->smmu->dev, "%s%s: %s\n",
		smmu_master_has_sid(port, ev->sid) ? "" : "in the context of ",
		dev_name(port->master->dev), text);
	smmu_fault_remember(port, ev);
}

static void smmu_fault_print_unclaimed(struct smmu_device *smmu, const struct smmu_event *ev)
{
	static DEFINE_RATELIMIT_STATE(limit, SMMU_FAULT_UNCLAIMED_INTERVAL,
				      SMMU_FAULT_UNCLAIMED_LINES);
	char text[SMMU_EVENT_TEXT_BYTES];

	if (!__ratelimit(&limit))
		return;
	smmu_event_describe(ev, text, sizeof(text));
	dev_err(smmu->dev, "no device claimed this stream: %s\n", text);
}

/*
 * On an SMMU that stalls every fault, a transaction waits for an answer, and with
 * it its device.  Nobody resolves faults here, so the answer is always no.
 */
static void smmu_fault_end_stall(struct smmu_device *smmu, const struct smmu_event *ev)
{
	smmu_cmdq_sync(&smmu->cmdq, smmu_cmd_resume_abort(ev->sid, ev->stag));
}

/**
 * smmu_fault_sink() - Deal with one event record
 * @ctx: the struct smmu_device it came from
 * @ev: the record
 *
 * Context: process; may sleep.  The SMMU's lock is held throughout, so that
 * neither the master nor its domain can go meanwhile.
 */
void smmu_fault_sink(void *ctx, const struct smmu_event *ev)
{
	struct smmu_device *smmu = ctx;
	struct smmu_port *port;

	if (ev->stall)
		smmu_fault_end_stall(smmu, ev);
	mutex_lock(&smmu->lock);
	port = smmu_master_find_port(smmu, ev->sid);
	if (!port)
		smmu_fault_print_unclaimed(smmu, ev);
	else if (!smmu_fault_handled(port, ev))
		smmu_fault_print_port(port, ev);
	mutex_unlock(&smmu->lock);
}
