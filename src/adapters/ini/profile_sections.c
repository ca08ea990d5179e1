/* SPDX-License-Identifier: ISC */
/*
 * Finds the file of a profile, reads it, and follows `base` from file to file.
 * Every file is checked against the table of known keys as a whole, so that a
 * mistake in a section that another file replaces is still told.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <logongate/buffer.h>

#include "adapters/ini/ini_file.h"
#include "adapters/ini/profile_sections.h"
#include "adapters/ini/profile_values.h"

static const char *const separated_keys[] = {"versions", "processes", NULL};
static const char *const ldap_keys[] = {"allow_filter", "filter", NULL};
static const struct lg_ini_rules rules = {separated_keys, ldap_keys};

static int is_path(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') ||
	       (len > 4 && !strcmp(name + len - 4, ".ini"));
}

/* The file of a name; a relative path counts from the folder given. */
static enum lg_status find_path(const char *name, const char *dir,
				const char *folder, size_t folder_len,
				char **out_path, struct lg_error *err)
{
	struct lg_buffer path = {0};

	if (!is_path(name))
		lg_buffer_format(&path, "%s/%s.ini", dir && *dir ? dir : ".",
				 name);
	else if (name[0] == '/' || !folder_len)
		lg_buffer_text(&path, name);
	else
		lg_buffer_format(&path, "%.*s%s", (int)folder_len, folder,
				 name);
	return lg_buffer_take(&path, out_path, err);
}

enum lg_status lg_profile_name_of(const char *path, char **out_name,
				  struct lg_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t len = strlen(name);

	if (len > 4 && !strcmp(name + len - 4, ".ini"))
		len -= 4;
	*out_name = strndup(name, len);
	if (!*out_name)
		return lg_no_memory(err);
	return LG_OK;
}

static enum lg_status check_known(const struct lg_ini_items *items,
				  struct lg_error *err)
{
	const struct lg_ini_table known = {lg_profile_keys,
					   sizeof(*lg_profile_keys),
					   lg_profile_key_count};
	enum lg_status status = LG_OK;
	const void *ignored;

	for (size_t i = 0; i < items->count && status == LG_OK; i++)
		status = lg_ini_known_find(&known, &items->item[i], &ignored,
					   err);
	return status;
}

static const struct lg_ini_item *find_in(const struct lg_ini_items *items,
					 const char *section, const char *key)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct lg_ini_item *item = &items->item[i];

		if (strcmp(item->section, section))
			continue;
		if (!key || (item->key && !strcmp(item->key, key)))
			return item;
	}
	return NULL;
}

static enum lg_status add_variables(struct lg_profile_sections *sections,
				    const struct lg_ini_items *items,
				    struct lg_error *err)
{
	static const char name_chars[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789_-";
	const struct lg_ini_item *item = find_in(items, "profile", "variables");
	enum lg_status status = LG_OK;
	size_t first = sections->variables.count;

	if (item)
		status = lg_ini_split(item, item->value, &sections->variables,
				      err);
	for (size_t i = first; i < sections->variables.count && status == LG_OK;
	     i++) {
		const char *name = sections->variables.item[i];

		if (name[strspn(name, name_chars)])
			status = lg_ini_wrong(item, LG_ERR_SYNTAX, err,
					      "\"%s\" is not a name; names "
					      "have letters, digits, _ and - "
					      "only",
					      name);
		else if (lg_variables_is_of_message(name, strlen(name)))
			status = lg_ini_wrong(item, LG_ERR_CONFLICT, err,
					      "%%{%s} is the lock's own; "
					      "choose another name",
					      name);
	}
	return status;
}

/* Sections that an earlier file has are not taken. */
static enum lg_status merge(struct lg_profile_sections *sections,
			    struct lg_error *err)
{
	size_t total = 0;
	size_t k;

	for (size_t i = 0; i < sections->file_count; i++)
		total += sections->file[i].items.count;
	sections->item = calloc(total ? total : 1, sizeof(*sections->item));
	if (!sections->item)
		return lg_no_memory(err);
	for (size_t i = 0; i < sections->file_count; i++) {
		const struct lg_ini_items *items = &sections->file[i].items;

		for (size_t j = 0; j < items->count; j++) {
			const char *section = items->item[j].section;

			for (k = 0; k < i; k++)
				if (find_in(&sections->file[k].items, section,
					    NULL))
					break;
			if (k == i)
				sections->item[sections->count++] =
					&items->item[j];
		}
	}
	return LG_OK;
}

static enum lg_status check_cycle(const struct lg_profile_sections *sections,
				  const struct lg_ini_item *base,
				  const char *path, struct lg_error *err)
{
	for (size_t i = 0; i < sections->file_count; i++)
		if (!strcmp(sections->file[i].path, path))
			return lg_error_set_at(
				err, LG_ERR_CONFLICT, base->file, base->line,
				"base = \"%s\" leads back to %s; "
				"a profile cannot be based on "
				"itself",
				base->value, path);
	if (sections->file_count >= LG_PROFILE_FILES_MAX)
		return lg_error_set_at(err, LG_ERR_LIMIT, base->file,
				       base->line,
				       "more than %d profiles based on each "
				       "other",
				       LG_PROFILE_FILES_MAX);
	return LG_OK;
}

/* Checks the newest file, and gives the path of its base (NULL: none). */
static enum lg_status take_file(const struct lg_profile_source *source,
				struct lg_profile_sections *sections,
				char **out_base, struct lg_error *err)
{
	struct lg_profile_one_file *file =
		&sections->file[sections->file_count - 1];
	const struct lg_ini_item *base;
	const char *slash = strrchr(file->path, '/');
	char *path = NULL;
	enum lg_status status = check_known(&file->items, err);

	if (status == LG_OK)
		status = add_variables(sections, &file->items, err);
	base = find_in(&file->items, "profile", "base");
	if (status != LG_OK || !base)
		return status;
	if (!*base->value)
		return lg_error_set_at(err, LG_ERR_SYNTAX, base->file,
				       base->line,
				       "base names no profile; write base = "
				       "\"name\" or leave it out");
	status = find_path(base->value, source->dir, file->path,
			   slash ? (size_t)(slash - file->path) + 1 : 0, &path,
			   err);
	if (status == LG_OK)
		status = check_cycle(sections, base, path, err);
	if (status != LG_OK) {
		free(path);
		return status;
	}
	*out_base = path;
	return LG_OK;
}

/* Reads path and all it is based on; takes path over. */
static enum lg_status read_chain(const struct lg_profile_source *source,
				 char *path,
				 struct lg_profile_sections *sections,
				 struct lg_error *err)
{
	enum lg_status status = LG_OK;

