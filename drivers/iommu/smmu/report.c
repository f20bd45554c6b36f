// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on their way to the owner of a domain.
 *
 * The owner's handler may do what it likes with the domain: attach it, detach it, free
 * it.  So no lock of ours is held while it runs, and freeing the domain waits until no
 * handler of it runs any more, but for one that frees the domain itself.
 */
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "report.h"

/* One for each SMMU at most. */
static LIST_HEAD(smmu_report_list);
static DEFINE_SPINLOCK(smmu_report_lock);
static DECLARE_WAIT_QUEUE_HEAD(smmu_report_queue);

/**
 * smmu_report_begin() - Keep a domain from being freed by others
 * @report: storage, the caller's until smmu_report_end()
 * @domain: the domain; attached to a port, and the SMMU's lock keeps it there
 *
 * Context: may sleep.
 */
void smmu_report_begin(struct smmu_report *report, const struct iommu_domain *domain)
{
	report->domain = domain;
	report->task = current;
	spin_lock(&smmu_report_lock);
	list_add(&report->node, &smmu_report_list);
	spin_unlock(&smmu_report_lock);
}

/**
 * smmu_report_end() - Let it be freed
 * @report: from smmu_report_begin()
 *
 * The domain may have been freed by this task meanwhile.
 *
 * Context: may sleep.
 */
void smmu_report_end(struct smmu_report *report)
{
	spin_lock(&smmu_report_lock);
	list_del(&report->node);
	spin_unlock(&smmu_report_lock);
	wake_up_all(&smmu_report_queue);
}

static bool smmu_report_runs(const struct iommu_domain *domain)
{
	const struct smmu_report *report;
	bool found = false;

	spin_lock(&smmu_report_lock);
	list_for_each_entry(report, &smmu_report_list, node)
		found |= report->domain == domain && report->task != current;
	spin_unlock(&smmu_report_lock);
	return found;
}

/**
 * smmu_report_wait() - Wait until nobody reports faults of a domain any more
 * @domain: the domain, attached to nothing, so that no report can begin
 *
 * Context: may sleep.
 */
void smmu_report_wait(const struct iommu_domain *domain)
{
	wait_event(smmu_report_queue, !smmu_report_runs(domain));
}
