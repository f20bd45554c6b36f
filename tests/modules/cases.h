/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cases of a test module: arrays of a struct of the module's own, which begins with
 * the name of the case. An array ends with a case without a name, and the lists with
 * one without an array.
 */
#ifndef SMMU_TEST_CASES_H
#define SMMU_TEST_CASES_H

#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>

struct case_list {
	const void *first;
	size_t bytes;
};

#define CASE_LIST(array)	{ .first = (array), .bytes = sizeof((array)[0]) }

static inline const char *case_name(const void *one)
{
	return *(const char *const *)one;
}

/* The case with this number, from 0; NULL behind the last */
static inline const void *case_at(const struct case_list *list, unsigned int number)
{
	const void *one;

	for (; list->first; list++)
		for (one = list->first; case_name(one); one += list->bytes)
			if (!number--)
				return one;
	return NULL;
}

static inline const void *case_find(const struct case_list *lists, const char *name)
{
	const void *one;
	unsigned int i;

	for (i = 0; (one = case_at(lists, i)); i++)
		if (!strcmp(case_name(one), name))
			return one;
	return NULL;
}

/* A file with the names, one a line; its private data are the lists. */
static inline int cases_show(struct seq_file *seq, void *unused)
{
	const void *one;
	unsigned int i;

	for (i = 0; (one = case_at(seq->private, i)); i++)
		seq_printf(seq, "%s\n", case_name(one));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cases);

#endif /* SMMU_TEST_CASES_H */
