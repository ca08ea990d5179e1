/* SPDX-License-Identifier: ISC */
/*
 * mapi_gate.c - the rules of contract 8 for requests of MAPI over HTTP
 *
 * A Connect is read and judged by DN, version and every process name. What
 * belongs to an open session is judged by what its Connect said, so that a
 * lock ends sessions at their next request. What cannot be read is refused
 * while names or clients are limited, else left to the server behind.
 */
#include <string.h>

#include "core/mapi/mapi_gate.h"

static struct lg_decision refused_unread(void)
{
	struct lg_decision decision = {.verdict = LG_REFUSE, .lock = -1};

	return decision;
}

static int is_blank(struct lg_mapi_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.text[i] != ' ' && text.text[i] != '\t')
			return 0;
	return 1;
}

/* A Content-Length, or -1 for what is none. */
static int64_t length_read(struct lg_mapi_text text)
{
	int64_t value = 0;

	if (!text.len)
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (text.text[i] < '0' || text.text[i] > '9')
			return -1;
		if (value > (INT64_MAX - 9) / 10)
			return -1;
		value = value * 10 + (text.text[i] - '0');
	}
	return value;
}

/* Why the body that arrived is not the body that was sent; NULL: it is. */
static const char *body_fault(const struct lg_mapi_http *request)
{
	int64_t length;

	if (request->content_encoding.text &&
	    !is_blank(request->content_encoding))
		return "content-encoding";
	if (request->content_length.text) {
		length = length_read(request->content_length);
		if (length < 0)
			return "content-length";
		if ((uint64_t)length != request->body_len)
			return "body-truncated";
	}
	if (request->body_size > 0 &&
	    (uint64_t)request->body_size != request->body_len)
		return "body-truncated";
	return NULL;
}

static int is_empty_leg(const struct lg_mapi_http *request)
{
	return !request->body_len && request->content_length.text &&
	       length_read(request->content_length) == 0;
}

/*
 * A UserDn is ASCII (MS-OXCMAPIHTTP 2.2.4.1.1). One with other bytes stands
 * on no list, whatever the list says.
 */
static int is_listable(struct lg_mapi_text dn)
{
	for (size_t i = 0; i < dn.len; i++)
		if ((unsigned char)dn.text[i] < 0x20 ||
		    (unsigned char)dn.text[i] >= 0x7f)
			return 0;
	return dn.len > 0;
}

/* Where the front knows a name for certain, the DN has to be its own. */
static struct lg_decision person_decide(const struct lg_policy *policy,
					const struct lg_attempt *attempt)
{
	struct lg_decision decision = lg_policy_decide(policy, attempt);
	int misfit = -1;

	if (decision.verdict == LG_ADMIT && lg_policy_limits_names(policy))
		misfit = lg_policy_misfit(policy, attempt);
	if (misfit >= 0)
		decision = (struct lg_decision){LG_REFUSE, LG_REASON_NOT_LISTED,
						LG_RULE_LOGON_ONLY_AS, misfit};
	return decision;
}

static struct lg_decision connect_decide(const struct lg_policy *policy,
					 const struct lg_mapi_connect *connect,
					 struct lg_attempt *attempt)
{
	struct lg_attempt with_process;
	struct lg_decision decision;
	struct lg_attempt asked = *attempt;

	if (!is_listable(connect->user_dn)) {
		asked.dn = NULL;
		asked.dn_len = 0;
		/* A name beside a DN nobody can list must not let it in. */
		if (connect->user_dn.len) {
			asked.user = NULL;
			asked.user_len = 0;
		}
	}
	decision = person_decide(policy, &asked);
	for (size_t i = 1;
	     i < connect->aux.process_count && decision.verdict == LG_ADMIT;
	     i++) {
		with_process = asked;
		with_process.process = connect->aux.process[i].text;
		with_process.process_len = connect->aux.process[i].len;
		decision = lg_policy_decide(policy, &with_process);
		if (decision.verdict == LG_REFUSE) {
			attempt->process = with_process.process;
			attempt->process_len = with_process.process_len;
		}
	}
	return decision;
}

