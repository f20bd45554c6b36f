// SPDX-License-Identifier: GPL-2.0-only
/*
 * smmu_bench: a thread on each of several CPUs maps and unmaps a page of its own in one
 * domain. Times mean nothing on CPUs that are emulated in parallel: the commands that
 * it takes, in QEMU's trace, are the figure.
 */

#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "bench.h"

#define BENCH_THREADS	8

struct bench_crew {
	struct iommu_domain *domain;
	unsigned long end;
	bool turns;
	/* Held for a map and its unmap, if threads are to go one by one. */
	struct mutex turn;
	struct completion go;
	atomic_t unmaps;
	atomic_t left;
	struct completion done;
	int ret;
};

struct bench_thread {
	struct bench_crew *crew;
	struct task_struct *task;
	unsigned long iova;
};

static int bench_pair(struct bench_crew *crew, unsigned long iova)
{
	int ret;

	ret = iommu_map(crew->domain, iova, SZ_1G, SZ_4K, BENCH_RW, GFP_KERNEL);
	if (ret)
		return ret;
	return iommu_unmap(crew->domain, iova, SZ_4K) == SZ_4K ? 0 : -EIO;
}

static int bench_thread(void *data)
{
	struct bench_thread *thread = data;
	struct bench_crew *crew = thread->crew;
	unsigned int unmaps = 0;
	int ret = 0;

	wait_for_completion(&crew->go);
	for (; !ret && time_before(jiffies, crew->end); unmaps++) {
		if (crew->turns)
			mutex_lock(&crew->turn);
		ret = bench_pair(crew, thread->iova);
		if (crew->turns)
			mutex_unlock(&crew->turn);
		cond_resched();
	}
	if (ret)
		crew->ret = ret;
	atomic_add(unmaps, &crew->unmaps);
	if (atomic_dec_and_test(&crew->left))
		complete(&crew->done);
	/* kthread_stop() wants to find it alive. */
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static unsigned int bench_hire(struct bench_crew *crew, struct bench_thread *threads,
			       unsigned int nr)
{
	unsigned int i = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		if (i == nr)
			break;
		threads[i].crew = crew;
		/* A table each: tables that come and go are not the matter here. */
		threads[i].iova = SZ_1G + i * SZ_2M;
		threads[i].task = kthread_create(bench_thread, &threads[i], "smmu_bench/%u", i);
		if (IS_ERR(threads[i].task))
			break;
		kthread_bind(threads[i].task, cpu);
		i++;
	}
	return i;
}

/* @nr threads on as many CPUs do what they can in @ms milliseconds, between two marks. */
int bench_threads(struct bench *b, unsigned int nr, bool turns, unsigned int ms)
{
	struct bench_crew crew = { .domain = b->real, .turns = turns };
	struct bench_thread threads[BENCH_THREADS];
	unsigned int i, hired;
	unsigned int mark;

	if (!nr || nr > BENCH_THREADS)
		return -EINVAL;
	mutex_init(&crew.turn);
	init_completion(&crew.go);
	init_completion(&crew.done);
	hired = bench_hire(&crew, threads, nr);
	if (hired < nr) {
		for (i = 0; i < hired; i++)
			kthread_stop(threads[i].task);
		return -ENODEV;
	}
	atomic_set(&crew.left, nr);
	for (i = 0; i < nr; i++)
		wake_up_process(threads[i].task);
	crew.end = jiffies + msecs_to_jiffies(ms);
	mark = bench_mark(b);
	complete_all(&crew.go);
	wait_for_completion(&crew.done);
	bench_mark(b);
	for (i = 0; i < nr; i++)
		kthread_stop(threads[i].task);
	scnprintf(b->answer, sizeof(b->answer), "%d %u\n",
		  atomic_read(&crew.unmaps), mark);
	return crew.ret;
}
