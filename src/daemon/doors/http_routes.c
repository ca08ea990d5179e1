/* SPDX-License-Identifier: ISC */
/*
 * http_routes.c - what each path of the http listener answers
 *
 * Every answer is made at once from the policy in force; nothing here waits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "adapters/http/gate_request.h"
#include "daemon/net/http.h"
#include "daemon/doors/http_pages.h"
#include "daemon/doors/http_routes.h"
#include "daemon/doors/json_routes.h"
#include "daemon/doors/mapi_door.h"
#include "daemon/doors/tokens.h"
#include "daemon/doors/web_refusal.h"

#define USER_HEADER_MAX 64

/* What the client sent, without the asker's own key. */
static const char *get_header(const void *context, const char *name)
{
	const struct gate_http_question *question = context;
	int may_be_key = !strcasecmp(name, "Authorization");
	const char *value;
	size_t i = 0;

	do
		value = lg_http_request_header_at(question->http, name, i++);
	while (may_be_key && value &&
	       gate_http_is_key_bearer(question->gate, value));
	return value;
}

static size_t count_header(const void *context, const char *name)
{
	const struct gate_http_question *question = context;
	size_t count = lg_http_request_header_count(question->http, name);
	size_t given = count;

	if (strcasecmp(name, "Authorization"))
		return count;
	for (size_t i = 0; i < given; i++)
		if (gate_http_is_key_bearer(
			    question->gate,
			    lg_http_request_header_at(question->http, name, i)))
			count--;
	return count;
}

static void read_check(const struct gate_http_question *question,
		       struct lg_http_check *out_check)
{
	struct lg_http_headers headers = {question, get_header, count_header,
					  NULL};
	char user[USER_HEADER_MAX + 1];
	size_t len = 0;
	const char *name =
		lg_http_request_argument(question->http, "user", &len);

	/* Traefik cannot rename what its own forward authentication says. A
	 * name beyond every header's is that of none. */
	if (name) {
		snprintf(user, sizeof(user), "%.*s",
			 len <= USER_HEADER_MAX ? (int)len : 0, name);
		headers.user = user;
	}
	lg_http_check_read(&headers, out_check);
}

static struct gate_asker asker_of(const struct lg_http_check *check)
{
	struct gate_asker asker = {
		.may_be_asked = 1,
		.has_credentials = check->has_credentials,
		.challenge = check->challenge,
	};

	return asker;
}

static void fill_mapi(const struct lg_http_check *check,
		      const struct gate_http_question *request,
		      struct gate_mapi *out_mapi)
{
	memset(out_mapi, 0, sizeof(*out_mapi));
	out_mapi->door = GATE_DOOR_HTTP;
	out_mapi->asker = asker_of(check);
	out_mapi->request_type = check->request_type;
	out_mapi->client_info = check->client_info;
	out_mapi->accept = check->languages;
	out_mapi->request_id = check->request_id;
	out_mapi->cookies.text = check->cookies;
	out_mapi->cookies.len = check->cookies ? strlen(check->cookies) : 0;
	out_mapi->cookies_count = (int64_t)check->cookies_count;
	out_mapi->client =
		check->user_agent ? check->user_agent : check->application;
	lg_http_check_mapi(check, (const unsigned char *)request->http->body,
			   request->http->body_len, &out_mapi->http);
}

/* Address as a text that ends in NUL; the caller frees it. */
static char *address_of(const struct lg_http_check *check)
{
	return check->address ? strndup(check->address, check->address_len)
			      : NULL;
}

static int check_web(struct gate *gate, const struct lg_http_check *check,
		     const char *address, struct lg_http_refusal *out_refusal)
{
	struct gate_ask ask = {
		.door = GATE_DOOR_HTTP,
		.client = check->user_agent,
		.address = address,
		.accept = check->languages,
		.asker = asker_of(check),
	};
	struct gate_answer answer;

	lg_http_check_attempt(check, &ask.attempt);
	gate_judge(gate, &ask, &answer);
	switch (answer.challenge) {
	case GATE_CHALLENGE_NOT:
		break;
	case GATE_CHALLENGE_BY:
		return 1;
	case GATE_CHALLENGE_ASK:
		*out_refusal = gate_challenge_refusal(gate, &answer.decision,
						      check->languages);
		return 0;
	}
	if (answer.decision.verdict == LG_ADMIT)
		return 1;
	*out_refusal =
		gate_page_refusal(gate, &answer.decision, check->languages,
				  check->service == LG_HTTP_SERVICE_OWA);
	return 0;
}

