/* SPDX-License-Identifier: ISC */
/*
 * fleet_values.c - taking lists out of values, and putting them back
 */
#include "app/fleet/fleet_values.h"

#include "app/fleet/fleet_filters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_list(const struct lg_value *value)
{
	return value->type == LG_REG_MULTI_SZ && !value->bytes_kept;
}

static enum lg_status add_list(const struct lg_value *value,
			       struct lg_strlist *lists, struct lg_error *err)
{
	enum lg_status status;
	char count[24];

	snprintf(count, sizeof(count), "%zu", value->list.count);
	status = lg_strlist_add(lists, value->key, strlen(value->key), err);
	if (status == LG_OK)
		status = lg_strlist_add(lists, value->name, strlen(value->name),
					err);
	if (status == LG_OK)
		status = lg_strlist_add(lists, count, strlen(count), err);
	if (status == LG_OK)
		status = lg_strlist_add_all(lists, &value->list, err);
	return status;
}

enum lg_status lg_fleet_values_split(const struct lg_registry *values,
				     struct lg_buffer *out_text,
				     struct lg_strlist *out_lists,
				     struct lg_error *err)
{
	struct lg_registry *rest = NULL;
	enum lg_status status = lg_registry_new(&rest, err);

	for (size_t i = 0; i < lg_registry_count(values) && status == LG_OK;
	     i++) {
		const struct lg_value *value = lg_registry_at(values, i);

		status = is_list(value) ? add_list(value, out_lists, err)
					: lg_registry_set(rest, value, err);
	}
	if (status == LG_OK)
		status = lg_reg_text_render(rest, LG_REG_ENCODING_UTF8,
					    out_text, err);
	lg_registry_free(&rest);
	return status;
}

/* How many items follow; 0 where the text is no number or there are fewer. */
static int read_count(const char *text, size_t left, size_t *out_count)
{
	char *end = NULL;
	unsigned long count;

	if (!*text || strlen(text) > 8 ||
	    text[strspn(text, "0123456789")] != '\0')
		return 0;
	count = strtoul(text, &end, 10);
	*out_count = count;
	return count <= left;
}

static enum lg_status put_list(struct lg_registry *values,
			       const struct lg_strlist *lists, size_t at,
			       size_t count, struct lg_error *err)
{
	struct lg_strlist items = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < count && status == LG_OK; i++)
		status = lg_strlist_add(&items, lists->item[at + 3 + i],
					strlen(lists->item[at + 3 + i]), err);
	if (status == LG_OK)
		status = lg_registry_set_list(values, lists->item[at],
					      lists->item[at + 1], &items, err);
	lg_strlist_release(&items);
	return status;
}

enum lg_status lg_fleet_values_join(const struct lg_fleet_event *prepare,
				    struct lg_registry **out_values,
				    struct lg_error *err)
{
	const struct lg_strlist *lists = &prepare->lists;
	struct lg_registry *values = NULL;
	size_t at = 0, count = 0;
	enum lg_status status =
		lg_reg_text_parse(prepare->values, strlen(prepare->values),
				  "the values", NULL, &values, err);

	while (lg_fleet_filters_is_at(lists, at))
		at += 3;
	while (status == LG_OK && at < lists->count) {
		if (lists->count - at < 3 ||
		    !read_count(lists->item[at + 2], lists->count - at - 3,
				&count))
			status = lg_error_set(err, LG_ERR_SYNTAX, "the values",
					      "a list is not whole");
		else
			status = put_list(values, lists, at, count, err);
		at += 3 + count;
	}
	if (status != LG_OK)
		lg_registry_free(&values);
	else
		*out_values = values;
	return status;
}
