/* SPDX-License-Identifier: ISC */
/*
 * sessions.h - what the gate itself knows of open sessions
 *
 * Layer: daemon.
 * Flow: Dovecot's reports, MAPI servers' answers and HAProxy's requests leave an
 * entry under a key of their door; lists of a door are filled in from here with
 * what that door cannot tell. MAPI sessions are listed and cut here alone.
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

/* Keys: "mapi:" and NAME=VALUE of a context cookie, "src:" and ADDRESS:PORT of a
 * connection at HAProxy, "dovecot:" and protocol, user and address. Copies
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

/* Forgets MAPI sessions that sent nothing for 15 minutes, all others after a
 * day. */
void gate_sessions_tidy(struct gate *gate);

/*
 * Filling in what doors listed, a piece in a turn of the loop: nobody waits for
 * a long list. One pass goes on at a time; the others stand still meanwhile.
 * begun_ms is when the doors were asked (the loop's clock), 0 where not all of
 * them answered. is_at_haproxy: the list is HAProxy's alone, and no MAPI
 * sessions are added. The rest is the pass' own, 0 at first; at_haproxy is how
 * many are left of HAProxy's when it is done.
 */
struct gate_filling {
	struct lg_session_list *list;
	uint64_t begun_ms;
	int is_at_haproxy;
	size_t at;
	size_t kept;
	size_t at_haproxy;
	size_t bucket;
	int is_filled;
};

/*
 * One piece: fills in user, master, dn, client, process and since where the
 * door knew none, then adds the MAPI sessions, which no door lists.
 * Takes away what is at HAProxy and none of the gate's business: sessions that
 * it was never asked about, unless their frontend is named in the settings.
 * *out_done is 1 after the last piece.
 */
enum lg_status gate_sessions_fill(struct gate *gate,
				  struct gate_filling *filling, int *out_done,
				  struct lg_error *err);

/* Gives it up before its end; nothing after it. */
void gate_sessions_fill_end(struct gate *gate,
			    const struct gate_filling *filling);

/* 1 when there is one that is open. */
int gate_sessions_has_mapi(const struct gate *gate);

/* Dovecot was told to end all sessions of this one's user and address that
 * showed when it was asked at begun_ms. */
void gate_sessions_ended(struct gate *gate, const struct lg_session *session,
			 uint64_t begun_ms);

/* 1 when it is time to look whose sessions ended: masters are among them. */
int gate_sessions_want_list(const struct gate *gate);

/* The key of a Dovecot session. */
void gate_sessions_dovecot_key(enum lg_protocol protocol, const char *user,
			       const char *address, struct lg_buffer *out_key);

#endif
