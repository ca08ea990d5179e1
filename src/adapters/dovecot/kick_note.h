/* SPDX-License-Identifier: ISC */
/*
 * dovecot/kick_note.h - what is told of a session that a kick is about
 *
 * Layer: adapter. Inline only.
 */
#ifndef LG_ADAPTERS_DOVECOT_KICK_NOTE_H
#define LG_ADAPTERS_DOVECOT_KICK_NOTE_H

#include "port/door.h"

/* How long one kick may take, and how many may take longer one after the other
 * until it is Dovecot that hangs. */
enum {
	LG_KICK_ONE_LIMIT_MS = 700,
	LG_KICK_HANGS_MAX = 3
};

/* Adds "BEFORE USER from ADDRESS AFTER" to the notes of the order; one that
 * there is no memory for is not told. */
static inline void lg_kick_note(const struct lg_cut_order *order,
				const char *before,
				const struct lg_session *session,
				const char *after)
{
	struct lg_buffer text = {0};

	if (!order->notes)
		return;
	lg_buffer_format(&text, "%s%s from %s%s", before, session->user,
			 session->address ? session->address : "everywhere",
			 after);
	if (text.data)
		lg_strlist_add(order->notes, text.data, text.len, NULL);
	lg_buffer_release(&text);
}

static inline void lg_kick_note_hangs(const struct lg_cut_order *order,
				      const struct lg_session *session)
{
	lg_kick_note(order, "Dovecot hangs while it ends the sessions of ",
		     session, "");
}

#endif
