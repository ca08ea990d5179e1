/* SPDX-License-Identifier: ISC */
/*
 * kept.h - how much is kept of a text that a stranger can send
 *
 * Layer: base.
 * Flow: whatever keeps such a text beyond its request (sessions, tokens,
 * records) keeps its beginning; what is compared is compared whole, before.
 * Source: contract 8 "Sockets": limits count bytes.
 */
#ifndef LOGONGATE_BASE_KEPT_H
#define LOGONGATE_BASE_KEPT_H

#include <stddef.h>

/* Names, DNs and program names are shorter by far. */
#define LG_KEPT_MAX 512u

/* How many of the first len bytes of text are kept: all of them, or at most
 * LG_KEPT_MAX, without half a UTF-8 character at the end. */
size_t lg_kept_len(const char *text, size_t len);

/* The same of a text that ends in NUL; 0 for NULL. */
size_t lg_kept_text_len(const char *text);

/* A text that a value points to: where its const char * stands in the value,
 * and how much of it is kept. */
struct lg_kept_text {
	size_t at;
	size_t len;
};

/*
 * A copy of a value of size bytes and of the texts it points to, all in one
 * allocation, for the caller to free; *out_size is how long that is. A text
 * that is NULL stays NULL. NULL without memory.
 */
void *lg_kept_value(const void *value, size_t size,
		    const struct lg_kept_text *text, size_t count,
		    size_t *out_size);

#endif
