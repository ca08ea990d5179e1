/* SPDX-License-Identifier: ISC */
/*
 * request_reader.c - the parser library's callbacks made into whole requests
 *
 * The head is copied into one buffer, each text ended by NUL, and found again
 * by offsets: the buffer moves while it grows. The library pauses at the end
 * of a head and of a request, so that no byte of the next one is looked at
 * early. It knows a fixed list of methods, and RPC_IN_DATA or BPROPPATCH of
 * Exchange's own clients are not on it: the method is read here, and the
 * library is told POST each time, which says nothing about a request's length.
 */
#include "adapters/http/request_reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"

#include "adapters/http/request_inside.h"

/* Above it memory is given back after a request. */
#define KEEP_MAX 16384u

static int fail(struct lg_http_reader *reader, unsigned int status)
{
	reader->status = status;
	return 1;
}

static int add(struct lg_http_reader *reader, const char *at, size_t len)
{
	if (reader->head.len + len > LG_HTTP_HEAD_MAX)
		return fail(reader, 431);
	lg_buffer_append(&reader->head, at, len);
	return reader->head.status != LG_OK ? fail(reader, 500) : 0;
}

static int end_text(struct lg_http_reader *reader)
{
	return add(reader, "", 1);
}

/* A token's characters (RFC 9110 5.6.2). */
static int is_token(char c)
{
	switch (c) {
	case '!':
	case '#':
	case '$':
	case '%':
	case '&':
	case '\'':
	case '*':
	case '+':
	case '-':
	case '.':
	case '^':
	case '_':
	case '`':
	case '|':
	case '~':
		return 1;
	default:
		return lg_ascii_is_alnum((char)c);
	}
}

/* The library is more patient than RFC 9110 where it is not built strict: a
 * name may end in a blank then, and a value begin with a control character. */
static int check_text(struct lg_http_reader *reader, size_t from, int is_name)
{
	const struct lg_buffer *head = &reader->head;

	for (size_t i = from; i < head->len; i++) {
		unsigned char c = (unsigned char)head->data[i];

		if (is_name ? !is_token((char)c)
			    : (c < 0x20 && c != '\t') || c == 0x7f)
			return fail(reader, 400);
	}
	return 0;
}

/* Ends what was begun last: the target, a name or a value. The library calls
 * on_value for an empty value too. */
static int end_newest(struct lg_http_reader *reader)
{
	struct lg_buffer *head = &reader->head;
	struct header *newest;

	if (!reader->header_count)
		return check_text(reader, reader->url, 0) || end_text(reader);
	newest = &reader->header[reader->header_count - 1];
	if (!reader->in_value) {
		newest->name_len = (uint32_t)head->len - newest->name;
		newest->value = (uint32_t)head->len + 1;
		return check_text(reader, newest->name, 1) || end_text(reader);
	}
	while (head->len > newest->value && (head->data[head->len - 1] == ' ' ||
					     head->data[head->len - 1] == '\t'))
		head->len--;
	return check_text(reader, newest->value, 0) || end_text(reader);
}

static int on_url(lg_http_library *parser, const char *at, size_t len)
{
	return add(parser->data, at, len);
}

static int on_field(lg_http_library *parser, const char *at, size_t len)
{
	struct lg_http_reader *reader = parser->data;

	if (reader->phase != PHASE_HEAD)
		return 0;
	if (!reader->header_count || reader->in_value) {
		if (end_newest(reader))
			return 1;
		if (reader->header_count == LG_HTTP_HEADERS_MAX)
			return fail(reader, 431);
		reader->header[reader->header_count++] =
			(struct header){.name = (uint32_t)reader->head.len};
		reader->in_value = 0;
	}
	return add(reader, at, len);
}

static int on_value(lg_http_library *parser, const char *at, size_t len)
{
	struct lg_http_reader *reader = parser->data;

	if (reader->phase != PHASE_HEAD)
		return 0;
	if (!reader->in_value) {
		if (end_newest(reader))
			return 1;
		reader->in_value = 1;
	}
	return add(reader, at, len);
}

/* Path and query out of the target, which is ended by NUL. */
static int split_target(struct lg_http_reader *reader)
{
	struct lg_http_request *request = &reader->request;
	char *url = reader->head.data + reader->url;
	char *path = url;
	char *query;

	if (*url != '/' && *url != '*') {
		/* The absolute form: scheme and authority come first. */
		path = strstr(url, "://");
		if (!path || path == url)
			return fail(reader, 400);
		path += strcspn(path + 3, "/?#") + 3;
	}
	path[strcspn(path, "#")] = '\0';
	query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	request->path = *path ? path : "/";
	request->query = query;
	return 0;
}

static int fill_request(struct lg_http_reader *reader)
{
	struct lg_http_request *request = &reader->request;
	const lg_http_library *parser = &reader->parser;
	const char *expects;

	request->reader = reader;
	request->method = reader->head.data;
	request->body = "";
	request->is_http10 = !parser->http_minor;
	request->keeps_alive = lg_http_library_keeps_alive(parser);
	if (lg_http_library_is_chunked(parser))
		request->body_size = -1;
	else if (lg_http_library_has_length(parser))
		request->body_size = (int64_t)parser->content_length;
	expects = lg_http_request_header(request, "Expect");
	request->wants_continue = !request->is_http10 && expects &&
				  !strcasecmp(expects, "100-continue");
	if (!request->is_http10 &&
	    lg_http_request_header_count(request, "Host") != 1)
		return fail(reader, 400);
	return split_target(reader);
}

