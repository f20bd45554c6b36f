// SPDX-License-Identifier: GPL-2.0-only
/*
 * A random sequence beside a model: one array that says which page each address
 * leads to. Every step compares lookups, some let the device find out.
 */

#include "api.h"

#define API_SLOTS	1200	/* more than two tables of 512, which those of 4 KiB have */
#define API_POOL	16
#define API_STEPS	3000
#define API_DMA_EVERY	75

struct api_model {
	struct iommu_domain *domain;
	size_t page;
	/* One physically contiguous pool; a run of slots maps a run of it. */
	void *pool;
	s8 slot[API_SLOTS];	/* page of the pool, or -1 */
};

static u32 api_below(struct api_run *run, u32 limit)
{
	return prandom_u32_state(&run->rnd) % limit;
}

static phys_addr_t api_model_phys(const struct api_model *model, unsigned int slot)
{
	if (model->slot[slot] < 0)
		return 0;
	return virt_to_phys(model->pool) + model->slot[slot] * model->page;
}

static unsigned long api_model_iova(const struct api_model *model, unsigned int slot)
{
	return API_IOVA + slot * model->page;
}

/* Slots from @first on, at most @limit, that are all free or all mapped. */
static unsigned int api_model_run(const struct api_model *model, unsigned int first,
				  unsigned int limit)
{
	bool mapped = model->slot[first] >= 0;
	unsigned int n = 1;

	while (n < limit && first + n < API_SLOTS && (model->slot[first + n] >= 0) == mapped)
		n++;
	return n;
}

static bool api_model_map(struct api_run *run, struct api_model *model, unsigned int first)
{
	unsigned int n = api_model_run(model, first, 1 + api_below(run, API_POOL)), from, i;

	from = api_below(run, API_POOL - n + 1);
	if (api_map(run, model->domain, api_model_iova(model, first),
		    virt_to_phys(model->pool) + from * model->page, n * model->page))
		return true;
	for (i = 0; i < n; i++)
		model->slot[first + i] = from + i;
	return false;
}

static bool api_model_unmap(struct api_run *run, struct api_model *model, unsigned int first)
{
	unsigned int limit = api_below(run, 4) ? 8 : 600, n;

	n = api_model_run(model, first, 1 + api_below(run, limit));
	if (api_unmap(run, model->domain, api_model_iova(model, first), n * model->page))
		return true;
	memset(&model->slot[first], -1, n);
	return false;
}

/* The device writes: the page that the model names changes, or none does. */
static bool api_model_dma(struct api_run *run, struct api_model *model, unsigned int slot)
{
	unsigned int other = api_below(run, API_POOL);

	if (model->slot[slot] >= 0)
		return api_reaches(run, 0, api_model_iova(model, slot),
				   model->pool + model->slot[slot] * model->page);
	return api_refused(run, 0, api_model_iova(model, slot), model->pool + other * model->page);
}

static bool api_model_step(struct api_run *run, struct api_model *model, unsigned int step)
{
	unsigned int slot = api_below(run, API_SLOTS), probe;

	if (model->slot[slot] < 0 ? api_model_map(run, model, slot) :
				    api_model_unmap(run, model, slot))
		return true;
	probe = step % 2 ? slot : api_below(run, API_SLOTS);
	if (api_phys_is(run, model->domain, api_model_iova(model, probe),
			api_model_phys(model, probe)))
		return true;
	return !(step % API_DMA_EVERY) && api_model_dma(run, model, probe);
}

static void api_random(struct api_run *run)
{
	static struct api_model model;
	unsigned int step;

	model.domain = api_domain(run);
	if (!model.domain)
		return;
	model.page = api_page_bytes(model.domain);
	model.pool = api_buf(run, get_order(API_POOL * model.page));
	if (!model.pool || api_attach(run, 0, model.domain))
		return;
	memset(model.slot, -1, sizeof(model.slot));
	for (step = 0; step < API_STEPS; step++)
		if (api_model_step(run, &model, step))
			return;
	for (step = 0; step < API_SLOTS; step++)
		if (api_phys_is(run, model.domain, api_model_iova(&model, step),
				api_model_phys(&model, step)))
			return;
}

const struct api_case api_random_cases[] = {
	{ "random", api_random },
	{ }
};