static void connect_judge(const struct lg_policy *policy,
			  const struct lg_mapi_http *request, int locked,
			  struct lg_mapi_scratch *scratch,
			  struct lg_mapi_judgement *j)
{
	struct lg_mapi_connect connect;
	enum lg_mapi_fault fault;

	if (is_empty_leg(request)) {
		j->way = LG_MAPI_WAY_ADMIT;
		return;
	}
	j->fault = body_fault(request);
	fault = lg_mapi_connect_parse(request->body, request->body_len, scratch,
				      &connect);
	if (!j->fault && fault != LG_MAPI_SOUND)
		j->fault = lg_mapi_fault_name(fault);
	if (!j->fault && connect.aux.unterminated)
		j->fault = "process-unterminated";
	if (connect.user_dn.len) {
		j->attempt.dn = connect.user_dn.text;
		j->attempt.dn_len = connect.user_dn.len;
	}
	if (connect.aux.process_count) {
		j->attempt.process = connect.aux.process[0].text;
		j->attempt.process_len = connect.aux.process[0].len;
	}
	if (j->fault && locked) {
		j->way = LG_MAPI_WAY_CODE;
		j->code = LG_MAPI_CODE_INVALID_BODY;
		j->decision = refused_unread();
		return;
	}
	/* Where nobody and no client is limited, what cannot be read still
	 * has a protocol. */
	j->decision = connect_decide(policy, &connect, &j->attempt);
	j->way = j->decision.verdict == LG_ADMIT ? LG_MAPI_WAY_ADMIT
						 : LG_MAPI_WAY_DENY;
}

/* The client comes back with a Connect that can be judged. */
static void session_end(struct lg_mapi_judgement *j)
{
	j->way = LG_MAPI_WAY_CODE;
	j->code = LG_MAPI_CODE_CONTEXT_NOT_FOUND;
	j->decision.verdict = LG_REFUSE;
	j->decision.reason = LG_REASON_SESSION_ENDED;
}

/* Only one layer, the standing values, is no lock. */
static int has_lock(const struct lg_policy *policy)
{
	const struct lg_policy_layer_info *layer =
		lg_policy_layer_at(policy, 0);

	return layer && (layer->id || lg_policy_layer_count(policy) > 1);
}

/*
 * Of a session nobody has seen. Whose it is knows only the server, and a name
 * that was verified at this request may be another one's: its client comes
 * back with a Connect. Without a lock and a list the version alone counts.
 */
static void unknown_judge(const struct lg_policy *policy,
			  struct lg_mapi_judgement *j)
{
	if (has_lock(policy) || lg_policy_limits_names(policy)) {
		j->decision = refused_unread();
		session_end(j);
		return;
	}
	j->decision = lg_policy_decide(policy, &j->attempt);
	/* Only a Connect names its process. */
	if (j->decision.reason == LG_REASON_PROCESS_UNKNOWN)
		j->decision = (struct lg_decision){LG_ADMIT, LG_REASON_NONE,
						   LG_RULE_NONE, -1};
	j->way = LG_MAPI_WAY_ADMIT;
	if (j->decision.verdict == LG_REFUSE)
		session_end(j);
}

static void session_judge(const struct lg_policy *policy,
			  const struct lg_mapi_http *request,
			  const struct lg_session *known,
			  struct lg_mapi_judgement *j)
{
	struct lg_version version = j->attempt.version;
	struct lg_attempt owner;

	if (!known) {
		unknown_judge(policy, j);
		return;
	}
	owner = lg_session_attempt(known);
	owner.protocol = LG_PROTOCOL_MAPI;
	if (owner.version.known == LG_VERSION_UNKNOWN)
		owner.version = version;
	j->attempt = owner;
	j->decision = person_decide(policy, &owner);
	if (j->decision.verdict == LG_ADMIT && request->user.len) {
		owner.user = request->user.text;
		owner.user_len = request->user.len;
		j->decision = person_decide(policy, &owner);
	}
	j->way = LG_MAPI_WAY_ADMIT;
	if (j->decision.verdict == LG_REFUSE || request->session_ended)
		session_end(j);
}

