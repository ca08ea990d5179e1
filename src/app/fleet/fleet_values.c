/* SPDX-License-Identifier: ISC */
/*
 * fleet_values.c - taking lists out of values, and putting them back
 *
 * A list's own items begin with a key of the registry, which a filter's do
 * not: a gate that is older than this takes the lock for damaged and is not
 * ready.
 */
#include "app/fleet/fleet_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/values/findings_login.h"

#define MARK "filter"
#define ALLOW "allow"
#define APPLIES "applies"

static size_t size_of(const char *text)
{
	size_t size = sizeof("\"\",") - 1;

	for (; *text; text++)
		size += (unsigned char)*text < 0x20     ? 6
			: *text == '"' || *text == '\\' ? 2
							: 1;
	return size;
}

size_t lg_fleet_filters_size(const char *text, const struct lg_strlist *lists)
{
	size_t size = size_of(text);

	for (size_t i = 0; i < lists->count; i++)
		size += size_of(lists->item[i]);
	return size;
}

static enum lg_status add_one(const char *which, const char *filter,
			      struct lg_strlist *lists, struct lg_error *err)
{
	const char *items[3] = {MARK, which, filter};
	enum lg_status status = LG_OK;

	for (size_t i = 0; filter && i < 3 && status == LG_OK; i++)
		status = lg_strlist_add(lists, items[i], strlen(items[i]), err);
	return status;
}

enum lg_status lg_fleet_filters_add(const struct lg_fleet_filters *filters,
				    struct lg_strlist *lists,
				    struct lg_error *err)
{
	enum lg_status status = add_one(ALLOW, filters->allow, lists, err);

	return status == LG_OK ? add_one(APPLIES, filters->applies, lists, err)
			       : status;
}

/* 1 where lists has a filter at this place, which takes three items. */
static int is_filter(const struct lg_strlist *lists, size_t at)
{
	return at + 3 <= lists->count && !strcmp(lists->item[at], MARK) &&
	       (!strcmp(lists->item[at + 1], ALLOW) ||
		!strcmp(lists->item[at + 1], APPLIES));
}

struct lg_fleet_filters
lg_fleet_filters_of(const struct lg_fleet_event *prepare)
{
	const struct lg_strlist *lists = &prepare->lists;
	struct lg_fleet_filters filters = {0};

	for (size_t at = 0; is_filter(lists, at); at += 3) {
		if (!strcmp(lists->item[at + 1], ALLOW))
			filters.allow = lists->item[at + 2];
		else
			filters.applies = lists->item[at + 2];
	}
	return filters;
}

static enum lg_status collect(const struct lg_findings *findings,
			      struct lg_strlist *dn, struct lg_strlist *user,
			      struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < findings->account_count && status == LG_OK;
	     i++) {
		const struct lg_account *account = &findings->account[i];
		int left_out;

		if (account->asked_as == LG_ASKED_FILTER)
			status = lg_findings_list_account(findings, account, dn,
							  user, &left_out, err);
	}
	return status;
}

/* The list of DNs is there also when it is empty: that is a list that names
 * nobody, and none would be no list. */
static enum lg_status join(struct lg_registry *values, const char *name,
			   const struct lg_strlist *more, int always,
			   struct lg_error *err)
{
	const struct lg_value *there =
		lg_registry_find(values, LG_KEY_PARAMETERS_SYSTEM, name);
	struct lg_strlist all = {0};
	enum lg_status status = LG_OK;

	if (!more->count && (there || !always))
		return LG_OK;
	if (there && there->type == LG_REG_MULTI_SZ)
		status = lg_strlist_add_all(&all, &there->list, err);
	if (status == LG_OK)
		status = lg_strlist_add_all(&all, more, err);
	if (status == LG_OK)
		status = lg_registry_set_list(values, LG_KEY_PARAMETERS_SYSTEM,
					      name, &all, err);
	lg_strlist_release(&all);
	return status;
}

enum lg_status lg_fleet_filters_join(struct lg_registry *values,
				     const struct lg_findings *findings,
				     const char *dn_list, const char *user_list,
				     struct lg_error *err)
{
	struct lg_strlist dn = {0}, user = {0};
	enum lg_status status = collect(findings, &dn, &user, err);

	if (status == LG_OK)
		status = join(values, dn_list, &dn, 1, err);
	if (status == LG_OK)
		status = join(values, user_list, &user, 0, err);
	lg_strlist_release(&dn);
	lg_strlist_release(&user);
	return status;
}

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

	while (is_filter(lists, at))
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
