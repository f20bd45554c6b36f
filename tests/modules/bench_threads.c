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

/* What the threads share */
struct bench_shared {
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
	struct bench_shared *shared;
	struct task_struct *task;
	unsigned long iova;
};

static int bench_pair(struct bench_shared *shared, unsigned long iova)
{
	int ret;

	ret = iommu_map(shared->domain, iova, SZ_1G, SZ_4K, BENCH_RW, GFP_KERNEL);
	if (ret)
		return ret;
	return iommu_unmap(shared->domain, iova, SZ_4K) == SZ_4K ? 0 : -EIO;
}

static int bench_thread(void *data)
{
	struct bench_thread *thread = data;
	struct bench_shared *shared = thread->shared;
	unsigned int unmaps = 0;
	int ret = 0;

	wait_for_completion(&shared->go);
	for (; !ret && time_before(jiffies, shared->end); unmaps++) {
		if (shared->turns)
			mutex_lock(&shared->turn);
		ret = bench_pair(shared, thread->iova);
		if (shared->turns)
			mutex_unlock(&shared->turn);
		cond_resched();
	}
	if (ret)
		shared->ret = ret;
	atomic_add(unmaps, &shared->unmaps);
	if (atomic_dec_and_test(&shared->left))
		complete(&shared->done);
	/* kthread_stop() wants to find it alive. */
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static unsigned int bench_create(struct bench_shared *shared, struct bench_thread *threads,
				 unsigned int nr)
{
	unsigned int i = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		if (i == nr)
			break;
		threads[i].shared = shared;
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
	struct bench_shared shared = { .domain = b->real, .turns = turns };
	struct bench_thread threads[BENCH_THREADS];
	unsigned int i, made;
	unsigned int mark;

	if (!nr || nr > BENCH_THREADS)
		return -EINVAL;
	mutex_init(&shared.turn);
	init_completion(&shared.go);
	init_completion(&shared.done);
	made = bench_create(&shared, threads, nr);
	if (made < nr) {
		for (i = 0; i < made; i++)
			kthread_stop(threads[i].task);
		return -ENODEV;
	}
	atomic_set(&shared.left, nr);
	for (i = 0; i < nr; i++)
		wake_up_process(threads[i].task);
	shared.end = jiffies + msecs_to_jiffies(ms);
	mark = bench_mark(b);
	complete_all(&shared.go);
	wait_for_completion(&shared.done);
	bench_mark(b);
	for (i = 0; i < nr; i++)
		kthread_stop(threads[i].task);
	scnprintf(b->answer, sizeof(b->answer), "%d %u\n",
		  atomic_read(&shared.unmaps), mark);
	return shared.ret;
}
