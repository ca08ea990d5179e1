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

#endif
