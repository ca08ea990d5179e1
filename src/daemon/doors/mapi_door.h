/* SPDX-License-Identifier: ISC */
/*
 * mapi_door.h - MAPI over HTTP requests, whoever brings them
 *
 * Layer: daemon.
 * Flow: SPOP and POST /v1/mapi bring Connect bodies, /v1/check headers alone.
 * Both bring what the server answered a Connect or Disconnect that was let by,
 * with the ticket that it got: only then is there a session, or none any more.
 */
#ifndef LOGONGATE_DAEMON_DOORS_MAPI_DOOR_H
#define LOGONGATE_DAEMON_DOORS_MAPI_DOOR_H

#include "core/mapi/mapi_gate.h"
#include "core/mapi/mapi_told.h"

#include "adapters/http/gate_answer.h"
#include "daemon/judge.h"
#include "daemon/doors/tokens.h"

/* Texts that end in NUL, or NULL. peer is ADDRESS:PORT of the client's
 * connection where a proxy told it. */
struct gate_mapi {
	enum gate_door door;
	struct lg_mapi_http http;
	struct lg_mapi_text cookies; /* the Cookie header */
	int64_t cookies_count;       /* how many of them; -1 not known */
	const char *request_type;
	const char *client_info;
	const char *request_id;
	const char *address;
	const char *peer;
	const char *client;
	const char *accept; /* Accept-Language; NULL: not told */
	struct gate_asker asker;
	int headers_only; /* a Connect whose body never comes */
	int is_owa;       /* how it is refused where the path is webmail's */
};

enum gate_mapi_way {
	GATE_MAPI_NOT = 0, /* no MAPI request: judge it as HTTP */
	GATE_MAPI_ADMIT,
	GATE_MAPI_REFUSE /* *out_refusal says how */
};

/* Judges and records. The refusal borrows from request and from the gate until
 * the next call. *out_ticket is "" where no answer is to be told. */
enum gate_mapi_way gate_mapi_judge(struct gate *gate,
				   const struct gate_mapi *request,
				   struct lg_http_refusal *out_refusal,
				   char out_ticket[GATE_TOKEN_SIZE]);

/* What the server answered to the request with the ticket in text. */
void gate_mapi_told(struct gate *gate, const char *text,
		    const struct lg_mapi_told *told);

/* Remembers who was let in through a connection that HAProxy can list and
 * cut, and through which it may go on asking for others: the last one counts.
 * peer may be NULL. */
void gate_mapi_note_peer(struct gate *gate, const char *peer,
			 const struct lg_attempt *attempt, const char *client,
			 const char *address);

#endif
