/* SPDX-License-Identifier: ISC */
/*
 * session_book.h - what is known of open sessions, where lists are judged
 *
 * Layer: daemon; for the files of sessions alone.
 * Flow: only a job on GATE_LANE_JUDGING touches a book (before the loop runs
 * and after it ended: the main thread). Each brings a turn along: what the loop
 * heard since the one before, in its order, and gives it back with what is to
 * be kept on disk. So a list of any length is filled in while the loop decides.
 */
#ifndef LOGONGATE_DAEMON_SESSIONS_SESSION_BOOK_H
#define LOGONGATE_DAEMON_SESSIONS_SESSION_BOOK_H

#include <stdatomic.h>

#include "daemon/sessions/session_table.h"

struct session_turn {
	struct session_entry *news; /* the oldest first; the turn's */
	int64_t now_s;              /* wall clock */
	int64_t store_s;
	/* What came of it. */
	struct lg_buffer lines; /* of masters.jsonl */
	int has_masters;
	uint64_t listed_ms; /* when all doors were listed last */
};

struct session_book {
	int64_t started_s;
	int began_locked; /* a lock was in force when the gate began */
	struct session_table dovecot;   /* which the book alone has */
	struct session_table requested; /* what the loop's table has */
	struct session_entry *mastered;
	uint64_t fill;
	uint64_t listed_ms;
};

enum lg_status session_book_new(int64_t started_s, int began_locked,
				struct session_book **out_book,
				struct lg_error *err);
void session_book_free(struct session_book **book);

/* The entry becomes the book's: somebody logged on. turn may be NULL: nothing
 * is written down. */
void session_book_note(struct session_book *book, struct session_turn *turn,
		       struct session_entry *entry);
void session_book_forget(struct session_book *book, struct session_turn *turn,
			 const char *key, size_t key_len);

/* Takes in what the turn brings, and forgets who is idle. */
void session_book_hear(struct session_book *book, struct session_turn *turn);

/* Of the openers of the entry those before are gone. */
void session_book_forget_openers(struct session_book *book,
				 struct session_turn *turn,
				 struct session_entry *entry,
				 uint64_t before_ms);

/*
 * Filling in a list. begun_ms is when the doors were asked (the loop's clock),
 * 0 where not all of them answered. is_at_haproxy: the list is HAProxy's alone,
 * and no MAPI sessions are added. has_frontends: the settings name frontends.
 * policy may be NULL. at_haproxy is how many are left of HAProxy's after it.
 */
struct session_pass {
	struct lg_session_list *list;
	uint64_t begun_ms;
	int is_at_haproxy;
	int has_frontends;
	const struct lg_policy *policy;
	const atomic_int *stop;
	size_t at_haproxy;
};

/*
 * Fills in user, master, dn, client, process and since where the door knew
 * none, then adds the MAPI sessions, which no door lists. Takes away what is at
 * HAProxy and none of the gate's business: sessions that it was never asked
 * about, unless their frontend is named in the settings.
 * Returns: LG_OK, also where it was stopped before its end.
 */
enum lg_status session_book_fill(struct session_book *book,
				 struct session_turn *turn,
				 struct session_pass *pass,
				 struct lg_error *err);

/* Dovecot was told to end all sessions of this one's user and address that
 * showed when it was asked at begun_ms. */
void session_book_ended(struct session_book *book, struct session_turn *turn,
			const struct lg_session *session, uint64_t begun_ms);

#endif