static int check_head(struct lg_http_reader *reader)
{
	const lg_http_library *parser = &reader->parser;

	if (parser->http_major != 1)
		return fail(reader, 505);
	/* INT64_MAX is more than anybody takes, and -1 says chunked. */
	if (lg_http_library_has_length(parser) &&
	    parser->content_length > INT64_MAX)
		return fail(reader, 413);
	/* HTTP/1.0 has no chunks: where this body ends is anybody's guess. */
	if (!parser->http_minor && lg_http_library_is_chunked(parser))
		return fail(reader, 400);
	return end_newest(reader) || fill_request(reader);
}

static int on_head(lg_http_library *parser)
{
	struct lg_http_reader *reader = parser->data;

	/* 1 would say that no body comes. */
	if (check_head(reader))
		return -1;
	reader->phase = PHASE_BODY;
	return reader->request.body_size ? lg_http_library_pause(parser) : 0;
}

static int on_body(lg_http_library *parser, const char *at, size_t len)
{
	struct lg_http_reader *reader = parser->data;

	if (len > reader->body_max - reader->body_seen)
		return fail(reader, 413);
	reader->body_seen += len;
	if (reader->skips_body)
		return 0;
	lg_buffer_append(&reader->body, at, len);
	return reader->body.status != LG_OK ? fail(reader, 500) : 0;
}

static int on_whole(lg_http_library *parser)
{
	struct lg_http_reader *reader = parser->data;

	if (reader->body.data)
		reader->request.body = reader->body.data;
	reader->request.body_len = reader->body.len;
	reader->is_whole = 1;
	return lg_http_library_pause(parser);
}

static const lg_http_callbacks callbacks = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_whole,
};

struct lg_http_reader *lg_http_reader_new(size_t body_max)
{
	struct lg_http_reader *reader = calloc(1, sizeof(*reader));

	if (reader)
		reader->body_max = body_max;
	return reader;
}

void lg_http_reader_free(struct lg_http_reader *reader)
{
	if (!reader)
		return;
	lg_buffer_release(&reader->head);
	lg_buffer_release(&reader->body);
	free(reader);
}

static void forget(struct lg_buffer *buffer)
{
	if (buffer->capacity > KEEP_MAX)
		lg_buffer_release(buffer);
	else
		lg_buffer_clear(buffer);
}

static void begin(struct lg_http_reader *reader)
{
	reader->request = (struct lg_http_request){0};
	reader->phase = PHASE_METHOD;
	reader->in_value = 0;
	reader->is_whole = 0;
	reader->skips_body = 0;
	reader->body_seen = 0;
	reader->header_count = 0;
	forget(&reader->head);
	forget(&reader->body);
}

static enum lg_http_step parse(struct lg_http_reader *reader, const char *bytes,
			       size_t len, size_t *out_taken,
			       unsigned int *out_status)
{
	switch (lg_http_library_execute(&reader->parser, &callbacks, bytes, len,
					out_taken)) {
	case LG_HTTP_PARSE_MORE:
		return LG_HTTP_STEP_MORE;
	case LG_HTTP_PARSE_PAUSED:
		if (!reader->is_whole)
			return LG_HTTP_STEP_HEAD;
		reader->phase = PHASE_BEFORE;
		return LG_HTTP_STEP_WHOLE;
	case LG_HTTP_PARSE_OVERFLOW:
		*out_status = 431;
		return LG_HTTP_STEP_BAD;
	case LG_HTTP_PARSE_BAD:
		break;
	}
	*out_status = reader->status ? reader->status : 400;
	return LG_HTTP_STEP_BAD;
}

/* The method up to its blank; then the library begins. */
static enum lg_http_step read_method(struct lg_http_reader *reader,
				     const char *bytes, size_t len,
				     size_t *out_taken,
				     unsigned int *out_status)
{
	size_t taken;
	size_t n = 0;

	while (n < len && is_token(bytes[n]))
		n++;
	*out_taken = n;
	*out_status = 400;
	if (reader->head.len + n > LG_HTTP_METHOD_MAX)
		return LG_HTTP_STEP_BAD;
	if (add(reader, bytes, n)) {
		*out_status = reader->status;
		return LG_HTTP_STEP_BAD;
	}
	if (n == len)
		return LG_HTTP_STEP_MORE;
	if (bytes[n] != ' ' || !reader->head.len)
		return LG_HTTP_STEP_BAD;
	if (end_text(reader)) {
		*out_status = reader->status;
		return LG_HTTP_STEP_BAD;
	}
	reader->url = reader->head.len;
	reader->phase = PHASE_HEAD;
	lg_http_library_begin(&reader->parser, &callbacks, reader);
	lg_http_library_execute(&reader->parser, &callbacks, "POST", 4, &taken);
	return LG_HTTP_STEP_MORE;
}

enum lg_http_step lg_http_reader_take(struct lg_http_reader *reader,
				      const char *bytes, size_t len,
				      size_t *out_taken,
				      unsigned int *out_status)
{
	enum lg_http_step step = LG_HTTP_STEP_MORE;
	unsigned int status = 400;
	size_t taken = 0;
	size_t now = 0;

	if (reader->phase == PHASE_BEFORE) {
		while (taken < len &&
		       (bytes[taken] == '\r' || bytes[taken] == '\n'))
			taken++;
		if (taken < len)
			begin(reader);
	}
	if (reader->phase == PHASE_METHOD) {
		step = read_method(reader, bytes + taken, len - taken, &now,
				   &status);
		taken += now;
	}
	if (step == LG_HTTP_STEP_MORE && reader->phase >= PHASE_HEAD &&
	    taken < len) {
		step = parse(reader, bytes + taken, len - taken, &now, &status);
		taken += now;
	}
	*out_taken = taken;
	if (step == LG_HTTP_STEP_BAD)
		*out_status = status;
	return step;
}

void lg_http_reader_skip_body(struct lg_http_reader *reader)
{
	reader->skips_body = 1;
}
