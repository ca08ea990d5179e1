/* SPDX-License-Identifier: ISC */
/*
 * allow_file.h - a list of DNs and logon names, of any length
 *
 * Layer: adapter.
 * Source: contract 2 `allow_file`, 7 "Profiles", 9 `[applies_to] file`.
 */
#ifndef LOGONGATE_ADAPTERS_INI_ALLOW_FILE_H
#define LOGONGATE_ADAPTERS_INI_ALLOW_FILE_H

#include <logongate/strlist.h>

/*
 * Adds the DNs of path to list; a line that does not begin with / is a logon
 * name and is added to users.
 * Shape: UTF-8 (a byte-order mark is let pass), LF or CRLF, one a line; # in
 * column 1 begins a comment; blank lines are skipped.
 * Returns: LG_OK; LG_ERR_IO, path cannot be read; LG_ERR_SYNTAX, LG_ERR_LIMIT
 * with the line. On failure both may hold some.
 */
enum lg_status lg_allow_file_read(const char *path, struct lg_strlist *list,
				  struct lg_strlist *users,
				  struct lg_error *err);

#endif
