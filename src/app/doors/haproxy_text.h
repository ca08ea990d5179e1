/* SPDX-License-Identifier: ISC */
/*
 * haproxy_text.h - sections of HAProxy's configuration, and what they inherit
 *
 * Layer: app, private to the doors. Source: HAProxy configuration manual 2.
 */
#ifndef LOGONGATE_APP_DOORS_HAPROXY_TEXT_H
#define LOGONGATE_APP_DOORS_HAPROXY_TEXT_H

#include "app/doors/block_text.h"

/* A section: its first line and the lines up to the next section. */
struct lg_haproxy_section {
	const struct lg_block *head;
	const struct lg_block *end;
};

/* The n-th word of a line, "" where there is none. */
const char *lg_haproxy_word(const struct lg_block *line, size_t n);

/* Whether it is that one. */
int lg_haproxy_is(const struct lg_block *line, size_t n, const char *text);

/* 1 when some word of the line mentions text. */
int lg_haproxy_mentions(const struct lg_block *line, const char *text);

/* The next section after this head (NULL: the first). 1 when there is one. */
int lg_haproxy_next(const struct lg_block *root, const struct lg_block *after,
		    struct lg_haproxy_section *out_section);

/* The section of this kind and name. 1 when there is one. */
int lg_haproxy_find(const struct lg_block *root, const char *kind,
		    const char *name, struct lg_haproxy_section *out_section);

/*
 * The defaults of a section: those that its "from" names, else the last that
 * stand before it. 1 when there are any.
 */
int lg_haproxy_defaults(const struct lg_block *root,
			const struct lg_block *head,
			struct lg_haproxy_section *out_section);

/* 1 when the section, or the defaults that it inherits, say "mode http". */
int lg_haproxy_is_http(const struct lg_block *root,
		       const struct lg_haproxy_section *section);

#endif
