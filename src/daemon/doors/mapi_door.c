/* SPDX-License-Identifier: ISC */
/*
 * mapi_door.c - MAPI over HTTP requests, whoever brings them
 *
 * lg_mapi_judge decides; the session is looked up before by its context
 * cookie, which is learned or forgotten when the server's answer is told.
 * Without a policy that can be trusted the listener's without_policy answers,
 * and Disconnect still passes.
 */
#include "daemon/doors/mapi_door.h"

#include <stdlib.h>
#include <string.h>

#include "base/kept.h"

#include "daemon/doors/mapi_known.h"
#include "daemon/doors/mapi_tickets.h"
#include "daemon/doors/web_refusal.h"
#include "daemon/sessions/sessions.h"
#include "daemon/view.h"

/* A text that ends in NUL; NULL for an empty one. */
static char *terminated(const char *text, size_t len)
{
	return text && len ? strndup(text, len) : NULL;
}

/* The texts of an attempt. */
struct who {
	char *user;
	char *dn;
	char *process;
};

static struct lg_session session_of(struct gate *gate,
				    const struct lg_attempt *attempt,
				    struct who *out_who)
{
	struct lg_session session = {
		.version = attempt->version,
		.protocol = attempt->protocol,
		.since_s = gate_now_s(gate),
	};

	out_who->user = terminated(attempt->user, attempt->user_len);
	out_who->dn = terminated(attempt->dn, attempt->dn_len);
	out_who->process = terminated(attempt->process, attempt->process_len);
	session.user = out_who->user;
	session.dn = out_who->dn;
	session.process = out_who->process;
	return session;
}

static void free_who(struct who *who)
{
	free(who->user);
	free(who->dn);
	free(who->process);
}

static void note_peer(struct gate *gate, const char *peer,
		      const struct lg_session *session)
{
	struct lg_session at_peer = *session;
	struct lg_buffer key = {0};

	at_peer.id = peer;
	lg_buffer_format(&key, "src:%s", peer);
	if (key.status == LG_OK)
		gate_sessions_note(gate, key.data, key.len, &at_peer);
	lg_buffer_release(&key);
}

static int is_same(const char *text, const char *other, size_t len)
{
	return text ? strlen(text) == len && !memcmp(text, other, len) : !len;
}

void gate_mapi_note_peer(struct gate *gate, const char *peer,
			 const struct lg_attempt *attempt, const char *client,
			 const char *address)
{
	const struct lg_session *noted = NULL;
	struct lg_session session;
	struct lg_buffer key = {0};
	struct who who;

	if (!peer)
		return;
	lg_buffer_format(&key, "src:%s", peer);
	if (key.status == LG_OK)
		noted = gate_sessions_find(gate, key.data, key.len);
	lg_buffer_release(&key);
	/* Most requests come from whom the connection is known for. */
	if (noted && noted->protocol == attempt->protocol &&
	    is_same(noted->dn, attempt->dn, attempt->dn_len) &&
	    is_same(noted->user, attempt->user, attempt->user_len))
		return;
	session = session_of(gate, attempt, &who);
	session.door = gate_door_name(GATE_DOOR_HAPROXY);
	session.client = client;
	session.address = address;
	note_peer(gate, peer, &session);
	free_who(&who);
}

static int is_kept_whole(const struct lg_attempt *attempt)
{
	return attempt->dn_len <= LG_KEPT_MAX &&
	       attempt->user_len <= LG_KEPT_MAX;
}

/*
 * A ticket for what the server's answer will say something new about: a
 * Connect that was read, or the end of a session that is known.
 */
