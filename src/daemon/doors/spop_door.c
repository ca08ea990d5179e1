/* SPDX-License-Identifier: ISC */
/*
 * spop_door.c - HAProxy's questions, on the loop
 *
 * A refusal is never written into variables: HAProxy gets a token and sends
 * the client's request to GET /v1/render with it (contract 8 "HAProxy").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "adapters/haproxy/spop.h"
#include "daemon/doors/mapi_door.h"
#include "daemon/doors/web_refusal.h"
#include "daemon/net/stream.h"
#include "daemon/doors/tokens.h"

/* The texts of a NOTIFY as texts that end in NUL. */
struct texts {
	char *request_type;
	char *client_info;
	char *request_id;
	char *user_agent;
	char *proto;
	char *challenge;
	char *peer;
	char address[LG_SPOP_ADDRESS_SIZE];
};

static char *terminated(const struct lg_spop_bytes *bytes)
{
	return bytes->data && bytes->len ? strndup(bytes->data, bytes->len)
					 : NULL;
}

static void read_texts(const struct lg_spop_notify *notify,
		       struct texts *out_texts)
{
	struct lg_buffer peer = {0};

	memset(out_texts, 0, sizeof(*out_texts));
	out_texts->request_type = terminated(&notify->rt);
	out_texts->client_info = terminated(&notify->ci);
	out_texts->request_id = terminated(&notify->rid);
	out_texts->user_agent =
		terminated(notify->ua.data ? &notify->ua : &notify->ca);
	out_texts->proto = terminated(&notify->proto);
	out_texts->challenge = terminated(&notify->chal);
	lg_spop_address(notify, out_texts->address);
	if (*out_texts->address && notify->sport >= 0) {
		lg_buffer_format(&peer, "%s:%lld", out_texts->address,
				 (long long)notify->sport);
		if (lg_buffer_take(&peer, &out_texts->peer, NULL) != LG_OK)
			out_texts->peer = NULL;
		lg_buffer_release(&peer);
	}
}

static void free_texts(struct texts *texts)
{
	free(texts->request_type);
	free(texts->client_info);
	free(texts->request_id);
	free(texts->user_agent);
	free(texts->proto);
	free(texts->challenge);
	free(texts->peer);
}

static struct lg_mapi_text text_of(const struct lg_spop_bytes *bytes)
{
	struct lg_mapi_text text = {bytes->data, bytes->len};

	return text;
}

static int is_owa(const struct texts *texts)
{
	return texts->proto && !strcasecmp(texts->proto, "owa");
}

static struct gate_asker asker_of(const struct lg_spop_notify *notify,
				  const struct texts *texts)
{
	struct gate_asker asker = {
		.may_be_asked = 1,
		.has_credentials = !notify->cred.len || notify->cred.len != 4 ||
				   memcmp(notify->cred.data, "none", 4) != 0,
		.challenge = lg_http_challenge_read(texts->challenge),
	};

	return asker;
}

static enum gate_mapi_way judge_mapi(struct gate *gate,
				     const struct lg_spop_notify *notify,
				     const struct texts *texts,
				     struct lg_http_refusal *out_refusal,
				     char out_ticket[GATE_TOKEN_SIZE])
{
	struct gate_mapi request = {
		.door = GATE_DOOR_HAPROXY,
		.request_type = texts->request_type,
		.client_info = texts->client_info,
		.request_id = texts->request_id,
		.address = *texts->address ? texts->address : NULL,
		.peer = texts->peer,
		.client = texts->user_agent,
		.asker = asker_of(notify, texts),
		.cookies = text_of(&notify->ck),
		.cookies_count = notify->ckn,
	};

	/* X-RequestType on the path of webmail is only a header. */
	request.http.also_http =
		texts->proto && strcasecmp(texts->proto, "mapi") != 0;
	request.is_owa = is_owa(texts);
	request.http.request_type = text_of(&notify->rt);
	request.http.application = text_of(&notify->ca);
	request.http.user_agent = text_of(&notify->ua);
	request.http.content_length = text_of(&notify->clen);
	request.http.content_encoding = text_of(&notify->ce);
	request.http.user = text_of(&notify->user);
	request.http.path = text_of(&notify->path);
	/* Another header that decides and is there twice is as bad. */
	request.http.request_type_count = notify->rtn;
	if (notify->rt.len && notify->rep > notify->rtn)
		request.http.request_type_count = notify->rep;
	request.http.body_size = notify->bsize;
	request.http.body = (const unsigned char *)notify->body.data;
	request.http.body_len = notify->body.len;
	return gate_mapi_judge(gate, &request, out_refusal, out_ticket);
}

