/* SPDX-License-Identifier: ISC */
/*
 * http/request_inside.h - a request while it is read
 *
 * Layer: adapter, private to request_reader.c and request_fields.c.
 */
#ifndef LOGONGATE_ADAPTERS_HTTP_REQUEST_INSIDE_H
#define LOGONGATE_ADAPTERS_HTTP_REQUEST_INSIDE_H

#include "adapters/http/parser.h"
#include "adapters/http/request_reader.h"

/* Offsets into head. */
struct header {
	uint32_t name;
	uint32_t name_len;
	uint32_t value;
};

enum phase {
	PHASE_BEFORE = 0, /* empty lines before a request are no request */
	PHASE_METHOD,
	PHASE_HEAD,
	PHASE_BODY
};

struct lg_http_reader {
	lg_http_library parser;
	enum phase phase;
	int in_value; /* of the newest header */
	int is_whole;
	int skips_body;
	unsigned int status;
	size_t body_max;
	size_t body_seen;
	struct lg_buffer head;
	struct lg_buffer body;
	size_t url;
	size_t header_count;
	struct header header[LG_HTTP_HEADERS_MAX];
	struct lg_http_request request;
};

#endif