static void give_ticket(struct gate *gate, const struct gate_mapi *request,
			const struct lg_mapi_judgement *judgement,
			const struct gate_mapi_known *known,
			char out_ticket[GATE_TOKEN_SIZE])
{
	int is_connect = judgement->request == LG_MAPI_REQUEST_CONNECT &&
			 judgement->attempt.dn_len && !judgement->fault &&
			 is_kept_whole(&judgement->attempt);
	int is_end = judgement->request == LG_MAPI_REQUEST_DISCONNECT &&
		     known->session;
	struct gate_ticket ticket = {.peer = request->peer};
	struct who who;

	if ((!is_connect && !is_end) || request->headers_only ||
	    request->http.also_http)
		return;
	ticket.session = session_of(gate, &judgement->attempt, &who);
	ticket.session.door = gate_door_name(request->door);
	ticket.session.client = request->client;
	ticket.session.address = request->address;
	if (is_end) {
		ticket.kind = GATE_TICKET_DISCONNECT;
		ticket.key = known->key.data;
	}
	gate_tickets_give(gate->tickets, gate_store_s(gate), &ticket,
			  out_ticket);
	free_who(&who);
}

void gate_mapi_told(struct gate *gate, const char *text,
		    const struct lg_mapi_told *told)
{
	const struct lg_strlist *names = &gate->settings->mapi_cookies;
	struct gate_ticket *ticket =
		gate_ring_take(gate->tickets, gate_store_s(gate), text);
	struct lg_buffer key = {0};
	struct lg_mapi_text value;
	size_t name = 0;

	if (!ticket || !lg_mapi_told_accepts(told)) {
		free(ticket);
		return;
	}
	switch (ticket->kind) {
	case GATE_TICKET_DISCONNECT:
		gate_sessions_forget(gate, ticket->key, strlen(ticket->key));
		break;
	case GATE_TICKET_CONNECT:
		if (!lg_mapi_told_cookie(told, names, &name, &value))
			break;
		gate_mapi_key(names->item[name], value, &key);
		if (key.status == LG_OK)
			gate_sessions_bind(gate, key.data, key.len,
					   &ticket->session);
		if (ticket->peer)
			note_peer(gate, ticket->peer, &ticket->session);
		break;
	}
	lg_buffer_release(&key);
	free(ticket);
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
		gate_decide(gate, request->door, &judgement->attempt);
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
	case LG_MAPI_REQUEST_PING:
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
	judgement->decision = gate_decide(gate, request->door, &attempt);
	judgement->way = judgement->decision.verdict == LG_ADMIT
				 ? LG_MAPI_WAY_ADMIT
				 : LG_MAPI_WAY_DENY;
}

/* The locks that refuse it still have their grace. */
static int is_spared(const struct gate *gate, const struct lg_session *known)
{
	struct lg_attempt attempt = lg_session_attempt(known);
	const struct lg_policy *cuts = gate_cuts(gate);

	return cuts && cuts != gate_policy(gate) &&
	       lg_policy_decide(cuts, &attempt).verdict == LG_ADMIT;
}

/* A lock with --grace refuses new logons and leaves open sessions alone until
 * it cuts them. A web page has no session, whatever headers came with it. */
