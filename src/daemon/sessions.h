/* SPDX-License-Identifier: ISC */
/*
 * sessions.h - what the gate itself knows of open sessions
 *
 * Layer: daemon.
 * Flow: Dovecot's reports, MAPI Connects and HAProxy's requests leave an entry
 * under a key of their door; lists of a door are filled in from here with
 * what that door cannot tell.
 * Source: contract 8 "HAProxy" (X-ClientInfo), "Sessions".
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_H
#define LOGONGATE_DAEMON_SESSIONS_H

#include <logongate/port/door.h>

#include "daemon/gate.h"

enum lg_status gate_sessions_open(struct gate *gate, struct lg_error *err);
void gate_sessions_close(struct gate *gate);

/* Keys: "ci:" and an X-ClientInfo, "src:" and ADDRESS:PORT of a connection at
 * HAProxy, "dovecot:" and protocol, user and address. Copies the session; a
 * key that is there is replaced. */
void gate_sessions_note(struct gate *gate, const char *key, size_t key_len,
			const struct lg_session *session);

/* Borrowed until the next note; NULL where there is none. Marks it as used. */
const struct lg_session *gate_sessions_find(struct gate *gate, const char *key,
					    size_t key_len);
void gate_sessions_forget(struct gate *gate, const char *key, size_t key_len);

/* Forgets MAPI sessions that sent nothing for 15 minutes, all others after a
 * day. */
void gate_sessions_tidy(struct gate *gate);

/* Fills in user, dn, client, process and since where the door knew none.
 * Takes away what is at HAProxy and none of the gate's business: sessions that
 * it was never asked about, unless their frontend is named in the settings. */
enum lg_status gate_sessions_fill(struct gate *gate,
				  struct lg_session_list *list,
				  struct lg_error *err);

/* Adds the MAPI sessions, which no door lists. */
enum lg_status gate_sessions_add_mapi(struct gate *gate,
				      struct lg_session_list *list,
				      struct lg_error *err);

/* The key of a Dovecot session. */
void gate_sessions_dovecot_key(enum lg_protocol protocol, const char *user,
			       const char *address, struct lg_buffer *out_key);

#endif
