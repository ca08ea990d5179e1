/* SPDX-License-Identifier: ISC */
/*
 * listed.h - whether a text is one of a list, and lists in order
 *
 * Layer: base.
 */
#ifndef LOGONGATE_BASE_LISTED_H
#define LOGONGATE_BASE_LISTED_H

#include <string.h>

#include <logongate/strlist.h>

static inline int lg_listed(const struct lg_strlist *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i], text) == 0)
			return 1;
	return 0;
}

/* Adds a text to a list that keeps texts for others; *out_kept is it. */
static inline enum lg_status lg_list_keep(struct lg_strlist *list,
					  const char *text, size_t len,
					  const char **out_kept,
					  struct lg_error *err)
{
	enum lg_status status = lg_strlist_add(list, text, len, err);

	if (status == LG_OK)
		*out_kept = list->item[list->count - 1];
	return status;
}

/* For qsort of texts. */
static inline int lg_compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

#endif
