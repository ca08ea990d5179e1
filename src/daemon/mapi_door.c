/* SPDX-License-Identifier: ISC */
/*
 * mapi_door.c - MAPI over HTTP requests, whoever brings them
 *
 * lg_mapi_judge decides; here the session is looked up by X-ClientInfo before
 * and remembered, renewed or forgotten after. Without a policy that can be
 * trusted the listener's without_policy answers, and Disconnect still passes.
 */
#include "daemon/mapi_door.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/sessions.h"

struct lg_http_refusal gate_page_refusal(struct gate *gate,
					 enum lg_reason reason, int is_owa)
{
	struct lg_http_refusal refusal = {
		.kind = LG_HTTP_REFUSAL_PAGE,
		.status = is_owa ? gate->settings->http_refusal : 503,
		.retry_s = gate_retry_s(gate),
		.reason = reason,
		.text = gate_refusal_text(gate, reason),
	};

	return refusal;
}

struct lg_http_refusal gate_challenge_refusal(struct gate *gate,
					      enum lg_reason reason)
{
	struct lg_http_refusal refusal = {
		.kind = LG_HTTP_REFUSAL_CHALLENGE,
		.status = 401,
		.retry_s = gate_retry_s(gate),
		.reason = reason,
		.text = gate_refusal_text(gate, reason),
		.schemes = gate->settings->http_challenge,
		.realm = gate->settings->http_realm,
	};

	return refusal;
}

static char *terminated(const char *text, size_t len)
{
	return text && len ? strndup(text, len) : NULL;
}

/* Notes a session under a key of PREFIX and id. */
static void note(struct gate *gate, const char *prefix, const char *id,
		 const struct lg_attempt *attempt,
		 const struct lg_session *about)
{
	struct lg_buffer key = {0};
	char *user = terminated(attempt->user, attempt->user_len);
	char *dn = terminated(attempt->dn, attempt->dn_len);
	char *process = terminated(attempt->process, attempt->process_len);
	struct lg_session session = *about;

	session.id = id;
	session.user = user;
	session.dn = dn;
	session.process = process;
	session.version = attempt->version;
	session.protocol = attempt->protocol;
	session.since_s = gate_now_s(gate);
	lg_buffer_format(&key, "%s:%s", prefix, id);
	if (!key.status)
		gate_sessions_note(gate, key.data, key.len, &session);
	lg_buffer_release(&key);
	free(user);
	free(dn);
	free(process);
}

static int is_same(const char *text, const char *other, size_t len)
{
	return text ? strlen(text) == len && !memcmp(text, other, len) : !len;
}

void gate_mapi_note_peer(struct gate *gate, const char *peer,
			 const struct lg_attempt *attempt, const char *client,
			 const char *address)
{
	struct lg_session about = {
		.door = gate_door_name(GATE_DOOR_HAPROXY),
		.client = client,
		.address = address,
	};
	const struct lg_session *noted = NULL;
	struct lg_buffer key = {0};

	if (!peer)
		return;
	lg_buffer_format(&key, "src:%s", peer);
	if (!key.status)
		noted = gate_sessions_find(gate, key.data, key.len);
	lg_buffer_release(&key);
	/* Most requests come from whom the connection is known for. */
	if (noted && noted->protocol == attempt->protocol &&
	    is_same(noted->dn, attempt->dn, attempt->dn_len) &&
	    is_same(noted->user, attempt->user, attempt->user_len))
		return;
	note(gate, "src", peer, attempt, &about);
}

/* Remembers the session under X-ClientInfo, and under the connection that
 * HAProxy can cut. */
static void remember(struct gate *gate, const struct gate_mapi *request,
		     const struct lg_attempt *attempt)
{
	struct lg_session about = {
		.door = gate_door_name(request->door),
		.client = request->client,
		.address = request->address,
	};

	gate_mapi_note_peer(gate, request->peer, attempt, request->client,
			    request->address);
	if (request->client_info)
		note(gate, "ci", request->client_info, attempt, &about);
}

