/* SPDX-License-Identifier: ISC */
/*
 * http/request_reader.h - HTTP/1.1 requests out of a connection's bytes
 *
 * Layer: adapter; llhttp or http-parser judges the bytes, no sockets here.
 * Flow: a reader for each connection is given what came in and says when a
 * head is whole (the body may be refused or skipped then) and when the
 * request is. The next bytes given begin the next request.
 * Source: RFC 9112; contract 8 "HTTP".
 */
#ifndef LG_ADAPTERS_HTTP_REQUEST_READER_H
#define LG_ADAPTERS_HTTP_REQUEST_READER_H

#include <stdint.h>

#include <logongate/buffer.h>

/* Beyond them a request is answered with 431. */
#define LG_HTTP_HEAD_MAX 65536u
#define LG_HTTP_HEADERS_MAX 128u
#define LG_HTTP_METHOD_MAX 32u

struct lg_http_reader;

/*
 * One request. Texts end in NUL and are good until the reader is given bytes
 * again. A trailer behind a chunked body is no header.
 */
struct lg_http_request {
	const char *method; /* as it was sent, such as RPC_IN_DATA */
	const char *path;   /* without the query, as it was sent */
	const char *query;  /* NULL where there is none */
	const char *body;   /* "" until the request is whole */
	size_t body_len;
	int64_t body_size; /* as announced; -1 for a chunked one */
	int keeps_alive;   /* the connection may bring another one */
	int is_http10;
	int wants_continue; /* Expect: 100-continue */
	const struct lg_http_reader *reader;
};

enum lg_http_step {
	LG_HTTP_STEP_MORE = 0, /* all is taken, nothing is whole */
	LG_HTTP_STEP_HEAD,     /* all of it but the body, where one follows */
	LG_HTTP_STEP_WHOLE,
	LG_HTTP_STEP_BAD /* answer the status, end the connection */
};

/* NULL without memory. body_max: octets; a longer one is bad, with 413. */
struct lg_http_reader *lg_http_reader_new(size_t body_max);
void lg_http_reader_free(struct lg_http_reader *reader);

/*
 * Takes from bytes until there is something to say; *out_taken is how many
 * were taken, which may be none for a step that earlier bytes made.
 * *out_status with LG_HTTP_STEP_BAD: 400, 413, 431, 500 (no memory), 505.
 */
enum lg_http_step lg_http_reader_take(struct lg_http_reader *reader,
				      const char *bytes, size_t len,
				      size_t *out_taken,
				      unsigned int *out_status);

/* Good after a HEAD or WHOLE. */
const struct lg_http_request *
lg_http_reader_request(const struct lg_http_reader *reader);

/* 1 when a request has begun whose target, as far as it was read, is path,
 * with or without a query. Good also after a BAD. */
int lg_http_reader_target_is(const struct lg_http_reader *reader,
			     const char *path);

/* Called after a HEAD: the body is read and forgotten. */
void lg_http_reader_skip_body(struct lg_http_reader *reader);

/* 1 between the first byte of a request and its end. */
int lg_http_reader_has_begun(const struct lg_http_reader *reader);

/* The first header of that name in any case, blanks around it gone; NULL
 * where there is none. */
const char *lg_http_request_header(const struct lg_http_request *request,
				   const char *name);
/* The nth header of that name, from 0; NULL where there are not as many. */
const char *lg_http_request_header_at(const struct lg_http_request *request,
				      const char *name, size_t nth);
size_t lg_http_request_header_count(const struct lg_http_request *request,
				    const char *name);

/* The value of a query's argument as it was sent, up to "&"; NULL where it is
 * not there. */
const char *lg_http_request_argument(const struct lg_http_request *request,
				     const char *name, size_t *out_len);
/* 1 when it is there and equal to value. */
int lg_http_request_argument_is(const struct lg_http_request *request,
				const char *name, const char *value);

#endif
