/* SPDX-License-Identifier: ISC */
/*
 * http/gate_request.h - what nginx, Traefik, Caddy and HAProxy ask over HTTP
 *
 * Layer: adapter; core only, no sockets, no HTTP library.
 * Flow: the listener hands in a way to look headers up; out comes what the
 * core judges. The drop-ins set or clear every X-Gate-* header, so what stands
 * in them is the proxy's word.
 * Source: contract 6, 8 "HTTP".
 */
#ifndef LG_ADAPTERS_HTTP_GATE_REQUEST_H
#define LG_ADAPTERS_HTTP_GATE_REQUEST_H

#include "core/mapi/mapi_gate.h"
#include <logongate/policy.h>

/* get: a header's value by any case of its name, NULL where there is none.
 * count: how often it is there; NULL counts every one once. */
struct lg_http_headers {
	const void *context;
	const char *(*get)(const void *context, const char *name);
	size_t (*count)(const void *context, const char *name);
	/* In which header the front puts who logs on; NULL: X-Gate-User. */
	const char *user;
};

/* Which refusal the client understands. */
enum lg_http_service {
	LG_HTTP_SERVICE_WEB = 0, /* a page, always 503 */
	LG_HTTP_SERVICE_OWA,     /* a page, http_refusal */
	LG_HTTP_SERVICE_MAPI     /* the denial, X-ResponseCode */
};

/* What the front says is done with a client that names nobody and brings no
 * credentials while names are limited; X-Gate-Challenge. */
enum lg_http_challenge {
	LG_HTTP_CHALLENGE_ANSWER = 0, /* the gate's 401, at once */
	LG_HTTP_CHALLENGE_RENDER,     /* "render": likewise, by /v1/render */
	LG_HTTP_CHALLENGE_SERVER,     /* "server": its own 401; let by */
	LG_HTTP_CHALLENGE_OFF         /* "off": refused like any other */
};

/* Borrowed from the headers; absent and empty ones are NULL. */
struct lg_http_check {
	const char *user;          /* X-Gate-User */
	const char *gate_protocol; /* X-Gate-Protocol */
	const char *method;        /* X-Original-Method, X-Forwarded-.. */
	const char *uri;           /* X-Original-URI, X-Forwarded-Uri */
	const char *address;       /* X-Real-IP, X-Forwarded-For */
	size_t address_len;        /* the first of X-Forwarded-For */
	const char *user_agent;
	const char *application;  /* X-ClientApplication */
	const char *request_type; /* X-RequestType */
	/* How often the header is there that is there most often of those by
	 * which MAPI over HTTP is judged. */
	size_t request_type_count;
	const char *client_info; /* X-ClientInfo */
	const char *request_id;  /* X-RequestId */
	const char *cookies;     /* Cookie */
	size_t cookies_count;
	const char *content_length;
	const char *content_encoding;
	const char *token;     /* X-Gate-Token */
	const char *languages; /* Accept-Language */
	/* X-Gate-Credentials; without it Authorization and Cookie tell. */
	int has_credentials;
	enum lg_http_challenge challenge;
	enum lg_protocol protocol; /* "mapi" is MAPI, all else HTTP */
	enum lg_http_service service;
};

void lg_http_check_read(const struct lg_http_headers *headers,
			struct lg_http_check *out_check);

/* The word of X-Gate-Challenge or of HAProxy; NULL and unknown ones: ANSWER,
 * which lets nobody in. */
enum lg_http_challenge lg_http_challenge_read(const char *word);

/* The logon that a /v1/check stands for; the version is that of the client's
 * headers. */
void lg_http_check_attempt(const struct lg_http_check *check,
			   struct lg_attempt *out_attempt);

/*
 * The MAPI request that a /v1/mapi or a /v1/check of protocol mapi stands
 * for. auth_request never sees a body: ask lg_http_check_is_connect first and
 * judge a Connect that comes to /v1/check by its headers alone.
 */
void lg_http_check_mapi(const struct lg_http_check *check,
			const unsigned char *body, size_t body_len,
			struct lg_mapi_http *out_request);

/* 1 when X-RequestType is Connect. */
int lg_http_check_is_connect(const struct lg_http_check *check);

#endif
