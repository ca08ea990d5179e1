/* SPDX-License-Identifier: ISC */
/*
 * request_fields.c - what a request that was read says
 */
#include "adapters/http/request_reader.h"

#include <string.h>
#include <strings.h>

#include "adapters/http/request_inside.h"

const struct lg_http_request *
lg_http_reader_request(const struct lg_http_reader *reader)
{
	return &reader->request;
}

int lg_http_reader_has_begun(const struct lg_http_reader *reader)
{
	return reader->phase != PHASE_BEFORE;
}

int lg_http_reader_target_is(const struct lg_http_reader *reader,
			     const char *path)
{
	const struct lg_buffer *head = &reader->head;
	size_t len = strlen(path);
	const char *target;

	if (reader->phase < PHASE_HEAD || head->len < reader->url + len)
		return 0;
	target = head->data + reader->url;
	return !memcmp(target, path, len) &&
	       (head->len == reader->url + len || !target[len] ||
		target[len] == '?');
}

static const struct header *find(const struct lg_http_reader *reader,
				 const char *name, size_t from)
{
	size_t len = strlen(name);

	for (size_t i = from; i < reader->header_count; i++) {
		const struct header *header = &reader->header[i];

		if (header->name_len == len &&
		    !strncasecmp(reader->head.data + header->name, name, len))
			return header;
	}
	return NULL;
}

const char *lg_http_request_header(const struct lg_http_request *request,
				   const char *name)
{
	const struct lg_http_reader *reader = request->reader;
	const struct header *header = find(reader, name, 0);

	return header ? reader->head.data + header->value : NULL;
}

const char *lg_http_request_header_at(const struct lg_http_request *request,
				      const char *name, size_t nth)
{
	const struct lg_http_reader *reader = request->reader;
	const struct header *header = find(reader, name, 0);

	for (; header && nth; nth--)
		header = find(reader, name,
			      (size_t)(header - reader->header) + 1);
	return header ? reader->head.data + header->value : NULL;
}

size_t lg_http_request_header_count(const struct lg_http_request *request,
				    const char *name)
{
	const struct lg_http_reader *reader = request->reader;
	const struct header *header = find(reader, name, 0);
	size_t count = 0;

	for (; header; count++)
		header = find(reader, name,
			      (size_t)(header - reader->header) + 1);
	return count;
}

const char *lg_http_request_argument(const struct lg_http_request *request,
				     const char *name, size_t *out_len)
{
	const char *at = request->query;
	size_t name_len = strlen(name);

	while (at && *at) {
		size_t len = strcspn(at, "&");

		if (len > name_len && !strncmp(at, name, name_len) &&
		    at[name_len] == '=') {
			*out_len = len - name_len - 1;
			return at + name_len + 1;
		}
		at += len + (at[len] == '&');
	}
	return NULL;
}

int lg_http_request_argument_is(const struct lg_http_request *request,
				const char *name, const char *value)
{
	size_t len = 0;
	const char *given = lg_http_request_argument(request, name, &len);

	return given && len == strlen(value) && !strncmp(given, value, len);
}
