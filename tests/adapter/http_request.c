/* SPDX-License-Identifier: ISC */
/*
 * Rows for adapters/http/request_reader.h and answer_bytes.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/http/answer_bytes.h"
#include "adapters/http/request_reader.h"

#include "allocation.h"
#include "suite.h"

#define BODY_MAX 64

/* A reader and how it went: a letter a step, H, W or B. */
struct reading {
	struct lg_http_reader *reader;
	const struct lg_http_request *request;
	char steps[32];
	size_t count;
	unsigned int status;
	size_t left; /* after the last whole request or the bad one */
};

static void begin(struct reading *reading)
{
	memset(reading, 0, sizeof(*reading));
	reading->reader = lg_http_reader_new(BODY_MAX);
	assert_non_null(reading->reader);
	reading->request = lg_http_reader_request(reading->reader);
}

/* Gives bytes in parts of at most part bytes, until a request is whole. */
static void give(struct reading *reading, const char *bytes, size_t len,
		 size_t part)
{
	enum lg_http_step step = LG_HTTP_STEP_MORE;

	while (len && step != LG_HTTP_STEP_WHOLE && step != LG_HTTP_STEP_BAD) {
		size_t taken = 0;

		step = lg_http_reader_take(reading->reader, bytes,
					   len < part ? len : part, &taken,
					   &reading->status);
		assert_true(taken <= (len < part ? len : part));
		bytes += taken;
		len -= taken;
		if (step != LG_HTTP_STEP_MORE)
			reading->steps[reading->count++] = ".HWB"[step];
	}
	reading->left = len;
}

static void read_text(struct reading *reading, const char *text, size_t part)
{
	begin(reading);
	give(reading, text, strlen(text), part);
}

static void end(struct reading *reading)
{
	lg_http_reader_free(reading->reader);
}

static const char *header(const struct reading *reading, const char *name)
{
	return lg_http_request_header(reading->request, name);
}

static void reads_the_same_in_parts_of_any_length(void **state)
{
	static const char text[] = "POST /v1/mapi?a=b HTTP/1.1\r\n"
				   "Host: gate\r\n"
				   "X-Gate-User:  alice \t\r\n"
				   "X-Empty:\r\n"
				   "Content-Length: 5\r\n\r\nhello";
	size_t part;

	for (part = 1; part < sizeof(text); part++) {
		struct reading r;

		read_text(&r, text, part);
		assert_string_equal(r.steps, "HW");
		assert_string_equal(r.request->method, "POST");
		assert_string_equal(r.request->path, "/v1/mapi");
		assert_string_equal(r.request->query, "a=b");
		assert_string_equal(header(&r, "x-gate-user"), "alice");
		assert_string_equal(header(&r, "X-Empty"), "");
		assert_null(header(&r, "X-Gate"));
		assert_int_equal(r.request->body_size, 5);
		assert_int_equal(r.request->body_len, 5);
		assert_string_equal(r.request->body, "hello");
		assert_true(r.request->keeps_alive);
		assert_false(lg_http_reader_has_begun(r.reader));
		end(&r);
	}
}

static void one_request_after_the_other(void **state)
{
	static const char text[] = "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n"
				   "HEAD /b HTTP/1.1\r\nHost: b\r\n\r\n";
	struct reading r;
	size_t first;

	read_text(&r, text, sizeof(text));
	assert_string_equal(r.steps, "W");
	assert_string_equal(r.request->path, "/a");
	assert_null(r.request->query);
	first = sizeof(text) - 1 - r.left;
	give(&r, text + first, r.left, sizeof(text));
	assert_string_equal(r.steps, "WW");
	assert_string_equal(r.request->method, "HEAD");
	assert_string_equal(r.request->path, "/b");
	assert_string_equal(header(&r, "Host"), "b");
	assert_int_equal(r.left, 0);
	end(&r);
}

