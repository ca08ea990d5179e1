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

static const char *phrase(unsigned int status)
{
	switch (status) {
	case 200:
		return "200 OK";
	case 204:
		return "204 No Content";
	case 400:
		return "400 Bad Request";
	case 401:
		return "401 Unauthorized";
	case 403:
		return "403 Forbidden";
	case 404:
		return "404 Not Found";
	case 405:
		return "405 Method Not Allowed";
	case 413:
		return "413 Content Too Large";
	case 431:
		return "431 Request Header Fields Too Large";
	case 503:
		return "503 Service Unavailable";
	case 505:
		return "505 HTTP Version Not Supported";
	}
	return "500 Internal Server Error";
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
