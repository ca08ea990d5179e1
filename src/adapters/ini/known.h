/* SPDX-License-Identifier: ISC */
/*
 * known.h - the sections and keys that a kind of file has, and reading them
 *
 * Layer: adapter (pure).
 * Source: contract 2 ("errors with the nearest known name").
 */
#ifndef LOGONGATE_ADAPTERS_INI_KNOWN_H
#define LOGONGATE_ADAPTERS_INI_KNOWN_H

#include <logongate/buffer.h>

#include "adapters/ini/guard.h"

/* One key; a section or key that ends in "." takes any name behind it. */
struct lg_ini_known {
	const char *section;
	const char *key;
};

/* Rows of one size that begin with a struct lg_ini_known. */
struct lg_ini_table {
	const void *row;
	size_t size;
	size_t count;
};

/*
 * Which row of the table an item is; for a header any row of its section.
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY with the nearest name there is.
 */
enum lg_status lg_ini_known_find(const struct lg_ini_table *table,
				 const struct lg_ini_item *item,
				 const void **out_row, struct lg_error *err);

/* The one of names that takes the fewest changes to become text; count is at
 * least 1. */
const char *lg_ini_nearest(const char *text, const char *const *names,
			   size_t count);

/* "KEY: ..." with the item's file and line. */
enum lg_status lg_ini_wrong(const struct lg_ini_item *item,
			    enum lg_status status, struct lg_error *err,
			    const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What the parser of a value told, with the item's key and place. */
enum lg_status lg_ini_told(const struct lg_ini_item *item,
			   enum lg_status status, const struct lg_error *told,
			   struct lg_error *err);

/* Splits at commas and cuts blanks; an empty item is LG_ERR_SYNTAX. A blank
 * text has no items. */
enum lg_status lg_ini_split(const struct lg_ini_item *place, const char *text,
			    struct lg_strlist *out_items, struct lg_error *err);

/* Appends path, from the folder of the item's file where it is relative. */
void lg_ini_path(const struct lg_ini_item *item, const char *path,
		 struct lg_buffer *out_path);

/* 1 for one whole mail domain, "example.org"; 0 for an address, a pattern, an
 * empty text (contract 12 "Who is concerned"). */
int lg_mail_domain_valid(const char *text);

#endif
