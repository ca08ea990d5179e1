/* SPDX-License-Identifier: ISC */
/*
 * json_routes.c - paths of the http listener that ask and answer in JSON
 */
#include "daemon/doors/json_routes.h"

#include <string.h>

#include "adapters/dovecot/auth_policy.h"
#include "adapters/http/json_text.h"
#include "daemon/doors/check_json.h"
#include "daemon/sessions/sessions.h"
#include "daemon/sessions/submitters.h"

#define JSON_TYPE "application/json"

/* One JSON object; object is given away. */
static void json(struct lg_http_answer *answer, unsigned int status,
		 cJSON *object)
{
	char *text = object ? cJSON_PrintUnformatted(object) : NULL;

	cJSON_Delete(object);
	if (text)
		lg_http_answer_plain(answer, status, JSON_TYPE, text);
	else
		lg_http_answer_plain(answer, 500, "text/plain",
				     "out of memory\n");
	cJSON_free(text);
}

static void json_error(struct lg_http_answer *answer,
		       const struct lg_error *err)
{
	cJSON *object = cJSON_CreateObject();

	if (object)
		cJSON_AddStringToObject(object, "error", err->text);
	json(answer, 400, object);
}

static void note_session(struct gate *gate, const struct lg_auth_policy *policy,
			 const char *client)
{
	struct lg_buffer key = {0};
	struct lg_session session = {
		.id = policy->session_id,
		.door = "dovecot",
		.user = policy->user ? policy->user : policy->login,
		.master = policy->master,
		.client = client,
		.address = policy->remote,
		.protocol = policy->protocol,
		.since_s = gate_now_s(gate),
	};

	gate_sessions_dovecot_key(policy->protocol, session.user,
				  policy->remote, &key);
	if (key.status == LG_OK)
		gate_sessions_note(gate, key.data, key.len, &session);
	gate_submitters_note(gate, &session);
	lg_buffer_release(&key);
}

static void decide_dovecot(struct gate *gate,
			   const struct lg_auth_policy *policy,
			   const char *client, struct lg_buffer *out)
{
	struct gate_ask ask = {
		.door = GATE_DOOR_DOVECOT,
		.client = client,
		.address = policy->remote,
	};
	struct gate_answer answer;

	if (!policy->is_decided && !policy->has_nul) {
		lg_auth_policy_admit(out);
		return;
	}
	ask.is_cut = policy->has_nul;
	ask.attempt.user = ask.is_cut ? NULL : lg_auth_policy_name(policy);
	ask.attempt.user_len = ask.attempt.user ? strlen(ask.attempt.user) : 0;
	ask.attempt.protocol = policy->protocol;
	gate_judge(gate, &ask, &answer);
	if (answer.decision.verdict == LG_ADMIT)
		lg_auth_policy_admit(out);
	else
		lg_auth_policy_refuse(policy->protocol, answer.text, out);
}

void gate_http_dovecot(const struct gate_http_question *request,
		       struct lg_http_answer *answer)
{
	struct lg_auth_policy policy;
	struct lg_buffer client = {0};
	struct lg_error err = {0};

	if (lg_auth_policy_parse(request->http->body, request->http->body_len,
				 &policy, &err) != LG_OK) {
		request->gate->counts[GATE_DOOR_DOVECOT].unreadable++;
		json_error(answer, &err);
		return;
	}
	gate_probes_note(&request->gate->probes, "dovecot", policy.login,
			 policy.login ? strlen(policy.login) : 0);
	if (policy.client_id)
		lg_imap_id_client(policy.client_id, &client);
	lg_http_answer_plain(answer, 200, JSON_TYPE, "");
	if (lg_http_request_argument_is(request->http, "command", "report")) {
		if (policy.success == 1 && policy.policy_reject != 1 &&
		    !policy.has_nul)
			note_session(request->gate, &policy, client.data);
		lg_auth_policy_admit(&answer->body);
	} else {
		decide_dovecot(request->gate, &policy, client.data,
			       &answer->body);
	}
	lg_buffer_release(&client);
	lg_auth_policy_release(&policy);
}

static int is_blank(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at) && *at)
		at++;
	return at == end;
}

/* They were cut: others have those names. */
static void forget_names(struct gate_ask *ask)
{
	ask->attempt.user = ask->attempt.dn = ask->attempt.process = NULL;
	ask->attempt.user_len = ask->attempt.dn_len = 0;
	ask->attempt.process_len = 0;
}

/* A question in JSON, at a door that has no words of its own. */
void gate_http_decide(enum gate_door door,
		      const struct gate_http_question *request,
		      struct lg_http_answer *answer)
{
	struct gate_ask ask = {
		.door = door,
		.accept = lg_http_request_header(request->http,
						 "Accept-Language"),
	};
	struct gate_answer decided;
	struct lg_error err = {0};
	cJSON *object = NULL;
	const char *end = NULL;

	/* cJSON ends a text at its NUL; one outside a text is no JSON. */
	ask.is_cut =
		lg_json_has_nul(request->http->body, request->http->body_len);
	object = cJSON_ParseWithLengthOpts(request->http->body,
					   request->http->body_len, &end, 0);
	if (object &&
	    !is_blank(end, request->http->body + request->http->body_len)) {
		cJSON_Delete(object);
		object = NULL;
	}
	if (!object)
		lg_error_set(&err, LG_ERR_SYNTAX, NULL, "is not JSON");
	if (!object || check_json_read(object, &ask, &err) != LG_OK) {
		request->gate->counts[door].unreadable++;
		json_error(answer, &err);
	} else {
		if (ask.is_cut)
			forget_names(&ask);
		gate_judge(request->gate, &ask, &decided);
		json(answer, 200,
		     check_json_answer(request->gate, &decided.decision,
				       decided.text, NULL));
	}
	cJSON_Delete(object);
}
