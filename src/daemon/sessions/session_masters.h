/* SPDX-License-Identifier: ISC */
/*
 * session_masters.h - who opened Dovecot's sessions, kept over a restart
 *
 * Layer: daemon; for the files of sessions alone.
 * Flow: Dovecot tells once, at the logon, that a master opened a session; a
 * gate that starts while a lock is in force must know it, or cuts a listed
 * master by the mailbox he is in. masters.jsonl has a line for each change of
 * who opened the sessions of a key with a master among them; the last line of
 * a key counts. Written on the records lane.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SESSION_MASTERS_H
#define LOGONGATE_DAEMON_SESSIONS_SESSION_MASTERS_H

#include "daemon/gate.h"
#include "daemon/sessions/session_book.h"

/* Before the loop runs: notes what the gate before knew. What cannot be read
 * is told and left out. */
void gate_masters_restore(struct gate *gate, struct session_book *book);

/* The openers of the entry are other ones now; none: it has no session. A
 * failure is remembered by the buffer. */
void gate_masters_line(const struct session_entry *entry,
		       struct lg_buffer *out_lines);

/* On the loop: keeps the lines, which are empty then. */
void gate_masters_write(struct gate *gate, struct lg_buffer *lines);

#endif