	while (path && status == LG_OK) {
		struct lg_profile_one_file *file =
			&sections->file[sections->file_count];

		status = lg_ini_read(path, &rules, &file->items, err);
		if (status != LG_OK) {
			free(path);
			break;
		}
		file->path = path;
		path = NULL;
		sections->file_count++;
		status = take_file(source, sections, &path, err);
	}
	return status;
}

/* A name that is not there, with the nearest that is. */
static enum lg_status no_such_profile(const struct lg_profile_source *source,
				      struct lg_error *err)
{
	const char *dir = source->dir && *source->dir ? source->dir : ".";
	struct lg_strlist names = {0};
	enum lg_status status = lg_profile_names(dir, &names, err);

	if (status == LG_OK && names.count)
		status = lg_error_set(
			err, LG_ERR_IO, dir,
			"there is no profile \"%s\"; the nearest "
			"is %s",
			source->name,
			lg_ini_nearest(source->name, names.item, names.count));
	else if (status == LG_OK)
		status = lg_error_set(err, LG_ERR_IO, dir,
				      "there is no profile \"%s\", nor any "
				      "other; --profiles DIR names the folder",
				      source->name);
	lg_strlist_release(&names);
	return status;
}

/* What was read is the caller's, or nothing is. */
static enum lg_status finish(enum lg_status status,
			     struct lg_profile_sections *sections,
			     struct lg_profile_sections *out,
			     struct lg_error *err)
{
	if (status == LG_OK)
		status = merge(sections, err);
	if (status == LG_OK)
		*out = *sections;
	else
		lg_profile_sections_release(sections);
	return status;
}

enum lg_status lg_profile_sections_read(const struct lg_profile_source *source,
					struct lg_profile_sections *out,
					struct lg_error *err)
{
	struct lg_profile_sections sections = {0};
	char *path = NULL;
	enum lg_status status;

	if (!*source->name)
		return lg_error_set(err, LG_ERR_IO, NULL,
				    "a profile without a name; give a name or "
				    "a path");
	status = find_path(source->name, source->dir, NULL, 0, &path, err);
	if (status != LG_OK)
		return status;
	if (!is_path(source->name) && access(path, F_OK) < 0 &&
	    errno == ENOENT) {
		free(path);
		return no_such_profile(source, err);
	}
	status = read_chain(source, path, &sections, err);
	return finish(status, &sections, out, err);
}

enum lg_status lg_profile_sections_parse(const struct lg_profile_source *source,
					 const char *text, size_t len,
					 struct lg_profile_sections *out,
					 struct lg_error *err)
{
	struct lg_profile_sections sections = {0};
	char *base = NULL;
	enum lg_status status;

	status = find_path(source->name, source->dir, NULL, 0,
			   &sections.file[0].path, err);
	if (status == LG_OK) {
		sections.file_count = 1;
		status = lg_ini_parse(text, len, sections.file[0].path, &rules,
				      &sections.file[0].items, err);
	}
	if (status == LG_OK)
		status = take_file(source, &sections, &base, err);
	if (status == LG_OK)
		status = read_chain(source, base, &sections, err);
	return finish(status, &sections, out, err);
}

void lg_profile_sections_release(struct lg_profile_sections *sections)
{
	for (size_t i = 0; i < sections->file_count; i++) {
		free(sections->file[i].path);
		lg_ini_items_release(&sections->file[i].items);
	}
	free(sections->item);
	lg_strlist_release(&sections->variables);
	*sections = (struct lg_profile_sections){0};
}

const struct lg_ini_item *
lg_profile_sections_find(const struct lg_profile_sections *sections,
			 const char *section, const char *key)
{
	for (size_t i = 0; i < sections->count; i++) {
		const struct lg_ini_item *item = sections->item[i];

		if (strcmp(item->section, section))
			continue;
		if (key ? item->key && !strcmp(item->key, key) : !item->key)
			return item;
	}
	return NULL;
}
