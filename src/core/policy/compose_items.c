/* SPDX-License-Identifier: ISC */
/*
 * Items of several texts as one text. Versions are sorted by where they begin,
 * the longer one first, so that an item lies inside another exactly when it
 * ends no later than one before it.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/grow.h"
#include "base/listed.h"

#include "core/policy/key_table.h"
#include "compose_rules.h"

struct version_item {
	struct lg_version_range range;
	const char *text;
};

struct version_items {
	struct version_item *item;
	size_t count;
	size_t capacity;
};

/* Open ends come first and last of all. */
static int compare_from(const struct lg_version *a, const struct lg_version *b)
{
	if (!a->known || !b->known)
		return (a->known != 0) - (b->known != 0);
	return lg_version_compare(a, b);
}

static int compare_to(const struct lg_version *a, const struct lg_version *b)
{
	if (!a->known || !b->known)
		return (b->known != 0) - (a->known != 0);
	return lg_version_compare(a, b);
}

static int compare_items(const void *one, const void *other)
{
	const struct version_item *a = one;
	const struct version_item *b = other;
	int order = compare_from(&a->range.from, &b->range.from);

	if (!order)
		order = compare_to(&b->range.to, &a->range.to);
	if (!order && a->range.len != b->range.len)
		order = a->range.len < b->range.len ? -1 : 1;
	return order ? order : memcmp(a->text, b->text, a->range.len);
}

/* The gate alone reads four parts, and three as well. */
static enum lg_version_form form_of(const struct lg_compose_value *value)
{
	return value->input->dialect == LG_DIALECT_GATE
		       ? LG_VERSION_FORM_FOUR_PART
		       : LG_VERSION_FORM_REGISTRY;
}

static enum lg_status add_items(const struct lg_compose_value *value,
				const char *text, struct version_items *items,
				struct lg_error *err)
{
	struct lg_version_setting *setting = NULL;
	const struct lg_version_range *range;
	size_t more = 0;
	enum lg_status status = lg_version_setting_parse(
		text, strlen(text), form_of(value), value->name, &setting, err);

	if (status != LG_OK)
		return status;
	range = lg_version_setting_items(setting, &more);
	status = lg_grow_by(&items->item, &items->capacity, items->count, more,
			    sizeof(*items->item), err);
	for (size_t i = 0; i < more && status == LG_OK; i++)
		items->item[items->count++] =
			(struct version_item){range[i], text + range[i].offset};
	lg_version_setting_free(&setting);
	return status;
}

enum lg_status lg_compose_versions(const struct lg_compose_value *value,
				   struct lg_buffer *out_text,
				   struct lg_error *err)
{
	const struct version_item *longest = NULL;
	struct version_items items = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < value->count && status == LG_OK; i++)
		status = add_items(value, value->source[i]->text, &items, err);
	if (status == LG_OK && items.count)
		qsort(items.item, items.count, sizeof(*items.item),
		      compare_items);
	for (size_t i = 0; i < items.count && status == LG_OK; i++) {
		if (longest && compare_to(&items.item[i].range.to,
					  &longest->range.to) <= 0)
			continue;
		longest = &items.item[i];
		if (out_text->len)
			lg_buffer_text(out_text, ";");
		lg_buffer_append(out_text, items.item[i].text,
				 items.item[i].range.len);
	}
	free(items.item);
	return status != LG_OK ? status : lg_buffer_status(out_text, err);
}

static int compare_names(const void *one, const void *other)
{
	const char *a = *(const char *const *)one;
	const char *b = *(const char *const *)other;
	int order = strcasecmp(a, b);

	return order ? order : strcmp(a, b);
}

static enum lg_status split(const char *text, char separator,
			    struct lg_strlist *out, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	while (status == LG_OK && *text) {
		const char *end = strchr(text, separator);
		size_t whole = end ? (size_t)(end - text) : strlen(text);
		const char *item = text;
		size_t len = whole;

		lg_ascii_trim(&item, &len);
		if (len)
			status = lg_strlist_add(out, item, len, err);
		text += whole + (end != NULL);
	}
	return status;
}

enum lg_status lg_compose_names(const struct lg_compose_value *value,
				char separator, struct lg_buffer *out_text,
				struct lg_error *err)
{
	const char between[] = {separator, ' ', '\0'};
	struct lg_strlist names = {0};
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < value->count && status == LG_OK; i++)
		status = split(value->source[i]->text, separator, &names, err);
	if (status == LG_OK && names.count)
		qsort(names.item, names.count, sizeof(*names.item),
		      compare_names);
	for (size_t i = 0; i < names.count && status == LG_OK; i++) {
		if (i && strcasecmp(names.item[i - 1], names.item[i]) == 0)
			continue;
		if (out_text->len)
			lg_buffer_text(out_text, between);
		lg_buffer_text(out_text, names.item[i]);
	}
	lg_strlist_release(&names);
	return status != LG_OK ? status : lg_buffer_status(out_text, err);
}

static int is_users(const struct lg_compose_value *value)
{
	return strcasecmp(value->name, LG_VALUE_LOGON_ONLY_AS_USERS) == 0;
}

/* Counts in how many sources in a row from the first a name stands. */
static enum lg_status count_names(const struct lg_compose_value *value,
				  struct lg_key_table *table,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < value->count && status == LG_OK; i++) {
		struct lg_name_walk walk = {&value->source[i]->list, NULL, 0};
		const char *name;

		while (status == LG_OK && (name = lg_name_walk_next(&walk))) {
			struct lg_key *key;

			if (!i) {
				status = lg_key_table_add(table, name,
							  strlen(name), 1, err);
				continue;
			}
			key = lg_key_table_find(table, name, strlen(name));
			if (key && key->flags == i)
				key->flags = (uint32_t)i + 1;
		}
	}
	return status;
}

enum lg_status lg_compose_common(const struct lg_compose_value *value,
				 struct lg_strlist *out_list,
				 struct lg_error *err)
{
	struct lg_key_table table = {.kind = is_users(value) ? LG_KEY_NAME
							     : LG_KEY_DN};
	struct lg_strlist all = {0};
	struct lg_key *key;
	enum lg_status status = count_names(value, &table, err);

	/* Of several spellings one, the same in any order of the locks. */
	for (size_t i = 0; i < value->count && status == LG_OK; i++) {
		struct lg_name_walk walk = {&value->source[i]->list, NULL, 0};
		const char *name;

		while (status == LG_OK && (name = lg_name_walk_next(&walk)))
			if (lg_key_table_flags(&table, name, strlen(name)) >=
			    value->count)
				status = lg_list_text(&all, name, err);
	}
	if (status == LG_OK && all.count)
		qsort(all.item, all.count, sizeof(*all.item), compare_names);
	for (size_t i = 0; i < all.count && status == LG_OK; i++) {
		key = lg_key_table_find(&table, all.item[i],
					strlen(all.item[i]));
		if (!key->flags)
			continue;
		key->flags = 0;
		status = lg_list_text(out_list, all.item[i], err);
	}
	lg_strlist_release(&all);
	lg_key_table_release(&table);
	return status;
}
