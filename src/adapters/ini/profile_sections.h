/* SPDX-License-Identifier: ISC */
/*
 * profile_sections.h - the sections of a profile and of those it is based on
 *
 * Layer: adapter. Used by profile_file alone.
 * Source: contract 2 ("takes every section it does not have itself").
 */
#ifndef LOGONGATE_ADAPTERS_INI_PROFILE_SECTIONS_H
#define LOGONGATE_ADAPTERS_INI_PROFILE_SECTIONS_H

#include "adapters/ini/guard.h"
#include "adapters/ini/profile_file.h"

/* A chain of base profiles longer than this is a mistake. */
#define LG_PROFILE_FILES_MAX 16

struct lg_profile_one_file {
	char *path;
	struct lg_ini_items items;
};

/*
 * file[0] is the profile, file[n + 1] the base of file[n]. item[] are those in
 * force: of each section the ones of the first file that has it.
 */
struct lg_profile_sections {
	struct lg_profile_one_file file[LG_PROFILE_FILES_MAX];
	size_t file_count;
	const struct lg_ini_item **item;
	size_t count;
	struct lg_strlist variables; /* declared in any of the files */
};

/* All keys that a profile knows are checked, in the base files too. */
enum lg_status lg_profile_sections_read(const struct lg_profile_source *source,
					struct lg_profile_sections *out,
					struct lg_error *err);

/* The same for one file's text at hand; a base is looked for in source->dir. */
enum lg_status lg_profile_sections_parse(const struct lg_profile_source *source,
					 const char *text, size_t len,
					 struct lg_profile_sections *out,
					 struct lg_error *err);
void lg_profile_sections_release(struct lg_profile_sections *sections);

/* The name without folder and .ini (contract 7 "JSON"); the caller frees it. */
enum lg_status lg_profile_name_of(const char *path, char **out_name,
				  struct lg_error *err);

/* NULL where it is not there; key NULL: the header. */
const struct lg_ini_item *
lg_profile_sections_find(const struct lg_profile_sections *sections,
			 const char *section, const char *key);

#endif
