/* SPDX-License-Identifier: ISC */
/*
 * http/refusal_page.h - what a refused browser shows
 *
 * Layer: adapter, core only.
 * Flow: the daemon reads [listen.http] page, has it checked, and renders each
 * refusal with it.
 * Shape: HTML with %{text}, %{language}, %{until}, %{profile}, %{reason} and
 * %{host}; each is escaped.
 */
#ifndef LG_ADAPTERS_HTTP_REFUSAL_PAGE_H
#define LG_ADAPTERS_HTTP_REFUSAL_PAGE_H

#include <logongate/buffer.h>

/* Every refusal is a copy of it. */
#define LG_REFUSAL_PAGE_MAX (256u << 10)

/* A site's own page; html NULL: the one that comes with logongate. */
struct lg_refusal_page {
	const char *html;
	size_t len;
	const char *path; /* for errors */
	const char *host; /* of the gate; may be NULL */
};

/* What stands in it; texts may be NULL. */
struct lg_refusal_words {
	const char *text;
	const char *language;
	const char *until;
	const char *profile;
	const char *reason;
};

/*
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY, a place has a name that there is not, or
 * stands in a script or style, where escaping is of no use; LG_ERR_SYNTAX, it
 * is no UTF-8 or says %{text} nowhere; LG_ERR_LIMIT. err has file and line.
 */
enum lg_status lg_refusal_page_check(const struct lg_refusal_page *page,
				     struct lg_error *err);

/* Appends the page. Returns: LG_OK; LG_ERR_NO_MEMORY; as check. */
enum lg_status lg_refusal_page_render(const struct lg_refusal_page *page,
				      const struct lg_refusal_words *words,
				      struct lg_buffer *out_html,
				      struct lg_error *err);

#endif