/* A session's later requests come through other connections than its
 * Connect. */
static void remember_peer(struct gate *gate, const struct gate_mapi *request,
			  const struct lg_attempt *attempt)
{
	if (attempt->dn_len || attempt->user_len)
		gate_mapi_note_peer(gate, request->peer, attempt,
				    request->client, request->address);
}

static const struct lg_session *find_known(struct gate *gate,
					   const struct gate_mapi *request)
{
	const struct lg_session *known = NULL;
	struct lg_buffer key = {0};

	if (!request->client_info)
		return NULL;
	lg_buffer_format(&key, "ci:%s", request->client_info);
	if (!key.status)
		known = gate_sessions_find(gate, key.data, key.len);
	lg_buffer_release(&key);
	return known;
}

static void forget(struct gate *gate, const struct gate_mapi *request)
{
	struct lg_buffer key = {0};

	if (!request->client_info)
		return;
	lg_buffer_format(&key, "ci:%s", request->client_info);
	if (!key.status)
		gate_sessions_forget(gate, key.data, key.len);
	lg_buffer_release(&key);
}

/* What without_policy says, in MAPI's words. */
static void judge_without_policy(struct gate *gate,
				 const struct gate_mapi *request,
				 struct lg_mapi_judgement *judgement)
{
	judgement->request =
		lg_mapi_request_kind(request->http.request_type.text,
				     request->http.request_type.len);
	judgement->attempt.protocol = LG_PROTOCOL_MAPI;
	judgement->attempt.user = request->http.user.text;
	judgement->attempt.user_len = request->http.user.len;
	judgement->decision =
		gate_decide(gate, request->listener, &judgement->attempt);
	judgement->way = LG_MAPI_WAY_ADMIT;
	switch (judgement->request) {
	case LG_MAPI_REQUEST_NONE:
		judgement->way = LG_MAPI_WAY_NOT_MAPI;
		return;
	case LG_MAPI_REQUEST_DISCONNECT:
	case LG_MAPI_REQUEST_ADDRESS_BOOK:
		judgement->decision.verdict = LG_ADMIT;
		return;
	case LG_MAPI_REQUEST_CONNECT:
	case LG_MAPI_REQUEST_SESSION:
	case LG_MAPI_REQUEST_OTHER:
		break;
	}
	if (judgement->decision.verdict == LG_ADMIT)
		return;
	judgement->way = judgement->request == LG_MAPI_REQUEST_CONNECT
				 ? LG_MAPI_WAY_DENY
				 : LG_MAPI_WAY_CODE;
	judgement->code = LG_MAPI_CODE_CONTEXT_NOT_FOUND;
}

/* A Connect of which only headers can be seen (auth_request): the name that
 * the proxy vouches for and the version are judged; no body, no DN. */
static void judge_headers(struct gate *gate, const struct gate_mapi *request,
			  struct lg_mapi_judgement *judgement)
{
	struct lg_attempt attempt = {
		.user = request->http.user.text,
		.user_len = request->http.user.len,
		.protocol = LG_PROTOCOL_MAPI,
	};

	lg_mapi_client_version(request->http.application.text,
			       request->http.application.len,
			       request->http.user_agent.text,
			       request->http.user_agent.len, &attempt.version);
	judgement->request = LG_MAPI_REQUEST_CONNECT;
	judgement->attempt = attempt;
	judgement->decision = gate_decide(gate, request->listener, &attempt);
	judgement->way = judgement->decision.verdict == LG_ADMIT
				 ? LG_MAPI_WAY_ADMIT
				 : LG_MAPI_WAY_DENY;
}

/* A lock with --grace refuses new logons and leaves open sessions alone until
 * it cuts them. A web page has no session, whatever headers came with it. */
