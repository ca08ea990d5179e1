/* SPDX-License-Identifier: ISC */
/*
 * gate_request.c - headers into what the core judges
 *
 * X-Gate-User and X-Gate-Protocol are the proxy's own; X-Original-* are
 * nginx's names, X-Forwarded-* those of Traefik and Caddy. Everything else is
 * the client's word.
 */
#include <string.h>
#include <strings.h>

#include "core/mapi/request_path.h"

#include "adapters/http/gate_request.h"

/* The value without blanks around it; NULL where nothing is left. */
static const char *value_of(const struct lg_http_headers *headers,
			    const char *name)
{
	const char *value = headers->get(headers->context, name);

	if (!value)
		return NULL;
	value += strspn(value, " \t");
	return *value ? value : NULL;
}

static const char *either_of(const struct lg_http_headers *headers,
			     const char *name, const char *other)
{
	const char *value = value_of(headers, name);

	return value ? value : value_of(headers, other);
}

static void address_read(const struct lg_http_headers *headers,
			 struct lg_http_check *check)
{
	size_t len;

	check->address = either_of(headers, "X-Real-IP", "X-Forwarded-For");
	if (!check->address)
		return;
	len = strcspn(check->address, ",");
	while (len && strchr(" \t", check->address[len - 1]))
		len--;
	check->address_len = len;
}

static const char *user_header(const struct lg_http_headers *headers)
{
	return headers->user ? headers->user : "X-Gate-User";
}

static size_t count_of(const struct lg_http_headers *headers, const char *name)
{
	if (headers->count)
		return headers->count(headers->context, name);
	return value_of(headers, name) ? 1 : 0;
}

/* What is said twice: nobody knows which one the server behind believes. */
static void repeated_read(const struct lg_http_headers *headers,
			  struct lg_http_check *check)
{
	static const char *const judged[] = {
		"X-RequestType",    "X-ClientApplication", "User-Agent",
		"Content-Encoding", "Content-Length",      "X-ClientInfo"};

	if (count_of(headers, user_header(headers)) > 1 ||
	    count_of(headers, "Authorization") > 1)
		check->user = NULL;
	if (count_of(headers, "X-Gate-Protocol") > 1)
		check->gate_protocol = "http";
	for (size_t i = 0;
	     check->request_type && i < sizeof(judged) / sizeof(*judged); i++) {
		size_t count = count_of(headers, judged[i]);

		if (count > check->request_type_count)
			check->request_type_count = count;
	}
}

static void credentials_read(const struct lg_http_headers *headers,
			     struct lg_http_check *check)
{
	const char *word = value_of(headers, "X-Gate-Credentials");

	check->has_credentials =
		word ? strcasecmp(word, "none") != 0
		     : value_of(headers, "Authorization") != NULL ||
				value_of(headers, "Cookie") != NULL;
	check->challenge =
		lg_http_challenge_read(value_of(headers, "X-Gate-Challenge"));
	/* Letting by is for a front that says what its client sent. */
	if (!word && check->challenge == LG_HTTP_CHALLENGE_SERVER)
		check->has_credentials = 1;
}

enum lg_http_challenge lg_http_challenge_read(const char *word)
{
	if (word && !strcasecmp(word, "render"))
		return LG_HTTP_CHALLENGE_RENDER;
	if (word && !strcasecmp(word, "server"))
		return LG_HTTP_CHALLENGE_SERVER;
	if (word && !strcasecmp(word, "off"))
		return LG_HTTP_CHALLENGE_OFF;
	return LG_HTTP_CHALLENGE_ANSWER;
}

void lg_http_check_read(const struct lg_http_headers *headers,
			struct lg_http_check *out_check)
{
	struct lg_http_check check = {0};

	check.user = value_of(headers, user_header(headers));
	check.gate_protocol = value_of(headers, "X-Gate-Protocol");
	check.token = value_of(headers, "X-Gate-Token");
	check.method =
		either_of(headers, "X-Original-Method", "X-Forwarded-Method");
	check.uri = either_of(headers, "X-Original-URI", "X-Forwarded-Uri");
	check.user_agent = value_of(headers, "User-Agent");
	check.languages = value_of(headers, "Accept-Language");
	check.application = value_of(headers, "X-ClientApplication");
	check.request_type = value_of(headers, "X-RequestType");
	check.client_info = value_of(headers, "X-ClientInfo");
	check.request_id = value_of(headers, "X-RequestId");
	check.cookies = value_of(headers, "Cookie");
	check.cookies_count = check.cookies ? 1 : 0;
	if (headers->count)
		check.cookies_count =
			headers->count(headers->context, "Cookie");
	check.content_length = value_of(headers, "Content-Length");
	check.content_encoding = value_of(headers, "Content-Encoding");
	address_read(headers, &check);
	repeated_read(headers, &check);
	credentials_read(headers, &check);
	check.protocol = LG_PROTOCOL_HTTP;
	if (check.gate_protocol && !strcasecmp(check.gate_protocol, "mapi")) {
		check.protocol = LG_PROTOCOL_MAPI;
		check.service = LG_HTTP_SERVICE_MAPI;
	} else if (check.gate_protocol &&
		   !strcasecmp(check.gate_protocol, "owa")) {
		check.service = LG_HTTP_SERVICE_OWA;
	}
	*out_check = check;
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

static struct lg_mapi_text text_of(const char *text)
{
	return (struct lg_mapi_text){text, length(text)};
}

void lg_http_check_attempt(const struct lg_http_check *check,
			   struct lg_attempt *out_attempt)
{
	memset(out_attempt, 0, sizeof(*out_attempt));
	out_attempt->user = check->user;
	out_attempt->user_len = length(check->user);
	out_attempt->protocol = check->protocol;
	lg_mapi_client_version(check->application, length(check->application),
			       check->user_agent, length(check->user_agent),
			       &out_attempt->version);
}

void lg_http_check_mapi(const struct lg_http_check *check,
			const unsigned char *body, size_t body_len,
			struct lg_mapi_http *out_request)
{
	memset(out_request, 0, sizeof(*out_request));
	out_request->request_type = text_of(check->request_type);
	out_request->application = text_of(check->application);
	out_request->user_agent = text_of(check->user_agent);
	out_request->content_length = text_of(check->content_length);
	out_request->content_encoding = text_of(check->content_encoding);
	out_request->user = text_of(check->user);
	out_request->path = text_of(check->uri);
	out_request->request_type_count = (int64_t)check->request_type_count;
	out_request->body_size = -1;
	/* On another path X-RequestType is only a header that a client added,
	 * whatever the proxy made of the path. */
	out_request->also_http =
		(check->gate_protocol && check->protocol != LG_PROTOCOL_MAPI) ||
		(check->uri &&
		 !lg_request_path_is_mapi(check->uri, strlen(check->uri)));
	out_request->body = body;
	out_request->body_len = body_len;
}

int lg_http_check_is_connect(const struct lg_http_check *check)
{
	return lg_mapi_request_kind(check->request_type,
				    length(check->request_type)) ==
	       LG_MAPI_REQUEST_CONNECT;
}
