/* SPDX-License-Identifier: ISC */
/*
 * known.h - the sections and keys that a kind of file has
 *
 * Layer: adapter (pure).
 * Source: contract 2 ("errors with the nearest known name").
 */
#ifndef LOGONGATE_ADAPTERS_INI_KNOWN_H
#define LOGONGATE_ADAPTERS_INI_KNOWN_H

#include "adapters/ini/guard.h"

/* One key; a section or key that ends in "." takes any name behind it. */
struct lg_ini_known {
	const char *section;
	const char *key;
};

/*
 * Which entry of known an item is; for a header any entry of its section.
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY with the nearest name there is.
 */
enum lg_status lg_ini_known_find(const struct lg_ini_known *known, size_t count,
				 const struct lg_ini_item *item,
				 size_t *out_index, struct lg_error *err);

/* The one of names that takes the fewest changes to become text; count is at
 * least 1. */
const char *lg_ini_nearest(const char *text, const char *const *names,
			   size_t count);

#endif