static int has_grace(const struct gate *gate, const struct gate_mapi *request,
		     const struct lg_session *known,
		     const struct lg_mapi_judgement *judgement)
{
	return known && gate->lock->cut.wall_s &&
	       !request->http.also_http &&
	       judgement->request != LG_MAPI_REQUEST_CONNECT &&
	       judgement->way == LG_MAPI_WAY_CODE &&
	       judgement->code == LG_MAPI_CODE_CONTEXT_NOT_FOUND;
}

/* Only Connects and what is refused are worth a line. */
static void record(struct gate *gate, const struct gate_mapi *request,
		   const struct lg_mapi_judgement *judgement)
{
	struct gate_ask ask = {
		.door = request->door,
		.listener = request->listener,
		.attempt = judgement->attempt,
		.client = judgement->fault ? judgement->fault : request->client,
		.address = request->address,
	};

	if (judgement->request == LG_MAPI_REQUEST_CONNECT ||
	    judgement->decision.verdict == LG_REFUSE)
		gate_record(gate, &ask, &judgement->decision);
	else
		gate->counts[request->door].admitted++;
}

enum gate_mapi_way gate_mapi_judge(struct gate *gate,
				   const struct gate_mapi *request,
				   struct lg_http_refusal *out_refusal)
{
	const struct lg_policy *policy = gate_policy(gate);
	const struct lg_session *known = find_known(gate, request);
	struct lg_mapi_judgement judgement = {0};
	struct lg_http_refusal refusal = {0};

	if (!policy)
		judge_without_policy(gate, request, &judgement);
	else if (request->headers_only)
		judge_headers(gate, request, &judgement);
	else
		lg_mapi_judge(policy, &request->http, known, gate->mapi,
			      &judgement);
	if (policy && has_grace(gate, request, known, &judgement)) {
		judgement.way = LG_MAPI_WAY_ADMIT;
		judgement.decision.verdict = LG_ADMIT;
	}
	switch (gate_challenge(gate, &request->asker, &judgement.attempt,
			       &judgement.decision)) {
	case GATE_CHALLENGE_NOT:
		break;
	case GATE_CHALLENGE_BY:
		return GATE_MAPI_ADMIT;
	case GATE_CHALLENGE_ASK:
		*out_refusal =
			gate_challenge_refusal(gate, judgement.decision.reason);
		return GATE_MAPI_REFUSE;
	}
	switch (judgement.way) {
	case LG_MAPI_WAY_NOT_MAPI:
		return GATE_MAPI_NOT;
	case LG_MAPI_WAY_ADMIT:
		record(gate, request, &judgement);
		if (judgement.request == LG_MAPI_REQUEST_CONNECT)
			remember(gate, request, &judgement.attempt);
		else if (judgement.request == LG_MAPI_REQUEST_DISCONNECT)
			forget(gate, request);
		else
			remember_peer(gate, request, &judgement.attempt);
		return GATE_MAPI_ADMIT;
	case LG_MAPI_WAY_PAGE:
		record(gate, request, &judgement);
		*out_refusal = gate_page_refusal(
			gate, judgement.decision.reason, request->is_owa);
		return GATE_MAPI_REFUSE;
	case LG_MAPI_WAY_DENY:
		refusal.kind = LG_HTTP_REFUSAL_MAPI_DENIAL;
		break;
	case LG_MAPI_WAY_CODE:
		refusal.kind = LG_HTTP_REFUSAL_MAPI_CODE;
		refusal.code = judgement.code;
		break;
	}
	record(gate, request, &judgement);
	refusal.status = 200;
	refusal.retry_s = gate_retry_s(gate);
	refusal.reason = judgement.decision.reason;
	refusal.text = gate_refusal_text(gate, judgement.decision.reason);
	refusal.request_type = request->request_type;
	refusal.request_id = request->request_id;
	refusal.client_info = request->client_info;
	*out_refusal = refusal;
	return GATE_MAPI_REFUSE;
}
