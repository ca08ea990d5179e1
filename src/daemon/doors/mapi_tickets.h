/* SPDX-License-Identifier: ISC */
/*
 * mapi_tickets.h - requests whose answer the gate waits to be told
 *
 * Layer: daemon.
 * Flow: a Connect or Disconnect that is let by gets a ticket, which the proxy
 * keeps and brings along with the server's answer. So an answer is about the
 * request that the gate itself judged, and about none twice.
 * Source: contract 8 "HAProxy"; facts on MAPI over HTTP 10.2, 10.5.
 */
#ifndef LOGONGATE_DAEMON_DOORS_MAPI_TICKETS_H
#define LOGONGATE_DAEMON_DOORS_MAPI_TICKETS_H

#include "core/policy/session.h"

#include "daemon/doors/ring.h"

enum gate_ticket_kind {
	GATE_TICKET_CONNECT = 0,
	GATE_TICKET_DISCONNECT
};

/* Texts may be NULL. key is what a Disconnect would end. */
struct gate_ticket {
	enum gate_ticket_kind kind;
	struct lg_session session;
	const char *peer;
	const char *key;
};

enum lg_status gate_tickets_new(struct gate_ring **out_tickets,
				struct lg_error *err);

/* Keeps a copy; *out_ticket is "" where that could not be. What gate_ring_take
 * gives for a ticket, once, is a struct gate_ticket. */
void gate_tickets_give(struct gate_ring *tickets, int64_t now_s,
		       const struct gate_ticket *ticket,
		       char out_ticket[GATE_TOKEN_SIZE]);

#endif
