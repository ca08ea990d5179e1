/* SPDX-License-Identifier: ISC */
/*
 * lock_journal.h - the audit line of a change to a lock
 *
 * Layer: app, for lock_begin.c, lock_end.c, standing.c, picture.c and the loading.
 */
#ifndef LOGONGATE_APP_LOCK_LOCK_JOURNAL_H
#define LOGONGATE_APP_LOCK_LOCK_JOURNAL_H

#include "app/lock/state.h"

/* How the loud sentence about lines that are owed begins. */
#define LG_JOURNAL_UNWRITTEN "audit.jsonl could not be written"

/* Journals what happened to lock, which may be one that is over; by NULL: the
 * one who applied it. locks: it is in force after it. */
enum lg_status lg_lock_journal(struct lg_state *state,
			       enum lg_journal_event event,
			       const struct lg_lock *lock, const char *by,
			       const char *result, int locks,
			       struct lg_error *err);

/* The same where the thing is done and cannot be undone for want of a line
 * about it: one that cannot be written is owed, and said loudly. */
void lg_lock_journal_done(struct lg_state *state, enum lg_journal_event event,
			  const struct lg_lock *lock, const char *by,
			  const char *result, int locks);

#endif
