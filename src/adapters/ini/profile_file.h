/* SPDX-License-Identifier: ISC */
/*
 * profile_file.h - a maintenance profile from its file
 *
 * Layer: adapter.
 * Flow: ini_file reads the text, profile_sections puts base profiles in,
 * profile_file makes an lg_profile of it.
 * Source: contract 2, 7 "Profiles", "Command line".
 */
#ifndef LOGONGATE_ADAPTERS_INI_PROFILE_FILE_H
#define LOGONGATE_ADAPTERS_INI_PROFILE_FILE_H

#include <logongate/profile.h>

/* Which profile; all borrowed. */
struct lg_profile_source {
	const char *name;             /* a name, or a path: has a / or ends
					 * in .ini */
	const char *dir;              /* where names are looked for */
	const struct lg_strlist *set; /* NAME=VALUE of --set; may be NULL */
};

/*
 * Reads the whole profile with its base profiles and its allow_file.
 * Returns: LG_OK; LG_ERR_IO where a file cannot be found or read;
 * LG_ERR_CONFLICT with sentences in out_usage where --set does not fit the
 * variables (exit 2; out_usage is empty in every other case); else what is
 * wrong in the file, with FILE:LINE. All or nothing.
 * Owns: free *out_profile with lg_profile_free.
 */
enum lg_status lg_profile_load(const struct lg_profile_source *source,
			       struct lg_profile **out_profile,
			       struct lg_strlist *out_usage,
			       struct lg_error *err);

/* The same for a text at hand, as if it stood in the file source names. */
enum lg_status lg_profile_parse(const struct lg_profile_source *source,
				const char *text, size_t len,
				struct lg_profile **out_profile,
				struct lg_strlist *out_usage,
				struct lg_error *err);

/* A profile as a list shows it; release with lg_profile_summary_release. */
struct lg_profile_summary {
	char *name;
	char *path;
	char *description;  /* NULL: none */
	char *max_duration; /* as written; NULL: none */
	struct lg_strlist variables;
};

/* Reads a profile so far, without values for its variables. */
enum lg_status lg_profile_summarise(const struct lg_profile_source *source,
				    struct lg_profile_summary *out_summary,
				    struct lg_error *err);
void lg_profile_summary_release(struct lg_profile_summary *summary);

/* One line of a profile with all it is based on; key NULL: a section. */
struct lg_profile_line {
	const char *file;
	const char *section;
	const char *key;
	const char *value;
};

/* release with lg_profile_lines_release. */
struct lg_profile_lines {
	struct lg_profile_line *line;
	size_t count;
	struct lg_strlist arena;
};

/* What is in force of a profile, as written; variables are put in where --set
 * has values, and stand as they are where not. */
enum lg_status lg_profile_lines(const struct lg_profile_source *source,
				struct lg_profile_lines *out_lines,
				struct lg_error *err);
void lg_profile_lines_release(struct lg_profile_lines *lines);

/* The names of the profiles in dir, in order of the alphabet. */
enum lg_status lg_profile_names(const char *dir, struct lg_strlist *out_names,
				struct lg_error *err);

#endif
