/* SPDX-License-Identifier: ISC */
/*
 * Makes an lg_profile of the sections in force: the function of each key
 * (profile_values) gets the value with its variables put in. allow.N and
 * allow_user.N are taken in the order of their numbers, whatever the order of
 * the lines.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/ini/profile_file.h"
#include "adapters/ini/profile_sections.h"
#include "adapters/ini/profile_values.h"

static enum lg_status take_item(struct lg_profile_reader *reader,
				const struct lg_profile_key *key,
				const struct lg_ini_item *item)
{
	struct lg_buffer value = {0};
	enum lg_status status =
		lg_variables_expand(&reader->variables, item,
				    !strcmp(key->known.section, "message")
					    ? LG_PLACEHOLDERS_MESSAGE
					    : LG_PLACEHOLDERS_VARIABLES,
				    &value, reader->err);

	reader->item = item;
	reader->value = value.data;
	if (status == LG_OK)
		status = key->take(reader,
				   (char *)reader->profile + key->offset);
	lg_buffer_release(&value);
	return status;
}

/* An item of a numbered key. */
struct numbered {
	uint32_t number;
	const struct lg_ini_item *item;
};

static int by_number(const void *a, const void *b)
{
	const struct numbered *left = a;
	const struct numbered *right = b;

	return (left->number > right->number) - (left->number < right->number);
}

static enum lg_status read_number(struct lg_profile_reader *reader,
				  const struct lg_ini_item *item, size_t prefix,
				  uint32_t *out_number)
{
	const char *digits = item->key + prefix;
	size_t len = strspn(digits, "0123456789");
	uint32_t number = 0;

	if (!len || digits[len] || digits[0] == '0' || len > 9)
		return lg_error_set_at(reader->err, LG_ERR_UNKNOWN_KEY,
				       item->file, item->line,
				       "unknown key \"%s\"; write %.*s1, %.*s2 "
				       "and so on",
				       item->key, (int)prefix, item->key,
				       (int)prefix, item->key);
	for (size_t i = 0; i < len; i++)
		number = number * 10 + (uint32_t)(digits[i] - '0');
	*out_number = number;
	return LG_OK;
}

/* 1 when the item has a key of those that begin as this one does. */
static int is_of(const struct lg_ini_item *item,
		 const struct lg_profile_key *key)
{
	return item->key && !strcmp(item->section, key->known.section) &&
	       !strncmp(item->key, key->known.key, strlen(key->known.key));
}

static enum lg_status take_numbered(struct lg_profile_reader *reader,
				    const struct lg_profile_sections *sections,
				    const struct lg_profile_key *key)
{
	struct numbered *found;
	enum lg_status status = LG_OK;
	size_t count = 0;

	found = calloc(sections->count ? sections->count : 1, sizeof(*found));
	if (!found)
		return lg_no_memory(reader->err);
	for (size_t i = 0; i < sections->count && status == LG_OK; i++) {
		const struct lg_ini_item *item = sections->item[i];

		if (!is_of(item, key))
			continue;
		found[count].item = item;
		status = read_number(reader, item, strlen(key->known.key),
				     &found[count].number);
		count++;
	}
	if (status == LG_OK && count)
		qsort(found, count, sizeof(*found), by_number);
	for (size_t i = 0; i < count && status == LG_OK; i++)
		status = take_item(reader, key, found[i].item);
	free(found);
	return status;
}

static enum lg_status take_named(struct lg_profile_reader *reader,
				 const struct lg_profile_sections *sections,
				 const struct lg_profile_key *key)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < sections->count && status == LG_OK; i++)
		if (is_of(sections->item[i], key))
			status = take_item(reader, key, sections->item[i]);
	return status;
}

static enum lg_status take_key(struct lg_profile_reader *reader,
			       const struct lg_profile_sections *sections,
			       const struct lg_profile_key *key)
{
	const struct lg_ini_known *known = &key->known;
	const struct lg_ini_item *item;

	if (!key->take)
		return LG_OK;
	if (known->key[strlen(known->key) - 1] == '.')
		return !strcmp(known->section, "message")
			       ? take_named(reader, sections, key)
			       : take_numbered(reader, sections, key);
	item = lg_profile_sections_find(sections, known->section, known->key);
	return item ? take_item(reader, key, item) : LG_OK;
}

