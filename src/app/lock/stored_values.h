/* SPDX-License-Identifier: ISC */
/*
 * stored_values.h - how registry.reg keeps values
 *
 * Layer: app: core and port/files.
 * Shape: Registry Editor text in UTF-8. A "Logon Only As" list that is long
 * stands in lists/SHA256.txt, one DN a line, named by "Logon Only As File";
 * read back it is "Logon Only As" again. The last line is the comment
 * "; logongate: end of N values", so that a file cut off between two lines is
 * seen to be cut off.
 * Source: contract 1, 7 "render, registry, targets".
 */
#ifndef LOGONGATE_APP_LOCK_STORED_VALUES_H
#define LOGONGATE_APP_LOCK_STORED_VALUES_H

#include "port/files.h"
#include <logongate/registry.h>

/* Whether a text must end in the comment that says how many values it has. */
enum lg_stored_end {
	LG_STORED_END_OPTIONAL = 0, /* a file that a person put there */
	LG_STORED_END_REQUIRED
};

/* Writes the list files that values need and appends the text. */
enum lg_status lg_stored_values_render(const struct lg_files *files,
				       const struct lg_registry *values,
				       struct lg_buffer *out_text,
				       struct lg_error *err);

/*
 * Reads a text and the list file that it names.
 * Returns: LG_OK; LG_ERR_SYNTAX, cut off or no Registry Editor text;
 * LG_ERR_IO, its list file is missing or not the one that was written.
 */
enum lg_status lg_stored_values_parse(const struct lg_files *files,
				      const char *text, size_t len,
				      const char *place, enum lg_stored_end end,
				      struct lg_registry **out_values,
				      struct lg_error *err);

/* The same of a file; its digest is out_digest, which may be NULL. */
enum lg_status lg_stored_values_read(const struct lg_files *files,
				     const char *name, enum lg_stored_end end,
				     struct lg_registry **out_values,
				     char *out_digest, struct lg_error *err);

/* 1 when it holds this very value. */
static inline int lg_registry_has(const struct lg_registry *values,
				  const struct lg_value *value)
{
	const struct lg_value *found =
		lg_registry_find(values, value->key, value->name);

	return found && lg_value_equal(found, value);
}

/* 1 when both hold the same values, whatever their order. */
int lg_stored_values_equal(const struct lg_registry *a,
			   const struct lg_registry *b);

#endif
