/* SPDX-License-Identifier: ISC */
/*
 * sessions_inside.h - the table of sessions
 *
 * Layer: daemon; for sessions.c and session_fill.c alone.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SESSIONS_INSIDE_H
#define LOGONGATE_DAEMON_SESSIONS_SESSIONS_INSIDE_H

#include "daemon/sessions/session_openers.h"
#include "daemon/sessions/sessions.h"

#define SESSION_BUCKETS 16384u

enum session_state {
	SESSION_OPEN = 0,
	SESSION_ENDED,  /* cut; its next request is told so */
	SESSION_NOBODYS /* two owners had it */
};

struct session_entry {
	struct session_entry *chain;
	struct session_entry *newer;
	struct session_entry *older;
	uint64_t hash;
	int64_t used_s;
	int64_t asked_s; /* when its door asked last */
	enum session_state state;
	/* Of Dovecot's: who opened the sessions of this key. */
	struct gate_opener *openers;
	struct session_entry *next_mastered; /* with a master among them */
	int is_mastered;
	uint64_t fill;   /* that found it last */
	size_t fill_row; /* sessions that it found */
	struct lg_session session;
	size_t size;
	size_t key_len;
	char text[]; /* the key, then the texts */
};

struct gate_sessions {
	struct gate *gate;
	int keeps_masters; /* what changes is written down */
	struct session_entry *bucket[SESSION_BUCKETS];
	struct session_entry *newest;
	struct session_entry *oldest;
	size_t count;
	struct session_entry *mastered;
	uint64_t fill;
	const struct gate_filling *filling; /* the pass that goes on */
	size_t open_mapi;
	uint64_t listed_ms; /* when all doors were listed last */
	int began_locked;   /* a lock was in force when the gate began */
	size_t bytes;
};

/* Sets whether a master is among its openers. */
void session_entry_settle(struct gate_sessions *sessions,
			  struct session_entry *entry);

/* 1 for a MAPI session that is open. */
int session_entry_is_open_mapi(const struct session_entry *entry);

/* NULL where there is none. Marks it as used. */
struct session_entry *session_entry_find(struct gate *gate, const char *key,
					 size_t key_len);

#endif
