/* SPDX-License-Identifier: ISC */
/*
 * answer_bytes.c - status line, headers, length, body
 *
 * Written without format strings: admitting is most of what the gate does,
 * and it is one copy of few bytes.
 */
#include "adapters/http/answer_bytes.h"

#include <stdio.h>

#include "base/instant.h"
#include "base/listed.h"

static const char *phrase(unsigned int status)
{
	static const char *const phrases[] = {
		[200] = "200 OK",
		[204] = "204 No Content",
		[400] = "400 Bad Request",
		[401] = "401 Unauthorized",
		[403] = "403 Forbidden",
		[404] = "404 Not Found",
		[405] = "405 Method Not Allowed",
		[413] = "413 Content Too Large",
		[431] = "431 Request Header Fields Too Large",
		[503] = "503 Service Unavailable",
		[505] = "505 HTTP Version Not Supported",
	};
	const char *known = LG_WORD_OF(phrases, status);

	return known ? known : "500 Internal Server Error";
}

static void header(struct lg_buffer *out, const char *name, const char *value)
{
	lg_buffer_text(out, name);
	lg_buffer_append(out, ": ", 2);
	lg_buffer_text(out, value);
	lg_buffer_append(out, "\r\n", 2);
}

void lg_http_answer_bytes(const struct lg_http_answer *answer,
			  const struct lg_http_framing *framing,
			  struct lg_buffer *out)
{
	char length[24];

	lg_buffer_append(out, "HTTP/1.1 ", 9);
	lg_buffer_text(out, phrase(answer->status));
	lg_buffer_append(out, "\r\n", 2);
	if (framing->date)
		header(out, "Date", framing->date);
	for (size_t i = 0; i < answer->header_count; i++)
		header(out, answer->header[i].name, answer->header[i].value);
	if (framing->closes)
		header(out, "Connection", "close");
	else if (framing->is_http10)
		header(out, "Connection", "keep-alive");
	if (answer->status != 204) {
		snprintf(length, sizeof(length), "%zu", answer->body.len);
		header(out, "Content-Length", length);
	}
	lg_buffer_append(out, "\r\n", 2);
	if (answer->status != 204 && !framing->without_body)
		lg_buffer_append(out, answer->body.data, answer->body.len);
}

void lg_http_date(int64_t time_s, char out_date[LG_HTTP_DATE_SIZE])
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed",
				       "Thu", "Fri", "Sat"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr",
					 "May", "Jun", "Jul", "Aug",
					 "Sep", "Oct", "Nov", "Dec"};
	/* 1970 began on a Thursday. */
	uint64_t day = (uint64_t)time_s / (24 * 60 * 60) + 4;
	char text[LG_INSTANT_SIZE]; /* 1994-11-06T08:49:37Z */
	unsigned int month;

	lg_instant_format(time_s, text);
	month = (unsigned int)((text[5] - '0') * 10 + text[6] - '0') - 1;
	snprintf(out_date, LG_HTTP_DATE_SIZE, "%s, %.2s %s %.4s %.8s GMT",
		 days[day % 7], text + 8, months[month % 12], text, text + 11);
}