static int has_grace(const struct gate *gate, const struct gate_mapi *request,
		     const struct gate_mapi_known *known,
		     const struct lg_mapi_judgement *judgement)
{
	return known->session && !known->is_ended &&
	       is_spared(gate, known->session) && !request->http.also_http &&
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

/* What becomes of one that is let by. */
static void follow(struct gate *gate, const struct gate_mapi *request,
		   const struct lg_mapi_judgement *judgement,
		   const struct gate_mapi_known *known,
		   char out_ticket[GATE_TOKEN_SIZE])
{
	const struct lg_attempt *attempt = &judgement->attempt;

	switch (judgement->request) {
	case LG_MAPI_REQUEST_CONNECT:
	case LG_MAPI_REQUEST_DISCONNECT:
		give_ticket(gate, request, judgement, known, out_ticket);
		return;
	case LG_MAPI_REQUEST_NONE:
	case LG_MAPI_REQUEST_ADDRESS_BOOK:
	case LG_MAPI_REQUEST_SESSION:
	case LG_MAPI_REQUEST_PING:
	case LG_MAPI_REQUEST_OTHER:
		break;
	}
	/* A session's later requests come through other connections than its
	 * Connect. */
	if (attempt->dn_len || attempt->user_len)
		gate_mapi_note_peer(gate, request->peer, attempt,
				    request->client, request->address);
}

/* Whatever is in force; what ends a session is always let by. */
static void refuse_bad_name(struct lg_mapi_judgement *judgement)
{
	if (judgement->request == LG_MAPI_REQUEST_DISCONNECT)
		return;
	judgement->decision = (struct lg_decision){
		.verdict = LG_REFUSE,
		.reason = LG_REASON_BAD_NAME,
	};
	judgement->way = judgement->request == LG_MAPI_REQUEST_CONNECT
				 ? LG_MAPI_WAY_DENY
				 : LG_MAPI_WAY_CODE;
	judgement->code = LG_MAPI_CODE_CONTEXT_NOT_FOUND;
}

static void judge(struct gate *gate, const struct gate_mapi *request,
		  const struct gate_mapi_known *known,
		  struct lg_mapi_judgement *j)
{
	const struct lg_policy *policy = gate_policy(gate);
	struct lg_mapi_http http = request->http;

	http.session_ended = known->is_ended;
	if (!policy)
		judge_without_policy(gate, request, j);
	else if (request->headers_only)
		judge_headers(gate, request, j);
	else
		lg_mapi_judge(policy, &http, known->session, gate->mapi, j);
	if (policy && gate->view->is_partial && j->way == LG_MAPI_WAY_ADMIT &&
	    j->decision.rule != LG_RULE_BREAK_GLASS)
		judge_without_policy(gate, request, j);
	if (policy && has_grace(gate, request, known, j)) {
		j->way = LG_MAPI_WAY_ADMIT;
		j->decision.verdict = LG_ADMIT;
		j->decision.reason = LG_REASON_NONE;
	}
	if (j->way == LG_MAPI_WAY_ADMIT && gate_has_bad_name(&j->attempt))
		refuse_bad_name(j);
}

enum gate_mapi_way gate_mapi_judge(struct gate *gate,
				   const struct gate_mapi *request,
				   struct lg_http_refusal *out_refusal,
				   char out_ticket[GATE_TOKEN_SIZE])
{
	struct lg_mapi_judgement judgement = {0};
	enum gate_challenge challenge = GATE_CHALLENGE_NOT;
	struct lg_http_refusal refusal = {0};
	struct gate_mapi_known known;

	*out_ticket = '\0';
	gate_mapi_find(gate, request, &known);
	judge(gate, request, &known, &judgement);
	if (judgement.way == LG_MAPI_WAY_ADMIT) {
		record(gate, request, &judgement);
		follow(gate, request, &judgement, &known, out_ticket);
	}
	lg_buffer_release(&known.key);
	/* Whose session is known has been asked. */
	if (!known.session)
		challenge =
			gate_challenge(gate, &request->asker,
				       &judgement.attempt, &judgement.decision);
	switch (challenge) {
	case GATE_CHALLENGE_NOT:
		break;
	case GATE_CHALLENGE_BY:
		return GATE_MAPI_ADMIT;
	case GATE_CHALLENGE_ASK:
		*out_refusal = gate_challenge_refusal(gate, &judgement.decision,
						      request->accept);
		return GATE_MAPI_REFUSE;
	}
	switch (judgement.way) {
	case LG_MAPI_WAY_NOT_MAPI:
		return GATE_MAPI_NOT;
	case LG_MAPI_WAY_ADMIT:
		return GATE_MAPI_ADMIT;
	case LG_MAPI_WAY_PAGE:
		record(gate, request, &judgement);
		*out_refusal =
			gate_page_refusal(gate, &judgement.decision,
					  request->accept, request->is_owa);
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
	refusal.retry_s = gate_retry_s(gate, &judgement.decision);
	refusal.reason = judgement.decision.reason;
	refusal.text =
		gate_refusal_text(gate, &judgement.decision, request->accept);
	refusal.request_type = request->request_type;
	refusal.request_id = request->request_id;
	refusal.client_info = request->client_info;
	*out_refusal = refusal;
	return GATE_MAPI_REFUSE;
}