/* 1 admitted, else *out_refusal. */
static int judge_check(const struct gate_http_question *request,
		       const struct lg_http_check *check,
		       struct lg_http_refusal *out_refusal)
{
	char *address = address_of(check);
	enum gate_mapi_way way = GATE_MAPI_NOT;
	char ticket[GATE_TOKEN_SIZE];
	struct gate_mapi mapi;
	int admitted = 0;

	/* What X-RequestType says counts where the proxy says MAPI, never
	 * because a client sent it. */
	if (check->service == LG_HTTP_SERVICE_MAPI) {
		fill_mapi(check, request, &mapi);
		mapi.address = address;
		/* auth_request never sees a body. */
		mapi.headers_only = lg_http_check_is_connect(check) &&
				    mapi.http.request_type_count <= 1 &&
				    !mapi.http.also_http;
		way = gate_mapi_judge(request->gate, &mapi, out_refusal,
				      ticket);
	}
	switch (way) {
	case GATE_MAPI_NOT:
		admitted =
			check_web(request->gate, check, address, out_refusal);
		break;
	case GATE_MAPI_ADMIT:
		admitted = 1;
		break;
	case GATE_MAPI_REFUSE:
		break;
	}
	free(address);
	return admitted;
}

/* What the client gets, or 403 and a token for it. */
static void refuse(struct gate *gate, const struct lg_http_refusal *refusal,
		   int is_final, struct lg_http_answer *answer)
{
	char token[GATE_TOKEN_SIZE];
	struct lg_error err = {0};
	enum lg_status status;

	if (is_final) {
		status = lg_http_answer_render(refusal, gate_http_page(gate),
					       answer, &err);
	} else {
		gate_tokens_keep(gate->tokens, gate_store_s(gate), refusal,
				 token);
		status = lg_http_answer_refused(refusal, token, answer, &err);
	}
	if (status != LG_OK)
		lg_http_answer_failed(answer, &err);
}

static void check(const struct gate_http_question *request,
		  struct lg_http_answer *answer)
{
	struct lg_http_refusal refusal = {0};
	struct lg_http_check asked;
	int is_final;

	read_check(request, &asked);
	if (judge_check(request, &asked, &refusal)) {
		lg_http_answer_admit(answer);
		return;
	}
	/* Fronts that pass the answer on to the client say so. */
	is_final =
		lg_http_request_argument_is(request->http, "answer", "final") ||
		(refusal.kind == LG_HTTP_REFUSAL_CHALLENGE &&
		 asked.challenge == LG_HTTP_CHALLENGE_ANSWER);
	refuse(request->gate, &refusal, is_final, answer);
}

static void render(const struct gate_http_question *request,
		   struct lg_http_answer *answer)
{
	struct gate *gate = request->gate;
	const struct lg_http_refusal *kept =
		gate_ring_find(gate->tokens, gate_store_s(gate),
			       get_header(request, "X-Gate-Token"));
	struct lg_http_refusal shown;
	struct lg_error err = {0};
	const char *text;

	if (kept) {
		shown = *kept;
		text = gate_refusal_again(
			gate, kept, get_header(request, "Accept-Language"));
		if (text) {
			shown.text = text;
			shown.language = gate->text_language;
		}
	}
	if (lg_http_answer_render(kept ? &shown : NULL, gate_http_page(gate),
				  answer, &err) != LG_OK)
		lg_http_answer_failed(answer, &err);
}

static void mapi(const struct gate_http_question *request,
		 struct lg_http_answer *answer)
{
	struct gate *gate = request->gate;
	struct lg_http_refusal refusal = {0};
	struct lg_http_check asked;
	char ticket[GATE_TOKEN_SIZE] = "";
	struct gate_mapi asks;
	char *address;
	int refused = 0;

