/* SPDX-License-Identifier: ISC */
/*
 * submitters.h - with whose password somebody submits mail
 *
 * Layer: daemon; the loop's.
 * Flow: Postfix asks at MAIL, RCPT and DATA by the mailbox's name alone; that a
 * master opened it Dovecot told at the logon before, with the same name and
 * address. Without this an unlisted master submits mail as a listed mailbox.
 * Source: contract 7 "Names" (a master logon is judged by the master's name).
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SUBMITTERS_H
#define LOGONGATE_DAEMON_SESSIONS_SUBMITTERS_H

#include "core/policy/session.h"

#include "daemon/gate.h"

/* Somebody logged on at Dovecot; nothing where it was not for smtp. */
void gate_submitters_note(struct gate *gate, const struct lg_session *session);

/* Whose name counts for who submits mail as user from address: the master's
 * who logged on last there, or NULL: his own. Borrowed until the next note. */
const char *gate_submitters_master(struct gate *gate, const char *user,
				   size_t user_len, const char *address);

/* Each second: forgets who sent nothing for an hour. */
void gate_submitters_tidy(struct gate *gate);

#endif