static int judge_web(struct gate *gate, const struct lg_spop_notify *notify,
		     const struct texts *texts,
		     struct lg_http_refusal *out_refusal)
{
	struct gate_ask ask = {
		.door = GATE_DOOR_HAPROXY,
		.client = texts->user_agent,
		.address = *texts->address ? texts->address : NULL,
		.asker = asker_of(notify, texts),
	};
	struct gate_answer answer;

	ask.attempt.protocol = texts->proto && !strcasecmp(texts->proto, "mapi")
				       ? LG_PROTOCOL_MAPI
				       : LG_PROTOCOL_HTTP;
	/* As it came, for a NUL in it is no end. */
	ask.attempt.user = notify->user.data;
	ask.attempt.user_len = notify->user.data ? notify->user.len : 0;
	gate_judge(gate, &ask, &answer);
	if (answer.challenge == GATE_CHALLENGE_BY)
		return 1;
	if (answer.challenge == GATE_CHALLENGE_ASK) {
		*out_refusal =
			gate_challenge_refusal(gate, &answer.decision, NULL);
		return 0;
	}
	if (answer.decision.verdict == LG_ADMIT) {
		gate_mapi_note_peer(gate, texts->peer, &ask.attempt, ask.client,
				    ask.address);
		return 1;
	}
	*out_refusal =
		gate_page_refusal(gate, &answer.decision, NULL, is_owa(texts));
	return 0;
}

/* What the server answered is no question. */
static void take_answer(struct gate_conn *conn,
			const struct lg_spop_notify *notify,
			struct lg_buffer *out)
{
	char *ticket = terminated(&notify->ticket);
	struct lg_mapi_told told = {
		.status = notify->status,
		.headers = text_of(&notify->hdrs),
		.entity = (const unsigned char *)notify->answer.data,
		.entity_len = notify->answer.len,
	};

	if (ticket)
		gate_mapi_told(conn->gate, ticket, &told);
	lg_spop_ack(conn->protocol, notify->stream_id, notify->frame_id, NULL,
		    out);
	free(ticket);
}

static void answer_notify(struct gate_conn *conn,
			  const struct lg_spop_notify *notify,
			  struct lg_buffer *out)
{
	struct lg_spop_actions actions = {.action = "admit"};
	struct gate *gate = conn->gate;
	struct lg_http_refusal refusal = {0};
	char token[GATE_TOKEN_SIZE];
	char ticket[GATE_TOKEN_SIZE];
	char status[16];
	char retry[16];
	struct texts texts;
	int admitted = 0;

	read_texts(notify, &texts);
	switch (judge_mapi(gate, notify, &texts, &refusal, ticket)) {
	case GATE_MAPI_NOT:
		admitted = judge_web(gate, notify, &texts, &refusal);
		break;
	case GATE_MAPI_ADMIT:
		admitted = 1;
		break;
	case GATE_MAPI_REFUSE:
		break;
	}
	if (*ticket)
		actions.ticket = ticket;
	if (!admitted) {
		gate_tokens_keep(gate->tokens, gate_store_s(gate), &refusal,
				 token);
		snprintf(status, sizeof(status), "%u", refusal.status);
		snprintf(retry, sizeof(retry), "%u", refusal.retry_s);
		actions.action = "render";
		actions.token = token;
		actions.status = status;
		actions.reason = refusal.text;
		actions.retry = retry;
	}
	lg_spop_ack(conn->protocol, notify->stream_id, notify->frame_id,
		    &actions, out);
	free_texts(&texts);
}

static size_t take_spop(struct gate_conn *conn, const char *in, size_t len,
			struct lg_buffer *out, enum gate_close *out_close)
{
	struct lg_spop_notify notify;
	size_t consumed = 0;

	if (!conn->protocol)
		conn->protocol = calloc(1, sizeof(struct lg_spop_agent));
	if (!conn->protocol) {
		*out_close = GATE_CLOSE;
		return 0;
	}
	switch (lg_spop_next(conn->protocol, (const unsigned char *)in, len,
			     &notify, out, &consumed)) {
	case LG_SPOP_MORE:
		return 0;
	case LG_SPOP_HELLO:
		conn->requests++;
		return consumed;
	case LG_SPOP_NOTIFY:
		conn->requests++;
		if (notify.ticket.data)
			take_answer(conn, &notify, out);
		else
			answer_notify(conn, &notify, out);
		return consumed;
	case LG_SPOP_CLOSE:
		break;
	}
	*out_close = GATE_CLOSE;
	return consumed;
}

static void release_spop(struct gate_conn *conn)
{
	free(conn->protocol);
}

const struct gate_protocol gate_protocol_spop = {
	.take = take_spop,
	.release = release_spop,
	.in_max = LG_SPOP_FRAME_MAX + 8,
};