static void methods_of_exchange_clients_are_methods(void **state)
{
	static const char *const methods[] = {"RPC_IN_DATA",   "BPROPPATCH",
					      "X-MS-ENUMATTS", "OPTIONS",
					      "CONNECT",       "PRI"};
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		char text[128];
		struct reading r;

		snprintf(text, sizeof(text),
			 "%s /rpc HTTP/1.1\r\nHost: a\r\n\r\n", methods[i]);
		read_text(&r, text, 3);
		assert_string_equal(r.steps, "W");
		assert_string_equal(r.request->method, methods[i]);
		end(&r);
	}
}

static void chunks_are_joined_and_trailers_are_no_headers(void **state)
{
	static const char text[] = "POST /v1/check HTTP/1.1\r\nHost: a\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n"
				   "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n"
				   "X-Gate-User: postmaster\r\n\r\n";
	size_t part;

	for (part = 1; part < sizeof(text); part++) {
		struct reading r;

		read_text(&r, text, part);
		assert_string_equal(r.steps, "HW");
		assert_int_equal(r.request->body_size, -1);
		assert_string_equal(r.request->body, "abcde");
		assert_null(header(&r, "X-Gate-User"));
		end(&r);
	}
}

static void a_skipped_body_is_read_over(void **state)
{
	static const char head[] = "POST /v1/render HTTP/1.1\r\nHost: a\r\n"
				   "Content-Length: 3\r\n\r\n";
	struct reading r;

	begin(&r);
	give(&r, head, sizeof(head) - 1, sizeof(head));
	/* The last newline of the head is read with what follows. */
	assert_string_equal(r.steps, "H");
	lg_http_reader_skip_body(r.reader);
	give(&r, "xyz", 3, 3);
	assert_string_equal(r.steps, "HW");
	assert_string_equal(r.request->body, "");
	assert_int_equal(r.request->body_len, 0);
	end(&r);
}

static void who_keeps_the_connection(void **state)
{
	static const struct {
		const char *text;
		int keeps_alive;
		int is_http10;
		int wants_continue;
	} rows[] = {
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1, 0, 0},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 0, 0,
		 0},
		{"GET / HTTP/1.0\r\n\r\n", 0, 1, 0},
		{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 1, 1, 0},
		{"GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", 0, 1, 0},
		{"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n", 1,
		 0, 1},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n"
		 "Upgrade: websocket\r\n\r\n",
		 0, 0, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading r;

		read_text(&r, rows[i].text, 1000);
		assert_string_equal(r.steps, "W");
		assert_int_equal(r.request->keeps_alive, rows[i].keeps_alive);
		assert_int_equal(r.request->is_http10, rows[i].is_http10);
		assert_int_equal(r.request->wants_continue,
				 rows[i].wants_continue);
		end(&r);
	}
}

