/* SPDX-License-Identifier: ISC */
/*
 * sessions.h - what the gate itself knows of open sessions
 *
 * Layer: daemon.
 * Flow: Dovecot's reports, MAPI servers' answers and HAProxy's requests leave
 * an entry under a key of their door, here and in the judging lane's book, by
 * which lists of a door are filled in. MAPI sessions are listed and cut here
 * alone.
 * Source: contract 8 "HAProxy", "Sessions"; facts on MAPI over HTTP 10.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SESSIONS_H
#define LOGONGATE_DAEMON_SESSIONS_SESSIONS_H

#include "port/door.h"

#include "daemon/gate.h"

enum lg_status gate_sessions_open(struct gate *gate, struct lg_error *err);
void gate_sessions_close(struct gate *gate);

/* What the ids of MAPI sessions begin with. */
#define GATE_SESSIONS_MAPI_ID "mapi-"

/* Keys: "mapi:" and NAME=VALUE of a context cookie, "src:" and ADDRESS:PORT of
 * a connection at HAProxy, "dovecot:" and protocol, user and address. Copies
 * what is kept of the session's texts; a key that is there is replaced. */
void gate_sessions_note(struct gate *gate, const char *key, size_t key_len,
			const struct lg_session *session);

/* Borrowed until the next note; NULL where there is none. Marks it as used. */
const struct lg_session *gate_sessions_find(struct gate *gate, const char *key,
					    size_t key_len);
void gate_sessions_forget(struct gate *gate, const char *key, size_t key_len);

/* The server accepted a Connect: its cookie is this session's, which gets an
 * id. The owner, dn and user, of a key that is there never changes: with
 * another one it is nobody's from now on. */
void gate_sessions_bind(struct gate *gate, const char *key, size_t key_len,
			const struct lg_session *session);

/* As gate_sessions_find for a MAPI session; *out_ended where it was cut. */
const struct lg_session *gate_sessions_find_mapi(struct gate *gate,
						 const char *key,
						 size_t key_len,
						 int *out_ended);

/* Cuts the MAPI session of this id: it is open no more, and its next request
 * is told so. Gives 0 where the id is none of a MAPI session. */
int gate_sessions_end_mapi(struct gate *gate, const char *id);

/* Each second: forgets MAPI sessions that sent nothing for 15 minutes, others
 * after a week, some at a time; tells the judging lane what it does not
 * know. */
void gate_sessions_tidy(struct gate *gate);

/* Tells it now. */
void gate_sessions_tell(struct gate *gate);

/* For submitters.c alone. */
struct session_table;
struct session_table *gate_sessions_submitters(struct gate *gate);

/*
 * What a job on the judging lane takes to gate_sessions_book; the loop gives
 * it and takes it back, each of them in the order of the jobs.
 */
struct session_turn;
struct session_book *gate_sessions_book(struct gate *gate);
void gate_sessions_turn(struct gate *gate, struct session_turn *out_turn);
void gate_sessions_turned(struct gate *gate, struct session_turn *turn);

/* 1 when there is one that is open. */
int gate_sessions_has_mapi(const struct gate *gate);

/* 1 when it is time to look whose sessions ended: masters are among them. */
int gate_sessions_want_list(const struct gate *gate);

/* The key of a Dovecot session. */
void gate_sessions_dovecot_key(enum lg_protocol protocol, const char *user,
			       const char *address, struct lg_buffer *out_key);

#endif
