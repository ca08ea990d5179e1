/* SPDX-License-Identifier: ISC */
/*
 * The profiles of a folder and what each is for, read without values for the
 * variables.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

#include "adapters/ini/profile_file.h"
#include "adapters/ini/profile_sections.h"
#include "adapters/ini/variables.h"
#include "adapters/system/durable.h"

static enum lg_status copy_value(const struct lg_profile_sections *sections,
				 const char *key, char **out_text,
				 struct lg_error *err)
{
	const struct lg_ini_item *item =
		lg_profile_sections_find(sections, "profile", key);

	if (!item)
		return LG_OK;
	*out_text = strdup(item->value);
	if (!*out_text)
		return lg_no_memory(err);
	return LG_OK;
}

enum lg_status lg_profile_summarise(const struct lg_profile_source *source,
				    struct lg_profile_summary *out_summary,
				    struct lg_error *err)
{
	struct lg_profile_summary summary = {0};
	struct lg_profile_sections sections = {0};
	enum lg_status status;

	status = lg_profile_sections_read(source, &sections, err);
	if (status != LG_OK)
		return status;
	summary.path = strdup(sections.file[0].path);
	if (!summary.path)
		status = lg_no_memory(err);
	if (status == LG_OK)
		status = lg_profile_name_of(summary.path, &summary.name, err);
	if (status == LG_OK)
		status = copy_value(&sections, "description",
				    &summary.description, err);
	if (status == LG_OK)
		status = copy_value(&sections, "max_duration",
				    &summary.max_duration, err);
	if (status == LG_OK)
		status = lg_strlist_add_all(&summary.variables,
					    &sections.variables, err);
	if (status == LG_OK) {
		*out_summary = summary;
		summary = (struct lg_profile_summary){0};
	}
	lg_profile_summary_release(&summary);
	lg_profile_sections_release(&sections);
	return status;
}

void lg_profile_summary_release(struct lg_profile_summary *summary)
{
	free(summary->name);
	free(summary->path);
	free(summary->description);
	free(summary->max_duration);
	lg_strlist_release(&summary->variables);
	*summary = (struct lg_profile_summary){0};
}

/* Puts in what --set has; everything else stays as it is written. */
static enum lg_status add_value(const struct lg_variables *variables,
				const struct lg_ini_item *item,
				struct lg_profile_lines *lines,
				struct lg_error *err)
{
	const char **out_value = &lines->line[lines->count].value;
	struct lg_buffer value = {0};
	enum lg_status status = lg_variables_expand(
		variables, item, LG_PLACEHOLDERS_MESSAGE, &value, NULL);

	if (status == LG_ERR_NO_MEMORY)
		lg_error_set(err, status, NULL, "out of memory");
	else if (status != LG_OK)
		status = lg_list_keep_text(&lines->arena, item->value,
					   out_value, err);
	else
		status = lg_list_keep(&lines->arena, value.data, value.len,
				      out_value, err);
	lg_buffer_release(&value);
	return status;
}

enum lg_status lg_profile_lines(const struct lg_profile_source *source,
				struct lg_profile_lines *out_lines,
				struct lg_error *err)
{
	struct lg_profile_sections sections = {0};
	struct lg_variables variables = {source->set, &sections.variables};
	struct lg_profile_lines lines = {0};
	enum lg_status status;

	status = lg_profile_sections_read(source, &sections, err);
	if (status != LG_OK)
		return status;
	lines.line = calloc(sections.count ? sections.count : 1,
			    sizeof(*lines.line));
	if (!lines.line)
		status = lg_no_memory(err);
	for (size_t i = 0; i < sections.count && status == LG_OK; i++) {
		const struct lg_ini_item *item = sections.item[i];
		struct lg_profile_line *line = &lines.line[i];

		status = lg_list_keep_text(&lines.arena, item->file,
					   &line->file, err);
		if (status == LG_OK)
			status = lg_list_keep_text(&lines.arena, item->section,
						   &line->section, err);
		if (status == LG_OK && item->key)
			status = lg_list_keep_text(&lines.arena, item->key,
						   &line->key, err);
		if (status == LG_OK && item->key)
			status = add_value(&variables, item, &lines, err);
		lines.count++;
	}
	if (status == LG_OK) {
		*out_lines = lines;
		lines = (struct lg_profile_lines){0};
	}
	lg_profile_lines_release(&lines);
	lg_profile_sections_release(&sections);
	return status;
}

void lg_profile_lines_release(struct lg_profile_lines *lines)
{
	free(lines->line);
	lg_strlist_release(&lines->arena);
	*lines = (struct lg_profile_lines){0};
}

enum lg_status lg_profile_names(const char *dir, struct lg_strlist *out_names,
				struct lg_error *err)
{
	struct lg_strlist names = {0};
	enum lg_status status = LG_OK;
	struct dirent *entry;
	DIR *folder = opendir(dir);

	if (!folder)
		return lg_errno_unread(dir, err);
	while (status == LG_OK && (entry = readdir(folder))) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || len <= 4 ||
		    strcmp(entry->d_name + len - 4, ".ini"))
			continue;
		status = lg_strlist_add(&names, entry->d_name, len - 4, err);
	}
	closedir(folder);
	if (status == LG_OK && names.count)
		qsort(names.item, names.count, sizeof(*names.item),
		      lg_compare_texts);
	if (status == LG_OK)
		status = lg_strlist_add_all(out_names, &names, err);
	lg_strlist_release(&names);
	return status;
}
