/* SPDX-License-Identifier: ISC */
/*
 * ldif_index.h - which entries have a text
 *
 * Layer: adapter ldif, private to ldif_entries.c and ldif_index.c.
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_INDEX_H
#define LOGONGATE_ADAPTERS_LDIF_INDEX_H

#include "ldif_entries.h"

/*
 * One text of one entry. text points into the entries: the index compares it
 * anew instead of keeping a folded copy.
 */
struct lg_ldif_key_text {
	const char *text;
	uint32_t len;
	uint32_t entry;
	enum lg_ldif_key key;
};

enum lg_status lg_ldif_index_add(struct lg_ldif_entries *entries,
				 enum lg_ldif_key key, const char *text,
				 size_t len, size_t entry,
				 struct lg_error *err);

#endif
