/* SPDX-License-Identifier: ISC */
/*
 * http/template.h - a page with places for texts
 *
 * Layer: adapter, core only.
 * Shape: "%{name}" is a place; everything else is the page.
 */
#ifndef LG_ADAPTERS_HTTP_TEMPLATE_H
#define LG_ADAPTERS_HTTP_TEMPLATE_H

#include <logongate/buffer.h>

/* What stands in a place; text NULL: nothing. is_html: made by this program,
 * not escaped. */
struct lg_http_slot {
	const char *name;
	const char *text;
	int is_html;
};

/*
 * Appends the page. Returns: LG_OK; LG_ERR_UNKNOWN_KEY, a place has a name that
 * no slot has: place and line are in err; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_http_template(const char *page, size_t len, const char *place,
				const struct lg_http_slot *slot, size_t count,
				struct lg_buffer *out_html,
				struct lg_error *err);

#endif
