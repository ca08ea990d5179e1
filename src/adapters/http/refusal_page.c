/* SPDX-License-Identifier: ISC */
/*
 * refusal_page.c - the page of a refusal, the site's or our own
 *
 * A site's page is checked when the settings are read: what is wrong with it
 * is told to the one who wrote it, never to the one who is refused.
 */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#include "adapters/http/page.h"
#include "adapters/http/pages.h"
#include "adapters/http/refusal_page.h"
#include "adapters/http/template.h"

static enum lg_status check_text(const struct lg_refusal_page *page,
				 struct lg_error *err)
{
	size_t valid;

	if (page->len > LG_REFUSAL_PAGE_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, page->path,
				    "%zu bytes; a page has %u at most",
				    page->len, LG_REFUSAL_PAGE_MAX);
	valid = lg_utf8_valid(page->html, page->len);
	if (valid < page->len)
		return lg_error_set_at(err, LG_ERR_SYNTAX, page->path,
				       lg_line_at(page->html, valid),
				       "it is not UTF-8; save the page as "
				       "UTF-8");
	return LG_OK;
}

/* 1 where the last tag of that name before at is not ended. */
static int is_within(const struct lg_refusal_page *page, size_t at,
		     const char *name)
{
	size_t len = strlen(name);
	int is = 0;

	for (size_t i = 0; i < at; i++) {
		const char *tag = page->html + i;
		size_t left = at - i;

		if (*tag != '<')
			continue;
		if (left > len && !strncasecmp(tag + 1, name, len))
			is = 1;
		else if (left > len + 1 && tag[1] == '/' &&
			 !strncasecmp(tag + 2, name, len))
			is = 0;
	}
	return is;
}

static enum lg_status check_places(const struct lg_refusal_page *page,
				   struct lg_error *err)
{
	static const char text[] = "%{text}";
	int has_text = 0;

	for (size_t i = 0; i + 1 < page->len; i++) {
		if (page->html[i] != '%' || page->html[i + 1] != '{')
			continue;
		if (is_within(page, i, "script") || is_within(page, i, "style"))
			return lg_error_set_at(
				err, LG_ERR_UNKNOWN_KEY, page->path,
				lg_line_at(page->html, i),
				"%%{...} in a script or style cannot be "
				"escaped; write it where people read");
		has_text |= page->len - i >= sizeof(text) - 1 &&
			    !memcmp(page->html + i, text, sizeof(text) - 1);
	}
	if (!has_text)
		return lg_error_set(err, LG_ERR_SYNTAX, page->path,
				    "it has no %%{text}, so nobody would read "
				    "until when; write <p>%%{text}</p>");
	return LG_OK;
}

enum lg_status lg_refusal_page_check(const struct lg_refusal_page *page,
				     struct lg_error *err)
{
	static const struct lg_refusal_words nothing;
	struct lg_buffer html = {0};
	enum lg_status status = check_text(page, err);

	if (status == LG_OK)
		status = lg_refusal_page_render(page, &nothing, &html, err);
	if (status == LG_OK)
		status = check_places(page, err);
	lg_buffer_release(&html);
	return status;
}

enum lg_status lg_refusal_page_render(const struct lg_refusal_page *page,
				      const struct lg_refusal_words *words,
				      struct lg_buffer *out_html,
				      struct lg_error *err)
{
	const struct lg_page_frame *frame = lg_page_frame(words->language);
	const struct lg_http_slot slot[] = {
		{"text", words->text, 0},
		{"language", words->language, 0},
		{"until", words->until, 0},
		{"profile", words->profile, 0},
		{"reason", words->reason, 0},
		{"host", page ? page->host : NULL, 0},
		/* Of our own page alone; they are the last. */
		{"head", (const char *)lg_page_head, 1},
		{"frame_language", frame->language, 0},
		{"title", frame->title, 0},
		{"calm", frame->calm, 0},
	};
	const size_t own = 4;
	const size_t count = sizeof(slot) / sizeof(slot[0]);

	if (page && page->html)
		return lg_http_template(page->html, page->len, page->path, slot,
					count - own, out_html, err);
	return lg_http_template((const char *)lg_page_refusal,
				lg_page_refusal_len, "refusal.html", slot,
				count, out_html, err);
}
