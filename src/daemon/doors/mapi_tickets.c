/* SPDX-License-Identifier: ISC */
/*
 * mapi_tickets.c - requests that were let by, until their answer is told
 *
 * One that had to go is a session that is not known: its client connects once
 * more while a lock is in force. A server may take minutes to answer a Connect.
 */
#include "daemon/doors/mapi_tickets.h"

#include <string.h>

#include "base/kept.h"

static const struct gate_ring_limits limits = {
	.slots = 16384,
	.bytes = 12u << 20,
	.good_s = 6 * 60,
};

enum lg_status gate_tickets_new(struct gate_ring **out_tickets,
				struct lg_error *err)
{
	return gate_ring_new(&limits, out_tickets, err);
}

/* clang-format off */
#define KEPT(member)                                                           \
	{                                                                      \
		offsetof(struct gate_ticket, member),                          \
			lg_kept_text_len(ticket->member)                       \
	}
/* clang-format on */

void gate_tickets_give(struct gate_ring *tickets, int64_t now_s,
		       const struct gate_ticket *ticket,
		       char out_ticket[GATE_TOKEN_SIZE])
{
	const struct lg_kept_text text[] = {
		KEPT(session.door),
		KEPT(session.user),
		KEPT(session.dn),
		KEPT(session.process),
		KEPT(session.client),
		KEPT(session.address),
		KEPT(peer),
		/* One that the gate holds already, so it is kept whole. */
		{offsetof(struct gate_ticket, key),
		 ticket->key ? strlen(ticket->key) : 0}};
	size_t size = 0;
	void *kept = lg_kept_value(ticket, sizeof(*ticket), text,
				   sizeof(text) / sizeof(*text), &size);

	gate_ring_give(tickets, now_s, kept, size, out_ticket);
}
