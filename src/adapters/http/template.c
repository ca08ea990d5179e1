/* SPDX-License-Identifier: ISC */
/*
 * template.c - texts put into the places of a page
 *
 * A place is looked for by its two characters; what lies between is copied as
 * it is.
 */
#include <string.h>

#include "base/utf8.h"

#include "adapters/http/gate_answer.h"
#include "adapters/http/template.h"

static const char *find_place(const char *at, const char *end)
{
	while (at + 1 < end) {
		at = memchr(at, '%', (size_t)(end - at) - 1);
		if (!at || at[1] == '{')
			return at;
		at++;
	}
	return NULL;
}

static const struct lg_http_slot *find_slot(const struct lg_http_slot *slot,
					    size_t count, const char *name,
					    size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(slot[i].name) == len &&
		    !memcmp(slot[i].name, name, len))
			return &slot[i];
	return NULL;
}

enum lg_status lg_http_template(const char *page, size_t len, const char *place,
				const struct lg_http_slot *slot, size_t count,
				struct lg_buffer *out_html,
				struct lg_error *err)
{
	const char *end = page + len;
	const char *at = page;
	const char *next;

	while ((next = find_place(at, end))) {
		const char *name = next + 2;
		const char *stop = memchr(name, '}', (size_t)(end - name));
		const struct lg_http_slot *found =
			stop ? find_slot(slot, count, name,
					 (size_t)(stop - name))
			     : NULL;

		if (!found)
			return lg_error_set_at(
				err, LG_ERR_UNKNOWN_KEY, place,
				lg_line_at(page, (size_t)(next - page)),
				"\"%.*s\" is not a text that this page can "
				"have",
				(int)((stop ? stop + 1 : name) - next), next);
		lg_buffer_append(out_html, at, (size_t)(next - at));
		if (found->text && found->is_html)
			lg_buffer_text(out_html, found->text);
		else if (found->text)
			lg_http_escape(found->text, out_html);
		at = stop + 1;
	}
	lg_buffer_append(out_html, at, (size_t)(end - at));
	return lg_buffer_status(out_html, err);
}
