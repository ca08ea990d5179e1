/* SPDX-License-Identifier: ISC */
/*
 * strlist.h - an ordered list of strings, up to millions
 *
 * Layer: core.
 * The texts lie in chunks of one arena, so a million DNs cost their bytes, a
 * NUL and one pointer each.
 */
#ifndef LOGONGATE_STRLIST_H
#define LOGONGATE_STRLIST_H

#include <logongate/error.h>

struct lg_strlist_chunk;

/* Zero-initialise. item[0..count) are NUL-terminated and stay where they
 * are. */
struct lg_strlist {
	const char **item;
	size_t count;
	size_t capacity;
	struct lg_strlist_chunk *chunk;
};

/*
 * Adds a copy of text (len bytes, no NUL inside).
 * Returns: LG_OK; LG_ERR_NO_MEMORY (the list is unchanged).
 */
enum lg_status lg_strlist_add(struct lg_strlist *list, const char *text,
			      size_t len, struct lg_error *err);

/* Adds copies of all of other. On failure the list may hold some of them. */
enum lg_status lg_strlist_add_all(struct lg_strlist *list,
				  const struct lg_strlist *other,
				  struct lg_error *err);

/* Frees the strings; the list is empty and may be used again. */
void lg_strlist_release(struct lg_strlist *list);

#endif
