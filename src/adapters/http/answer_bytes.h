/* SPDX-License-Identifier: ISC */
/*
 * http/answer_bytes.h - an answer as it goes over the wire
 *
 * Layer: adapter; core only, no sockets.
 * Source: RFC 9110, 9112.
 */
#ifndef LG_ADAPTERS_HTTP_ANSWER_BYTES_H
#define LG_ADAPTERS_HTTP_ANSWER_BYTES_H

#include "adapters/http/gate_answer.h"

#define LG_HTTP_DATE_SIZE 30

/* How an answer ends and what its connection does then. */
struct lg_http_framing {
	const char *date; /* lg_http_date; NULL: no Date */
	int without_body; /* the request was HEAD */
	int closes;       /* no request is taken after it */
	int is_http10;    /* a connection that stays is told */
};

/* Appends status line, headers and body. */
void lg_http_answer_bytes(const struct lg_http_answer *answer,
			  const struct lg_http_framing *framing,
			  struct lg_buffer *out);

/* time_s, since 1970 in UTC, as an IMF-fixdate. */
void lg_http_date(int64_t time_s, char out_date[LG_HTTP_DATE_SIZE]);

#endif
