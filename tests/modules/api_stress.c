// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads on all CPUs that map and unmap ranges of their own as fast as they can,
 * while the device finds out whether one more mapping comes and goes as it should.
 */

#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>

#include "api.h"

#define API_WORKERS_MIN	4
#define API_WORKERS_MAX	8
#define API_WORKER_SLOTS	64
#define API_STRESS_MS	2500
/* Ranges share tables: the next worker's begins where this one's ends. */
#define API_WORKER_IOVA	(API_IOVA + SZ_16M)

/* Whose domains the threads use, and how much they map at once */
enum api_stress_kind {
	API_STRESS_SHARED,	/* one that is attached */
	API_STRESS_OWN,		/* one for each, attached nowhere */
	API_STRESS_SMALL,	/* one that is attached, a page at a time */
	API_STRESS_TWO,		/* those of two devices, a page at a time */
};

struct api_worker {
	struct task_struct *task;
	struct completion *go;
	struct iommu_domain *domain;
	unsigned long iova;
	phys_addr_t phys;
	size_t page;
	unsigned int most;
	struct rnd_state rnd;
	unsigned long rounds;
	unsigned long errors;
};

static void api_worker_round(struct api_worker *w)
{
	unsigned int first = prandom_u32_state(&w->rnd) % API_WORKER_SLOTS;
	unsigned int n = 1 + prandom_u32_state(&w->rnd) % min(API_WORKER_SLOTS - first, w->most);
	unsigned long iova = w->iova + first * w->page, last = iova + n * w->page - 1;
	size_t bytes = n * w->page;

	if (iommu_map(w->domain, iova, w->phys, bytes, API_RW, GFP_KERNEL)) {
		w->errors++;
		return;
	}
	w->errors += iommu_iova_to_phys(w->domain, iova) != w->phys;
	w->errors += iommu_iova_to_phys(w->domain, last) != w->phys + bytes - 1;
	w->errors += iommu_unmap(w->domain, iova, bytes) != bytes;
	w->errors += !!iommu_iova_to_phys(w->domain, iova);
	w->errors += !!iommu_iova_to_phys(w->domain, last);
	w->rounds++;
}

static int api_worker_main(void *data)
{
	struct api_worker *w = data;

	wait_for_completion(w->go);
	while (!kthread_should_stop()) {
		api_worker_round(w);
		cond_resched();
	}
	return 0;
}

static void api_stress_transfers(struct api_run *run, struct iommu_domain *domain, void *buf)
{
	unsigned long until = jiffies + msecs_to_jiffies(API_STRESS_MS);
	size_t page = api_page_bytes(domain);

	while (time_before(jiffies, until))
		if (api_map(run, domain, API_IOVA, virt_to_phys(buf), page) ||
		    api_reaches(run, 0, API_IOVA, buf) ||
		    api_unmap(run, domain, API_IOVA, page) ||
		    api_refused(run, 0, API_IOVA, buf))
			return;
}

static struct iommu_domain *api_stress_domain(struct api_run *run, unsigned int i,
					      enum api_stress_kind kind)
{
	if (kind == API_STRESS_OWN)
		return api_domain(run);
	return run->attached[kind == API_STRESS_TWO ? i % 2 : 0];
}

static bool api_stress_start(struct api_run *run, struct api_worker *workers, unsigned int n,
			     enum api_stress_kind kind)
{
	unsigned int i, cpu = cpumask_first(cpu_online_mask);
	struct api_worker *w;
	void *buf;

	for (i = 0; i < n; i++) {
		w = &workers[i];
		w->domain = api_stress_domain(run, i, kind);
		buf = api_buf(run, 0);
		if (!w->domain || !buf)
			return true;
		w->page = api_page_bytes(w->domain);
		w->most = kind >= API_STRESS_SMALL ? 1 : API_WORKER_SLOTS;
		w->iova = API_WORKER_IOVA +
			  (kind == API_STRESS_OWN ? 0 : i * API_WORKER_SLOTS * w->page);
		w->phys = virt_to_phys(buf);
		prandom_seed_state(&w->rnd, prandom_u32_state(&run->rnd));
		w->task = kthread_create(api_worker_main, w, "smmu_api/%u", i);
		if (IS_ERR(w->task)) {
			w->task = NULL;
			return api_wrong(run, true, "no thread");
		}
		kthread_bind(w->task, cpu);
		wake_up_process(w->task);
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
	}
	return false;
}

static void api_stress_end(struct api_run *run, struct api_worker *workers, unsigned int n)
{
	unsigned long rounds = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!workers[i].task)
			continue;
		kthread_stop(workers[i].task);
		api_wrong(run, workers[i].errors, "thread %u: %lu errors in %lu rounds", i,
			  workers[i].errors, workers[i].rounds);
		api_wrong(run, workers[i].rounds < 10, "thread %u came to %lu rounds only", i,
			  workers[i].rounds);
		rounds += workers[i].rounds;
	}
	dev_info(run->dev[0]->dev, "%u threads: %lu unmaps\n", n, rounds);
}

/* Give the second device a domain of its own. */
static bool api_stress_second(struct api_run *run)
{
	struct iommu_domain *domain;

	if (api_skip(run, !run->dev[1], "there is no second edu device"))
		return true;
	domain = api_domain(run);
	return !domain || api_attach(run, 1, domain);
}

static void api_stress(struct api_run *run, enum api_stress_kind kind)
{
	unsigned int n = clamp(num_online_cpus(), API_WORKERS_MIN, API_WORKERS_MAX);
	struct api_worker workers[API_WORKERS_MAX] = { };
	DECLARE_COMPLETION_ONSTACK(go);
	struct iommu_domain *domain = api_domain(run);
	void *buf = api_buf(run, 0);
	unsigned int i;
	bool over;

	if (!domain || !buf || api_attach(run, 0, domain))
		return;
	if (kind == API_STRESS_TWO && api_stress_second(run))
		return;
	for (i = 0; i < n; i++)
		workers[i].go = &go;
	over = api_stress_start(run, workers, n, kind);
	complete_all(&go);
	if (!over)
		api_stress_transfers(run, domain, buf);
	api_stress_end(run, workers, n);
}

static void api_stress_shared(struct api_run *run)
{
	api_stress(run, API_STRESS_SHARED);
}

static void api_stress_own(struct api_run *run)
{
	api_stress(run, API_STRESS_OWN);
}

static void api_stress_small(struct api_run *run)
{
	api_stress(run, API_STRESS_SMALL);
}

static void api_stress_two(struct api_run *run)
{
	api_stress(run, API_STRESS_TWO);
}

const struct api_case api_stress_cases[] = {
	{ "stress_shared", api_stress_shared },
	{ "stress_own", api_stress_own },
	{ "stress_small", api_stress_small },
	{ "stress_two", api_stress_two },
	{ }
};
