/* SPDX-License-Identifier: ISC */
/*
 * answer_bytes.c - status line, headers, length, body
 *
 * Written without format strings: admitting is most of what the gate does,
 * and it is one copy of few bytes.
 */
#include "adapters/http/answer_bytes.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

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
	time_t at = (time_t)time_s;
	struct tm tm = {0};

	gmtime_r(&at, &tm);
	snprintf(out_date, LG_HTTP_DATE_SIZE,
		 "%s, %02d %s %04d %02d:%02d:%02d GMT",
		 days[(unsigned int)tm.tm_wday % 7], tm.tm_mday,
		 months[(unsigned int)tm.tm_mon % 12], tm.tm_year + 1900,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
}
