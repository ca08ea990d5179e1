/* SPDX-License-Identifier: ISC */
/*
 * session_table.h - sessions by key, the one unused for longest last
 *
 * Layer: daemon; for the files of sessions alone.
 * Flow: the loop has one, of what requests are judged by (sessions.c); the
 * judging lane has its own (session_book.c). No two threads share one.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SESSION_TABLE_H
#define LOGONGATE_DAEMON_SESSIONS_SESSION_TABLE_H

#include "core/policy/session.h"
#include "daemon/sessions/session_openers.h"

#define SESSION_BUCKETS 16384u

enum session_state {
	SESSION_OPEN = 0,
	SESSION_ENDED,  /* cut; its next request is told so */
	SESSION_NOBODYS /* two owners had it */
};

/* What the loop tells the judging lane of an entry. */
enum session_news {
	SESSION_NEWS_NOTED = 0, /* in place of the one with its key */
	SESSION_NEWS_ASKED,
	SESSION_NEWS_STATE,
	SESSION_NEWS_GONE
};

/* Those of a kind are idle for as long before they are forgotten. */
enum session_kind {
	SESSION_KIND_MAPI = 0, /* open ones */
	SESSION_KIND_OTHER
};
#define SESSION_KINDS 2

struct session_entry {
	struct session_entry *chain; /* or the next piece of news */
	struct session_entry *newer;
	struct session_entry *older;
	uint64_t hash;
	int64_t used_s;
	int64_t asked_s; /* when its door asked last */
	enum session_state state;
	enum session_news news;
	/* Of Dovecot's: who opened the sessions of this key. */
	uint64_t noted_ms;
	struct gate_opener *openers;
	struct session_entry *next_mastered; /* with a master among them */
	struct session_entry **mastered_at;  /* what points here; or NULL */
	uint64_t fill;                       /* that found it last */
	size_t fill_row;                     /* sessions that it found */
	struct lg_session session;
	size_t size;
	size_t key_len;
	char text[]; /* the key, then the texts */
};

struct session_queue {
	struct session_entry *newest;
	struct session_entry *oldest;
};

struct session_table {
	struct session_entry *bucket[SESSION_BUCKETS];
	struct session_queue queue[SESSION_KINDS];
	size_t count;
	size_t bytes;
	size_t open_mapi;
};

/* An entry in no table yet, with copies of what is kept of the texts; session
 * NULL: the key alone. NULL without memory. */
struct session_entry *session_entry_new(const char *key, size_t key_len,
					const struct lg_session *session,
					int64_t now_s);
void session_entry_free(struct session_entry *entry);

/* 1 for a MAPI session that is open. */
int session_entry_is_open_mapi(const struct session_entry *entry);

/* 1 for one of Dovecot's. */
int session_entry_is_dovecots(const struct session_entry *entry);

/* Borrowed, and used now; NULL where there is none. */
struct session_entry *session_table_find(struct session_table *table,
					 const char *key, size_t key_len,
					 int64_t now_s);

/* The entry becomes the table's; gives back the one that had its key. */
struct session_entry *session_table_put(struct session_table *table,
					struct session_entry *entry);

/* No more the table's, and the caller's; NULL where there is none. */
struct session_entry *session_table_take(struct session_table *table,
					 const char *key, size_t key_len);

/* The same of the one unused for longest, where there are too many, or too
 * long ones, for size bytes more. */
struct session_entry *session_table_take_surplus(struct session_table *table,
						 size_t size);

/* The same of one that is unused for longer than its kind may be. */
struct session_entry *
session_table_take_idle(struct session_table *table, int64_t now_s,
			const int64_t idle_s[SESSION_KINDS]);

void session_table_set_state(struct session_table *table,
			     struct session_entry *entry,
			     enum session_state state);

void session_table_release(struct session_table *table);

#endif
