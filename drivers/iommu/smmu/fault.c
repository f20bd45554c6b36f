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
#include "report.h"
#include "smmu.h"

#define SMMU_FAULT_UNCLAIMED_LINES	10
#define SMMU_FAULT_UNCLAIMED_INTERVAL	(5 * HZ)

/* How long repetitions of the same fault are only counted. */
#define SMMU_FAULT_QUIET		(5 * HZ)

/**
 * struct smmu_fault_source - who did it, as far as it is needed without the SMMU's lock
 * @dev: the master, with a reference; %NULL if nobody claimed the stream
 * @named: the firmware gave the stream to that master
 * @domain: what it was attached to, if its owner can be told; it stays until @report ends
 * @report: keeps @domain
 */
struct smmu_fault_source {
	struct device *dev;
	bool named;
	struct iommu_domain *domain;
	struct smmu_report report;
};

static void smmu_fault_find_source(struct smmu_device *smmu, const struct smmu_event *ev,
				   struct smmu_fault_source *source)
{
	struct smmu_port *port;

	mutex_lock(&smmu->lock);
	port = smmu_master_find_port(smmu, ev->sid);
	if (port) {
		source->dev = get_device(port->master->dev);
		source->named = smmu_master_has_sid(port, ev->sid);
	}
	if (port && port->smmu_domain && ev->has_addr && ev->has_rw) {
		source->domain = &port->smmu_domain->domain;
		smmu_report_begin(&source->report, source->domain);
	}
	mutex_unlock(&smmu->lock);
}

/**
 * smmu_fault_handled() - Let the owner of a domain deal with its fault
 * @source: where the fault came from; its report ends here
 * @ev: the fault
 *
 * The handler may attach and detach, and free the domain.  Freeing it elsewhere waits for
 * the handler, so the handler must wait for nobody who frees the domain:
 *
 * - not for a work item of its own that does,
 * - nor, if it was set for a group's default domain (Linux 6.12 lets it), for that group's
 *   mutex, by attaching or detaching: the core frees that domain with the mutex held.
 *
 * Context: process; may sleep; without a lock.
 * Return: whether a handler was there, and has dealt with it.
 */
static bool smmu_fault_handled(struct smmu_fault_source *source, const struct smmu_event *ev)
{
	int flags = ev->read ? IOMMU_FAULT_READ : IOMMU_FAULT_WRITE;
	int ret;

	if (!source->domain)
		return false;
	ret = report_iommu_fault(source->domain, source->dev, ev->addr, flags);
	smmu_report_end(&source->report);
	return !ret;
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

/* Whether a line is due; how many faults before it had none goes to @missed. */
static bool smmu_fault_count(struct smmu_port *port, const struct smmu_event *ev,
			     unsigned int *missed)
{
	struct smmu_master_faults *last = &port->faults;

	if (smmu_fault_repeats(port, ev) || !__ratelimit(&last->limit)) {
		last->missed++;
		return false;
	}
	*missed = last->missed;
	smmu_fault_remember(port, ev);
	return true;
}

/* A console can be slow, so nobody waits for the SMMU's lock meanwhile. */
static void smmu_fault_print_source(struct smmu_device *smmu,
				    const struct smmu_fault_source *source,
				    const struct smmu_event *ev)
{
	char text[SMMU_EVENT_TEXT_BYTES];
	unsigned int missed = 0;
	struct smmu_port *port;
	bool due = true;

	mutex_lock(&smmu->lock);
	port = smmu_master_find_port(smmu, ev->sid);
	/* A master that went meanwhile, or lost the stream, has its last line. */
	if (port && port->master->dev == source->dev)
		due = smmu_fault_count(port, ev, &missed);
	mutex_unlock(&smmu->lock);
	if (!due)
		return;
	if (missed)
		dev_err(smmu->dev, "%s: %u more faults like the last one or close to it\n",
			dev_name(source->dev), missed);
	smmu_event_describe(ev, text, sizeof(text));
	dev_err(smmu->dev, "%s%s: %s\n", source->named ? "" : "in the context of ",
		dev_name(source->dev), text);
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
 * What is needed is taken under the SMMU's lock, and told without it. A handler of a
 * domain's owner may run until iommu_domain_free() returns.
 *
 * Context: process; may sleep.
 */
void smmu_fault_sink(void *ctx, const struct smmu_event *ev)
{
	struct smmu_fault_source source = { };
	struct smmu_device *smmu = ctx;

	if (ev->stall)
		smmu_fault_end_stall(smmu, ev);
	smmu_fault_find_source(smmu, ev, &source);
	if (!source.dev)
		smmu_fault_print_unclaimed(smmu, ev);
	else if (!smmu_fault_handled(&source, ev))
		smmu_fault_print_source(smmu, &source, ev);
	put_device(source.dev);
}
