/* SPDX-License-Identifier: ISC */
/*
 * line_doors.c - Postfix policy delegation and Dovecot's dict, on the loop
 *
 * The codecs know the bytes; here a request becomes an ask, and the answer its
 * words. Several requests of one read are answered in one write.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/dovecot/auth_policy.h"
#include "adapters/dovecot/dict_protocol.h"
#include "adapters/dovecot/service.h"
#include "adapters/postfix/policy_delegation.h"
#include "daemon/judge.h"
#include "daemon/sessions/sessions.h"
#include "daemon/sessions/submitters.h"
#include "daemon/net/stream.h"

/* A text with a length as one that ends in NUL; NULL where there is none. */
static char *terminated(const struct lg_postfix_text *text)
{
	return text->text ? strndup(text->text, text->len) : NULL;
}

/* Everything about a lock that Postfix is told: mail from outside has no
 * sasl_username and is never refused, only held where the profile says so. */
static void answer_postfix(struct gate *gate,
			   const struct lg_postfix_request *request,
			   struct lg_buffer *out)
{
	const struct lg_policy *policy = gate_policy(gate);
	struct gate_ask ask = {.door = GATE_DOOR_POSTFIX};
	struct gate_answer answer;
	const char *master;
	char *client;
	char *address;

	if (!request->sasl_username.text) {
		gate_probes_note(&gate->probes, "postfix",
				 request->helo_name.text,
				 request->helo_name.len);
		if (policy && lg_policy_holds_mail(policy))
			lg_postfix_answer_hold(out);
		else
			lg_postfix_answer_dunno(out);
		return;
	}
	client = terminated(&request->helo_name);
	address = terminated(&request->client_address);
	ask.attempt.user = request->sasl_username.text;
	ask.attempt.user_len = request->sasl_username.len;
	master = gate_submitters_master(gate, ask.attempt.user,
					ask.attempt.user_len, address);
	if (master) {
		ask.attempt.user = master;
		ask.attempt.user_len = strlen(master);
	}
	ask.attempt.protocol = LG_PROTOCOL_SMTP;
	ask.client = client;
	ask.address = address;
	gate_judge(gate, &ask, &answer);
	if (answer.decision.verdict == LG_REFUSE)
		lg_postfix_answer_refuse(out, answer.text);
	else
		lg_postfix_answer_dunno(out);
	free(client);
	free(address);
}

static size_t take_postfix(struct gate_conn *conn, const char *in, size_t len,
			   struct lg_buffer *out, enum gate_close *out_close)
{
	struct lg_postfix_request request;
	size_t consumed = 0;

	switch (lg_postfix_request_next(in, len, &request, &consumed)) {
	case LG_POSTFIX_MORE:
		return 0;
	case LG_POSTFIX_REQUEST:
		conn->requests++;
		answer_postfix(conn->gate, &request, out);
		return consumed;
	case LG_POSTFIX_BAD:
		break;
	}
	conn->gate->counts[GATE_DOOR_POSTFIX].unreadable++;
	*out_close = GATE_CLOSE;
	return 0;
}

const struct gate_protocol gate_protocol_postfix = {
	.take = take_postfix,
	.in_max = LG_POSTFIX_REQUEST_MAX,
};

struct dict {
	int greeted;
	struct lg_buffer scratch;
};

/* Dovecot lists its sessions by name and address alone; which program it is,
 * and whose password opened it, was told here. */
static void note_dict(struct gate *gate, const struct lg_dict_request *request,
		      const char *client)
{
	struct lg_buffer key = {0};
	struct lg_session session = {
		.door = "dovecot",
		.user = request->mailbox,
		.master = request->master,
		.client = client,
		.address = request->address,
		.protocol = request->protocol,
		.since_s = gate_now_s(gate),
	};

	gate_sessions_dovecot_key(request->protocol, request->mailbox,
				  request->address, &key);
	if (key.status == LG_OK)
		gate_sessions_note(gate, key.data, key.len, &session);
	lg_buffer_release(&key);
}

static void answer_dict(struct gate *gate,
			const struct lg_dict_request *request,
			struct lg_buffer *out)
{
	struct gate_ask ask = {.door = GATE_DOOR_DICT};
	struct lg_buffer client = {0};
	struct gate_answer answer;

	if (request->is_about_life) {
		lg_dict_answer_none(out);
		return;
	}
	/* Delivery and administration are not logons; smtp is refused at
	 * MAIL, where a client can be told why, but for a master, whom it
	 * does not know. */
	if (!request->is_decided) {
		lg_dict_answer_admit(out);
		return;
	}
	ask.is_cut = request->has_nul;
	ask.attempt.user = request->name;
	ask.attempt.user_len = request->name ? request->name_len : 0;
	ask.attempt.protocol = request->protocol;
	ask.address = request->address;
	if (request->client_id)
		lg_imap_id_client(request->client_id, &client);
	ask.client = client.data;
	gate_judge(gate, &ask, &answer);
	if (answer.decision.verdict == LG_ADMIT && request->mailbox)
		note_dict(gate, request, client.data);
	lg_buffer_release(&client);
	if (answer.decision.verdict == LG_ADMIT)
		lg_dict_answer_admit(out);
	/* Postfix, to which a master's logon is answered here, reads no
	 * nologin. */
	else if (answer.decision.reason == LG_REASON_NO_POLICY ||
		 lg_dovecot_is_postfix(request->protocol_text))
		lg_dict_answer_fail(answer.text, out);
	else
		lg_dict_answer_refuse(request->protocol, answer.text, out);
}

static size_t take_dict(struct gate_conn *conn, const char *in, size_t len,
			struct lg_buffer *out, enum gate_close *out_close)
{
	struct dict *dict = conn->protocol;
	struct lg_dict_request request = {0};
	size_t consumed = 0;

	if (!dict) {
		dict = conn->protocol = calloc(1, sizeof(*dict));
		if (!dict) {
			*out_close = GATE_CLOSE;
			return 0;
		}
	}
	switch (lg_dict_request_next(in, len, &dict->greeted, &dict->scratch,
				     &request, &consumed)) {
	case LG_DICT_MORE:
		return 0;
	case LG_DICT_HELLO:
		return consumed;
	case LG_DICT_LOOKUP:
		conn->requests++;
		answer_dict(conn->gate, &request, out);
		return consumed;
	case LG_DICT_OTHER:
		lg_dict_answer_fail("this dict can only be read", out);
		return consumed;
	case LG_DICT_BAD:
		break;
	}
	conn->gate->counts[GATE_DOOR_DICT].unreadable++;
	*out_close = GATE_CLOSE;
	return 0;
}

static void release_dict(struct gate_conn *conn)
{
	struct dict *dict = conn->protocol;

	if (dict)
		lg_buffer_release(&dict->scratch);
	free(dict);
}

const struct gate_protocol gate_protocol_dict = {
	.take = take_dict,
	.release = release_dict,
	.in_max = LG_DICT_LINE_MAX + 1,
};
