/* SPDX-License-Identifier: ISC */
/*
 * http/page.h - the page of the http listener, and texts in pages
 *
 * Layer: adapter, inside gate_answer.h.
 */
#ifndef LG_ADAPTERS_HTTP_PAGE_H
#define LG_ADAPTERS_HTTP_PAGE_H

#include "adapters/http/gate_answer.h"

/* Appends the beginning of a paragraph in that language; NULL or "": nobody
 * knows which. */
void lg_http_paragraph(const char *language, struct lg_buffer *out_html);

void lg_http_status_page(const struct lg_http_status *status,
			 struct lg_buffer *out_html);

/* What stands around the words of a lock, in their language. */
struct lg_page_frame {
	const char *language;
	const char *title;
	const char *calm; /* for who fears for the password */
};

/* language: a tag such as "de-at"; NULL, "" or one that is not known: English.
 */
const struct lg_page_frame *lg_page_frame(const char *language);

#endif