/* Whether [applies_to] is there, and says whom. */
static enum lg_status check_applies(struct lg_profile_reader *reader,
				    const struct lg_profile_sections *sections)
{
	const struct lg_ini_item *section =
		lg_profile_sections_find(sections, "applies_to", NULL);
	size_t keys = 0;

	if (!section)
		return LG_OK;
	for (size_t i = 0; i < sections->count; i++)
		keys += sections->item[i]->key &&
			!strcmp(sections->item[i]->section, "applies_to");
	if (!keys)
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, section->file,
			section->line,
			"[applies_to] says nothing; name those whom the lock "
			"concerns with domains, user.1, dn.1, file or filter, "
			"or leave the section out: then it concerns everybody");
	reader->profile->applies_to_some = 1;
	return LG_OK;
}

static enum lg_status take_all(struct lg_profile_reader *reader,
			       const struct lg_profile_sections *sections)
{
	const struct lg_ini_item *names =
		lg_profile_sections_find(sections, "logon_only_as", NULL);
	enum lg_status status = LG_OK;

	reader->profile->names_present = names != NULL;
	if (names && !lg_profile_sections_find(sections, "logon_only_as",
					       "when_invalid"))
		return lg_error_set_at(
			reader->err, LG_ERR_SYNTAX, names->file, names->line,
			"[logon_only_as] does not state when_invalid; write "
			"when_invalid = open (nobody found: everybody gets in) "
			"or closed (nobody found: nobody gets in)");
	status = check_applies(reader, sections);
	for (size_t i = 0; i < lg_profile_key_count && status == LG_OK; i++)
		status = take_key(reader, sections, &lg_profile_keys[i]);
	return status;
}

static enum lg_status read_profile(const struct lg_profile_source *source,
				   const struct lg_profile_sections *sections,
				   struct lg_profile **out_profile,
				   struct lg_strlist *out_usage,
				   struct lg_error *err)
{
	struct lg_strlist usage = {0};
	struct lg_profile *profile = calloc(1, sizeof(*profile));
	struct lg_profile_reader reader = {
		.variables = {source->set, &sections->variables},
		.profile = profile,
		.err = err};
	enum lg_status status = LG_OK;

	if (!profile)
		return lg_no_memory(err);
	profile->max_duration_s = -1;
	profile->path = strdup(sections->file[0].path);
	if (!profile->path)
		status = lg_no_memory(err);
	if (status == LG_OK)
		status = lg_profile_name_of(profile->path, &profile->name, err);
	if (status == LG_OK)
		status = lg_variables_check(&reader.variables, &usage, err);
	if (status == LG_OK && usage.count) {
		status = lg_strlist_add_all(out_usage, &usage, err);
		if (status == LG_OK)
			status = lg_error_set(err, LG_ERR_CONFLICT,
					      profile->path, "%s",
					      usage.item[0]);
	}
	if (status == LG_OK)
		status = take_all(&reader, sections);
	if (status == LG_OK) {
		*out_profile = profile;
		profile = NULL;
	}
	lg_profile_free(&profile);
	lg_strlist_release(&usage);
	return status;
}

enum lg_status lg_profile_load(const struct lg_profile_source *source,
			       struct lg_profile **out_profile,
			       struct lg_strlist *out_usage,
			       struct lg_error *err)
{
	struct lg_profile_sections sections = {0};
	enum lg_status status =
		lg_profile_sections_read(source, &sections, err);

	if (status == LG_OK)
		status = read_profile(source, &sections, out_profile, out_usage,
				      err);
	lg_profile_sections_release(&sections);
	return status;
}

enum lg_status lg_profile_parse(const struct lg_profile_source *source,
				const char *text, size_t len,
				struct lg_profile **out_profile,
				struct lg_strlist *out_usage,
				struct lg_error *err)
{
	struct lg_profile_sections sections = {0};
	enum lg_status status =
		lg_profile_sections_parse(source, text, len, &sections, err);

	if (status == LG_OK)
		status = read_profile(source, &sections, out_profile, out_usage,
				      err);
	lg_profile_sections_release(&sections);
	return status;
}
