/* SPDX-License-Identifier: ISC */
/*
 * ldif_filter.h - allow_filter on an export
 *
 * Layer: adapter ldif.
 * Source: RFC 4515; contract 8 "Directory": and, or, not, equality, presence
 * and substrings; another kind is an error.
 */
#ifndef LOGONGATE_ADAPTERS_LDIF_FILTER_H
#define LOGONGATE_ADAPTERS_LDIF_FILTER_H

#include "ldif_entries.h"

struct lg_ldif_filter;

/*
 * Returns: LG_OK; LG_ERR_SYNTAX where text is no filter or of another kind;
 * LG_ERR_LIMIT nested deeper than 64.
 * Owns: free with lg_ldif_filter_free.
 */
enum lg_status lg_ldif_filter_parse(const char *text,
				    struct lg_ldif_filter **out_filter,
				    struct lg_error *err);
void lg_ldif_filter_free(struct lg_ldif_filter **filter);

/* Returns: LG_OK, and *out_matches is 1 or 0; LG_ERR_NO_MEMORY. */
enum lg_status lg_ldif_filter_match(const struct lg_ldif_filter *filter,
				    const struct lg_ldif_entries *entries,
				    size_t entry, int *out_matches,
				    struct lg_error *err);

#endif