static int is_doubled(const struct lg_mapi_http *request)
{
	return request->request_type_count > 1 ||
	       (request->request_type.text &&
		memchr(request->request_type.text, ',',
		       request->request_type.len));
}

/* "X-RequestType: Disconnect" on a request for webmail must open nothing. */
static void http_judge(const struct lg_policy *policy,
		       const struct lg_mapi_http *request,
		       struct lg_mapi_judgement *j)
{
	struct lg_attempt attempt = {0};
	struct lg_decision decision;

	attempt.user = request->user.text;
	attempt.user_len = request->user.len;
	attempt.version = j->attempt.version;
	attempt.protocol = LG_PROTOCOL_HTTP;
	decision = lg_policy_decide(policy, &attempt);
	if (decision.verdict == LG_ADMIT)
		return;
	j->way = LG_MAPI_WAY_PAGE;
	j->decision = decision;
	j->attempt = attempt;
}

static void request_judge(const struct lg_policy *policy,
			  const struct lg_mapi_http *request,
			  const struct lg_session *known,
			  struct lg_mapi_scratch *scratch,
			  struct lg_mapi_judgement *j)
{
	int locked = lg_policy_limits_names(policy) ||
		     lg_policy_judges_clients(policy);

	memset(j, 0, sizeof(*j));
	j->decision.lock = -1;
	j->attempt.protocol = LG_PROTOCOL_MAPI;
	j->attempt.user = request->user.text;
	j->attempt.user_len = request->user.len;
	lg_mapi_client_version(request->application.text,
			       request->application.len,
			       request->user_agent.text,
			       request->user_agent.len, &j->attempt.version);
	j->request = lg_mapi_request_kind(
		request->request_type.text,
		request->request_type.text ? request->request_type.len : 0);
	if ((j->request == LG_MAPI_REQUEST_PING ||
	     j->request == LG_MAPI_REQUEST_OTHER) &&
	    lg_mapi_path_is_address_book(request->path.text, request->path.len))
		j->request = LG_MAPI_REQUEST_ADDRESS_BOOK;
	if (is_doubled(request)) {
		/* Nobody knows which of them the server will take. */
		j->request = LG_MAPI_REQUEST_OTHER;
		j->fault = "request-type";
		j->decision = locked ? refused_unread()
				     : lg_policy_decide(policy, &j->attempt);
		j->way = LG_MAPI_WAY_ADMIT;
		if (j->decision.verdict == LG_REFUSE) {
			j->way = LG_MAPI_WAY_CODE;
			j->code = LG_MAPI_CODE_INVALID_HEADER;
		}
		return;
	}
	switch (j->request) {
	case LG_MAPI_REQUEST_NONE:
		j->way = LG_MAPI_WAY_NOT_MAPI;
		return;
	case LG_MAPI_REQUEST_CONNECT:
		connect_judge(policy, request, locked, scratch, j);
		return;
	case LG_MAPI_REQUEST_DISCONNECT:
	case LG_MAPI_REQUEST_ADDRESS_BOOK:
		j->way = LG_MAPI_WAY_ADMIT;
		return;
	case LG_MAPI_REQUEST_SESSION:
	case LG_MAPI_REQUEST_PING:
	case LG_MAPI_REQUEST_OTHER:
		session_judge(policy, request, known, j);
		return;
	}
}

void lg_mapi_judge(const struct lg_policy *policy,
		   const struct lg_mapi_http *request,
		   const struct lg_session *known,
		   struct lg_mapi_scratch *scratch,
		   struct lg_mapi_judgement *out_judgement)
{
	request_judge(policy, request, known, scratch, out_judgement);
	if (request->also_http && out_judgement->way == LG_MAPI_WAY_ADMIT)
		http_judge(policy, request, out_judgement);
}