	read_check(request, &asked);
	address = address_of(&asked);
	/* What is sent here is a Connect (contract 6), also without its
	 * header. */
	if (!asked.request_type)
		asked.request_type = "Connect";
	fill_mapi(&asked, request, &asks);
	asks.address = address;
	switch (gate_mapi_judge(gate, &asks, &refusal, ticket)) {
	case GATE_MAPI_NOT:
		refused = !check_web(gate, &asked, address, &refusal);
		break;
	case GATE_MAPI_ADMIT:
		break;
	case GATE_MAPI_REFUSE:
		refused = 1;
		break;
	}
	if (!refused)
		lg_http_answer_let_by(ticket, answer);
	else
		refuse(gate, &refusal,
		       refusal.kind != LG_HTTP_REFUSAL_CHALLENGE ||
			       asked.challenge != LG_HTTP_CHALLENGE_RENDER,
		       answer);
	free(address);
}

/* What the server answered to a request that /v1/mapi let by. */
static void mapi_answer(const struct gate_http_question *request,
			struct lg_http_answer *answer)
{
	const char *ticket = get_header(request, "X-Gate-Ticket");
	struct lg_mapi_told told;

	if (!lg_mapi_told_read(request->http->body, request->http->body_len,
			       &told)) {
		request->gate->counts[GATE_DOOR_HTTP].unreadable++;
		lg_http_answer_plain(answer, 400, "text/plain",
				     "is not an HTTP answer\n");
		return;
	}
	if (ticket)
		gate_mapi_told(request->gate, ticket, &told);
	lg_http_answer_admit(answer);
}

/* What no row of a door has. */
static const struct {
	const char *path;
	const char *methods; /* NULL: any */
	void (*answer)(const struct gate_http_question *request,
		       struct lg_http_answer *answer);
} routes[] = {
	{"/v1/check", NULL, check},
	{"/v1/dovecot", "POST", gate_http_dovecot},
	{"/v1/mapi", "POST", mapi},
	{"/v1/mapi/answer", "POST", mapi_answer},
	{"/v1/render", NULL, render},
	{"/metrics", "GET, HEAD", gate_http_metrics},
	{"/healthz", "GET, HEAD", gate_http_healthz},
	{"/", "GET, HEAD", gate_http_status_page},
};

int gate_http_ignores_body(const char *path)
{
	return !strcmp(path, "/v1/render") || !strcmp(path, "/v1/check");
}

/* methods as Allow lists them. */
static int allows(const char *methods, const char *method)
{
	const char *at = strstr(methods, method);
	size_t len = strlen(method);

	return at && (at == methods || at[-1] == ' ') &&
	       (!at[len] || at[len] == ',');
}

/* 1 where the request came with one of the methods (NULL: any); else it is
 * answered. */
static int is_method(const char *methods, const struct lg_http_request *request,
		     struct lg_http_answer *out_answer)
{
	if (!methods || allows(methods, request->method))
		return 1;
	lg_http_answer_plain(out_answer, 405, "text/plain",
			     "not with this method\n");
	out_answer->header[1].name = "Allow";
	out_answer->header[1].value = methods;
	out_answer->header_count = 2;
	return 0;
}

void gate_http_route(struct gate *gate, const struct lg_http_request *request,
		     struct lg_http_answer *out_answer)
{
	const struct gate_http_question question = {gate, request};

	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (strcmp(request->path, routes[i].path))
			continue;
		if (is_method(routes[i].methods, request, out_answer))
			routes[i].answer(&question, out_answer);
		return;
	}
	for (int i = 0; i < GATE_DOOR_COUNT; i++) {
		enum gate_door door = (enum gate_door)i;
		const char *path = gate_door_row(door)->path;

		if (!path || strcmp(request->path, path))
			continue;
		if (is_method("POST", request, out_answer))
			gate_http_decide(door, &question, out_answer);
		return;
	}
	lg_http_answer_plain(out_answer, 404, "text/plain",
			     "nothing is here\n");
}
