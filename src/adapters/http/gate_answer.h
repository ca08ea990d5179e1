/* SPDX-License-Identifier: ISC */
/*
 * http/gate_answer.h - what the gate answers over HTTP
 *
 * Layer: adapter; core only, no sockets, no HTTP library.
 * Flow: a refusal is kept under its token; lg_http_answer_refused is what
 * /v1/check says, lg_http_answer_render what /v1/render and /v1/mapi say.
 * Source: contract 6, 8 "HTTP"; conformance E1, E4.
 */
#ifndef LG_ADAPTERS_HTTP_GATE_ANSWER_H
#define LG_ADAPTERS_HTTP_GATE_ANSWER_H

#include <logongate/buffer.h>
#include "core/mapi/mapi_answer.h"
#include <logongate/policy.h>
#include "core/settings/settings.h"

#include "adapters/http/refusal_page.h"

#define LG_HTTP_HEADER_MAX 10
#define LG_HTTP_TOKEN_SIZE 33
/* No Retry-After says longer than this: a lock can be lifted early. */
#define LG_HTTP_RETRY_MAX_S 3600

struct lg_http_header {
	const char *name;
	const char *value;
};

/*
 * An answer to send as it is; it stays where it is filled. Header values
 * borrow from the refusal, number and token. Owns: lg_http_answer_release.
 */
struct lg_http_answer {
	unsigned int status;
	struct lg_http_header header[LG_HTTP_HEADER_MAX];
	size_t header_count;
	struct lg_buffer body;
	struct lg_buffer challenge; /* of Basic */
	char number[2][24];
	char token[LG_HTTP_TOKEN_SIZE];
};

void lg_http_answer_release(struct lg_http_answer *answer);

enum lg_http_refusal_kind {
	LG_HTTP_REFUSAL_PAGE = 0,    /* status + Retry-After + a page */
	LG_HTTP_REFUSAL_MAPI_DENIAL, /* 200, the 109 bytes */
	LG_HTTP_REFUSAL_MAPI_CODE,   /* 200 text/html, X-ResponseCode */
	LG_HTTP_REFUSAL_CHALLENGE    /* 401 and how to log on */
};

/* What stands behind a token. Texts may be NULL; none need be clean. */
struct lg_http_refusal {
	enum lg_http_refusal_kind kind;
	unsigned int status; /* PAGE: 503, or 500 (E4) */
	unsigned int retry_s;
	enum lg_reason reason;
	enum lg_mapi_code code;
	const char *text;     /* for people */
	const char *language; /* of text; NULL or "": not known */
	const char *lock;     /* whose id, "": standing values; or NULL */
	const char *until;    /* of the lock, for a site's own page */
	const char *profile;
	const char *lock_reason;
	const char *request_type; /* echoed to MAPI clients */
	const char *request_id;
	const char *client_info;
	uint32_t schemes;  /* CHALLENGE: bits of enum lg_http_scheme */
	const char *realm; /* of Basic; NULL: "Mail" */
};

/* One Content-Type, and text for a body. */
void lg_http_answer_plain(struct lg_http_answer *answer, unsigned int status,
			  const char *type, const char *text);

/* In place of whatever was begun: 500 and what is wrong. */
void lg_http_answer_failed(struct lg_http_answer *answer,
			   const struct lg_error *err);

/* 204: go on. */
void lg_http_answer_admit(struct lg_http_answer *out_answer);

/* The same with X-Gate-Ticket, under which the server's answer is to be told;
 * "" for none. */
void lg_http_answer_let_by(const char *ticket,
			   struct lg_http_answer *out_answer);

/* 403 with X-Gate-Reason (a word, "challenge" for that), X-Gate-Token and
 * Retry-After; the body is the text. token may be NULL. */
enum lg_status lg_http_answer_refused(const struct lg_http_refusal *refusal,
				      const char *token,
				      struct lg_http_answer *out_answer,
				      struct lg_error *err);

/* The refusal itself. refusal NULL: the 503 page of an unknown token; page
 * NULL: our own. */
enum lg_status lg_http_answer_render(const struct lg_http_refusal *refusal,
				     const struct lg_refusal_page *page,
				     struct lg_http_answer *out_answer,
				     struct lg_error *err);

/* What GET / shows; absent texts are NULL. */
struct lg_http_status {
	const char *state; /* "off", "listed", "nobody" */
	const char *profile;
	const char *since;
	const char *until;
	const char *by;
	const char *reason;
	const char *version;
	uint64_t refused;
	uint64_t sessions;
	const char *const *loud; /* what an administrator must see */
	size_t loud_count;
};

enum lg_status lg_http_answer_status(const struct lg_http_status *status,
				     struct lg_http_answer *out_answer,
				     struct lg_error *err);

/* Appends text with & < > " ' as references and without control characters. */
void lg_http_escape(const char *text, struct lg_buffer *out_html);

#endif
