/* SPDX-License-Identifier: ISC */
/*
 * The profiles of a folder and what each is for, read without values for the
 * variables.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/ini/profile_file.h"
#include "adapters/ini/profile_sections.h"

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
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
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
	if (status)
		return status;
	summary.path = strdup(sections.file[0].path);
	summary.name = strdup(source->name);
	if (!summary.path || !summary.name)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				      "out of memory");
	if (!status)
		status = copy_value(&sections, "description",
				    &summary.description, err);
	if (!status)
		status = copy_value(&sections, "max_duration",
				    &summary.max_duration, err);
	if (!status)
		status = lg_strlist_add_all(&summary.variables,
					    &sections.variables, err);
	if (!status) {
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

static int by_name(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

enum lg_status lg_profile_names(const char *dir, struct lg_strlist *out_names,
				struct lg_error *err)
{
	struct lg_strlist names = {0};
	enum lg_status status = LG_OK;
	struct dirent *entry;
	DIR *folder = opendir(dir);

	if (!folder)
		return lg_error_set(err, LG_ERR_IO, dir, "cannot be read: %s",
				    strerror(errno));
	while (!status && (entry = readdir(folder))) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || len <= 4 ||
		    strcmp(entry->d_name + len - 4, ".ini"))
			continue;
		status = lg_strlist_add(&names, entry->d_name, len - 4, err);
	}
	closedir(folder);
	if (!status && names.count)
		qsort(names.item, names.count, sizeof(*names.item), by_name);
	if (!status)
		status = lg_strlist_add_all(out_names, &names, err);
	lg_strlist_release(&names);
	return status;
}