static void targets_and_arguments(void **state)
{
	static const struct {
		const char *target;
		const char *path;
		const char *query;
		int is_report;
	} rows[] = {
		{"/v1/dovecot?command=report", "/v1/dovecot", "command=report",
		 1},
		{"/?x=1&command=report&y", "/", "x=1&command=report&y", 1},
		{"/?xcommand=report", "/", "xcommand=report", 0},
		{"/?command=reports", "/", "command=reports", 0},
		{"/?command=allow&command=report", "/",
		 "command=allow&command=report", 0},
		{"/?command", "/", "command", 0},
		{"http://gate:80/v1/check?a", "/v1/check", "a", 0},
		{"http://gate", "/", NULL, 0},
		{"*", "*", NULL, 0},
		{"/a%2Fb", "/a%2Fb", NULL, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[256];
		struct reading r;

		snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", rows[i].target);
		read_text(&r, text, 1000);
		assert_string_equal(r.steps, "W");
		assert_string_equal(r.request->path, rows[i].path);
		if (rows[i].query)
			assert_string_equal(r.request->query, rows[i].query);
		else
			assert_null(r.request->query);
		assert_int_equal(lg_http_request_argument_is(
					 r.request, "command", "report"),
				 rows[i].is_report);
		end(&r);
	}
}

static void headers_are_counted(void **state)
{
	struct reading r;

	read_text(&r,
		  "GET / HTTP/1.1\r\nHost: a\r\nX-RequestType: Connect\r\n"
		  "x-requesttype: Execute\r\n\r\n",
		  7);
	assert_int_equal(
		lg_http_request_header_count(r.request, "X-RequestType"), 2);
	assert_string_equal(header(&r, "X-RequestType"), "Connect");
	assert_int_equal(lg_http_request_header_count(r.request, "X-None"), 0);
	end(&r);
}

static void what_is_no_request_is_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned int status;
	} rows[] = {
		{"GET / HTTP/1.1\r\n\r\n", 400}, /* no Host */
		{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
		{"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
		{"GET /\r\n\r\n", 505}, /* HTTP/0.9 */
		{" GET / HTTP/1.1\r\n\r\n", 400},
		{"G\x01T / HTTP/1.1\r\n\r\n", 400},
		{"GET\t/ HTTP/1.1\r\n\r\n", 400},
		{"GET a b HTTP/1.1\r\n\r\n", 400},
		{"\x16\x03\x01\x02", 400}, /* a TLS hello */
		{"GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nX: \x02"
		 "a\r\n\r\n",
		 400},
		{"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
		 "Content-Length: 2\r\n\r\n",
		 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
		 400},
		{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
		 "Transfer-Encoding: chunked\r\n\r\n",
		 400},
		{"GET / HTTP/1.1\r\nHost: a\r\n"
		 "Transfer-Encoding: gzip\r\n\r\n",
		 400},
		{"GET / HTTP/1.1\r\nHost: a\r\n"
		 "Content-Length: 10000000000000000000\r\n\r\n",
		 413},
		{"GET / HTTP/1.1\r\nHost: a\r\n"
		 "Upgrade: x\r\nConnection: upgrade\r\nA\r\n\r\n",
		 400},
		{"GET / HTTP/1.1\r\nHost: a\r\n"
		 "Content-Length: 99999999999999999999999\r\n\r\n",
		 400},
		{"AVERYLONGMETHODTHATNOBODYEVERHEARDOF / HTTP/1.1\r\n", 400},
	};
	size_t part;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (part = 1; part < 9; part += 7) {
			struct reading r;

			read_text(&r, rows[i].text, part);
			/* A head may be whole before its body turns out to
			 * have no length. */
			assert_true(r.count);
			assert_int_equal(r.steps[r.count - 1], 'B');
			assert_null(strchr(r.steps, 'W'));
			assert_int_equal(r.status, rows[i].status);
			end(&r);
		}
}

static void what_is_too_long_is_refused(void **state)
{
	char *text = malloc(LG_HTTP_HEAD_MAX + 4096);
	size_t len;
	struct reading r;
	unsigned int i;

	assert_non_null(text);
	/* A name of the length that the head may have. */
	len = (size_t)sprintf(text, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
	memset(text + len, 'a', LG_HTTP_HEAD_MAX);
	memcpy(text + len + LG_HTTP_HEAD_MAX, "\r\n\r\n", 5);
	read_text(&r, text, 5000);
	assert_string_equal(r.steps, "B");
	assert_int_equal(r.status, 431);
	end(&r);
	/* One header too many. */
	len = (size_t)sprintf(text, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (i = 0; i < LG_HTTP_HEADERS_MAX; i++)
		len += (size_t)sprintf(text + len, "X: %u\r\n", i);
	memcpy(text + len, "\r\n", 3);
	read_text(&r, text, 5000);
	assert_string_equal(r.steps, "B");
	assert_int_equal(r.status, 431);
	end(&r);
	/* A body, announced and chunked. */
	len = (size_t)sprintf(text,
			      "POST / HTTP/1.1\r\nHost: a\r\n"
			      "Content-Length: %d\r\n\r\n",
			      BODY_MAX + 1);
	memset(text + len, 'a', BODY_MAX + 1);
	text[len + BODY_MAX + 1] = '\0';
	read_text(&r, text, 16);
	assert_string_equal(r.steps, "HB");
	assert_int_equal(r.status, 413);
	end(&r);
	read_text(&r,
		  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
		  "\r\n\r\n40\r\n"
		  "0123456789abcdef0123456789abcdef"
		  "0123456789abcdef0123456789abcdef\r\n1\r\nx\r\n",
		  16);
	assert_string_equal(r.steps, "HB");
	assert_int_equal(r.status, 413);
	end(&r);
	free(text);
}

static enum lg_status read_one(void *context, struct lg_error *err)
{
	static const char text[] = "POST /v1/decide HTTP/1.1\r\nHost: a\r\n"
				   "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				   "\r\nContent-Length: 4\r\n\r\nbody";
	struct reading r = {.reader = lg_http_reader_new(BODY_MAX)};
	enum lg_status status = LG_OK;

	if (r.reader)
		give(&r, text, sizeof(text) - 1, sizeof(text));
	if (!r.reader || r.status == 500)
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	else
		assert_string_equal(r.steps, "HW");
	lg_http_reader_free(r.reader);
	return status;
}

static void survives_each_allocation_that_fails(void **state)
{
	assert_true(allocation_survive(read_one, NULL) > 3);
}

static void assert_bytes(const struct lg_http_answer *answer,
			 const struct lg_http_framing *framing,
			 const char *want)
{
	struct lg_buffer out = {0};

	lg_http_answer_bytes(answer, framing, &out);
	assert_string_equal(out.data, want);
	lg_buffer_release(&out);
}

static void answers_as_bytes(void **state)
{
	struct lg_http_answer answer = {.status = 204};
	struct lg_http_framing framing = {0};

	assert_bytes(&answer, &framing, "HTTP/1.1 204 No Content\r\n\r\n");
	framing.is_http10 = 1;
	assert_bytes(&answer, &framing,
		     "HTTP/1.1 204 No Content\r\n"
		     "Connection: keep-alive\r\n\r\n");
	answer.status = 503;
	answer.header[0] = (struct lg_http_header){"Retry-After", "60"};
	answer.header_count = 1;
	lg_buffer_text(&answer.body, "later");
	framing = (struct lg_http_framing){
		.date = "Thu, 01 Jan 1970 00:00:00 GMT", .closes = 1};
	assert_bytes(&answer, &framing,
		     "HTTP/1.1 503 Service Unavailable\r\n"
		     "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
		     "Retry-After: 60\r\nConnection: close\r\n"
		     "Content-Length: 5\r\n\r\nlater");
	framing = (struct lg_http_framing){.without_body = 1};
	assert_bytes(&answer, &framing,
		     "HTTP/1.1 503 Service Unavailable\r\n"
		     "Retry-After: 60\r\nContent-Length: 5\r\n\r\n");
	lg_http_answer_release(&answer);
}

static void dates(void **state)
{
	char date[LG_HTTP_DATE_SIZE];

	lg_http_date(784111777, date);
	assert_string_equal(date, "Sun, 06 Nov 1994 08:49:37 GMT");
	lg_http_date(0, date);
	assert_string_equal(date, "Thu, 01 Jan 1970 00:00:00 GMT");
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		suite_row("a request reads the same in parts of any length",
			  reads_the_same_in_parts_of_any_length),
		suite_row("requests come one after the other",
			  one_request_after_the_other),
		suite_row("methods of Exchange's clients are methods",
			  methods_of_exchange_clients_are_methods),
		suite_row("chunks are joined and trailers are no headers",
			  chunks_are_joined_and_trailers_are_no_headers),
		suite_row("a body that is skipped is read over",
			  a_skipped_body_is_read_over),
		suite_row("version and headers say who keeps the connection",
			  who_keeps_the_connection),
		suite_row("a target is a path and arguments",
			  targets_and_arguments),
		suite_row("headers of one name are counted",
			  headers_are_counted),
		suite_row("what is no request is refused with its status",
			  what_is_no_request_is_refused),
		suite_row("what is too long is refused with its status",
			  what_is_too_long_is_refused),
		suite_row("each allocation may fail",
			  survives_each_allocation_that_fails),
		suite_row("answers are written as RFC 9112 frames them",
			  answers_as_bytes),
		suite_row("dates are written as HTTP has them", dates),
	};

	return suite_run(rows);
}
